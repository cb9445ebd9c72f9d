"""The program as gunicorn serves it, but the process dies once at a named point of a submission.

`FAULT_AT` names the point; `FAULT_ONCE` is a file that is there until it has happened. `FAULT_PLANT` names a
bug that the table has to see: a program that "forgets" which forms it took, or writes in "halves".
"""

from __future__ import annotations

import os
import secrets
import signal
from pathlib import Path
from typing import Any

from flask import Response, has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import Session

from forum import create_app
from forum.circles import actions
from forum.storage.database import WRITES

app = create_app()
PLANT = os.environ.get("FAULT_PLANT")
if PLANT == "forgets":
    actions._sent_before = lambda _sender: None
    actions._form_hash = lambda _sender: secrets.token_bytes(32)


def _die(point: str) -> None:
    once = Path(os.environ.get("FAULT_ONCE", "/nonexistent"))
    if point != os.environ.get("FAULT_AT") or not once.exists() or not _is_submission():
        return
    once.unlink()
    os.kill(os.getpid(), signal.SIGKILL)


def _is_submission() -> bool:
    return has_request_context() and request.method == "POST" and request.path.endswith("/new")


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    if session.info.get(WRITES):
        _die("before commit")


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    if session.info.get(WRITES):
        _die("after commit")


@event.listens_for(Session, "after_flush")
def _after_flush(session: Session, _context: Any) -> None:
    if session.info.get(WRITES):
        if PLANT == "halves" and _is_submission():
            session.connection().exec_driver_sql("COMMIT")
            session.connection().exec_driver_sql("BEGIN")
        _die("in the write")


@app.before_request
def _before_the_write() -> None:
    _die("before the write")


@app.after_request
def _before_the_answer(response: Response) -> Response:
    _die("before the answer")
    return response
