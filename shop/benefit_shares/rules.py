"""Decisions about shares of sales: how much of a line, what goes back with a refund, what a payment lets go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

#: Shares are agreed in hundredths of a percent: so many are the whole.
WHOLE = 10_000


def growers_fen(producer_fen: int, line_fen: int, base_fen: int) -> int:
    """Return the growers' part of what is left of a line (fen), rounded down."""
    return producer_fen * base_fen // line_fen


def shares_of(base_fen: int, growers: int, bps: Sequence[int]) -> list[int]:
    """Return what links with these shares have of a line worth `base_fen` (fen), each rounded down.

    Together they never pass the growers' part of the line: where the agreed shares would (the price changed since),
    that part is split in their proportion. What rounding leaves stays with the supplier. Never more for a smaller base.
    """
    whole = sum(bps)
    return [min(base_fen * share // WHOLE, growers * share // whole) for share in bps]


def to_take_back(kept_fen: int, released_fen: int, target_fen: int) -> int:
    """Return how much of what is kept goes back to the supplier so that `target_fen` is left; never what was released."""
    return max(0, kept_fen - max(target_fen, released_fen))


def spread(amount_fen: int, held: Sequence[int]) -> list[int]:
    """Say how much of each of what is held a payment lets go (fen), the first ones first; in all at most the amount."""
    shares = []
    for fen in held:
        share = min(fen, amount_fen)
        shares.append(share)
        amount_fen -= share
    return shares


def room_bps(price_fen: int, producer_fen: int) -> int:
    """Return the largest share of sales that the growers' part of a price bears (hundredths of a percent)."""
    return producer_fen * WHOLE // price_fen


def most_at_once(terms: Iterable[tuple[date, date, int]], first: date, last: date) -> int:
    """Return the largest sum of shares that hold on one day from `first` through `last`; terms are (from, to, share)."""
    within = [
        (max(begins, first), ends, share) for begins, ends, share in terms if begins <= last and ends >= first
    ]
    days = {begins for begins, _ends, _share in within}
    return max(
        (sum(share for begins, ends, share in within if begins <= day <= ends) for day in days), default=0
    )
