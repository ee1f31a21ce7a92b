"""What suppliers of the demo world were paid: accounts, a payout each month, one that waits, and a disputed line."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import clock, ids
from core.db import transaction
from demo.directory import WALK_SUPPLIER
from demo.timeline import Timeline
from demo.world import World
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import Kind, PartState
from shop.settlement import queries, services
from shop.settlement.errors import NothingDue
from shop.settlement.models import Payout
from shop.settlement.values import NewAccount, Obstacle

#: On which days before today everything that was due was paid out, and when a few suppliers were paid last.
PAYDAYS = (-142, -112, -82, -52, -22)
LAST_PAYDAY = -2
A_FEW = 3
ACCOUNTS_SINCE = -150
BANKS = ("枣庄农村商业银行", "中国邮政储蓄银行枣庄市分行", "中国农业银行山亭支行", "齐鲁银行滕州支行")


def add_payouts(world: World, timeline: Timeline) -> None:
    """Plan the accounts of the suppliers and what they were paid in the past months."""
    timeline.inside(timeline.moment(timeline.day(ACCOUNTS_SINCE), 9, 11), partial(_name_accounts, world))
    for day in PAYDAYS:
        timeline.inside(timeline.moment(timeline.day(day), 10, 11), partial(_pay_out, world, False))
    timeline.inside(timeline.moment(timeline.day(LAST_PAYDAY), 10, 11), partial(_pay_out, world, True))


def leave_some_waiting(world: World, timeline: Timeline) -> None:
    """Let a supplier dispute a line, another change its account, and a batch wait for its second person."""
    assert world.finance is not None
    with clock.at(timeline.now - timedelta(hours=2)), transaction() as session:
        _dispute_a_line(world, session)
        _change_an_account(world, session)
    with clock.at(timeline.now - timedelta(hours=1)), transaction() as session:
        ready = [row for row in queries.list_suppliers(session, clock.today()) if row.standing == "ready"]
        # Not all of them, so that the desk still has something to propose.
        chosen = [row.public_id for row in ready[: max(1, len(ready) * 2 // 3)]]
        if chosen:
            services.propose_batch(session, world.finance, chosen, once=ids.public_id(20))


def _name_accounts(world: World, session: Session) -> None:
    for index, (supplier_id, actor) in enumerate(world.suppliers.values()):
        supplier = session.get_one(Organisation, supplier_id)
        number = f"9137{index:04d}{(index * 7919 + 104729) % 10**11:011d}"
        new = NewAccount(supplier.name_zh, BANKS[index % len(BANKS)], "", number, ids.public_id(20))
        account = services.enter_account(session, actor, supplier_id, new)
        services.confirm_account(session, world.fixed["admin"], account.public_id)


def _pay_out(world: World, a_few: bool, session: Session) -> None:
    """Propose, approve and pay what is due: finance@ proposes and pays, admin@ approves."""
    assert world.finance is not None
    chosen = [row for row in queries.list_suppliers(session, clock.today()) if row.standing == "ready"]
    if a_few:
        # Where canteens bought lately some money stays, so that what they send back can be given back.
        lately = select(SupplierOrder.supplier_id).join(Order, Order.id == SupplierOrder.order_id)
        kept = set(session.scalars(lately.where(Order.kind == Kind.INSTITUTION.value)))
        chosen = [row for row in chosen if row.supplier_id not in kept][:A_FEW]
    try:
        batch = services.propose_batch(
            session, world.finance, [row.public_id for row in chosen], once=ids.public_id(20)
        )
    except NothingDue:
        return
    services.approve_batch(session, world.fixed["admin"], batch.public_id)
    payouts = session.scalars(select(Payout.public_id).where(Payout.batch_id == batch.id).order_by(Payout.id))
    for number, payout in enumerate(payouts.all(), 1):
        reference = f"NX{clock.today():%Y%m%d}{number:06d}"
        services.note_paid(session, world.finance, payout, reference, clock.today())


def _dispute_a_line(world: World, session: Session) -> None:
    supplier_id, actor = world.suppliers[WALK_SUPPLIER]
    part = session.scalar(
        select(SupplierOrder)
        .where(SupplierOrder.supplier_id == supplier_id, SupplierOrder.state == PartState.RECEIVED.value)
        .order_by(SupplierOrder.received_at.desc())
        .limit(1)
    )
    if part is None or Obstacle.DISPUTE in queries.get_own_part(session, actor, part.public_id).obstacles:
        return
    line = queries.get_own_part(session, actor, part.public_id).lines[-1].line_id
    services.open_dispute(
        session,
        actor,
        part.public_id,
        line,
        "与出库单核对少了 6 元，请按下单时的价格复核。",
        once=ids.public_id(20),
    )


def _change_an_account(world: World, session: Session) -> None:
    others = [found for key, found in world.suppliers.items() if key != WALK_SUPPLIER]
    if others:
        supplier_id, actor = others[-1]
        supplier = session.get_one(Organisation, supplier_id)
        new = NewAccount(supplier.name_zh, BANKS[0], "", "9137990012345678", ids.public_id(20))
        services.enter_account(session, actor, supplier_id, new)
