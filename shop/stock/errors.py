"""What the stock refuses."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import Refusal
from shop.stock.values import Short


class StockFormSentBefore(Refusal):
    """The same form came with other packs."""


class OutOfStock(Refusal):
    """There is less than wanted of some variants; nothing was held."""

    def __init__(self, short: Sequence[Short]) -> None:
        super().__init__(", ".join(f"variant {s.variant_id}: {s.available} of {s.wanted}" for s in short))
        self.short = tuple(short)
