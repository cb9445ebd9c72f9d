"""What members and moderators do, over HTTP and through the forms of the pages."""

from __future__ import annotations

import copy
import http.client
import random
import re
import threading
import time
from dataclasses import dataclass, field
from html import unescape
from itertools import count

from tests.load.book import Book
from tests.served import Browser, select_nothing

MARK = re.compile(r"\bzq\d{6}zq\b")
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
THREAD = re.compile(r'href="(/t/[A-Za-z0-9_-]{22})"')
REACT = re.compile(r'action="(/posts/[A-Za-z0-9_-]{22}/react)"')
NO_ANSWER = (0, 503)
TRIES = 20
PAUSE = 1.0
SENTENCES = (
    "It was a long week and I am tired of being tired.",
    "The ward was short again and nobody said thank you.",
    "I sat in the car for a while before I could drive home.",
    "A walk around the block helped more than I thought.",
    "How do you leave work at work?",
    "You are useless and everybody on the late shift knows it.",
    "I keep thinking that I am the only one who cannot cope.",
    "Thank you for writing this. It is the same with us.",
)
_numbers = count(1)


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form on a page that leads to an address; empty where there is none."""
    _before, found, rest = page.partition(f'action="{action}')
    fields = HIDDEN.findall(rest.partition("</form>")[0]) if found else []
    return {name: unescape(value) for name, value in fields}


@dataclass
class Visitor:
    """Somebody with a browser. Each request goes to one of the web processes, whichever it is."""

    book: Book
    ports: tuple[int, ...]
    chance: random.Random
    cookie: str = ""
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Browser(self.ports[0])
        if self.cookie:
            self.browser.cookies["kindred"] = self.cookie

    def get(self, kind: str, path: str) -> tuple[int, str]:
        """Status and page; 0 and nothing where no answer came."""
        status, page, _headers = self.ask(self.browser, kind, path, None)
        return status, page

    def post(self, kind: str, path: str, fields: dict[str, str]) -> tuple[int, str, dict[str, str]]:
        """Send a form once."""
        return self.ask(self.browser, kind, path, fields)

    def ask(
        self, browser: Browser, kind: str, path: str, fields: dict[str, str] | None
    ) -> tuple[int, str, dict[str, str]]:
        """Ask one of the web processes; what comes is entered into the book."""
        browser.port = self.chance.choice(self.ports)
        started = time.monotonic()
        try:
            answer = browser.get(path) if fields is None else browser.post(path, **fields)
        except (OSError, http.client.HTTPException):
            answer = (0, "", {})
        self.book.note(kind, answer[0], started)
        if answer[0] == 503 and not int(answer[2].get("Retry-After", 0)):
            self.book.complain(f"503 without Retry-After for {kind}")
        return answer


@dataclass
class Member(Visitor):
    """A member who reads much, writes now and then, clicks twice, and sends again what was not answered."""

    circles: tuple[str, ...] = ()
    name: str = ""
    own: list[str] = field(default_factory=list)
    own_marks: set[str] = field(default_factory=set)

    def step(self) -> None:
        """Do one of the things that members do."""
        acts = (self.read, self.reply, self.open, self.follow, self.live, self.change)
        (act,) = self.chance.choices(acts, (60, 8, 5, 12, 11, 4))
        act()

    def look(self, kind: str, path: str) -> str:
        """Open a page, and note which texts of others stand on it."""
        _status, page = self.get(kind, path)
        self.book.see(set(MARK.findall(page)) - self.own_marks, time.monotonic())
        return page

    def thread(self) -> tuple[str, str]:
        """A thread that can be read, and its page; "" where there is none yet."""
        listed = self.look("circle", f"/c/{self.chance.choice(self.circles)}")
        found = THREAD.findall(listed)
        path = self.chance.choice(found) if found else ""
        return (path, self.look("thread", path)) if path else ("", "")

    def read(self) -> None:
        """Read: the first page, a circle, a thread, the library, the help."""
        other = self.chance.choice(("/", "/help", "/library", "/needs-a-reply", "/rules"))
        self.thread() if self.chance.random() < 0.7 else self.look("other page", other)

    def reply(self) -> None:
        """Reply to a thread, with a preview before every third time."""
        path, page = self.thread()
        fields = form_of(page, f"{path}#reply") if path else {}
        if "form_key" not in fields:
            return
        fields |= {"mode": "support", "body": self.words(), "pseudonym": self.name}
        if self.chance.random() < 0.3:
            self.post("preview", path, {**fields, "preview": "yes"})
        self.send("reply", path, fields)

    def open(self) -> None:
        """Open a thread."""
        path = f"/c/{self.chance.choice(self.circles)}/new"
        fields = form_of(self.get("form", path)[1], path)
        if "form_key" not in fields:
            return
        fields |= {"kind": "story", "wish": "advice", "title": "After the shift", "pseudonym": self.name}
        self.send("open", path, fields | {"body": self.words()})

    def words(self) -> str:
        """A text with a mark that no other text has."""
        mark = f"zq{next(_numbers):06}zq"
        self.own_marks.add(mark)
        return " ".join((*self.chance.choices(SENTENCES, k=self.chance.randint(1, 12)), mark))

    def send(self, kind: str, path: str, fields: dict[str, str]) -> None:
        """Send a text until it is answered, as people press a button again; at times with a double click."""
        twin = copy.copy(self.browser)
        twin.cookies = dict(self.browser.cookies)
        second = threading.Thread(target=self._once, args=(twin, f"{kind} twice", path, fields))
        clicks_twice = self.chance.random() < 0.15
        if clicks_twice:
            second.start()
        for _turn in range(TRIES):
            if self._once(self.browser, kind, path, fields):
                break
            select_nothing(PAUSE)
        else:
            self.book.complain(f"{kind} was never answered")
        if clicks_twice:
            second.join()

    def _once(self, browser: Browser, kind: str, path: str, fields: dict[str, str]) -> bool:
        """Whether the forum said what became of the text."""
        status, page, headers = self.ask(browser, kind, path, fields)
        if status == 303:
            post_id = headers["Location"].rsplit("/", 1)[1]
            self.book.receive(fields["form_key"], fields["body"], post_id)
            if post_id not in self.own:
                self.own.append(post_id)
        elif status:
            if MARK.findall(fields["body"])[0] not in page:
                self.book.complain(f"{status} for {kind} has lost the text")
            if status not in NO_ANSWER:
                self.book.refuse(f"{kind}: {status}")
        return status not in NO_ANSWER

    def follow(self) -> None:
        """Look how one's own texts stand; one is withdrawn now and then."""
        self.get("mine", "/mine")
        if self.own:
            path = f"/mine/{self.chance.choice(self.own)}"
            self.get("mine", path)
            if self.chance.random() < 0.15:
                self.post("withdraw", f"{path}/withdraw", {})
        self.get("notices", "/notices")

    def change(self) -> None:
        """Send a newer version of one's own text."""
        if not self.own:
            return
        path = f"/mine/{self.chance.choice(self.own)}/edit"
        fields = form_of(self.get("form", path)[1], path)
        if "form_key" in fields:
            self.send("edit", path, {**fields, "title": "After the shift", "body": self.words()})

    def live(self) -> None:
        """Search, check in, or say "with you"."""
        act = self.chance.randrange(3)
        if act == 0:
            self.get("form", "/search")
            _status, page, _headers = self.post("search", "/search", {"query": "tired shift"})
            self.book.see(set(MARK.findall(page)) - self.own_marks, time.monotonic())
        elif act == 1:
            fields = form_of(self.get("form", "/check-in")[1], "/check-in")
            self.post("check-in", "/check-in", {**fields, "emotional": "5"})
        elif found := REACT.findall(self.thread()[1]):
            self.post("react", self.chance.choice(found), {"word": "with you"})


