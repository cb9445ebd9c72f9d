"""From what a member typed to HTML that cannot hurt a reader.

The order: refuse what is too large or broken, take out what hides or reorders, parse a subset of
CommonMark, keep plain web links only, sanitise with bleach, and let an independent verifier read the
result. Where the verifier objects, readers get the escaped text and an alarm is counted.
"""

from __future__ import annotations

import html
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from html.parser import HTMLParser
from itertools import count
from typing import IO, Any, NamedTuple, cast

from bleach.sanitizer import Cleaner
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.token import Token
from markupsafe import Markup

from forum.text import verify
from forum.text.lines import BadLine, entry_of, lines_of
from forum.text.links import REL, is_link_attribute, link_target
from forum.text.refusal import (
    BODY_LIMIT,
    LINK_LIMIT,
    MARK_LIMITS,
    NESTING_LIMIT,
    PART_LIMIT,
    TITLE_LIMIT,
    TextRefused,
    one_kind_of_line_end,
    refuse_characters,
)
from forum.text.shown import shown

RENDERER = 2  # raised whenever the same source would give other HTML; stored beside what was rendered

TAGS = frozenset({"p", "br", "strong", "em", "blockquote", "ul", "ol", "li", "code", "pre", "a", "hr"})

# Off: raw HTML and entities (what is typed is what is shown), images, reference links (a label far from
# its target), indented code and underlined headings (both surprise people who only meant to write).
LEFT_OUT = ["html_block", "html_inline", "entity", "image", "reference", "code", "lheading"]
# A list takes two of the parser's levels. One more than the limit is parsed, so that it can be refused.
PARSER_LEVELS = 2 * (NESTING_LIMIT + 1)

ADDRESS_IN_TEXT = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
FENCE_PARTS = 4  # one token, but two elements and their ends
NUMBERED = re.compile(r"(\d{1,9})[.)]")

logger = logging.getLogger(__name__)


class Rendered(NamedTuple):
    """A text ready to be stored beside its source: `html` for pages, `plain` for search and excerpts."""

    html: str
    plain: str


class Alarms:
    """How often the verifier objected since this process started. A count above zero is a defect."""

    def __init__(self) -> None:
        self._ticks = count(1)
        self.raised = 0

    def sound(self) -> None:
        """Count one objection. The log names no text."""
        self.raised = next(self._ticks)
        logger.error("the sanitiser let something through; the text is shown escaped")


alarms = Alarms()
_tools = threading.local()  # neither library promises that one instance may serve two threads


def render(source: str) -> Rendered:
    """Render the body of a post.

    Raises `TextRefused("body", …)` for a text over 8,000 characters, with more than five links, nested
    over six deep, with control or broken characters, with more formatting than can be shown in time, or
    with nothing visible in it.
    """
    refuse_characters(source, "body")
    text = one_kind_of_line_end(source)
    if len(text) > BODY_LIMIT:
        raise TextRefused("body", "too long")
    text = shown(text)
    if not text.strip():
        raise TextRefused("body", "empty")
    if any(text.count(mark) > limit for mark, limit in MARK_LIMITS.items()):
        raise TextRefused("body", "too much formatting")
    markdown = _markdown()
    tokens = markdown.parse(text)
    _refuse_structure(tokens)
    for token in tokens:
        if token.children:
            token.children = _with_plain_links(token.children)
    rendered = _cleaner().clean(markdown.renderer.render(tokens, markdown.options, {}))
    if not verify.is_harmless(rendered):
        alarms.sound()
        rendered = escaped(text)
    return Rendered(rendered, plain_text(rendered))


def check_title(source: str) -> str:
    """The title as it may be shown (as text, never as HTML).

    Raises `TextRefused("title", …)` where it is empty, over 120 characters, more than one line, or holds
    control or broken characters.
    """
    refuse_characters(source, "title")
    text = source.strip()
    if len(text) > TITLE_LIMIT:
        raise TextRefused("title", "too long")
    text = shown(text).strip()
    if not text:
        raise TextRefused("title", "empty")
    if re.search("[\t\n\r]", text):
        raise TextRefused("title", "more than one line")
    return text


def escaped(text: str) -> str:
    """Any text as HTML without any formatting: what readers get when rendering cannot be trusted."""
    return "<p>" + html.escape(text, quote=False).replace("\n", "<br>") + "</p>"


def as_markup(rendered_html: str) -> Markup:
    """Mark HTML made in this file as ready for a template. Elsewhere only the catalogues' words are."""
    return Markup(rendered_html)  # noqa: S704


