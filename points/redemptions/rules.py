"""Decisions at the till: reading a card's code, pricing a basket, choosing batches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date

from core import ids
from points.redemptions.errors import BadQuantity, EmptyBasket
from points.redemptions.values import CARD_PREFIX, MOST_KINDS, MOST_UNITS, Basket, BasketLine, Shelf, Taken

_CODE = re.compile(f"^(?:{CARD_PREFIX})?([{ids.ALPHABET}]{{8}})$")


def read_code(typed: str) -> str | None:
    """Return a card's code in its full form, `YG-7K3M-92QF`, from what was typed or scanned; None when it is none.

    Forgives case, full-width letters, missing hyphens, a missing prefix, O for 0, and I or L for 1.
    """
    if len(typed) > 60:
        return None
    bare = re.sub(r"[\s\-‐-―・·.,:/]", "", ids.read_spoken_code(typed))
    match = _CODE.match(bare)
    if match is None:
        return None
    return f"{CARD_PREFIX}-{match[1][:4]}-{match[1][4:]}"


def check_basket(lines: Sequence[BasketLine]) -> dict[str, int]:
    """Return units by goods, one line a kind; refuse an empty basket and quantities that are none."""
    units: dict[str, int] = {}
    for line in lines:
        if isinstance(line.quantity, bool) or not isinstance(line.quantity, int) or line.quantity < 0:
            raise BadQuantity
        if line.quantity:
            units[line.goods_public_id] = units.get(line.goods_public_id, 0) + line.quantity
    if not units:
        raise EmptyBasket
    if len(units) > MOST_KINDS or any(quantity > MOST_UNITS for quantity in units.values()):
        raise BadQuantity
    return units


def basket_digest(basket: Basket, units: dict[str, int]) -> str:
    """Return what tells one basket from another under the same token."""
    content = f"{basket.store_id}|{basket.card_id}|" + ",".join(
        f"{key}={units[key]}" for key in sorted(units)
    )
    return hashlib.sha256(content.encode()).hexdigest()


def available_units(shelves: Sequence[Shelf], goods_id: int, today: date) -> int:
    """Return how many units of goods may be given out today."""
    return sum(shelf.left for shelf in shelves if shelf.goods_id == goods_id and not _expired(shelf, today))


def expired_units(shelves: Sequence[Shelf], goods_id: int, today: date) -> int:
    """Return how many units of goods lie there but have expired."""
    return sum(shelf.left for shelf in shelves if shelf.goods_id == goods_id and _expired(shelf, today))


def choose_batches(shelves: Sequence[Shelf], goods_id: int, quantity: int, today: date) -> list[Taken]:
    """Take units first-expired-first-out, never expired ones (rule G1); the caller checked that there are enough."""
    open_shelves = [shelf for shelf in shelves if shelf.goods_id == goods_id and not _expired(shelf, today)]
    open_shelves.sort(
        key=lambda shelf: (shelf.expires_on is None, shelf.expires_on or date.max, shelf.batch_id)
    )
    taken, left = [], quantity
    for shelf in open_shelves:
        units = min(left, shelf.left)
        if units:
            taken.append(Taken(shelf.batch_id, goods_id, units, units * shelf.value_fen))
            left -= units
        if not left:
            break
    if left:
        raise ValueError("fewer units than promised")
    return taken


def _expired(shelf: Shelf, today: date) -> bool:
    return shelf.expires_on is not None and shelf.expires_on < today
