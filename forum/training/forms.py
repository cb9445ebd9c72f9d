"""The form of the story that a moderator reads."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from forum.web.forms import Form


class StoryForm(Form):
    """A story of one's own, and the name that the badge will hang on."""

    body = TextAreaField(validators=[InputRequired(_l("Please write something first."))])
    pseudonym = StringField(validators=[InputRequired(_l("Please choose one of your names."))])
    form_key = HiddenField(
        validators=[InputRequired(_l("This form has expired. Please send it again.")), Length(max=40)]
    )
