"""Reading settlement: what each part is worth and due, statements, batches, accounts and disputes; scoped by who asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from ledger import queries as ledger_queries
from payments.models import Refund
from payments.values import RefundState
from registry import queries as registry_queries
from registry.models import Household
from shop import books
from shop.after_sales.models import Claim
from shop.after_sales.values import OPEN as OPEN_CLAIMS
from shop.benefit_links.models import BenefitLink, BenefitPayment
from shop.benefit_links.values import KIND_NAMES, LinkKind
from shop.catalogue.models import Product
from shop.orders.models import Order, OrderLine, OrderRefund, SupplierOrder
from shop.orders.values import PartState
from shop.settlement import rules
from shop.settlement.models import (
    ClaimPeriod,
    Payout,
    PayoutBatch,
    PayoutItem,
    SettlementDispute,
    SupplierAccount,
)
from shop.settlement.values import (
    AccountRow,
    AccountState,
    BatchRow,
    BatchState,
    BenefitRow,
    DisputeRow,
    DisputeState,
    DueDay,
    ItemRow,
    ItemState,
    LineMoney,
    Owed,
    PartMoney,
    PayoutRow,
    PayoutState,
    Period,
    Settled,
    StatementPart,
    Sums,
    SupplierRow,
)

# Claim periods


def claim_days_on(session: Session, day: date) -> int:
    """Return for how many days buyers may claim what they received on a day."""
    kept = session.scalar(
        select(ClaimPeriod.claim_days)
        .where(ClaimPeriod.valid_from <= day)
        .order_by(ClaimPeriod.valid_from.desc())
        .limit(1)
    )
    return kept if kept is not None else rules.CLAIM_DAYS


def claim_periods(session: Session) -> list[ClaimPeriod]:
    """Return what was set, the newest first."""
    return list(session.scalars(select(ClaimPeriod).order_by(ClaimPeriod.valid_from.desc()).limit(20)).all())


# What parts are worth

_RECEIVED_ON = cast(func.timezone("Asia/Shanghai", SupplierOrder.received_at), Date)
_CLAIM_DAYS = func.coalesce(
    select(ClaimPeriod.claim_days)
    .where(ClaimPeriod.valid_from <= _RECEIVED_ON)
    .order_by(ClaimPeriod.valid_from.desc())
    .limit(1)
    .correlate(SupplierOrder)
    .scalar_subquery(),
    literal(rules.CLAIM_DAYS, Integer),
)
_GROSS = cast(
    func.coalesce(
        select(func.sum(OrderLine.accepted_quantity * OrderLine.unit_price_fen))
        .where(OrderLine.supplier_order_id == SupplierOrder.id)
        .correlate(SupplierOrder)
        .scalar_subquery(),
        0,
    ),
    BigInteger,
)


def _sum_of(column: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    found = select(func.sum(column)).where(*conditions).correlate(SupplierOrder).scalar_subquery()
    return cast(func.coalesce(found, 0), BigInteger)


_MONEY = (
    select(
        SupplierOrder.id.label("part_id"),
        SupplierOrder.public_id,
        Order.number,
        SupplierOrder.supplier_id,
        _RECEIVED_ON.label("received_on"),
        _RECEIVED_ON.op("+", return_type=Date())(_CLAIM_DAYS).label("due_on"),
        _GROSS.label("gross_fen"),
        SupplierOrder.freight_fen.label("sent_freight_fen"),
        SupplierOrder.accepted_fen,
        _sum_of(
            OrderRefund.payable_fen,
            OrderRefund.supplier_order_id == SupplierOrder.id,
            OrderRefund.declined.is_(False),
        ).label("back_fen"),
        _sum_of(
            SettlementDispute.corrected_fen, SettlementDispute.supplier_order_id == SupplierOrder.id
        ).label("corrected_fen"),
        _sum_of(
            PayoutItem.amount_fen,
            PayoutItem.supplier_order_id == SupplierOrder.id,
            PayoutItem.state != ItemState.RETURNED.value,
        ).label("settled_fen"),
        exists()
        .where(
            Claim.supplier_order_id == SupplierOrder.id,
            Claim.state.in_([state.value for state in OPEN_CLAIMS]),
        )
        .label("claimed"),
        exists()
        .where(
            SettlementDispute.supplier_order_id == SupplierOrder.id,
            SettlementDispute.state == DisputeState.OPEN.value,
        )
        .label("disputed"),
        # A refund that was approved has left the supplier's account already; one that waits for a second person may
        # still be declined, and then the money is owed again.
        exists()
        .where(
            OrderRefund.supplier_order_id == SupplierOrder.id,
            Refund.public_id == OrderRefund.refund,
            Refund.state == RefundState.REQUESTED.value,
        )
        .label("refunding"),
        exists()
        .where(
            PayoutItem.supplier_order_id == SupplierOrder.id,
            PayoutItem.state == ItemState.OPEN.value,
            PayoutItem.amount_fen > 0,
        )
        .label("in_payout"),
    )
    .join(Order, Order.id == SupplierOrder.order_id)
    .where(SupplierOrder.state == PartState.RECEIVED.value)
)


def _part_money(row: Any) -> PartMoney:
    return PartMoney(
        part_id=row.part_id,
        public_id=row.public_id,
        number=row.number,
        supplier_id=row.supplier_id,
        received_on=row.received_on,
        due_on=row.due_on,
        gross_fen=row.gross_fen,
        # When nothing was accepted the freight is not owed either.
        freight_fen=row.sent_freight_fen if row.gross_fen else 0,
        accepted_fen=row.accepted_fen,
        back_fen=row.back_fen,
        corrected_fen=row.corrected_fen,
        settled_fen=row.settled_fen,
        claimed=row.claimed,
        disputed=row.disputed,
        refunding=row.refunding,
        in_payout=row.in_payout,
    )


def open_parts(session: Session, supplier_ids: Collection[int]) -> dict[int, list[PartMoney]]:
    """Return the parts of suppliers of which something is neither paid nor on its way, oldest first, by supplier."""
    facts = _MONEY.where(SupplierOrder.supplier_id.in_(supplier_ids)).subquery()
    rows = session.execute(
        select(facts)
        .where(facts.c.accepted_fen + facts.c.corrected_fen - facts.c.back_fen != facts.c.settled_fen)
        .order_by(facts.c.part_id)
    )
    found: dict[int, list[PartMoney]] = defaultdict(list)
    for row in rows:
        found[row.supplier_id].append(_part_money(row))
    return found


def money_of_parts(session: Session, part_ids: Collection[int]) -> list[PartMoney]:
    """Return what is known of some parts, in the order of their ids."""
    rows = session.execute(_MONEY.where(SupplierOrder.id.in_(part_ids)).order_by(SupplierOrder.id))
    return [_part_money(row) for row in rows]


def owed(session: Session, supplier_id: int, today: date) -> tuple[Owed, list[DueDay]]:
    """Return how a supplier stands, and what falls due on which of the coming days."""
    due = later = kept = 0
    days: dict[date, list[int]] = defaultdict(list)
    for part in open_parts(session, [supplier_id]).get(supplier_id, ()):
        obstacles = rules.obstacles_of(part, today)
        if not obstacles:
            due += part.open_fen
        elif part.due_on > today:
            later += part.open_fen
            days[part.due_on].append(part.open_fen)
        else:
            kept += part.open_fen
    states = dict(
        session.execute(
            select(Payout.state, cast(func.sum(Payout.amount_fen), BigInteger))
            .where(Payout.supplier_id == supplier_id)
            .group_by(Payout.state)
        ).all()
    )
    on_its_way = states.get(PayoutState.PROPOSED.value, 0) + states.get(PayoutState.TO_PAY.value, 0)
    return (
        Owed(due, later, kept, on_its_way, states.get(PayoutState.PAID.value, 0)),
        [DueDay(day, sum(amounts), len(amounts)) for day, amounts in sorted(days.items())],
    )


# Statements


def own_suppliers(session: Session, actor: Actor) -> list[Organisation]:
    """Return the suppliers for which the actor acts, by name."""
    return list(
        session.scalars(
            select(Organisation)
            .where(Organisation.id.in_(actor.organisation_ids(Role.SUPPLIER)))
            .order_by(Organisation.name_zh, Organisation.id)
            .limit(50)
        )
    )


def get_own_supplier(session: Session, actor: Actor, public_id: str) -> Organisation:
    """Return the supplier for which the actor acts, the first when none is named, else `NotFound`."""
    own = own_suppliers(session, actor)
    found = [one for one in own if not public_id or one.public_id == public_id]
    if not found:
        raise NotFound("supplier")
    return found[0]


def _received_within(supplier_id: int, period: Period) -> tuple[ColumnElement[bool], ...]:
    begins = datetime.combine(period.first, time(), clock.CHINA)
    ends = datetime.combine(period.last + timedelta(days=1), time(), clock.CHINA)
    return (
        SupplierOrder.supplier_id == supplier_id,
        SupplierOrder.received_at >= begins,
        SupplierOrder.received_at < ends,
    )


def sum_up(session: Session, supplier_id: int, period: Period) -> Sums:
    """Return the sums over all parts that a supplier's buyers accepted within a period."""
    facts = _MONEY.where(*_received_within(supplier_id, period)).subquery()
    paid = (
        select(func.coalesce(func.sum(PayoutItem.amount_fen), 0))
        .join(SupplierOrder, SupplierOrder.id == PayoutItem.supplier_order_id)
        .where(PayoutItem.state == ItemState.PAID.value, *_received_within(supplier_id, period))
        .scalar_subquery()
    )
    columns = facts.c
    freight = func.sum(columns.sent_freight_fen).filter(columns.gross_fen > 0)
    row = session.execute(
        select(
            func.count(),
            cast(func.coalesce(func.sum(columns.gross_fen), 0), BigInteger),
            cast(func.coalesce(freight, 0), BigInteger),
            cast(func.coalesce(func.sum(columns.accepted_fen), 0), BigInteger),
            cast(func.coalesce(func.sum(columns.back_fen), 0), BigInteger),
            cast(func.coalesce(func.sum(columns.corrected_fen), 0), BigInteger),
            cast(paid, BigInteger),
        ).select_from(facts)
    ).one()
    parts, gross, freight_fen, accepted, back, corrected, paid_fen = row
    return Sums(
        parts,
        gross,
        freight_fen,
        gross + freight_fen - accepted + back,
        corrected,
        accepted - back + corrected,
        paid_fen,
    )


