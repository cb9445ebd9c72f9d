"""What is made ready before a text is taken: checked, rendered, read by the care rules. No database here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from forum.circles import watching
from forum.circles.content import Content
from forum.content import content_notes
from forum.screening.aim import aim_of
from forum.screening.care import read_care
from forum.screening.contempt import read_contempt
from forum.screening.findings import Aim, Care, Contempt, Lane
from forum.screening.lanes import flags_for, lane_for
from forum.text.coach import advises
from forum.text.render import RENDERER, check_title, render

UNASKED = "advice-unasked"
"""The mark on advice where a thread asked to be heard. It decides nothing."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text that may be taken: its parts, its HTML, and what the care rules say of it."""

    title: str
    body: str
    note: str
    html: str
    plain: str
    renderer: int
    care: Care = field(default_factory=Care)
    contempt: Contempt = field(default_factory=Contempt)
    aim: Aim = "unclear"
    lane: Lane = "routine"
    flags: tuple[str, ...] = ()
    card: str = ""
    advises: bool = False

    def content(self, name: str) -> Content:
        """Everything that others will read, under a name."""
        return Content(self.title, self.body, name, self.note, self.html, self.plain, self.card)


def heeding(written: Written, wish: str) -> Written:
    """A reply as moderators see it in a thread with a wish: marked where advice was not asked for."""
    if wish != "listen" or not written.advises:
        return written
    return replace(written, flags=(*written.flags, UNASKED))


def make_ready(title: str, body: str, note: str, *, is_opening: bool, card: str = "") -> Written:
    """Check, render and read a text. Raises `TextRefused` naming the field and the reason.

    Only the care rules run here; the classifier scores later, in a process of its own.
    """
    shown_title = check_title(title) if is_opening else ""
    rendered = render(body)
    whole = f"{title}\n{body}" if is_opening else body
    care, contempt = read_care(whole), read_contempt(whole)
    aim = aim_of(whole, contempt)
    seen = watching.noticed(whole)
    flags = flags_for(care, {}, aim, contempt)
    return Written(
        title=shown_title,
        body=body,
        note=note if note in {known.id for known in content_notes()} else "",
        html=rendered.html,
        plain=rendered.plain,
        renderer=RENDERER,
        care=care,
        contempt=contempt,
        aim=aim,
        lane="care" if seen.care else lane_for(care, {}, aim, (), contempt),
        flags=(*flags, watching.WATCHED) if seen.look else flags,
        card=card,
        advises=not is_opening and advises(body),
    )
