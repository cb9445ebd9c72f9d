"""What members get to see of what they type."""

from __future__ import annotations

import ast
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import forum
from forum.text import render as rendering
from forum.text import verify
from forum.text.cli import render as render_command
from forum.text.refusal import MESSAGES, TextRefused
from forum.text.render import check_title, escaped, excerpt, plain_text, render, render_lines
from tests.text.hostile_texts import REL, faults

A = f'rel="{REL}"'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("one\ntwo\r\nthree", "<p>one<br>\ntwo<br>\nthree</p>\n"),
        ("*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>\n"),
        ("# Big *day*", "<p><strong>Big <em>day</em></strong></p>\n"),
        ("under\n---", "<p>under</p>\n<hr>\n"),
        ("> said\n\nmine", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>mine</p>\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("2019. That was the year.", "<p>2019. That was the year.</p>\n"),
        ("- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"),
        ("    a deep breath", "<p>a deep breath</p>\n"),
        ("```sh\na < b\n```", "<pre><code>a &lt; b\n</code></pre>\n"),
        ("<b>x</b> &lt; &", "<p>&lt;b&gt;x&lt;/b&gt; &amp;lt; &amp;</p>\n"),
        ("#tired", "<p>#tired</p>\n"),
    ],
)
def test_what_is_typed_is_what_is_shown(source: str, html: str) -> None:
    assert render(source).html == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "[help](https://a.example/x?b=1&c=2)",
            f'<a href="https://a.example/x?b=1&amp;c=2" {A}>help (a.example)</a>',
        ),
        (
            "[bank.example](https://x.example)",
            f'<a href="https://x.example" {A}>bank.example (x.example)</a>',
        ),
        (
            "[https://bank.example](https://x.example)",
            f'<a href="https://x.example" {A}>https://bank.example (x.example)</a>',
        ),
        ("<https://a.example/>", f'<a href="https://a.example/" {A}>https://a.example/</a>'),
        ("[a.example](HTTPS://A.example)", f'<a href="https://a.example" {A}>a.example</a>'),
        ("[](https://a.example)", f'<a href="https://a.example" {A}>a.example</a>'),
        ("[*soft*](https://a.example)", f'<a href="https://a.example" {A}><em>soft</em> (a.example)</a>'),
        ("[x](https://a.example/caf\u00e9)", f'<a href="https://a.example/caf%C3%A9" {A}>x (a.example)</a>'),
        ("[x](javascript:alert)", "x"),
        ("[x](/join)", "x"),
        ('[x](https://a.example "t")', f'<a href="https://a.example" {A}>x (a.example)</a>'),
        ("![cat](https://a.example/c.png)", f'!<a href="https://a.example/c.png" {A}>cat (a.example)</a>'),
        ("https://a.example", "https://a.example"),
    ],
)
def test_links_say_where_they_lead(source: str, html: str) -> None:
    assert render(source).html == f"<p>{html}</p>\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x" * 8001, "too long"),
        ("", "empty"),
        (" \n\u200b\u3164", "empty"),
        ("[x](https://a.example) " * 6, "too many links"),
        ("https://a.example\n\n" * 6, "too many links"),
        ("```\n" + "www.a.example " * 6 + "\n```", "too many links"),
        (">" * 7 + " x", "too deep"),
        ("\n".join("  " * level + "- x" for level in range(7)), "too deep"),
        ("> - > - > - > x", "too deep"),
        ("**a " * 7 + "b** " * 7, "too deep"),
        ("[" * 401, "too much formatting"),
        ("- a\n" * 490, "too much formatting"),
        ("*" * 1001, "too much formatting"),
        ("a\n" * 1002, "too much formatting"),
        ("a\ud800b", "broken character"),
        ("a\udc00\ud800", "broken character"),
        ("a\x00b", "control character"),
        ("a\x85b", "control character"),
        ("\x1b[31m", "control character"),
    ],
)
def test_a_text_that_cannot_be_taken_is_refused_with_its_reason(source: str, reason: str) -> None:
    with pytest.raises(TextRefused) as refused:
        render(source)
    assert (refused.value.field, refused.value.reason) == ("body", reason)
    assert refused.value.message == MESSAGES[reason]
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "source",
    [
        "x" * 8000,
        "x\r\n" * 4000,
        "[x](https://a.example) " * 5,
        ">" * 6 + " x",
        "\n".join("  " * level + "- x" for level in range(6)),
        "a line of some words\n" * 380,
    ],
)
def test_a_text_just_inside_the_limits_is_taken(source: str) -> None:
    if source.count("\n") < 3000:
        assert render(source).html
    else:
        with pytest.raises(
            TextRefused, match="too much formatting"
        ):  # counted by line ends once: not too long
            render(source)


