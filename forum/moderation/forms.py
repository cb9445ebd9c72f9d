"""What a moderator sends with a decision. Whether it is complete is a rule."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, Regexp

from forum.web.forms import Form


class DecisionForm(Form):
    """A decision, bound to the version and hash of what was read."""

    version = IntegerField(validators=[InputRequired()])
    revision_hash = HiddenField(validators=[InputRequired(), Regexp(r"^[0-9a-f]{64}$")])
    reason = StringField(_l("Reason"), [Optional()], default="")
    note = TextAreaField(_l("Your words to the author"), [Optional()], default="")
    passage = StringField(_l("Passage"), [Optional()], default="")
    content_note = StringField(_l("Content note"), [Optional()], default="")
    title = StringField(_l("Title"), [Optional()], default="")
    revealed = HiddenField(default="")
    alone = HiddenField(default="")
    tier = StringField(_l("Tier"), [Optional()], default="")
    body = TextAreaField(_l("Version to offer"), [Optional()], default="")
