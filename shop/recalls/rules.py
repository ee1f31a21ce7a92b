"""Decisions of recalls: how many packs leave the stock, and which parts of orders may hold the batch."""

from __future__ import annotations


def packs_to_take(on_hand: int, packs: int) -> int:
    """Return how many packs leave the stock.

    The stock knows packs of a size, not of a batch. As many as the whole batch leave it, for none of them may have been
    sold yet; what of them was of another batch is counted back in by its supplier.
    """
    return max(0, min(on_hand, packs))
