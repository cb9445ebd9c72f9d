"""The database: engines, column types, ids, encrypted columns, inventory, backup and moves."""

from flask import Flask
from flask_migrate import Migrate

from config import Settings
from forum.storage import settings as running
from forum.storage.database import db, engine_options, prepare_engine

migrate = Migrate()


def init_app(app: Flask, settings: Settings) -> None:
    """Connect the program to its database."""
    running.install(app, settings)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations", render_as_batch=True, compare_type=True)
    with app.app_context():
        prepare_engine(db.engine)