def statement(
    session: Session, supplier_id: int, period: Period, *, limit: int, offset: int = 0
) -> list[StatementPart]:
    """Return the parts that a supplier's buyers accepted within a period, in the order of receipt, with their lines."""
    rows = session.execute(
        _MONEY.where(*_received_within(supplier_id, period))
        .order_by(SupplierOrder.received_at, SupplierOrder.id)
        .limit(limit)
        .offset(offset)
    )
    return _with_lines(session, [_part_money(row) for row in rows])


def get_own_part(session: Session, actor: Actor, public_id: str) -> StatementPart:
    """Return an accepted part of the actor's suppliers as it stands on their statement, else `NotFound`."""
    row = session.execute(
        _MONEY.where(
            SupplierOrder.public_id == public_id,
            SupplierOrder.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("part")
    return _with_lines(session, [_part_money(row)])[0]


def _with_lines(session: Session, parts: Sequence[PartMoney]) -> list[StatementPart]:
    ids = [part.part_id for part in parts]
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for line in session.scalars(
        select(OrderLine).where(OrderLine.supplier_order_id.in_(ids)).order_by(OrderLine.id)
    ):
        lines[line.supplier_order_id].append(line)
    refunds: dict[int, tuple[int, int]] = {
        row.order_line_id: (row.before, row.after)
        for row in session.execute(
            select(
                OrderRefund.order_line_id,
                cast(func.sum(OrderRefund.prepaid_fen), BigInteger).label("before"),
                cast(func.sum(OrderRefund.payable_fen), BigInteger).label("after"),
            )
            .where(
                OrderRefund.supplier_order_id.in_(ids),
                OrderRefund.order_line_id.is_not(None),
                OrderRefund.declined.is_(False),
            )
            .group_by(OrderRefund.order_line_id)
        )
    }
    settled: dict[int, list[Settled]] = defaultdict(list)
    for row in session.execute(
        select(
            PayoutItem.supplier_order_id,
            Payout.public_id,
            PayoutBatch.public_id.label("batch"),
            PayoutItem.amount_fen,
            Payout.state,
            Payout.paid_on,
        )
        .join(Payout, Payout.id == PayoutItem.payout_id)
        .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
        .where(PayoutItem.supplier_order_id.in_(ids), PayoutItem.state != ItemState.RETURNED.value)
        .order_by(PayoutItem.id)
    ):
        settled[row.supplier_order_id].append(
            Settled(row.public_id, row.batch, row.amount_fen, PayoutState(row.state), row.paid_on)
        )
    today = clock.today()
    return [
        StatementPart(
            part,
            _lines(part, lines[part.part_id], refunds),
            tuple(settled[part.part_id]),
            rules.obstacles_of(part, today) if part.open_fen else (),
        )
        for part in parts
    ]


def _lines(
    part: PartMoney, lines: Sequence[OrderLine], refunds: dict[int, tuple[int, int]]
) -> tuple[LineMoney, ...]:
    accepted = [(line, line.accepted_quantity or 0) for line in lines]
    worths = [packs * line.unit_price_fen for line, packs in accepted]
    asked = [refunds.get(line.id, (0, 0))[0] for line in lines]
    after = [refunds.get(line.id, (0, 0))[1] for line in lines]
    if part.freight_fen:
        worths, asked, after = [*worths, part.freight_fen], [*asked, 0], [*after, 0]
    before_fen = part.gross_fen + part.freight_fen - part.accepted_fen
    back = rules.split_refunds(worths, before_fen, asked, after, part.back_fen)
    found = [
        LineMoney(
            line.id,
            line.name_zh,
            line.name_en,
            line.label_zh,
            line.label_en,
            packs,
            worths[index],
            0,
            back[index],
            line.producer_fen * packs // line.quantity,
        )
        for index, (line, packs) in enumerate(accepted)
    ]
    if part.freight_fen:
        found.append(LineMoney(None, "运费", "Freight", "", "", 1, 0, part.freight_fen, back[-1], 0))
    return tuple(found)


def benefits_paid(session: Session, supplier_id: int, period: Period) -> list[BenefitRow]:
    """Return what a supplier says it paid by its benefit links within a period, by link, names masked."""
    paid = (
        select(BenefitPayment.link_id, cast(func.sum(BenefitPayment.amount_fen), BigInteger).label("total"))
        .join(BenefitLink, BenefitLink.id == BenefitPayment.link_id)
        .where(
            BenefitLink.supplier_id == supplier_id,
            BenefitPayment.paid_on >= period.first,
            BenefitPayment.paid_on <= period.last,
        )
        .group_by(BenefitPayment.link_id)
        .subquery()
    )
    rows = session.execute(
        select(BenefitLink, Product.name_zh, Product.name_en, Household.householder, paid.c.total)
        .join(paid, paid.c.link_id == BenefitLink.id)
        .join(Product, Product.id == BenefitLink.product_id)
        .join(Household, Household.id == BenefitLink.household_id)
        .order_by(BenefitLink.id)
        .limit(300)
    )
    return [
        BenefitRow(
            row.BenefitLink.public_id,
            row.name_zh,
            row.name_en,
            registry_queries.mask(row.householder),
            KIND_NAMES[LinkKind(row.BenefitLink.kind)],
            row.BenefitLink.promised_fen,
            row.BenefitLink.paid_fen,
            row.total,
        )
        for row in rows
    ]


# Who of the operator may see and move money


def pays_suppliers(session: Session, actor: Actor) -> bool:
    """Say whether the actor is a finance officer or an administrator of the operator, not of a canteen."""
    if actor.has_role(Role.ADMIN):
        return True
    grants = [grant for grant in actor.grants if grant.role == Role.FINANCE]
    if any(grant.organisation_id is None for grant in grants):
        return True
    inside = [grant.organisation_id for grant in grants]
    found = select(Organisation.id).where(
        Organisation.id.in_(inside), Organisation.kind == OrganisationKind.OPERATOR.value
    )
    return bool(inside) and session.scalar(found.limit(1)) is not None


# Suppliers and batches


def list_suppliers(session: Session, today: date) -> list[SupplierRow]:
    """Return every supplier that is owed something, what is due first; at most 500."""
    facts = _MONEY.subquery()
    columns = facts.c
    opened = columns.accepted_fen + columns.corrected_fen - columns.back_fen - columns.settled_fen
    free = and_(
        columns.due_on <= today,
        ~columns.claimed,
        ~columns.disputed,
        ~columns.refunding,
        ~columns.in_payout,
    )
    sums = (
        select(
            columns.supplier_id,
            cast(func.coalesce(func.sum(opened).filter(or_(opened < 0, free)), 0), BigInteger).label("due"),
            cast(
                func.coalesce(func.sum(opened).filter(opened > 0, columns.due_on > today), 0), BigInteger
            ).label("later"),
            cast(
                func.coalesce(func.sum(opened).filter(opened > 0, columns.due_on <= today, ~free), 0),
                BigInteger,
            ).label("kept"),
        )
        .where(opened != 0)
        .group_by(columns.supplier_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Organisation.id,
            Organisation.public_id,
            Organisation.name_zh,
            Organisation.name_en,
            sums.c.due,
            sums.c.later,
            sums.c.kept,
            _account_in(AccountState.CONFIRMED).label("confirmed"),
            _account_in(AccountState.WAITING).label("waiting"),
        )
        .join(sums, sums.c.supplier_id == Organisation.id)
        .order_by(sums.c.due.desc(), Organisation.id)
        .limit(500)
    )
    return [
        SupplierRow(
            row.id,
            row.public_id,
            row.name_zh,
            row.name_en,
            row.due,
            row.later,
            row.kept,
            rules.standing(due_fen=row.due, confirmed=row.confirmed, waiting=row.waiting),
        )
        for row in rows
    ]


def _account_in(state: AccountState) -> ColumnElement[bool]:
    return (
        exists()
        .where(SupplierAccount.supplier_id == Organisation.id, SupplierAccount.state == state.value)
        .correlate(Organisation)
    )


def lock_proposals(session: Session) -> None:
    """Let one person propose at a time, until the end of the step."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('payout proposals', 12))"))


def find_batch_by_once(session: Session, once: str) -> PayoutBatch | None:
    """Return the batch that a form made before."""
    return session.scalar(select(PayoutBatch).where(PayoutBatch.once == once))


def suppliers_named(session: Session, public_ids: Iterable[str]) -> list[Organisation]:
    """Return suppliers by their public ids, in the order of their ids."""
    return list(
        session.scalars(
            select(Organisation)
            .where(
                Organisation.public_id.in_(list(public_ids)),
                Organisation.kind == OrganisationKind.SUPPLIER.value,
            )
            .order_by(Organisation.id)
        )
    )


def payable_accounts(session: Session, supplier_ids: Collection[int]) -> dict[int, SupplierAccount]:
    """Return the confirmed account of each supplier that has not named another one since."""
    rows = session.scalars(
        select(SupplierAccount).where(
            SupplierAccount.supplier_id.in_(supplier_ids),
            SupplierAccount.state.in_([AccountState.CONFIRMED.value, AccountState.WAITING.value]),
        )
    ).all()
    waiting = {row.supplier_id for row in rows if row.state == AccountState.WAITING}
    return {row.supplier_id: row for row in rows if row.supplier_id not in waiting}


def lock_batch(session: Session, public_id: str) -> PayoutBatch:
    """Return a batch that nobody else changes until this step ends; raises `NotFound`."""
    batch = session.scalar(
        select(PayoutBatch)
        .where(PayoutBatch.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise NotFound("batch")
    return batch


def batch_of_payout(session: Session, public_id: str) -> str:
    """Return the public id of the batch in which a payout lies, else `NotFound`."""
    found = session.scalar(
        select(PayoutBatch.public_id)
        .join(Payout, Payout.batch_id == PayoutBatch.id)
        .where(Payout.public_id == public_id)
    )
    if found is None:
        raise NotFound("payout")
    return found


def lock_payouts(session: Session, batch_id: int) -> list[Payout]:
    """Return the payouts of a locked batch in the order of their ids."""
    return list(
        session.scalars(
            select(Payout)
            .where(Payout.batch_id == batch_id)
            .order_by(Payout.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def items_of(session: Session, payout_ids: Collection[int]) -> list[PayoutItem]:
    """Return what payouts have for which parts, in the order of the parts."""
    return list(
        session.scalars(
            select(PayoutItem)
            .where(PayoutItem.payout_id.in_(payout_ids))
            .order_by(PayoutItem.supplier_order_id, PayoutItem.id)
            .execution_options(populate_existing=True)
        )
    )


def lock_parts(session: Session, part_ids: Collection[int]) -> None:
    """Lock parts in the order of their ids; whoever refunds or claims holds them too."""
    session.execute(
        select(SupplierOrder.id)
        .where(SupplierOrder.id.in_(part_ids))
        .order_by(SupplierOrder.id)
        .with_for_update()
    ).all()


_proposer, _decider = aliased(User), aliased(User)


def _batches() -> Select[*tuple[Any, ...]]:
    payouts = (
        select(func.count())
        .select_from(Payout)
        .where(Payout.batch_id == PayoutBatch.id)
        .correlate(PayoutBatch)
        .scalar_subquery()
    )
    return (
        select(
            PayoutBatch,
            payouts.label("payouts"),
            _proposer.name.label("proposed_by"),
            _decider.name.label("decided_by"),
        )
        .outerjoin(_proposer, _proposer.id == PayoutBatch.proposed_by_user_id)
        .outerjoin(_decider, _decider.id == PayoutBatch.decided_by_user_id)
    )


def _batch_row(row: Any) -> BatchRow:
    batch: PayoutBatch = row.PayoutBatch
    return BatchRow(
        batch.public_id,
        BatchState(batch.state),
        batch.amount_fen,
        row.payouts,
        row.proposed_by or "",
        batch.proposed_by_user_id,
        batch.proposed_at,
        row.decided_by or "",
        batch.decided_at,
        batch.reason,
        batch.exported_at,
        batch.closed_at,
    )


def list_batches(session: Session, *, limit: int, offset: int) -> tuple[list[BatchRow], int]:
    """Return one page of the batches, what waits for somebody first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(PayoutBatch)) or 0
    waits = PayoutBatch.state.in_([BatchState.PROPOSED.value, BatchState.APPROVED.value])
    rows = session.execute(
        _batches().order_by(waits.desc(), PayoutBatch.id.desc()).limit(limit).offset(offset)
    )
    return [_batch_row(row) for row in rows], total


def count_accounts(session: Session) -> int:
    """Return how many accounts wait to be confirmed."""
    waits = SupplierAccount.state == AccountState.WAITING.value
    return session.scalar(select(func.count()).select_from(SupplierAccount).where(waits)) or 0


def count_disputes(session: Session) -> int:
    """Return how many disputed lines wait for an answer."""
    waits = SettlementDispute.state == DisputeState.OPEN.value
    return session.scalar(select(func.count()).select_from(SettlementDispute).where(waits)) or 0


def count_waiting(session: Session) -> int:
    """Return how many batches, accounts and disputes wait for somebody of the operator."""
    waits = PayoutBatch.state.in_([BatchState.PROPOSED.value, BatchState.APPROVED.value])
    batches = session.scalar(select(func.count()).select_from(PayoutBatch).where(waits)) or 0
    return batches + count_accounts(session) + count_disputes(session)


def get_batch(session: Session, public_id: str) -> tuple[BatchRow, list[PayoutRow]]:
    """Return a batch with its payouts, else `NotFound`."""
    row = session.execute(_batches().where(PayoutBatch.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("batch")
    payouts = session.execute(
        _payouts().where(Payout.batch_id == row.PayoutBatch.id).order_by(Payout.id).limit(500)
    )
    return _batch_row(row), [_payout_row(payout) for payout in payouts]


def _payouts() -> Select[*tuple[Any, ...]]:
    parts = (
        select(func.count())
        .select_from(PayoutItem)
        .where(PayoutItem.payout_id == Payout.id)
        .correlate(Payout)
        .scalar_subquery()
    )
    return (
        select(
            Payout,
            PayoutBatch.public_id.label("batch"),
            Organisation.name_zh,
            Organisation.name_en,
            SupplierAccount.public_id.label("account"),
            SupplierAccount.holder,
            SupplierAccount.bank,
            SupplierAccount.last4,
            parts.label("parts"),
        )
        .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
        .join(Organisation, Organisation.id == Payout.supplier_id)
        .join(SupplierAccount, SupplierAccount.id == Payout.account_id)
    )


def _payout_row(row: Any) -> PayoutRow:
    payout: Payout = row.Payout
    return PayoutRow(
        payout.public_id,
        row.batch,
        row.name_zh,
        row.name_en,
        row.account,
        row.holder,
        row.bank,
        row.last4,
        payout.amount_fen,
        row.parts,
        PayoutState(payout.state),
        payout.bank_reference or "",
        payout.paid_on,
        payout.reason,
    )


def get_payout(session: Session, public_id: str) -> tuple[PayoutRow, list[ItemRow]]:
    """Return a payout with what it has for which part (at most 2,000 parts), else `NotFound`."""
    return _one_payout(session, Payout.public_id == public_id)


def get_own_payout(session: Session, actor: Actor, public_id: str) -> tuple[PayoutRow, list[ItemRow]]:
    """Return an approved payout to one of the actor's suppliers, else `NotFound`."""
    return _one_payout(
        session,
        Payout.public_id == public_id,
        Payout.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        Payout.state.in_(_SHOWN_TO_SUPPLIERS),
    )


#: What a supplier sees of payouts: nothing before a second person has approved it.
_SHOWN_TO_SUPPLIERS = (PayoutState.TO_PAY.value, PayoutState.PAID.value, PayoutState.FAILED.value)


def _one_payout(session: Session, *conditions: ColumnElement[bool]) -> tuple[PayoutRow, list[ItemRow]]:
    row = session.execute(_payouts().where(*conditions)).one_or_none()
    if row is None:
        raise NotFound("payout")
    amounts = {item.supplier_order_id: item.amount_fen for item in items_of(session, [row.Payout.id])[:2000]}
    return _payout_row(row), [
        ItemRow(part.public_id, part.number, part.received_on, part.due_on, amounts[part.part_id])
        for part in money_of_parts(session, list(amounts))
    ]


def own_payouts(session: Session, supplier_id: int, *, limit: int = 24) -> list[PayoutRow]:
    """Return the latest payouts to a supplier that were approved, the newest first."""
    rows = session.execute(
        _payouts()
        .where(Payout.supplier_id == supplier_id, Payout.state.in_(_SHOWN_TO_SUPPLIERS))
        .order_by(Payout.id.desc())
        .limit(limit)
    )
    return [_payout_row(row) for row in rows]


def payable_balance(session: Session, supplier_public_id: str) -> int:
    """Return what the ledger says is owed to a supplier and not on its way (fen)."""
    return ledger_queries.balance(session, books.supplier_payable(supplier_public_id).code).settled


def reference_taken(session: Session, reference: str, payout_id: int) -> bool:
    """Say whether another payout carries a bank reference."""
    found = select(Payout.id).where(Payout.bank_reference == reference, Payout.id != payout_id)
    return session.scalar(found.limit(1)) is not None


# Bank accounts

_enterer = aliased(User)


def _accounts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            SupplierAccount,
            Organisation.public_id.label("supplier"),
            Organisation.name_zh,
            Organisation.name_en,
            _enterer.name.label("entered_by"),
            _decider.name.label("decided_by"),
        )
        .join(Organisation, Organisation.id == SupplierAccount.supplier_id)
        .outerjoin(_enterer, _enterer.id == SupplierAccount.entered_by_user_id)
        .outerjoin(_decider, _decider.id == SupplierAccount.decided_by_user_id)
    )


def _account_row(row: Any) -> AccountRow:
    account: SupplierAccount = row.SupplierAccount
    return AccountRow(
        account.public_id,
        row.supplier,
        row.name_zh,
        row.name_en,
        account.holder,
        account.bank,
        account.bank_code,
        account.last4,
        AccountState(account.state),
        row.entered_by or "",
        account.entered_by_user_id,
        account.entered_at,
        row.decided_by or "",
        account.decided_at,
        account.reason,
    )


def accounts_of(session: Session, supplier_id: int) -> list[AccountRow]:
    """Return the accounts that a supplier named, the newest first."""
    rows = session.execute(
        _accounts()
        .where(SupplierAccount.supplier_id == supplier_id)
        .order_by(SupplierAccount.id.desc())
        .limit(20)
    )
    return [_account_row(row) for row in rows]


def list_accounts(session: Session, *, limit: int, offset: int) -> tuple[list[AccountRow], int]:
    """Return one page of accounts, those that wait first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(SupplierAccount)) or 0
    waits = SupplierAccount.state == AccountState.WAITING.value
    rows = session.execute(
        _accounts().order_by(waits.desc(), SupplierAccount.id.desc()).limit(limit).offset(offset)
    )
    return [_account_row(row) for row in rows], total


def get_account(session: Session, public_id: str) -> AccountRow:
    """Return an account without its number, else `NotFound`."""
    row = session.execute(_accounts().where(SupplierAccount.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("account")
    return _account_row(row)


def lock_account(session: Session, public_id: str) -> SupplierAccount:
    """Return an account that nobody else changes until this step ends; raises `NotFound`."""
    account = session.scalar(
        select(SupplierAccount)
        .where(SupplierAccount.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if account is None:
        raise NotFound("account")
    return account


def supplier_of_account(session: Session, public_id: str) -> int:
    """Return to whom an account belongs, else `NotFound`."""
    found = session.scalar(select(SupplierAccount.supplier_id).where(SupplierAccount.public_id == public_id))
    if found is None:
        raise NotFound("account")
    return found


def accounts_in(session: Session, supplier_id: int, state: AccountState) -> list[SupplierAccount]:
    """Return the accounts of a supplier in a state, locked for this step."""
    return list(
        session.scalars(
            select(SupplierAccount)
            .where(SupplierAccount.supplier_id == supplier_id, SupplierAccount.state == state.value)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def find_account_by_once(session: Session, once: str) -> SupplierAccount | None:
    """Return the account that a form entered before."""
    return session.scalar(select(SupplierAccount).where(SupplierAccount.once == once))


def lock_supplier(session: Session, supplier_id: int) -> None:
    """Let one person name an account of a supplier at a time, until the end of the step."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 13))"), {"key": str(supplier_id)}
    )


