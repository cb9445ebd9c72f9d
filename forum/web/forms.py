"""The base of every form: what is wrong is said in words for people, never in the library's own."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from wtforms import Form as BareForm
from wtforms.meta import DefaultMeta


class PlainWords:
    """Says what the library would say, in plain words."""

    def gettext(self, words: str) -> str:
        """The plain words for a message of the library; one sentence stands for all that say little."""
        if "integer" in words or "decimal" in words or "float" in words or "Number" in words:
            return str(_("Please give a number, in digits."))
        if "hoice" in words:
            return str(_("Please choose one of the answers."))
        if "required" in words:
            return str(_("Please fill this in."))
        return str(_("Please look at this once more."))

    def ngettext(self, singular: str, _plural: str, _count: int) -> str:
        """As `gettext`."""
        return self.gettext(singular)


class Form(BareForm):
    """A form whose messages are for people."""

    class Meta(DefaultMeta):
        """Where the library asks for words."""

        def get_translations(self, _form: Any) -> Any:
            """Plain words, in the language of the page."""
            return PlainWords()