def test_plain_text_has_one_line_for_each_thing_said() -> None:
    page = render("# Hi\n\none\ntwo\n\n- a\n- b & c\n\n> [q](https://a.example)\n\n```\nx < y\n```")
    assert page.plain == "Hi\none\ntwo\na\nb & c\nq (a.example)\nx < y"
    assert page.plain == plain_text(page.html)


def test_an_excerpt_ends_at_a_word() -> None:
    assert excerpt("short\nwords", 20) == "short words"
    assert excerpt("one two three", 8) == "one two…"
    assert excerpt("one two, three", 9) == "one two…"
    assert excerpt("one twothree", 9) == "one…"
    assert excerpt("x" * 30, 10) == "x" * 9 + "…"


@given(st.text(max_size=200), st.integers(min_value=2, max_value=60))
def test_an_excerpt_is_never_longer_than_asked(plain: str, length: int) -> None:
    assert len(excerpt(plain, length)) <= length


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("", "empty"),
        (" \u200b ", "empty"),
        ("x" * 121, "too long"),
        ("a\nb", "more than one line"),
        ("a\tb", "more than one line"),
        ("a\u2028b", "more than one line"),
        ("a\x07", "control character"),
        ("\udfff", "broken character"),
    ],
)
def test_a_title_that_cannot_be_taken_is_refused(title: str, reason: str) -> None:
    with pytest.raises(TextRefused) as refused:
        check_title(title)
    assert (refused.value.field, refused.value.reason) == ("title", reason)


def test_a_title_is_shown_as_text_without_what_hides_or_reorders() -> None:
    assert check_title("  <b>Long \u202eshifts\u200b</b> ") == "<b>Long shifts</b>"
    assert check_title("x" * 120) == "x" * 120


def test_render_lines_answers_each_line_in_ascii_and_never_stops() -> None:
    lines: list[str | bytes] = [
        '{"id": "a", "text": "caf\u00e9 *x*"}',
        b'{"id": 2, "text": "\\ud800"}\n',
        "\n",
        '{"id": "\\udfff", "text": "ok"}',
        "no json",
        b"\xff\xfe",
        "[" * 100_000,
        "[1]",
        '{"id": NaN, "text": "x"}',
        '{"id": {"a": 1}, "text": "x"}',
        '{"id": 3}',
    ]
    out = io.StringIO()
    assert render_lines(lines, out) == 5
    assert out.getvalue().isascii()
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert answers == [
        {"id": "a", "html": "<p>caf\u00e9 <em>x</em></p>\n"},
        {"id": 2, "refused": "broken character"},
        {"id": "\udfff", "html": "<p>ok</p>\n"},
        {"id": None, "refused": "not JSON"},
        {"id": None, "refused": "not UTF-8"},
        {"id": None, "refused": "not JSON"},
        {"id": None, "refused": "not a JSON object"},
        {"id": None, "html": "<p>x</p>\n"},
        {"id": None, "html": "<p>x</p>\n"},
        {"id": 3, "refused": "no text"},
    ]


MARKUP = (
    "[ ]( ) ![ < > </ /> <a <script> <svg/onload= <!-- --> & &lt; &#60; ` ``` ~~~ * ** _ # - 1. 2) = "
    "\" ' \\ javascript: https://a.example //a.example @ : data:text/html, href= \u200b \u202e \u0301 \u200d "
    "\ufe0f \u0645 \u094d \U0001f468 \U0001f3f4 \U000e0067 \U000e007f \ufdd0 \u00e9"
)
SPACING = ["\n", "\n\n", "    ", "\t", "> ", "- ", " ", "word", "\u2028"]
PIECES = st.sampled_from(MARKUP.split(" ") + SPACING)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join))
def test_no_text_at_all_gets_past_the_oracle_or_raises_something_else(source: str) -> None:
    before = rendering.alarms.raised
    try:
        page = render(source)
    except TextRefused:
        return
    assert faults(page.html) == []
    assert rendering._cleaner().clean(page.html) == page.html
    assert verify.is_harmless(page.html)
    assert rendering.alarms.raised == before


