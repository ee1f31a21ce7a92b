"""Decisions about single lines: whether so many packs of something can be bought as it stands."""

from __future__ import annotations

from shop.stock.values import Goods, Problem


def problem_of(goods: Goods, quantity: int) -> Problem | None:
    """Return the first thing in the way of buying `quantity` packs, or None."""
    if not goods.on_sale:
        return Problem.GONE
    if goods.certificate_id is None:
        return Problem.NOT_CERTIFIED
    if goods.available < goods.pack_multiple:
        return Problem.SOLD_OUT
    if quantity % goods.pack_multiple:
        return Problem.MULTIPLE
    if quantity > goods.available:
        return Problem.SHORT
    return None


def most_sellable(goods: Goods) -> int:
    """Return how many packs can be bought at most, in whole pack multiples."""
    if not goods.on_sale or goods.certificate_id is None:
        return 0
    return max(0, goods.available) // goods.pack_multiple * goods.pack_multiple
