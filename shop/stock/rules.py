"""Decisions about single lines: whether so many packs of something can be bought as it stands."""

from __future__ import annotations

from shop.catalogue import rules as catalogue_rules
from shop.catalogue.values import Charge
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
    if goods.most_per_buyer is not None and quantity > goods.most_per_buyer:
        return Problem.TOO_MANY
    if quantity > goods.available:
        return Problem.SHORT
    return None


def charged(goods: Goods, quantity: int) -> Charge:
    """Return what each of so many packs costs by the ladder, with its three parts (fen)."""
    base = Charge(goods.price_fen, goods.producer_fen, goods.logistics_fen, goods.other_fen)
    return catalogue_rules.charge(base, goods.ladder, quantity)


def next_step(goods: Goods, quantity: int) -> tuple[int, int] | None:
    """Return how many more packs reach the next step of the ladder, and its price (fen); None where there is no more.

    A step that what is left does not reach is not spoken of.
    """
    step = catalogue_rules.next_step(goods.ladder, quantity, goods.pack_multiple)
    return step if step is not None and quantity + step[0] <= most_sellable(goods) else None


def fitting(goods: Goods, quantity: int) -> int:
    """Return how many of so many packs can be bought, in whole pack multiples; at least one multiple, if there is one."""
    multiple = goods.pack_multiple
    return min(most_sellable(goods), max(multiple, quantity // multiple * multiple))


def most_sellable(goods: Goods) -> int:
    """Return how many packs can be bought at most, in whole pack multiples."""
    if not goods.on_sale or goods.certificate_id is None:
        return 0
    most = goods.available if goods.most_per_buyer is None else min(goods.available, goods.most_per_buyer)
    return max(0, most) // goods.pack_multiple * goods.pack_multiple
