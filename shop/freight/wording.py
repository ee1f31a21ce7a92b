"""Words for what freight refuses."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.freight.errors import BadTariff, TableMovedOn, TooEarly
from web.wording import explains


@explains(BadTariff)
def _bad_tariff(refusal: BadTariff) -> str:
    return _(
        "Zone %(zone)s cannot stand like this: its bands must rise without a gap, and each province belongs to one zone.",
        zone=refusal.zone + 1,
    )


@explains(TooEarly)
def _too_early(_refusal: TooEarly) -> str:
    return _("Choose tomorrow or a later day: what stands on somebody's page today must hold today.")


@explains(TableMovedOn)
def _moved_on(_refusal: TableMovedOn) -> str:
    return _(
        "A table was written since you opened this page. Yours is kept here; compare it with the newest one and send it again."
    )
