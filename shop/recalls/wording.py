"""Words for recalls."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.orders import wording as order_wording
from shop.orders.values import PartState
from shop.recalls.values import GotIt, LineRecall, Touch
from web.language import in_language
from web.templating import day


def warning_title(found: LineRecall) -> str:
    """Return the heading of what the page of an order says of a recalled line."""
    if found.touch is Touch.LET_GO:
        return _("Taken off sale: %(name)s", name=in_language(*found.product))
    return _("Recalled, do not eat it: %(name)s", name=in_language(*found.product))


def warning_text(found: LineRecall) -> str:
    """Say what was recalled when and why, and what that means for the buyer."""
    what = _(
        "The supplier recalled batch %(batch)s on %(day)s: %(reason)s",
        batch=found.batch,
        day=day(found.recalled_at),
        reason=found.reason,
    )
    if found.touch is Touch.LET_GO:
        return what + " " + _("Nothing was left for this order, so it is cancelled; nothing was charged.")
    return (
        what
        + " "
        + _(
            "Compare the batch number on your packs. Do not eat, use or pass on packs of this batch, and keep them apart. "
            "What was received can be claimed here; what was not sent yet can be called off."
        )
    )


def state_text(row: GotIt) -> str:
    """Return how far a touched line has come."""
    if row.touch is Touch.LET_GO:
        return _("Not paid, nothing left for it")
    return order_wording.part_label(row.state)


def state_tone(row: GotIt) -> str:
    """Return the tone of a touched line: what is still to be sent must be held back."""
    if row.touch is Touch.LET_GO:
        return "neutral"
    return "warn" if row.state == PartState.TO_SHIP else "bad"