# Disputes

_opener, _ender = aliased(User), aliased(User)


def _disputes() -> Select[*tuple[Any, ...]]:
    return (
        select(
            SettlementDispute,
            SupplierOrder.public_id.label("part"),
            Order.number,
            Organisation.name_zh,
            Organisation.name_en,
            OrderLine.name_zh.label("line_zh"),
            OrderLine.name_en.label("line_en"),
            _opener.name.label("opened_by"),
            _ender.name.label("ended_by"),
        )
        .join(SupplierOrder, SupplierOrder.id == SettlementDispute.supplier_order_id)
        .join(Order, Order.id == SupplierOrder.order_id)
        .join(Organisation, Organisation.id == SupplierOrder.supplier_id)
        .outerjoin(OrderLine, OrderLine.id == SettlementDispute.order_line_id)
        .outerjoin(_opener, _opener.id == SettlementDispute.opened_by_user_id)
        .outerjoin(_ender, _ender.id == SettlementDispute.ended_by_user_id)
    )


def _dispute_row(row: Any) -> DisputeRow:
    dispute: SettlementDispute = row.SettlementDispute
    return DisputeRow(
        dispute.public_id,
        row.part,
        row.number,
        row.name_zh,
        row.name_en,
        dispute.order_line_id,
        row.line_zh or "运费",
        row.line_en or "Freight",
        dispute.reason,
        DisputeState(dispute.state),
        row.opened_by or "",
        dispute.opened_at,
        dispute.answer,
        dispute.corrected_fen,
        row.ended_by or "",
        dispute.ended_at,
    )


