"""Vouchers of the demo world: some used, some to be used, a batch that waits for a second look, one taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from core import ids
from demo.timeline import Timeline
from demo.world import World
from shop.stock.values import Wanted
from shop.vouchers import queries, services
from shop.vouchers.values import Terms

#: Every so many orders one uses a voucher, if its goods are worth clearly more than the minimum (fen).
EVERY, WORTH = 5, 110_00


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch: when it is made, its first and last day from today, and what becomes of it."""

    name_zh: str
    name_en: str
    amount_fen: int
    percent: int | None
    minimum_fen: int
    made: int
    until: int
    codes: int
    uses_each: int
    per_person: bool = False
    opened: bool = True
    taken_back: str = ""


HARVEST = _Batch("秋收助农券", "Harvest voucher", 10_00, None, 80_00, -392, 60, 80, 1)
OTHERS = (
    _Batch("新人九折券", "Welcome: a tenth off", 20_00, 10, 50_00, -20, 70, 1, 300, per_person=True),
    _Batch("邻里团购券", "Neighbours buy together", 30_00, None, 200_00, -90, 10, 20, 1, taken_back="名称印错，重新制作"),
    _Batch("年货大街券", "New Year market", 25_00, None, 150_00, -1, 80, 200, 1, opened=False),
)  # fmt: skip


def add_vouchers(world: World, timeline: Timeline) -> None:
    """Plan the batches; codes of the first are used by buyers from then on (`take_code`)."""
    for batch in (HARVEST, *OTHERS):
        timeline.inside(timeline.now + timedelta(days=batch.made), partial(_make, world, timeline, batch))


def take_code(world: World, orders: int, wanted: tuple[Wanted, ...]) -> str:
    """Return the code that the next order uses, empty for most."""
    prices = {shelf.variant_id: shelf.pack.price_fen for shelf in world.shelves}
    worth = sum(prices[item.variant_id] * item.quantity for item in wanted)
    if not world.voucher_codes or orders % EVERY or worth < WORTH:
        return ""
    return world.voucher_codes.pop()


def _make(world: World, timeline: Timeline, batch: _Batch, session: Session) -> None:
    assert world.finance is not None
    terms = Terms(
        batch.name_zh,
        batch.name_en,
        batch.amount_fen,
        batch.percent,
        batch.minimum_fen,
        timeline.day(batch.made),
        timeline.day(batch.until),
        batch.codes,
        batch.uses_each,
        batch.per_person,
        "",
    )
    made = services.make_batch(session, world.finance, terms, once=ids.public_id(20))
    if batch.opened:
        services.open_batch(session, world.fixed["admin"], made.public_id)
    if batch.taken_back:
        services.withdraw_batch(session, world.finance, made.public_id, batch.taken_back)
    if batch is HARVEST:
        world.voucher_codes.extend(queries.all_codes(session, made.id))
