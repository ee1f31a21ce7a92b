"""Reading claims: always scoped by who asks; locks; and the read models of the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from accounts.models import Organisation, RoleGrant, User
from accounts.values import OrganisationKind, Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from payments.models import Refund
from shop.after_sales import rules
from shop.after_sales.models import Claim, ClaimPhoto, ClaimStep, ReturnAddress
from shop.after_sales.values import (
    ENDED,
    OPEN,
    ClaimFile,
    ClaimKind,
    ClaimRow,
    GoesBackTo,
    LineClaim,
    LineRights,
    Move,
    Reason,
    Received,
    Side,
    State,
    Step,
    Wish,
)
from shop.catalogue.models import Product
from shop.catalogue.values import ReturnTerms
from shop.orders import queries as order_queries
from shop.orders import rules as order_rules
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.queries import OrderView
from shop.orders.values import Kind, PartState
from shop.recalls import queries as recall_queries

#: What waits for the supplier, and what waits for the operator.
SUPPLIERS_TURN = (State.FILED, State.RETURNING)
OPERATORS_TURN = (State.ESCALATED, State.AGREED)

#: For how many days what was received on a day may be claimed; settlement knows it.
DaysOn = Callable[[Session, date], int]


def parts_with_open_claims(session: Session, part_ids: Iterable[int]) -> set[int]:
    """Return which of these suppliers' parts of orders have a claim that has not ended."""
    return set(
        session.scalars(
            select(Claim.supplier_order_id).where(Claim.supplier_order_id.in_(list(part_ids)), _in(OPEN))
        )
    )


def _in(states: Sequence[State]) -> ColumnElement[bool]:
    return Claim.state.in_([state.value for state in states])


# Who may see a claim


def supplier_claim(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a claim is about goods of the actor's supplier."""
    return Claim.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER))


def of_order(order: Order) -> ColumnElement[bool]:
    """Return the condition that a claim is about an order whose door was opened."""
    return Claim.order_id == order.id


# Locks: always the order first, then the claim


def lock_supplier_claim(session: Session, actor: Actor, public_id: str) -> tuple[Order, Claim]:
    """Return a claim about the actor's goods with its order, both locked, else `NotFound`."""
    return _lock(session, (Claim.public_id == _plain(public_id)) & supplier_claim(actor))


def lock_any_claim(session: Session, public_id: str) -> tuple[Order, Claim]:
    """Return any claim with its order, both locked, for the operator."""
    return _lock(session, Claim.public_id == _plain(public_id))


def lock_by_id(session: Session, claim_id: int) -> tuple[Order, Claim]:
    """Return a claim with its order, both locked, for a clock."""
    return _lock(session, Claim.id == claim_id)


def lock_claim_of(session: Session, order: Order, public_id: str) -> Claim:
    """Return a claim about an order that is locked, locked too."""
    return _locked(session, (Claim.public_id == _plain(public_id)) & of_order(order))


def lock_refunded_by(session: Session, refund: str) -> Claim | None:
    """Return the claim that a refund settled, locked, or None."""
    return session.scalar(select(Claim).where(Claim.refund == refund).with_for_update())


def _lock(session: Session, condition: ColumnElement[bool]) -> tuple[Order, Claim]:
    order_id = session.scalar(select(Claim.order_id).where(condition))
    if order_id is None:
        raise NotFound("claim")
    order = order_queries.lock_order(session, order_id)
    return order, _locked(session, condition)


def _locked(session: Session, condition: ColumnElement[bool]) -> Claim:
    statement = select(Claim).where(condition).with_for_update().execution_options(populate_existing=True)
    claim = session.scalar(statement)
    if claim is None:
        raise NotFound("claim")
    return claim


def _plain(public_id: str) -> str:
    return public_id.replace("\x00", "")


# What the services ask


def find_by_once(session: Session, once: str) -> Claim | None:
    """Return the claim that a form made, or None."""
    return session.scalar(select(Claim).where(Claim.once == once))


def filed_with(session: Session, claim_id: int) -> tuple[str, tuple[bytes, ...]]:
    """Return the words and the photos with which a claim was filed."""
    words = select(ClaimStep.note).where(ClaimStep.claim_id == claim_id).order_by(ClaimStep.id).limit(1)
    photos = select(ClaimPhoto.data).where(ClaimPhoto.claim_id == claim_id).order_by(ClaimPhoto.number)
    return session.scalars(words).one(), tuple(session.scalars(photos))


