"""The forms of the private rooms. They check shape; nothing in them is required but what names a thing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from forum.growth import check_ins, goals, rules, texts
from forum.storage.types import is_id, new_id
from forum.text.refusal import CONTROL, SURROGATE, one_kind_of_line_end
from forum.web.forms import Form

NUMBERS = [str(number) for number in range(rules.LEAST, rules.MOST + 1)]
SCALE = [SelectChoice("", ""), *(SelectChoice(number, number) for number in NUMBERS)]
TOO_LONG = _l("That is longer than there is room for. Please shorten it a little.")


def tidy(text: str | None) -> str:
    """A typed text without what cannot be seen at its ends or anywhere."""
    return SURROGATE.sub("", CONTROL.sub("", one_kind_of_line_end(text or ""))).strip()


def number(text: str | None) -> int | None:
    """The number of a scale, or None where it was left out."""
    return int(text) if text in NUMBERS else None


def _line(longest: int, needed: str = "") -> StringField:
    first = DataRequired(needed) if needed else Optional()
    return StringField(filters=[tidy], validators=[first, Length(max=longest, message=TOO_LONG)])


def _scale() -> SelectField:
    return SelectField(choices=SCALE, default="", validators=[Optional()])


class OnceForm(Form):
    """A form with a key of its own, so that sending it twice changes nothing."""

    form_key = HiddenField()

    @property
    def key(self) -> str:
        """The key of the form; a broken one counts as a new form."""
        typed = str(self.form_key.data or "")
        return typed if is_id(typed) else new_id()


class StepForm(OnceForm):
    """A step, and how doable it feels."""

    step = _line(goals.LONGEST_STEP, _l("Please write the step down first; a few words are enough."))
    before = _scale()


class GoalForm(OnceForm):
    """A goal, with its first step where one is known already."""

    name = _line(goals.LONGEST_NAME, _l("Please name it first; a few words are enough."))
    step = _line(goals.LONGEST_STEP)
    before = _scale()


class DoneForm(Form):
    """A step is done, and how doable the next one feels."""

    after = _scale()


class ObstacleForm(OnceForm):
    """If this gets in the way, then that."""

    hindrance = _line(goals.LONGEST_PART, _l("Please say what might get in the way."))
    answer = _line(goals.LONGEST_PART, _l("Please say what you would do then."))


class CheckInForm(OnceForm):
    """Three exhaustions, how long, hours over plan, a note; each may be left out."""

    emotional = _scale()
    physical = _scale()
    mental = _scale()
    how_long = SelectField(
        choices=[SelectChoice("", ""), *(SelectChoice(*span) for span in texts.spans().items())],
        default="",
        validators=[Optional()],
    )
    hours = IntegerField(
        validators=[
            Optional(),
            NumberRange(0, check_ins.MOST_HOURS, _l("Please give whole hours, from 0 to 100.")),
        ]
    )
    note = TextAreaField(
        filters=[tidy], validators=[Optional(), Length(max=check_ins.LONGEST_NOTE, message=TOO_LONG)]
    )

    def is_empty(self) -> bool:
        """Whether everything was left out."""
        scales = (self.emotional, self.physical, self.mental, self.how_long)
        return not any(field.data for field in scales) and self.hours.data is None and not self.note.data


class DropForm(Form):
    """One thing that may wait."""

    chosen = _line(check_ins.LONGEST_LINE)
    own = _line(check_ins.LONGEST_LINE)


class EarlySignsForm(Form):
    """Who may say that they noticed, and what is done first. The lines of the card are read beside it."""

    who = _line(check_ins.LONGEST_LINE)
    then = _line(check_ins.LONGEST_LINE)
