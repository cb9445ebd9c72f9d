"""Kindred: an anonymous peer-support forum. `create_app` is where the rooms are plugged together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.cli import AppGroup
from flask.templating import Environment
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

from config import Settings, read_settings
from forum import members, storage, web
from forum.care import erasure as _care_erasure  # noqa: F401  (says how check-in notes go)
from forum.care import tasks as _care_tasks  # noqa: F401  (registers when check-in notes leave)
from forum.care.views import care
from forum.circles import erasure as _erasure  # noqa: F401  (says how posts go with their author)
from forum.circles import indexing as _indexing  # noqa: F401  (lets what is published be found)
from forum.circles import upkeep as _upkeep  # noqa: F401  (registers what keeps circles tidy)
from forum.circles.cli import commands as circles_commands
from forum.circles.views import blueprints as circles_blueprints
from forum.coping import shown as _shown  # noqa: F401  (lets published cards stand in the library)
from forum.coping.views import blueprints as coping_blueprints
from forum.demo.cli import commands as demo_commands
from forum.growth.views import blueprints as growth_blueprints
from forum.jobs import checks as _jobs_checks  # noqa: F401  (registers what `/healthz` asks)
from forum.jobs.cli import commands as jobs_commands
from forum.members import tasks as _members_tasks  # noqa: F401  (registers what is done again and again)
from forum.members.cli import commands as members_commands
from forum.moderation import roles as _roles  # noqa: F401  (lets the log hold changes of roles)
from forum.moderation import tasks as _moderation_tasks  # noqa: F401  (registers the sweeps)
from forum.moderation import watch as _watch  # noqa: F401  (registers valves, figures and the watch list)
from forum.moderation.cli import commands as moderation_commands
from forum.moderation.views import blueprints as moderation_blueprints
from forum.notices import erasure as _notices_erasure  # noqa: F401  (says how notices go)
from forum.notices import replies as _replies  # noqa: F401  (listens for published replies)
from forum.notices.feeds import feeds
from forum.notices.views import notices
from forum.screening.cli import commands as screening_commands
from forum.storage.cli import commands as storage_commands
from forum.text.cli import commands as text_commands
from forum.training import erasure as _training_erasure  # noqa: F401  (lets badges be exported and erased)
from forum.training import tasks as _training_tasks  # noqa: F401  (registers when badges end)
from forum.training.views import training
from forum.web.cli import commands as web_commands

COMMANDS = (
    *storage_commands,
    *web_commands,
    *jobs_commands,
    *members_commands,
    *text_commands,
    *screening_commands,
    *circles_commands,
    *moderation_commands,
    *demo_commands,
)


class Page(Template):
    """A template. None has globals of its own, so an import need not compare them with those of its page."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class Pages(Environment):
    """Flask's way to find templates, with templates of our kind."""

    template_class = Page


class Forum(Flask):
    """The program. No view is a coroutine, so none is asked on every request whether it is one."""

    jinja_environment = Pages

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Build the program from its settings, by default those of the environment."""
    settings = settings or read_settings()
    app = Forum(__name__)
    storage.init_app(app, settings)
    web.init_app(app, settings)
    members.init_app(app)
    for blueprint in (
        *circles_blueprints,
        care,
        notices,
        feeds,
        *moderation_blueprints,
        *coping_blueprints,
        *growth_blueprints,
        training,
    ):
        app.register_blueprint(blueprint)
    _offer_commands(app)
    return app


def _offer_commands(app: Flask) -> None:
    """`flask --app wsgi kindred …`: the commands of every room under one name."""
    group = AppGroup("kindred", help="Run and look after the forum.")
    for command in COMMANDS:
        group.add_command(command)
    app.cli.add_command(group)