def find_any(session: Session, public_id: str) -> Claim:
    """Return any claim, without a lock; raises `NotFound`."""
    claim = session.scalar(select(Claim).where(Claim.public_id == _plain(public_id)))
    if claim is None:
        raise NotFound("claim")
    return claim


def has_open_claim(session: Session, line_id: int) -> bool:
    """Say whether a claim about a line is under way."""
    statement = select(Claim.id).where(Claim.order_line_id == line_id, _in(OPEN))
    return session.scalar(statement) is not None


def find_received(
    session: Session, order: Order, line_id: int
) -> tuple[OrderLine, SupplierOrder, Received] | None:
    """Return a line of an order with its part and what is left of it to claim; None while it is not received."""
    row = session.execute(
        select(OrderLine, SupplierOrder)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .where(OrderLine.id == line_id, OrderLine.order_id == order.id)
    ).one_or_none()
    if row is None:
        raise NotFound("line")
    line, part = row
    if part.state != PartState.RECEIVED or part.received_at is None:
        return None
    received = Received(
        part.received_at,
        line.unit_price_fen,
        (line.accepted_quantity or 0) - _sent_back(session, [line.id]).get(line.id, 0),
        _fen_left(line, order_queries.refunds_of_lines(session, order.id).get(line.id, (0, 0))),
        ReturnTerms(line.return_terms),
        line.no_return_confirmed,
        order.kind == Kind.PUBLIC,
        recall_queries.last_recall_of_lines(session, order.id).get(line.id),
    )
    return line, part, received


def _fen_left(line: Any, refunds: tuple[int, int]) -> int:
    return order_rules.kept_fen((line.accepted_quantity or 0) * line.unit_price_fen, line.line_fen, *refunds)


def _sent_back(session: Session, line_ids: Sequence[int]) -> dict[int, int]:
    """Return how many packs of each line have come back before."""
    rows = session.execute(
        select(Claim.order_line_id, func.sum(Claim.arrived_quantity))
        .where(Claim.order_line_id.in_(line_ids), Claim.arrived_quantity.is_not(None))
        .group_by(Claim.order_line_id)
    )
    return {row[0]: int(row[1] or 0) for row in rows}


def variant_of(session: Session, claim: Claim) -> int:
    """Return the pack size that a claim is about."""
    return session.scalars(select(OrderLine.variant_id).where(OrderLine.id == claim.order_line_id)).one()


def is_recalled(session: Session, claim: Claim) -> bool:
    """Say whether the goods of a claim may be of a batch that was called back."""
    return claim.order_line_id in recall_queries.last_recall_of_lines(session, claim.order_id)


def due_claims(session: Session, after_id: int, limit: int = 100) -> list[int]:
    """Return claims whose clock has run out and does something, from the id after `after_id` on."""
    states = [state for state in OPEN if rules.clock_move(state) is not None]
    return list(
        session.scalars(
            select(Claim.id)
            .where(Claim.due_at <= clock.now(), _in(states), Claim.id > after_id)
            .order_by(Claim.id)
            .limit(limit)
        )
    )


# What pages show


def rights_of(session: Session, view: OrderView, days_on: DaysOn) -> dict[int, LineRights]:
    """Return what was claimed and what may be claimed, by line id, for the received parts of an order."""
    received = [
        part for part in view.parts if part.state == PartState.RECEIVED and part.received_at is not None
    ]
    if not received:
        return {}
    refunds = order_queries.refunds_of_lines(session, view.order.id)
    recalled = recall_queries.last_recall_of_lines(session, view.order.id)
    claims: dict[int, list[Claim]] = {}
    for claim in session.scalars(select(Claim).where(of_order(view.order)).order_by(Claim.id)):
        claims.setdefault(claim.order_line_id, []).append(claim)
    days: dict[date, int] = {}
    found: dict[int, LineRights] = {}
    for part in received:
        assert part.received_at is not None
        day = part.received_at.astimezone(clock.CHINA).date()
        if day not in days:
            days[day] = days_on(session, day)
        for line in part.lines:
            own = claims.get(line.line_id, [])
            facts = Received(
                part.received_at,
                line.unit_price_fen,
                (line.accepted_quantity or 0) - sum(claim.arrived_quantity or 0 for claim in own),
                _fen_left(line, refunds.get(line.line_id, (0, 0))),
                ReturnTerms(line.return_terms),
                line.no_return_confirmed,
                view.order.kind == Kind.PUBLIC,
                recalled.get(line.line_id),
            )
            found[line.line_id] = LineRights(
                tuple(
                    LineClaim(claim.public_id, ClaimKind(claim.kind), State(claim.state), claim.due_at)
                    for claim in own
                ),
                rules.rights(facts, clock.now(), days[day]),
            )
    return found