def marked_text(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """The text as typed, escaped, with `<mark>` around the spans: how a moderator reads a source.

    Spans are offsets in the text; one that begins inside an earlier one is left out.
    """
    parts, place = [], 0
    for start, end in sorted(spans):
        if place <= start < end <= len(text):
            parts += [html.escape(text[place:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
            place = end
    parts.append(html.escape(text[place:]))
    return as_markup("<p>" + "".join(parts).replace("\n", "<br>") + "</p>")


def excerpt(plain: str, length: int) -> str:
    """The first words of a plain text, at most `length` characters with the ellipsis, on one line."""
    line = " ".join(plain.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    words = cut if line[length - 1] == " " else cut.rpartition(" ")[0]
    return (words or cut).rstrip(" ,;:") + "…"


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "li", "hr"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "blockquote", "li", "pre"):
            self.words.append("\n")


def plain_text(rendered_html: str) -> str:
    """The words of rendered HTML, one line for each paragraph, item or line break."""
    reader = _Words()
    reader.feed(rendered_html)
    reader.close()
    lines = (line.strip() for line in "".join(reader.words).split("\n"))
    return "\n".join(line for line in lines if line)


def render_lines(stream_in: Iterable[str | bytes], stream_out: IO[str]) -> int:
    """Render a JSON object `{"id", "text"}` a line; answer `{"id", "html"}` or `{"id", "refused"}` in ASCII.

    A line that holds no text is answered with why, is told on stderr with its number, and nothing ends the
    run. Returns how many such lines there were.
    """
    bad = 0
    for number, line in enumerate(lines_of(stream_in), start=1):
        try:
            asked = entry_of(line)
            if asked is None:
                continue
            answer = _answer(asked)
            problem = "no text" if answer.get("refused") == "no text" else ""
        except BadLine as error:
            problem = str(error)
            answer = {"id": None, "refused": problem}
        if problem:
            bad += 1
            print(f"line {number}: {problem}", file=sys.stderr)
        stream_out.write(json.dumps(answer, ensure_ascii=True, allow_nan=False) + "\n")
        stream_out.flush()
    return bad


def _answer(asked: dict[str, Any]) -> dict[str, str | int | None]:
    name, text = asked.get("id"), asked.get("text")
    answer: dict[str, str | int | None] = {"id": name if isinstance(name, str | int) else None}
    if not isinstance(text, str):
        return answer | {"refused": "no text"}
    try:
        return answer | {"html": render(text).html}
    except TextRefused as refused:
        return answer | {"refused": refused.reason}


def _refuse_structure(tokens: Sequence[Token]) -> None:
    links = parts = deepest = depth = 0
    for token in tokens:
        if token.type in ("blockquote_open", "bullet_list_open", "ordered_list_open"):
            depth += 1
            deepest = max(deepest, depth)
        elif token.type in ("blockquote_close", "bullet_list_close", "ordered_list_close"):
            depth -= 1
        children = token.children or ()
        parts += FENCE_PARTS if token.type == "fence" else 1 + len(children)
        deepest = max(deepest, _deepest(children))
        links += _links_in(children) if children else len(ADDRESS_IN_TEXT.findall(token.content))
    if deepest > NESTING_LIMIT:
        raise TextRefused("body", "too deep")
    if links > LINK_LIMIT:
        raise TextRefused("body", "too many links")
    if parts > PART_LIMIT:
        raise TextRefused("body", "too much formatting")


def _deepest(children: Sequence[Token]) -> int:
    depth = deepest = 0
    for child in children:
        depth += child.nesting
        deepest = max(deepest, depth)
    return deepest


def _links_in(children: Sequence[Token]) -> int:
    """Links, and addresses written as plain text outside of links."""
    found, inside = 0, False
    for child in children:
        if child.type == "link_open":
            found, inside = found + 1, True
        elif child.type == "link_close":
            inside = False
        elif not inside:
            found += len(ADDRESS_IN_TEXT.findall(child.content))
    return found


def _with_plain_links(children: Sequence[Token]) -> list[Token]:
    """Drop links that may not be; behind the others name the real host, unless it is what the words say."""
    kept: list[Token] = []
    words: list[str] = []
    link = None
    for child in children:
        if child.type == "link_open":
            link, words = link_target(str(child.attrGet("href") or "")), []
            if link is None:
                continue
            child.attrs = {"href": link.href, "rel": REL}
        elif child.type == "link_close":
            if link is None:
                continue
            said = "".join(words).strip()
            if said.removesuffix("/") not in (link.href.removesuffix("/"), link.host):
                kept.append(_text(f" ({link.host})" if said else link.host))
            link = None
        else:
            words.append(child.content)
        kept.append(child)
    return kept


def _text(content: str) -> Token:
    return Token(type="text", tag="", nesting=0, content=content)


def _list_from_one(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A numbered list begins at one. "2019. That year …" stays a sentence; as a list it would show "1."."""
    line = state.src[state.bMarks[first] + state.tShift[first] : state.eMarks[first]]
    number = NUMBERED.match(line)
    # Asked silently, the parser wants to know whether the line ends a paragraph: also a list's next item.
    return (silent or number is None or int(number[1]) == 1) and list_block(state, first, last, silent)


def _heading_opens(*_: object) -> str:
    return "<p><strong>"


def _heading_closes(*_: object) -> str:
    return "</strong></p>\n"


def _fence(tokens: Sequence[Token], at: int, *_: object) -> str:
    return f"<pre><code>{html.escape(tokens[at].content, quote=False)}</code></pre>\n"


def _markdown() -> MarkdownIt:
    if not hasattr(_tools, "markdown"):
        made = MarkdownIt("commonmark", {"html": False, "breaks": True, "xhtmlOut": False})
        made.options["maxNesting"] = PARSER_LEVELS
        made.disable(LEFT_OUT)
        made.block.ruler.at("list", _list_from_one, {"alt": ["paragraph", "reference", "blockquote"]})
        # The parser hands addresses on as typed; `link_target` alone judges them.
        vars(made).update(normalizeLink=str, normalizeLinkText=str, validateLink=lambda _typed: True)
        # A post has no outline of its own: a heading in it becomes a paragraph in strong letters.
        rules = cast("dict[str, Callable[..., str]]", cast("RendererHTML", made.renderer).rules)
        rules.update(heading_open=_heading_opens, heading_close=_heading_closes, fence=_fence)
        _tools.markdown = made
    markdown: MarkdownIt = _tools.markdown
    return markdown


def _cleaner() -> Cleaner:
    if not hasattr(_tools, "cleaner"):
        allowed: dict[str, list[str] | Callable[[str, str, str], bool]] = {"a": is_link_attribute}
        _tools.cleaner = Cleaner(
            tags=TAGS,
            attributes=allowed,
            protocols={"http", "https"},
            strip=True,
            strip_comments=True,
        )
    cleaner: Cleaner = _tools.cleaner
    return cleaner
