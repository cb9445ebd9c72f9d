"""The forms in which members write. They check shape; whether a text may be taken is a rule."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from forum.circles import rules
from forum.content import content_notes

KIND_WORDS = {
    "story": _l("A story: something I live through"),
    "challenge": _l("A challenge: something I want to get through"),
    "question": _l("A question"),
    "celebration": _l("A celebration, of any size"),
    "workshop": _l("A workshop: find a new way of coping together"),
}
WISH_WORDS = {"listen": _l("Please just listen"), "advice": _l("Advice is welcome")}
MODE_WORDS = {
    "support": _l("Support"),
    "experience": _l("My own experience"),
    "advice": _l("Advice"),
    "question": _l("A question"),
}


class TextForm(Form):
    """What every form in which a text is written has."""

    body = TextAreaField(_l("Your words"), [InputRequired(_l("Please write something first."))])
    content_note = SelectField(
        _l("Content note"),
        [Optional()],
        choices=[("", _l("none"))] + [(note.id, note.label) for note in content_notes()],
        default="",
        validate_choice=False,
    )
    form_key = HiddenField(
        validators=[InputRequired(_l("This form has expired. Please send it again.")), Length(max=40)]
    )


class ReplyForm(TextForm):
    """A reply."""

    mode = RadioField(
        _l("What I bring"),
        choices=[(mode, MODE_WORDS[mode]) for mode in rules.REPLY_MODES],
        default="support",
    )
    pseudonym = StringField(_l("The name you write under"), [InputRequired(_l("Please choose a name."))])


class OpeningForm(TextForm):
    """The opening of a thread."""

    kind = RadioField(
        _l("What is it"),
        choices=[(kind, KIND_WORDS[kind]) for kind in rules.THREAD_KINDS],
        default="story",
    )
    wish = RadioField(
        _l("What would help"),
        choices=[(wish, WISH_WORDS[wish]) for wish in rules.WISHES],
        default="listen",
    )
    title = StringField(_l("Title"), [InputRequired(_l("Please give it a title; a few words are enough."))])
    topics = SelectMultipleField(_l("Topics"), choices=[], validate_choice=False)
    pseudonym = StringField(_l("The name you write under"), [InputRequired(_l("Please choose a name."))])


class RevisionForm(TextForm):
    """A newer version of one's own post."""

    title = StringField(_l("Title"), [Optional()])


class WordForm(Form):
    """A private word to the moderators."""

    note = TextAreaField(
        _l("Your words to the moderators"),
        [
            InputRequired(_l("Please write something first.")),
            Length(max=4000, message=_l("That is too long.")),
        ],
    )
    form_key = HiddenField(validators=[InputRequired(), Length(max=40)])
