"""The look keeps its own rules: sizes, contrasts in both schemes, macros that name hints and errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from flask_wtf import CSRFProtect
from wtforms import Form, RadioField, SelectChoice, StringField, TextAreaField

FORUM = Path(__file__).parents[2] / "forum"
STYLE = (FORUM / "static" / "site.css").read_text(encoding="utf-8")
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in (FORUM / "static").glob("*.js")}
TEMPLATES = sorted((FORUM / "templates").rglob("*.html"))
GROUNDS = ("paper", "surface", "sunk")
TONES = ("brand", "warm", "sun", "sky", "alert")
USE_FORM = "{% import 'components/form.html' as f %}"


def tokens(scheme: str) -> dict[str, str]:
    """The colours of a scheme; dark ones stand on top of the light ones."""
    light, dark = STYLE.split("@media (prefers-color-scheme: dark)")[0:2]
    found = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,6})\b", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,6})\b", dark.split("@layer")[0]))
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, from 0 to 1."""
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_every_ground(scheme: str) -> None:
    colours = tokens(scheme)
    pairs = [(word, ground) for ground in GROUNDS for word in ("ink", "ink-soft", "brand")]
    pairs += [(tone, f"{tone}-soft") for tone in TONES]
    pairs += [("ink", f"{tone}-soft") for tone in TONES]
    pairs += [(tone, "surface") for tone in TONES] + [("on-fill", "fill")]
    weak = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in weak.items() if value < 4.5} == {}
    assert contrast("#f8f4ed", colours["leave"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_can_be_used_has_an_edge_and_a_focus_that_show(scheme: str) -> None:
    colours = tokens(scheme)
    for ground in GROUNDS:
        assert contrast(colours["edge"], colours[ground]) >= 3
        assert contrast(colours["focus"], colours[ground]) >= 3


def test_style_and_script_stay_small_and_at_home() -> None:
    assert len(STYLE.encode()) <= 18 * 1024
    assert {name for name, words in SCRIPTS.items() if len(words.encode()) > 5 * 1024} == set()
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    outward = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|https?:")
    assert {name for name, words in SCRIPTS.items() if outward.search(words)} == set()


def test_every_class_of_a_template_is_in_the_stylesheet() -> None:
    styled = set(re.findall(r"\.([a-z][a-z-]*)", STYLE)) | {"next", "tag-plain", "notice-info"}
    for template in TEMPLATES:
        text = re.sub(
            r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", " ", template.read_text(encoding="utf-8"), flags=re.S
        )
        used = {name for names in re.findall(r'class="([^"]*)"', text) for name in names.split()}
        assert {name for name in used if not name.endswith("-")} - styled == set(), template.name


def test_no_template_holds_style_or_script_of_its_own() -> None:
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), template.name
        assert re.findall(r"<script[^>]*>(?!</script>)", text) == [], template.name


@pytest.fixture
def bare() -> Iterator[Flask]:
    """The templates alone, without a database."""
    app = Flask("look", template_folder=str(FORUM / "templates"), static_folder=str(FORUM / "static"))
    app.config["SECRET_KEY"] = "a key for tests"
    app.jinja_env.globals["asset"] = str
    Babel(app)
    CSRFProtect(app)
    with app.test_request_context("/"):
        yield app


def test_leaving_comes_first_then_the_skip_link(bare: Flask) -> None:
    html = render_template_string("{% extends 'base.html' %}", bare=True)
    body = html[html.index("<body") :]
    first = re.findall(r"<(?:button|a|input)\b[^>]*>([^<]*)", body)[:2]
    assert first == ["Leave this site", "Skip to the page"]
    assert 'action="/leave"' in body
    assert "csrf_token" not in body


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_an_error_page_gives_back_what_was_typed(bare: Flask, code: int) -> None:
    html = bare.jinja_env.get_template(f"errors/{code}.html").render(
        kept={"Title": "A < B", "Text": "line\nline"}, fields=[("title", "A < B")], send_to="/t/x"
    )
    assert "A &lt; B" in html
    assert "line\nline</textarea>" in html
    assert 'href="/help"' in html


def test_a_field_names_its_hint_and_error(bare: Flask) -> None:
    html = render_template_string(
        USE_FORM + "{{ f.text('title', 'Title', 'A \" B', 'Too short', 'A hint') }}"
    )
    assert '<label for="title">Title</label>' in html
    assert 'aria-describedby="title-hint title-error" aria-invalid="true"' in html
    assert 'value="A &#34; B"' in html
    assert 'id="title-error"' in html


def test_a_passphrase_is_never_written_back(bare: Flask) -> None:
    html = render_template_string(USE_FORM + "{{ f.text('passphrase', 'P', 'six words', type='password') }}")
    assert "six words" not in html


def test_macros_read_a_wtforms_field(bare: Flask) -> None:
    class Small(Form):
        title = StringField("Title", description="A hint")
        body = TextAreaField("Words")
        kind = RadioField(
            "Kind", choices=[SelectChoice("story", "Story"), SelectChoice("question", "Question")]
        )

    form = Small(data={"title": "Mine", "body": "\nkept", "kind": "question"})
    form.body.errors = ["Too long"]
    html = render_template_string(
        USE_FORM + "{{ f.text(form.title) }}{{ f.textarea(form.body, max=8000) }}{{ f.radios(form.kind) }}"
        "{{ f.error_summary({'body': form.body.errors}) }}",
        form=form,
    )
    assert '<label for="title">Title</label>' in html
    assert 'id="title-hint">A hint<' in html
    assert 'aria-describedby="body-count body-error" aria-invalid="true">\n\nkept</textarea>' in html
    assert 'value="question" checked required' in html
    assert '<a href="#body">Too long</a>' in html


def test_an_error_summary_without_errors_is_nothing(bare: Flask) -> None:
    assert render_template_string(USE_FORM + "{{ f.error_summary({}) }}").strip() == ""


def test_a_content_note_folds_the_post(bare: Flask) -> None:
    post = {"id": "p", "pseudonym": "Quiet Heron", "content_note": "Loss", "html": "<b>", "day": "today"}
    html = render_template_string("{% from 'components/post.html' import post %}{{ post(item) }}", item=post)
    assert html.index("<details") < html.index("Loss") < html.index("&lt;b&gt;") < html.index("</details>")
