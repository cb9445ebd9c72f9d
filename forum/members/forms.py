"""The forms of members. They check shape; what a name or passphrase must be is in the rules."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired, Optional
from zxcvbn import zxcvbn

from forum.members.keys import fold_sign_in_name
from forum.members.rules import PASSPHRASE_MOST, fault_of_passphrase, fault_of_sign_in_name, is_slip
from forum.members.words import offered_before
from forum.web.forms import Form

MEASURED = 72
"""How many characters zxcvbn looks at."""

NAME_FAULTS = {
    "length": _l("A sign-in name has 3 to 60 characters."),
    "signs": _l("Please use letters, digits, spaces and plain signs only."),
    "address": _l("Please take a name that is no e-mail address."),
}
PASSPHRASE_FAULTS = {
    "short": _l("A passphrase has at least 15 characters. The six words above are a good one."),
    "long": _l("A passphrase has at most 256 characters."),
    "same": _l("The sign-in name must not be part of the passphrase."),
    "slip": _l(
        "This is nearly the six words above, but not quite. Capital letters and spaces count. Please compare "
        "it letter by letter, or choose quite another passphrase."
    ),
    "weak": _l("This passphrase is on lists that others try first. The six words above are a good one."),
}


def strength(passphrase: str, sign_in_name: str = "") -> int:
    """How hard a passphrase is to guess, 0 to 4, by zxcvbn's offline lists of common and breached ones."""
    found: dict[str, Any] = zxcvbn(passphrase.strip()[:MEASURED], [sign_in_name, "kindred", "forum"])
    return int(found["score"])


def check_new_passphrase(passphrase: str, sign_in_name: str = "", offered: str = "") -> None:
    """Raise `ValidationError` where a passphrase cannot be taken; `offered`: words the page offered."""
    if is_slip(passphrase, offered_before(offered)):
        raise ValidationError(str(PASSPHRASE_FAULTS["slip"]))
    measured = strength(passphrase, sign_in_name) if len(passphrase) <= PASSPHRASE_MOST else 0
    fault = fault_of_passphrase(passphrase, sign_in_name, measured)
    if fault:
        raise ValidationError(str(PASSPHRASE_FAULTS[fault]))


class JoinForm(Form):
    """Joining."""

    sign_in_name = StringField(_l("Sign-in name"), [InputRequired(_l("Please choose a sign-in name."))])
    passphrase = PasswordField(_l("Passphrase"), [InputRequired(_l("Please type a passphrase."))])
    offered = StringField()
    invite_code = StringField(_l("Invite code"), [Optional()])
    age = BooleanField(_l("Age"), [InputRequired(_l("Please say that you are old enough."))])
    consent = BooleanField(_l("Consent"), [InputRequired(_l("Please read this and agree, or do not join."))])

    def validate_sign_in_name(self, field: StringField) -> None:
        """A name that can be typed again, and that is no address."""
        fault = fault_of_sign_in_name(fold_sign_in_name(field.data or ""))
        if fault:
            raise ValidationError(str(NAME_FAULTS[fault]))

    def validate_passphrase(self, field: PasswordField) -> None:
        """Long enough and on no list."""
        name = fold_sign_in_name(self.sign_in_name.data or "")
        check_new_passphrase(field.data or "", name, self.offered.data or "")


class SignInForm(Form):
    """Signing in. The lengths keep a request from stretching a novel."""

    sign_in_name = StringField(_l("Sign-in name"), [InputRequired(_l("Please type your sign-in name."))])
    passphrase = PasswordField(_l("Passphrase"), [InputRequired(_l("Please type your passphrase."))])


class ComeBackForm(Form):
    """Coming back by the recovery code."""

    recovery_code = StringField(_l("Recovery code"), [InputRequired(_l("Please type your recovery code."))])
    passphrase = PasswordField(_l("New passphrase"), [InputRequired(_l("Please type a new passphrase."))])
    offered = StringField()
    sign_in_name = StringField(_l("New sign-in name"), [Optional()])

    def validate_passphrase(self, field: PasswordField) -> None:
        """Long enough and on no list."""
        name = fold_sign_in_name(self.sign_in_name.data or "")
        check_new_passphrase(field.data or "", name, self.offered.data or "")

    def validate_sign_in_name(self, field: StringField) -> None:
        """Empty, or a name that can be taken."""
        fault = fault_of_sign_in_name(fold_sign_in_name(field.data)) if field.data else None
        if fault:
            raise ValidationError(str(NAME_FAULTS[fault]))


class PassphraseForm(Form):
    """Changing the passphrase."""

    present = PasswordField(_l("Passphrase now"), [InputRequired(_l("Please type your passphrase."))])
    passphrase = PasswordField(_l("New passphrase"), [InputRequired(_l("Please type a new passphrase."))])
    offered = StringField()

    def validate_passphrase(self, field: PasswordField) -> None:
        """Long enough and on no list."""
        check_new_passphrase(field.data or "", offered=self.offered.data or "")