def claims_of_order(session: Session, order_id: int) -> list[ClaimRow]:
    """Return the claims about an order, oldest first, for the operator's page of the order."""
    return [
        _row(row) for row in session.execute(_rows().where(Claim.order_id == order_id).order_by(Claim.id))
    ]


def list_supplier_claims(
    session: Session, actor: Actor, states: Sequence[State], *, limit: int, offset: int
) -> tuple[list[ClaimRow], int]:
    """Return claims about the actor's goods in these states, and how many; open ones by their clock, ended ones newest first."""
    return _list(session, supplier_claim(actor) & _in(states), states, limit, offset)


def list_all_claims(
    session: Session,
    states: Sequence[State],
    *,
    overdue: bool,
    kind: ClaimKind | None,
    words: str,
    limit: int,
    offset: int,
) -> tuple[list[ClaimRow], int]:
    """Return claims that fit, for the operator, and how many there are."""
    condition = _in(states)
    if overdue:
        condition &= Claim.due_at <= clock.now()
    if kind is not None:
        condition &= Claim.kind == kind.value
    if words:
        condition &= or_(
            Order.number.startswith(words, autoescape=True),
            Organisation.name_zh.contains(words, autoescape=True),
            Organisation.name_en.icontains(words, autoescape=True),
            Order.delivery["recipient"].astext == words,
        )
    return _list(session, condition, states, limit, offset)


def _list(
    session: Session, condition: ColumnElement[bool], states: Sequence[State], limit: int, offset: int
) -> tuple[list[ClaimRow], int]:
    found = _rows().where(condition)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    ended = all(state in ENDED for state in states)
    order = (Claim.id.desc(),) if ended else (Claim.due_at.nulls_last(), Claim.id)
    rows = session.execute(found.order_by(*order).limit(limit).offset(offset))
    return [_row(row) for row in rows], total


def _rows() -> Any:
    return (
        select(
            Claim,
            Order.number,
            OrderLine.name_zh,
            OrderLine.name_en,
            Organisation.name_zh.label("supplier_zh"),
            Organisation.name_en.label("supplier_en"),
        )
        .join(Order, Order.id == Claim.order_id)
        .join(OrderLine, OrderLine.id == Claim.order_line_id)
        .join(Organisation, Organisation.id == Claim.supplier_id)
    )


def _row(row: Any) -> ClaimRow:
    claim: Claim = row.Claim
    return ClaimRow(
        claim.public_id,
        ClaimKind(claim.kind),
        Reason(claim.reason),
        State(claim.state),
        claim.due_at,
        claim.filed_at,
        claim.quantity,
        claim.amount_fen,
        row.number,
        (row.name_zh, row.name_en),
        (row.supplier_zh, row.supplier_en),
    )


def count_for_supplier(session: Session, actor: Actor) -> int:
    """Return how many claims wait for the actor's supplier."""
    return _count(session, supplier_claim(actor) & _in(SUPPLIERS_TURN))


def count_for_operator(session: Session) -> int:
    """Return how many claims wait for the operator."""
    return _count(session, _in(OPERATORS_TURN))


def count_overdue(session: Session) -> int:
    """Return how many claims the operator should have decided by now."""
    return _count(session, _in((State.ESCALATED,)) & (Claim.due_at <= clock.now()))


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Claim).where(condition)) or 0


def last_step_of(session: Session, claim: Claim, side: Side) -> tuple[Move, str]:
    """Return the last step that a side made in a claim, and the words that came with it; the buyer has filed it."""
    row = session.execute(
        select(ClaimStep.move, ClaimStep.note)
        .where(ClaimStep.claim_id == claim.id, ClaimStep.side == side.value)
        .order_by(ClaimStep.id.desc())
        .limit(1)
    ).one()
    return Move(row.move), row.note


def get_claim_of(session: Session, order: Order, public_id: str) -> ClaimFile:
    """Return a claim about an order whose door was opened, else `NotFound`."""
    return _file(session, (Claim.public_id == _plain(public_id)) & of_order(order))


def get_supplier_claim(session: Session, actor: Actor, public_id: str) -> ClaimFile:
    """Return a claim about the actor's goods, else `NotFound`."""
    return _file(session, (Claim.public_id == _plain(public_id)) & supplier_claim(actor))


