"""Words for what fulfilment refuses."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.fulfilment.errors import AcceptedTooMuch, ShortageUnexplained, TwoInspectorsNeeded
from web.wording import explains


@explains(TwoInspectorsNeeded)
def _two_inspectors(_refusal: TwoInspectorsNeeded) -> str:
    return _("Two different people check a delivery. Please name the second one.")


@explains(ShortageUnexplained)
def _shortage(_refusal: ShortageUnexplained) -> str:
    return _("Less was accepted than was sent: please write down what was missing or bad.")


@explains(AcceptedTooMuch)
def _too_much(_refusal: AcceptedTooMuch) -> str:
    return _("More cannot be accepted than was sent, and every line needs its number.")
