"""Words for what the ledger refuses."""

from __future__ import annotations

from flask_babel import gettext as _

from ledger.errors import InsufficientBalance, KeyReused
from web.wording import explains


@explains(InsufficientBalance)
def _insufficient(_refusal: InsufficientBalance) -> str:
    return _("There is not enough left for this. Nothing was booked.")


@explains(KeyReused)
def _key_reused(_refusal: KeyReused) -> str:
    return _("This was sent before with other contents. Load the page again before you go on.")
