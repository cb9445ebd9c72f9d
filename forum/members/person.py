"""Who is asking: a member with an open vault, or a visitor. Flask-Login finds them once per request."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, Request, g, request
from flask_login import LoginManager
from sqlalchemy import select
from werkzeug.wrappers import Response

from forum.members import registry, sessions
from forum.members.models import Staff
from forum.members.vault import OpenVault, SessionOver
from forum.storage.clock import now
from forum.storage.database import db
from forum.storage.sealing import keyed_hash
from forum.storage.settings import current_settings
from forum.web import limits
from forum.web.errors import is_signed_out_when, signed_out


class Visitor:
    """Somebody who is not signed in, or has not yet passed their second factor."""

    is_authenticated = is_active = False
    is_anonymous = True
    is_staff = is_lead = has_second_factor = False
    member_id = member_key = vault = staff = None
    country = ""

    def get_id(self) -> None:
        """Visitors have no id."""
        return


@dataclass(frozen=True, slots=True)
class StaffRole:
    """What a member does here besides being one."""

    id: str
    staff_name: str
    role: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member who is signed in. The vault is open as long as the request lasts."""

    member_id: str
    member_key: bytes = field(repr=False)
    vault: OpenVault = field(repr=False)
    staff: StaffRole | None
    has_second_factor: bool
    country: str = ""

    is_authenticated = is_active = True
    is_anonymous = False

    @property
    def is_staff(self) -> bool:
        """Whether they are a moderator or a lead."""
        return self.staff is not None

    @property
    def is_lead(self) -> bool:
        """Whether they are a lead."""
        return self.staff is not None and self.staff.role == "lead"

    def get_id(self) -> str:
        """The member's id, which no page shows."""
        return self.member_id


def init_app(app: Flask) -> None:
    """Let Flask-Login ask this room who is there; it keeps nothing of its own."""
    manager = LoginManager()
    manager.session_protection = None
    manager._session_identifier_generator = str  # its own would hash address and browser into the session
    manager.anonymous_user = Visitor
    manager.request_loader(_load)
    manager.init_app(app)
    app.after_request(_renew_cookie)
    app.register_error_handler(SessionOver, _session_over)
    limits.count_members_by(_limit_mark)
    is_signed_out_when(lambda: cookie_name() not in request.cookies)


def cookie_name() -> str:
    """The name of the session's cookie."""
    return "__Host-kindred" if _is_secure() else "kindred"


def put_cookie(response: Response, token: str) -> None:
    """Give a session's token to the browser, for as long as it stays open."""
    value = sessions.cookie_value(token, now())
    response.set_cookie(cookie_name(), value, secure=_is_secure(), httponly=True, samesite="Lax", path="/")


def drop_cookie(response: Response) -> None:
    """Take the session's cookie away, and let nothing of this request put it back."""
    g.no_renewal = True
    response.delete_cookie(cookie_name(), secure=_is_secure(), httponly=True, samesite="Lax", path="/")


def ask_nobody() -> None:
    """Read the rest of this request as a visitor, without a look at the database."""
    g._login_user = Visitor()


def choose_country(code: str) -> None:
    """Keep the country whose help is shown, or none, in the vault and for the running session."""
    session: sessions.OpenSession = g.open_session
    OpenVault(session.ticket.key).put_about(*sessions.COUNTRY, {"code": code} if code else None)
    g.open_session = sessions.renew_ticket(session, country=code)


def open_session(request: Request) -> sessions.OpenSession | None:
    """The session that a request came with, also one that still waits for the second factor."""
    if "open_session" not in g:
        read = sessions.read_cookie(request.cookies.get(cookie_name(), ""))
        g.open_session = sessions.find(*read, now()) if read else None
    return g.open_session  # type: ignore[no-any-return]


def staff_of(member_id: str) -> StaffRole | None:
    """The role of a member, read anew so that a role that was taken ends at once."""
    row = db.session.execute(
        select(Staff.id, Staff.staff_name, Staff.role).where(Staff.member_id == member_id)
    ).one_or_none()
    return StaffRole(*row) if row else None


def sign_off(session: sessions.OpenSession) -> None:
    """End a session, and with it the shift of a moderator: who is not there is not on duty."""
    sessions.end(session.token_hash)
    ticket = session.ticket
    staff = staff_of(ticket.member_id) if ticket.staff and ticket.stage == "open" else None
    if staff is not None:
        registry.staff_left(staff.id, now())


def _load(request: Request) -> SignedIn | None:
    session = open_session(request)
    if session is None or session.ticket.stage != "open":
        return None
    ticket = session.ticket
    staff = staff_of(ticket.member_id) if ticket.staff else None
    vault = OpenVault(ticket.key, session.token_hash)
    return SignedIn(ticket.member_id, ticket.key, vault, staff, ticket.second, ticket.country)


def _renew_cookie(response: Response) -> Response:
    """Move the stamp of last use on. The row is not touched, so an ended session stays ended."""
    session: sessions.OpenSession | None = g.get("open_session")
    if session is None or "no_renewal" in g or now() - session.seen_at < sessions.RENEW_AFTER:
        return response
    put_cookie(response, session.token)
    return response


def _session_over(_error: Exception) -> Response:
    """The session ended while this form was on its way: nothing was taken, and all of it is shown back."""
    ask_nobody()
    response = signed_out()
    drop_cookie(response)
    return response


def _limit_mark() -> str | None:
    session: sessions.OpenSession | None = g.get("open_session")
    return keyed_hash(session.ticket.key, "limits").hex() if session else None


def _is_secure() -> bool:
    settings = current_settings()
    return settings.production and not settings.onion_door
