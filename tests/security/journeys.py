"""One long day with a canary in everything that somebody can send, through the pages alone."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from flask import Flask, Response, request_finished

from forum.circles.tasks import screen_next
from forum.members import second_factor
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories
from tests.browser_client import Client
from tests.circles.test_journey import hidden_fields, open_next, scored
from tests.members.people import CODE, TICKET
from tests.people import Person
from tests.security.canaries import ADDRESS, NOWHERE, SENT, Canary

LINK_TO_THREAD = re.compile(r'href="(/t/[^"]+)"')


def word(what: str) -> str:
    """The canary for one thing."""
    return SENT[what].word


def somebody(app: Flask) -> Client:
    """A browser that tells everything a browser can tell."""
    client = Client(app, app.response_class, use_cookies=True)
    client.environ_base.update(
        {
            "REMOTE_ADDR": ADDRESS.word,
            "HTTP_USER_AGENT": f"Mozilla/5.0 {word('user agent')}",
            "HTTP_REFERER": f"https://{word('referrer')}.example/from",
            "HTTP_X_FORWARDED_FOR": ADDRESS.word,
            "HTTP_X_FORWARDED_HOST": word("forwarded host"),
            "HTTP_ACCEPT_LANGUAGE": "en",
        }
    )
    return client


class Day:
    """A member, a moderator, and what became of the member's secrets on the way."""

    def __init__(self, app: Flask) -> None:
        """On an empty forum with one circle."""
        self.app = app
        self.member = somebody(app)
        self.moderator = Person(app, "moderator")
        self.moderator.browser.environ_base.update(self.member.environ_base)
        self.found: list[Canary] = []
        self.headers: list[str] = []
        request_finished.connect(self._keep_headers, app)
        with writing():
            self.circle = factories.circle("Newcomers").id

    def _keep_headers(self, _app: Flask, response: Response, **_more: object) -> None:
        self.headers.append(str(response.headers))

    def keep(self, what: str, secret: str, may_lie_in: frozenset[str] = NOWHERE) -> None:
        """Look for a secret that the program itself has made."""
        self.found.append(Canary(what, secret, may_lie_in))

    def join(self) -> None:
        """Join, sign out, guess wrongly, sign in, come back by the code, set a second factor."""
        ticket = TICKET.search(self.member.get("/join").text)
        passphrase = f"lantern {word('passphrase')} velvet"
        form = {"sign_in_name": word("sign-in name"), "passphrase": passphrase}
        answer = self.member.post(
            "/join",
            data={**form, "consent": "yes", "age": "yes", "ticket": ticket.group(1) if ticket else ""},
        )
        assert answer.status_code == 303, answer.text
        code = self.write_down()
        self.keep("recovery code", code)
        self.keep("recovery code without dashes", code.replace("-", ""))
        self.member.post("/sign-out")
        self.member.post("/sign-in", data={**form, "passphrase": word("wrong passphrase")})
        self.member.post("/sign-in", data={**form, "sign_in_name": word("unknown name")})
        back = {"recovery_code": code, "passphrase": passphrase + " again"}
        self.member.post("/recover", data=back)
        self.keep("second recovery code", self.write_down())
        self.member.post("/sign-out")
        assert self.member.post("/sign-in", data={**form, **back}).status_code == 303
        token = self.member.get_cookie("kindred").value.partition(".")[0]
        self.keep("session token", token, frozenset({"headers"}))
        with writing():
            self.keep("TOTP secret", second_factor.begin(self.moderator.vault))

    def write_down(self) -> str:
        """Read the recovery code that waits, and say that it is written down."""
        found = CODE.search(self.member.get("/account/recovery-code").text)
        assert found
        self.member.post("/account/recovery-code/written-down")
        return str(found.group(1))

    def send(self, what: str, title: str = "After the shift", **more: str) -> str:
        """Send a text; the path of its waiting page, or "" where it was only kept or shown."""
        page = self.member.get(f"/c/{self.circle}/new").text
        form = {
            "kind": "story",
            "wish": "advice",
            "title": title,
            "body": f"Tonight {word(what)} again.",
            "pseudonym": "Quiet Heron",
            "form_key": hidden_fields(page)["form_key"],
        }
        answer = self.member.post(f"/c/{self.circle}/new", data=form | more)
        assert answer.status_code in (200, 303), answer.text
        return answer.headers.get("Location", "")

    def decide(self, act: str, **fields: str) -> None:
        """Let the moderator decide the most urgent review."""
        screen_next(scored)
        path, bound = open_next(self.moderator)
        answer = self.moderator.browser.post(f"{path}/{act}", data={**bound, **fields})
        assert answer.status_code == 303, answer.text

    def write(self) -> None:
        """Draft, preview, and texts that are published, returned, declined, withdrawn, held and waiting."""
        self.send("draft", draft_wanted="yes")
        self.send("preview", preview="yes")
        self.send("published text", title=f"About {word('published title')}")
        self.decide("publish")
        self.send("returned text")
        reason = f"Please leave out {word('reason of a decision')}, then it can appear."
        self.decide("return", reason="return-details", note=reason)
        declined = self.send("declined text")
        self.decide("decline", reason="decline-hostile", note=reason)
        with writing():
            db.session.execute(db.text("UPDATE revision SET grace_until = 1 WHERE grace_until IS NOT NULL"))
        appeal = {"note": f"Please look again, {word('appeal')}."}
        assert self.member.post(f"{declined}/appeal", data=appeal).status_code == 303
        withdrawn = self.send("withdrawn text")
        assert self.member.post(f"{withdrawn}/withdraw").status_code == 303
        self.member.get("/mine")
        self.talk()

    def talk(self) -> None:
        """Speak with a moderator about a text, and be offered another version of it."""
        path = self.send("waiting text")
        screen_next(scored)
        card, bound = open_next(self.moderator)
        words = {"note": f"How are you now, {word('conversation of the moderator')}?"}
        while (
            "waiting text" not in card and word("waiting text") not in self.moderator.browser.get(card).text
        ):
            self.moderator.browser.post(f"{card}/release")
            self.moderator.browser.post(f"{card}/escalate", data={**bound, "note": "For you, please."})
            card, bound = open_next(self.moderator)
        assert self.moderator.browser.post(f"{card}/hold", data={**bound, **words}).status_code == 303
        form = hidden_fields(self.member.get(path).text)
        form |= {"note": f"Better, {word('conversation of the author')}.", "form_key": new_id()}
        assert self.member.post(f"{path}/write", data=form).status_code == 303
        self.moderator.browser.post(f"{card}/claim")
        bound = hidden_fields(self.moderator.browser.get(card).text)
        masked = {
            "title": "Later",
            "body": f"Tonight {word('masked text')} again.",
            "note": "A gentler version.",
        }
        assert self.moderator.browser.post(f"{card}/propose", data={**bound, **masked}).status_code == 303
        note = {"desk_note": f"They sounded low, {word('care note')}."}
        assert self.moderator.browser.post(f"{card}/note", data=note).status_code == 303
        left = {"kind": "handover", "note": f"Please look in later, {word('hand-over')}."}
        assert self.moderator.browser.post("/moderation/notes", data=left).status_code == 303

    def live(self) -> None:
        """Search, read, set a goal, check in, react, report."""
        thread = LINK_TO_THREAD.search(self.member.get(f"/c/{self.circle}").text).group(1)
        page = self.member.get(thread).text
        self.member.post("/search", data={"query": word("search")})
        goal = {"name": word("goal"), "step": word("goal"), "before": "3", "form_key": new_id()}
        assert self.member.post("/goals", data=goal).status_code == 303
        goal_path = re.search(r'href="(/goals/\d+)"', self.member.get("/goals").text).group(1)
        obstacle = {"hindrance": word("obstacle"), "answer": word("obstacle"), "form_key": new_id()}
        assert self.member.post(f"{goal_path}/obstacles", data=obstacle).status_code == 303
        note = {"emotional": "8", "note": word("check-in"), "form_key": new_id()}
        assert self.member.post("/check-in", data=note).status_code == 303
        reader = Person(self.app).browser
        reader.environ_base.update(self.member.environ_base)
        sign = {"sign-1": word("early sign"), "who": word("early sign")}
        assert reader.post("/check-in/early-signs", data=sign).status_code == 303
        reader.post("/check-in/drop", data={"own": word("something that may wait")})
        parts = dict.fromkeys(("title", "when", "what", "how", "not_for"), f"Tea and {word('waiting card')}.")
        card = {**parts, "pseudonym": "Copper Kettle", "form_key": new_id()}
        assert reader.post("/library/new", data=card).status_code == 303
        post_id = re.search(r'action="/posts/([^/"]+)/react#', page)
        if post_id:
            self.member.post(f"/posts/{post_id.group(1)}/react", data={"word": "with-you"})
        path = re.search(r'"(/posts/[^"]+/report)"', reader.get(thread).text).group(1)
        report = {"reason": "worried", "note": f"I worry about {word('report')}."}
        reader.get(path)
        assert reader.post(path, data=report).status_code == 303

    def fail(self) -> None:
        """Go wrong in every way, with a canary in each."""
        self.app.config["PROPAGATE_EXCEPTIONS"] = False
        error = word("error")
        self.member.get(f"/nothing/{word('path')}?q={error}")
        self.member.get(f"/sign-in?next=/{error}")
        self.member.get(f"/c/{self.circle}?before={error}")
        self.member.delete(f"/mine?{error}")
        self.member.get(f"/t/{error[:22]:_<22}")
        self.member.post("/search", data={"query": word("without a token")}, csrf=False)
        self.member.post("/search", data={"query": "x", "page": error, "more": word("too large") * 20_000})
        self.break_something()
        self.lock_the_database()
        for _turn in range(25):
            self.member.post("/sign-in", data={"sign_in_name": error, "passphrase": error})

    def break_something(self) -> None:
        """A fault of the program that quotes what somebody wrote."""

        def broken(**_kwargs: str) -> str:
            raise ValueError(f"cannot read {word('exception')}")

        whole = self.app.view_functions["reading.home"]
        self.app.view_functions["reading.home"] = broken
        assert self.member.get("/").status_code == 500
        self.app.view_functions["reading.home"] = whole

    def lock_the_database(self) -> None:
        """A writer that does not let go, in another process's connection."""
        file = self.app.extensions["kindred.settings"].data_dir / "forum.sqlite3"
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        note = {"emotional": "8", "note": word("while the database is away"), "form_key": new_id()}
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert self.member.post("/check-in", data=note).status_code == 503
            other.execute("ROLLBACK")

    def all(self) -> None:
        """The whole day."""
        self.join()
        self.write()
        self.live()
        self.fail()
        assert now()
        self.member.post("/leave")
