"""What is wrong with a form is said in words for people, whichever field it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import wtforms
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice

import forum
from forum.web.forms import Form

GARBAGE = ("", "x", "-1", "9" * 5000, "\u202e", "2026-13-40")
INSIDE = Path(wtforms.__file__).parent
BUILT_IN = re.compile(r"gettext\(\s*\"([^\"%]+)")


def built_in() -> set[str]:
    """The sentences that the library itself would say."""
    files = [INSIDE / "validators.py", *(INSIDE / "fields").glob("*.py")]
    return {words for file in files for words in BUILT_IN.findall(file.read_text())}


def all_forms(kind: type[Form] = Form) -> Iterator[type[Form]]:
    for below in kind.__subclasses__():
        yield below
        yield from all_forms(below)


def messages(kind: type[Form], typed: str) -> list[str]:
    form = kind(MultiDict(dict.fromkeys(kind()._fields, typed)))
    form.validate()
    found = list(form.errors.values())
    return [str(one) for said in found for one in (said if isinstance(said, list) else [said])]


@pytest.mark.parametrize("typed", GARBAGE)
def test_no_form_speaks_the_language_of_the_library(app: Flask, typed: str) -> None:
    kinds = [kind for kind in all_forms() if kind.__module__.startswith("forum.")]
    assert len(kinds) > 10 and len(built_in()) > 15
    with app.test_request_context():
        said = [(kind.__name__, one) for kind in kinds for one in messages(kind, typed)]
    library = built_in()
    assert [pair for pair in said if any(words in pair[1] for words in library)] == []


def test_numbers_and_choices_are_named(app: Flask) -> None:
    class Trial(Form):
        hours = wtforms.IntegerField()
        kind = wtforms.RadioField(choices=[SelectChoice("a", "A")])
        name = wtforms.StringField(validators=[wtforms.validators.InputRequired()])
        short = wtforms.StringField(validators=[wtforms.validators.Length(max=1)])

    with app.test_request_context():
        form = Trial(MultiDict({"hours": "x", "kind": "b", "short": "long"}))
        assert not form.validate()
    assert form.errors == {
        "hours": ["Please give a number, in digits."],
        "kind": ["Please choose one of the answers."],
        "name": ["Please fill this in."],
        "short": ["Please look at this once more."],
    }


def test_every_form_of_the_program_has_this_base() -> None:
    root = Path(forum.__file__).parent
    bare = re.compile(r"from wtforms import [^\n]*\bForm\b|wtforms\.Form\b|^    Form,", re.M)
    found = [file.name for file in root.rglob("*.py") if bare.search(file.read_text())]
    assert found == ["forms.py"]  # the base itself
