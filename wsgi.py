"""The front door for servers: builds the program once, nothing else."""

from forum import create_app

app = create_app()