@dataclass
class Moderator(Visitor):
    """A moderator who takes the next review and decides it, at times with a double click."""

    decided: int = 0

    def step(self) -> None:
        """One review."""
        status, _page, headers = self.post("next", "/moderation/next", {})
        card = headers.get("Location", "")
        if status != 303 or "/reviews/" not in card:
            self.get("desk", "/moderation")
            return
        status, page = self.get("card", f"{card}?reveal=1")
        fields = form_of(page, f"{card}/return")
        if status != 200 or not fields:
            return
        act, more = self.choice()
        if act == "publish":
            self.book.will_publish(MARK.findall(page), time.monotonic())
        taken = []
        for _click in range(2 if self.chance.random() < 0.1 else 1):
            taken.append(self.post("decide", f"{card}/{act}", fields | more)[0])
        self.decided += taken.count(303)
        if taken.count(303) > 1:
            self.book.complain("two clicks made two decisions")
        if 303 not in taken:
            self.post("release", f"{card}/release", {})

    def choice(self) -> tuple[str, dict[str, str]]:
        """Publish most, return some, decline few, talk about some."""
        words = "Please take out what could point to somebody; then it can appear."
        (act,) = self.chance.choices(("publish", "return", "decline", "hold"), (80, 10, 5, 5))
        reason = {"return": "return-details", "decline": "decline-hostile"}.get(act, "")
        return act, {"reason": reason, "note": "" if act == "publish" else words}