def get_any_claim(session: Session, public_id: str) -> ClaimFile:
    """Return any claim, for the operator; raises `NotFound`."""
    return _file(session, Claim.public_id == _plain(public_id))


def _file(session: Session, condition: ColumnElement[bool]) -> ClaimFile:
    row = session.execute(
        _rows()
        .add_columns(
            OrderLine.label_zh,
            OrderLine.label_en,
            OrderLine.quantity.label("packs"),
            Product.slug,
            Product.picture,
            SupplierOrder.public_id.label("part"),
            Order.institution_id,
            Organisation.contact,
            ReturnAddress,
            Order.delivery,
        )
        .join(Product, Product.id == OrderLine.product_id)
        .join(SupplierOrder, SupplierOrder.id == Claim.supplier_order_id)
        .outerjoin(ReturnAddress, ReturnAddress.supplier_id == Claim.supplier_id)
        .where(condition)
    ).one_or_none()
    if row is None:
        raise NotFound("claim")
    claim: Claim = row.Claim
    steps = session.execute(
        select(ClaimStep, User.name)
        .outerjoin(User, User.id == ClaimStep.user_id)
        .where(ClaimStep.claim_id == claim.id)
        .order_by(ClaimStep.id)
    )
    photos = session.scalars(
        select(ClaimPhoto.number).where(ClaimPhoto.claim_id == claim.id).order_by(ClaimPhoto.number)
    )
    return ClaimFile(
        _row(row),
        Wish(claim.wants),
        claim.asked_fen,
        claim.goods_back,
        claim.unopened,
        claim.problem,
        claim.carrier,
        claim.tracking_number,
        claim.resaleable_quantity,
        claim.refund,
        claim.order_line_id,
        (row.label_zh, row.label_en),
        row.slug,
        row.picture,
        row.packs,
        row.part,
        row.institution_id,
        row.contact,
        _goes_back_to(row.ReturnAddress),
        str(row.delivery.get("recipient", "")),
        str(row.delivery.get("phone", "")),
        tuple(photos),
        tuple(
            Step(
                Move(step.move),
                State(step.state),
                Side(step.side),
                name or "",
                step.note,
                step.amount_fen,
                step.goods_back,
                step.happened_at,
            )
            for step, name in steps
        ),
    )


def get_photo(session: Session, condition: ColumnElement[bool], public_id: str, number: int) -> bytes:
    """Return a photo of a claim that fits the condition (`of_order`, `supplier_claim`), else `NotFound`."""
    data = session.scalar(
        select(ClaimPhoto.data)
        .join(Claim, Claim.id == ClaimPhoto.claim_id)
        .where(Claim.public_id == _plain(public_id), ClaimPhoto.number == min(number, 32_000), condition)
    )
    if data is None:
        raise NotFound("photo")
    return data


def find_refund(session: Session, file: ClaimFile) -> Refund | None:
    """Return the refund of a claim, or None without one; less than was agreed where a voucher had paid a share."""
    return session.scalar(select(Refund).where(Refund.public_id == file.refund)) if file.refund else None


# Who is written to


def readers_of_operator(session: Session) -> list[User]:
    """Return the operator's finance officers who read mail."""
    operators = select(Organisation.id).where(Organisation.kind == OrganisationKind.OPERATOR.value)
    granted = RoleGrant.organisation_id.in_(operators) & (RoleGrant.role == Role.FINANCE.value)
    return list(
        session.scalars(
            select(User)
            .where(
                User.id.in_(select(RoleGrant.user_id).where(granted, RoleGrant.valid_until.is_(None))),
                User.email.is_not(None),
                User.disabled_at.is_(None),
            )
            .order_by(User.id)
        )
    )


def mailed_step(session: Session, claim_id: int, step_id: int) -> tuple[ClaimFile, Step, Order, int]:
    """Return what a mail about a step tells: the claim, the step, its order, and the id of its supplier."""
    claim = session.get_one(Claim, claim_id)
    position = session.scalar(
        select(func.count()).where(ClaimStep.claim_id == claim_id, ClaimStep.id < step_id)
    )
    file = get_any_claim(session, claim.public_id)
    return file, file.steps[position or 0], session.get_one(Order, claim.order_id), claim.supplier_id


def _goes_back_to(kept: ReturnAddress | None) -> GoesBackTo | None:
    return GoesBackTo(kept.recipient, kept.phone, kept.address) if kept is not None else None


def return_address(session: Session, supplier_id: int) -> GoesBackTo | None:
    """Return where a supplier takes goods back, if it has said so."""
    return _goes_back_to(session.get(ReturnAddress, supplier_id))