def disputes_of_part(session: Session, part_id: int) -> list[DisputeRow]:
    """Return what was disputed about a part, the newest first."""
    rows = session.execute(
        _disputes()
        .where(SettlementDispute.supplier_order_id == part_id)
        .order_by(SettlementDispute.id.desc())
        .limit(50)
    )
    return [_dispute_row(row) for row in rows]


def list_disputes(session: Session, *, limit: int, offset: int) -> tuple[list[DisputeRow], int]:
    """Return one page of disputes, the open ones first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(SettlementDispute)) or 0
    waits = SettlementDispute.state == DisputeState.OPEN.value
    rows = session.execute(
        _disputes().order_by(waits.desc(), SettlementDispute.id.desc()).limit(limit).offset(offset)
    )
    return [_dispute_row(row) for row in rows], total


def get_dispute(session: Session, public_id: str) -> tuple[DisputeRow, StatementPart]:
    """Return a dispute with the part that it is about, else `NotFound`."""
    row = session.execute(_disputes().where(SettlementDispute.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("dispute")
    parts = money_of_parts(session, [row.SettlementDispute.supplier_order_id])
    return _dispute_row(row), _with_lines(session, parts)[0]


def lock_dispute(session: Session, public_id: str) -> tuple[SettlementDispute, SupplierOrder]:
    """Return a dispute and its part, both locked for this step, the part first; raises `NotFound`."""
    part_id = session.scalar(
        select(SettlementDispute.supplier_order_id).where(SettlementDispute.public_id == public_id)
    )
    if part_id is None:
        raise NotFound("dispute")
    part = session.scalars(select(SupplierOrder).where(SupplierOrder.id == part_id).with_for_update()).one()
    dispute = session.scalars(
        select(SettlementDispute)
        .where(SettlementDispute.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return dispute, part


def lock_own_part(session: Session, actor: Actor, public_id: str) -> SupplierOrder:
    """Return a part of the actor's suppliers, locked for this step, else `NotFound`."""
    part = session.scalar(
        select(SupplierOrder)
        .where(
            SupplierOrder.public_id == public_id,
            SupplierOrder.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if part is None:
        raise NotFound("part")
    return part


def find_dispute_by_once(session: Session, once: str) -> SettlementDispute | None:
    """Return the dispute that a form opened before."""
    return session.scalar(select(SettlementDispute).where(SettlementDispute.once == once))


def line_in_part(session: Session, part_id: int, line_id: int) -> bool:
    """Say whether a line belongs to a part."""
    found = select(OrderLine.id).where(OrderLine.id == line_id, OrderLine.supplier_order_id == part_id)
    return session.scalar(found) is not None


def disputed_before(session: Session, part_id: int, line_id: int | None) -> bool:
    """Say whether a line of a part is disputed and not answered yet."""
    found = select(SettlementDispute.id).where(
        SettlementDispute.supplier_order_id == part_id,
        SettlementDispute.order_line_id == line_id
        if line_id is not None
        else SettlementDispute.order_line_id.is_(None),
        SettlementDispute.state == DisputeState.OPEN.value,
    )
    return session.scalar(found) is not None