@given(st.text(max_size=300))
def test_escaped_text_is_always_harmless(text: str) -> None:
    assert verify.is_harmless(escaped(text))


@pytest.mark.parametrize(
    "html",
    [
        "<p>x",
        "x</p>",
        "<p><em>x</p></em>",
        "<P>x</P>",
        "<p class=a>x</p>",
        "<p >x</p>",
        "<br/>",
        "<br></br>",
        "a < b",
        "a > b",
        "<!-- x -->",
        "<!doctype html>",
        "<?x?>",
        "<![CDATA[x]]>",
        "<script>x</script>",
        "<a>x</a>",
        '<a href="https://a.example">x</a>',
        f'<a {A} href="https://a.example">x</a>',
        f'<a href="https://a.example" {A} id="x">x</a>',
        f'<a href="//a.example" {A}>x</a>',
        f'<a href="https://a" {A}>x</a>',
        f'<a href="https://u@a.example" {A}>x</a>',
        f'<a href="https://a.example:1" {A}>x</a>',
        f'<a href="https://a.example:x" {A}>x</a>',
        f'<a href="https://127.1" {A}>x</a>',
        f'<a href="https://[::1" {A}>x</a>',
        f'<a href="https://ex\u00e4mple.example" {A}>x</a>',
        f'<a href="https://a.example/&#9;x" {A}>x</a>',
        f'<a href="javascript:x" {A}>x</a>',
    ],
)
def test_the_verifier_accepts_nothing_outside_its_grammar(html: str) -> None:
    assert not verify.is_harmless(html)


def test_a_moderator_reads_the_source_with_marks_and_nothing_in_it_is_markup() -> None:
    assert rendering.marked_text("a <b>\nc", [(2, 5), (3, 4), (6, 7), (5, 99)]) == (
        "<p>a <mark>&lt;b&gt;</mark><br><mark>c</mark></p>"
    )
    assert rendering.marked_text("one two three", [(0, 7), (4, 13)]) == "<p><mark>one two three</mark></p>"
    assert rendering.marked_text('"x"', []) == "<p>&quot;x&quot;</p>"


def test_markup_is_made_in_one_place_only() -> None:
    """`Markup`, `|safe` and autoescape off: each would let text into a page unescaped."""
    root = Path(forum.__file__).parent
    uses = []
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = (
                called.id
                if isinstance(called, ast.Name)
                else called.attr
                if isinstance(called, ast.Attribute)
                else ""
            )
            if name in ("Markup", "HTMLString") or (
                isinstance(node, ast.Attribute) and node.attr == "Markup"
            ):
                uses.append(path.relative_to(root).as_posix())
    # Catalogues are ours; what is filled into their strings is escaped.
    assert sorted(uses) == ["text/render.py", "web/languages.py", "web/languages.py"]
    templates = [
        path.read_text("utf-8") for path in root.rglob("*") if path.suffix in (".html", ".xml", ".jinja")
    ]
    assert not [text for text in templates if "|safe" in text.replace(" ", "") or "autoescape false" in text]
    assert str(rendering.as_markup("<p>x</p>").__html__()) == "<p>x</p>"


TRANSLATED = re.compile(r"\b(?:_|gettext|ngettext)\((?!['\"])([a-z_.]+)")
OURS = ("care/", "moderation/review.html starter.text")


def test_only_our_own_words_are_looked_up_in_a_catalogue() -> None:
    """What a template hands to `_` counts as ready for the page, so it may never be what somebody wrote.

    The directory of help and the starters of a conversation are files of ours.
    """
    root = Path(forum.__file__).parent / "templates"
    found = [
        f"{path.relative_to(root).as_posix()} {name}"
        for path in root.rglob("*.html")
        for name in TRANSLATED.findall(path.read_text("utf-8"))
    ]
    assert [one for one in found if not one.startswith(OURS)] == []
    assert len(found) > 5


def test_the_command_renders_what_comes_in() -> None:
    answer = CliRunner().invoke(render_command, input='{"id": 1, "text": "*hi*"}\n')
    assert json.loads(answer.output) == {"id": 1, "html": "<p><em>hi</em></p>\n"}
