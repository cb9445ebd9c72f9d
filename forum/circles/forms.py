"""The forms in which members write. They check shape; whether a text may be taken is a rule."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from forum.circles import rules
from forum.content import content_notes
from forum.storage.types import ID_LENGTH
from forum.web.forms import Form


def _choices(values: tuple[str, ...]) -> list[SelectChoice]:
    return [SelectChoice(value, value) for value in values]


class TextForm(Form):
    """What every form in which a text is written has."""

    body = TextAreaField(validators=[InputRequired(_l("Please write something first."))])
    content_note = SelectField(
        validators=[Optional()],
        choices=_choices(("", *(note.id for note in content_notes()))),
        default="",
        validate_choice=False,
    )
    form_key = HiddenField(
        validators=[InputRequired(_l("This form has expired. Please send it again.")), Length(max=40)]
    )


class ReplyForm(TextForm):
    """A reply."""

    mode = RadioField(choices=_choices(rules.REPLY_MODES), default="support")
    card = StringField(validators=[Optional(), Length(max=ID_LENGTH)], default="")
    pseudonym = StringField(validators=[InputRequired(_l("Please choose a name."))])


class OpeningForm(TextForm):
    """The opening of a thread."""

    kind = RadioField(choices=_choices(rules.THREAD_KINDS), default="story")
    wish = RadioField(choices=_choices(rules.WISHES), default="listen")
    title = StringField(validators=[InputRequired(_l("Please give it a title; a few words are enough."))])
    topics = SelectMultipleField(choices=[], validate_choice=False)
    pseudonym = StringField(validators=[InputRequired(_l("Please choose a name."))])


class RevisionForm(TextForm):
    """A newer version of one's own post."""

    title = StringField(validators=[Optional()])


class TalkForm(Form):
    """What a member tells the moderators, and under which name."""

    note = TextAreaField(
        validators=[
            InputRequired(_l("Please write something first.")),
            Length(max=4000, message=_l("That is longer than 4,000 characters. Please shorten it a little.")),
        ]
    )
    pseudonym = StringField(validators=[InputRequired(_l("Please choose a name."))])
    form_key = HiddenField(
        validators=[InputRequired(_l("This form has expired. Please send it again.")), Length(max=40)]
    )


class WordForm(Form):
    """A private word to the moderators."""

    note = TextAreaField(
        validators=[
            InputRequired(_l("Please write something first.")),
            Length(max=4000, message=_l("That is too long.")),
        ]
    )
    form_key = HiddenField(validators=[InputRequired(), Length(max=40)])
