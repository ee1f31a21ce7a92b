"""Forms of the till."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from points.redemptions.errors import BadQuantity
from points.redemptions.values import MOST_UNITS, BasketLine
from web.forms import Form, at_most, no_control_characters, required

PREFIX = "q-"
_WHOLE = re.compile(r"^[0-9]{1,4}$")
_TOKEN = re.compile(r"^[0-9A-Z]{12,40}$")


class CardForm(Form):
    """A card's code, typed or scanned."""

    store = HiddenField()
    code = StringField(_l("Card code"), validators=[required(), at_most(60), no_control_characters])


@dataclass(frozen=True, slots=True)
class BasketForm:
    """What the till's page sent: texts as they were typed, by goods."""

    card: str
    once: str
    typed: dict[str, str]

    def lines(self) -> tuple[BasketLine, ...]:
        """Return the lines with whole numbers; refuse (`BadQuantity`) everything else."""
        lines = []
        for public_id, text in self.typed.items():
            if not text:
                continue
            if not _WHOLE.match(text) or int(text) > MOST_UNITS:
                raise BadQuantity
            lines.append(BasketLine(public_id, int(text)))
        return tuple(lines)

    def wrong(self) -> frozenset[str]:
        """Return the goods whose quantity is no whole number within the limit."""
        return frozenset(
            key
            for key, text in self.typed.items()
            if text and (not _WHOLE.match(text) or int(text) > MOST_UNITS)
        )


def read_basket(form: Mapping[str, str]) -> BasketForm | None:
    """Read the till's page; None when its hidden fields are not ours."""
    card, once = form.get("card", ""), form.get("once", "")
    if not _TOKEN.match(card) or not _TOKEN.match(once):
        return None
    typed = {
        key.removeprefix(PREFIX): value.strip()[:40]
        for key, value in form.items()
        if key.startswith(PREFIX) and len(key) <= 40
    }
    return BasketForm(card, once, typed)
