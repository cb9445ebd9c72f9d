"""The form of a card."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from forum.coping.rules import MOST_TAGS
from forum.storage.types import ID_LENGTH
from forum.web.forms import Form

WRITE = _l("A card has four parts; a sentence is enough for each.")


class CardForm(Form):
    """A new card, or a newer version of one."""

    title = StringField(validators=[InputRequired(_l("Please give it a title; a few words are enough."))])
    when = TextAreaField(validators=[InputRequired(WRITE)])
    what = TextAreaField(validators=[InputRequired(WRITE)])
    how = TextAreaField(validators=[InputRequired(WRITE)])
    not_for = TextAreaField(validators=[InputRequired(WRITE)])
    tags = SelectMultipleField(
        choices=[],
        validate_choice=False,
        validators=[Length(max=MOST_TAGS, message=_l("Please choose up to three topics."))],
    )
    content_note = StringField(validators=[Optional()], default="")
    form_key = HiddenField(
        validators=[InputRequired(_l("This form has expired. Please send it again.")), Length(max=40)]
    )


class NewCardForm(CardForm):
    """A new card: under which name, and where it comes from."""

    pseudonym = StringField(validators=[InputRequired(_l("Please choose a name."))])
    built_on = HiddenField(validators=[Optional(), Length(max=ID_LENGTH)], default="")
    also_on = StringField(validators=[Optional(), Length(max=ID_LENGTH)], default="")
    grew_from = HiddenField(validators=[Optional(), Length(max=ID_LENGTH)], default="")
