"""What cannot be taken as a text, decided before anything is rendered."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l

BODY_LIMIT = 8_000  # characters after line ends are counted once; DESIGN section 10
TITLE_LIMIT = 120
LINK_LIMIT = 5
NESTING_LIMIT = 6

# Measured: 8,000 times "[" keeps the parser busy for 100 ms, and 2,000 empty list items the sanitiser for
# 120 ms. Nobody writes so many; within these bounds the slowest text takes well under 250 ms.
MARK_LIMITS = {"[": 400, "*": 1_000, "_": 1_000, "`": 1_000, "<": 1_000, "\n": 1_000}
PART_LIMIT = 2_000  # tokens of the parser: starts, ends, pieces of text

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SURROGATE = re.compile("[\ud800-\udfff]")
LINE_END = re.compile("\r\n|\r")

MESSAGES = {
    "empty": _l("There is nothing to read in it yet."),
    "too long": _l("This is longer than we can show. Please shorten it a little; your text is still here."),
    "too many links": _l("There is room for five links. Please take some out; your text is still here."),
    "too deep": _l(
        "Lists and quotes can go six levels deep. Please flatten this a little; your text is still here."
    ),
    "too much formatting": _l(
        "There is more formatting here than we can show. Please use less of it; your text is still here."
    ),
    "control character": _l(
        "There is a hidden control character here. Pasting the text as plain text may help."
    ),
    "broken character": _l("One character of this text is broken. Pasting it as plain text may help."),
    "more than one line": _l("A title is one line. Please put the rest below it."),
}


class TextRefused(ValueError):
    """A text that is not taken as it is. `field` is "title" or "body", `reason` a key of `MESSAGES`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    @property
    def message(self) -> str:
        """One sentence for the person who wrote it, in the language of the request."""
        return str(MESSAGES[self.reason])


def one_kind_of_line_end(source: str) -> str:
    """The text with CRLF and CR turned to LF, as it is rendered and counted. The stored source stays."""
    return LINE_END.sub("\n", source)


def refuse_characters(source: str, field: str) -> None:
    """Raise `TextRefused` where a text holds half a surrogate pair or a control character."""
    if SURROGATE.search(source):
        raise TextRefused(field, "broken character")
    if CONTROL.search(source):
        raise TextRefused(field, "control character")
