"""Reading recalls: what would be recalled, what was, and who got it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core import clock
from core.errors import NotFound
from core.mail import Mail
from core.permissions import Actor
from shop.after_sales.models import Claim
from shop.catalogue.models import Product, Variant
from shop.orders.addresses import read_delivery
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import PAID_PARTS
from shop.recalls import rules
from shop.recalls.models import Recall, RecalledLine
from shop.recalls.values import GotIt, LineRecall, Preview, RecallRow, Touch
from shop.stock.models import Stock
from shop.tracing.models import Batch, BatchVersion, TraceCode


def find_by_batch(session: Session, batch_id: int) -> Recall | None:
    """Return the recall of a batch, or None."""
    return session.scalar(select(Recall).where(Recall.batch_id == batch_id))


def made_since(session: Session, batch_id: int) -> date:
    """Return the first day on which packs of a batch can have existed: the earliest that was ever said of it."""
    return session.scalars(
        select(func.min(BatchVersion.made_on)).where(BatchVersion.batch_id == batch_id)
    ).one()


def most_packs(session: Session, batch_id: int) -> int:
    """Return how many packs a batch had at most: the largest number that was ever said of it."""
    return session.scalars(
        select(func.max(BatchVersion.packs)).where(BatchVersion.batch_id == batch_id)
    ).one()


def editions(session: Session, variant_id: int) -> list[int]:
    """Return the pack sizes under which live sessions sell, or sold, packs of this one."""
    return list(
        session.scalars(select(Variant.id).where(Variant.edition_of == variant_id).order_by(Variant.id))
    )


def _is_pack(variant_id: int) -> ColumnElement[bool]:
    """Return the condition that a line is of this pack size, bought in the shop or in a live session."""
    same = select(Variant.id).where(or_(Variant.id == variant_id, Variant.edition_of == variant_id))
    return OrderLine.variant_id.in_(same)


def sold_lines(variant_id: int, since: date) -> Select[*tuple[Any, ...]]:
    """Return a select of (line, order, quantity) of a pack size that left the stock and was not sent before a day.

    An order that was paid before a batch was made and sent after it may hold it, so the day of sending counts.
    """
    return (
        select(OrderLine.id, OrderLine.order_id, OrderLine.quantity)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .where(
            _is_pack(variant_id),
            SupplierOrder.state.in_(PAID_PARTS),
            or_(SupplierOrder.shipped_at.is_(None), SupplierOrder.shipped_at >= _morning(since)),
        )
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), clock.CHINA)


def preview(session: Session, actor: Actor, code: str) -> Preview:
    """Return what recalling an own batch would do now, else `NotFound`."""
    batch = session.scalar(
        select(Batch)
        .join(TraceCode, TraceCode.batch_id == Batch.id)
        .join(Product, Product.id == Batch.product_id)
        .where(TraceCode.code == code, Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
    )
    if batch is None:
        raise NotFound("batch")
    since = made_since(session, batch.id)
    sold = sold_lines(batch.variant_id, since).add_columns(SupplierOrder.shipped_at).subquery()
    orders, to_send = session.execute(
        select(
            func.count(sold.c.order_id.distinct()),
            func.count(sold.c.order_id.distinct()).filter(sold.c.shipped_at.is_(None)),
        )
    ).one()
    stocks = Stock.variant_id.in_([batch.variant_id, *editions(session, batch.variant_id)])
    on_hand = int(session.scalar(select(func.sum(Stock.on_hand)).where(stocks)) or 0)
    return Preview(
        on_hand, rules.packs_to_take(on_hand, most_packs(session, batch.id)), orders, to_send, since
    )


# Lists


def _counted(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return (
        select(func.count(RecalledLine.order_id.distinct()))
        .join(OrderLine, OrderLine.id == RecalledLine.order_line_id)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .where(RecalledLine.recall_id == Recall.id, *conditions)
        .correlate(Recall)
        .scalar_subquery()
    )


def _rows() -> Select[*tuple[Any, ...]]:
    may_hold = RecalledLine.touch == Touch.MAY_HOLD.value
    return (
        select(
            Recall,
            TraceCode.code,
            Batch,
            BatchVersion.made_on,
            Product,
            Variant.label_zh,
            Variant.label_en,
            Organisation.name_zh,
            Organisation.name_en,
            _counted(may_hold).label("orders"),
            _counted(may_hold, SupplierOrder.state == "to_ship").label("to_send"),
            _counted(RecalledLine.touch == Touch.LET_GO.value).label("let_go"),
        )
        .select_from(Recall)
        .join(Batch, Batch.id == Recall.batch_id)
        .join(BatchVersion, (BatchVersion.batch_id == Batch.id) & (BatchVersion.version == Batch.version))
        .join(TraceCode, TraceCode.batch_id == Batch.id)
        .join(Product, Product.id == Batch.product_id)
        .join(Variant, Variant.id == Batch.variant_id)
        .join(Organisation, Organisation.id == Product.supplier_id)
    )


def _row(row: Any) -> RecallRow:
    recall, batch, product = row.Recall, row.Batch, row.Product
    return RecallRow(
        public_id=recall.public_id,
        code=row.code,
        batch=batch.number,
        product=(product.name_zh, product.name_en),
        pack=(row.label_zh, row.label_en),
        product_slug=product.slug,
        supplier_id=product.supplier_id,
        supplier=(row.name_zh, row.name_en),
        reason=batch.closing_reason or "",
        made_on=row.made_on,
        since=recall.since,
        packs_taken=recall.packs_taken,
        recalled_at=recall.recalled_at,
        recalled_by=recall.recalled_by_name,
        seen_at=recall.seen_at,
        seen_by=recall.seen_by_name,
        orders=row.orders,
        to_send=row.to_send,
        let_go=row.let_go,
    )


def list_recalls(session: Session, *, limit: int, offset: int) -> tuple[list[RecallRow], int]:
    """Return every recall, newest first, and how many there are, for the operator."""
    total = session.scalar(select(func.count()).select_from(Recall)) or 0
    rows = session.execute(_rows().order_by(Recall.id.desc()).limit(limit).offset(offset))
    return [_row(row) for row in rows], total


def count_unseen(session: Session) -> int:
    """Count the recalls that nobody of the operator has looked at yet."""
    return session.scalar(select(func.count()).where(Recall.seen_at.is_(None))) or 0


def get_recall(session: Session, public_id: str) -> RecallRow:
    """Return a recall, for the operator; else `NotFound`."""
    return _only(session, Recall.public_id == public_id.replace("\x00", ""))


def get_recall_by_id(session: Session, recall_id: int) -> RecallRow:
    """Return a recall by its id, for mails."""
    return _only(session, Recall.id == recall_id)


def find_own_recall(session: Session, actor: Actor, code: str) -> RecallRow | None:
    """Return the recall of an own batch by its code, or None."""
    row = session.execute(
        _rows().where(TraceCode.code == code, Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
    ).one_or_none()
    return _row(row) if row is not None else None


def _only(session: Session, condition: ColumnElement[bool]) -> RecallRow:
    row = session.execute(_rows().where(condition)).one_or_none()
    if row is None:
        raise NotFound("recall")
    return _row(row)


def lock_recall(session: Session, public_id: str) -> Recall:
    """Lock a recall, else `NotFound`."""
    found = session.scalar(
        select(Recall).where(Recall.public_id == public_id.replace("\x00", "")).with_for_update()
    )
    if found is None:
        raise NotFound("recall")
    return found


def mail_key(recall: str, number: str) -> str:
    """Return the key of the one mail that an order gets about a recall."""
    return f"recall:{recall}:{number}"


def who_got_it(session: Session, public_id: str, *, limit: int, offset: int = 0) -> tuple[list[GotIt], int]:
    """Return the lines that a recall touches, what is still to be sent first, and how many there are."""
    condition = Recall.public_id == public_id.replace("\x00", "")
    touched = (
        select(func.count())
        .select_from(RecalledLine)
        .join(Recall, Recall.id == RecalledLine.recall_id)
        .where(condition)
    )
    claims = (
        select(func.count(Claim.id))
        .where(Claim.order_line_id == RecalledLine.order_line_id)
        .correlate(RecalledLine)
        .scalar_subquery()
    )
    told = exists(
        select(Mail.id).where(Mail.key == func.concat("recall:", Recall.public_id, ":", Order.number))
    )
    rows = session.execute(
        select(RecalledLine, Order, SupplierOrder, claims.label("claims"), told.label("told"))
        .join(Recall, Recall.id == RecalledLine.recall_id)
        .join(OrderLine, OrderLine.id == RecalledLine.order_line_id)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .join(Order, Order.id == RecalledLine.order_id)
        .where(condition)
        .order_by(SupplierOrder.shipped_at.is_not(None), RecalledLine.order_line_id.desc())
        .limit(limit)
        .offset(offset)
    )
    found = [
        GotIt(
            order_number=row.Order.number,
            touch=Touch(row.RecalledLine.touch),
            state=row.SupplierOrder.state,
            quantity=row.RecalledLine.quantity,
            delivery=read_delivery(row.Order.delivery),
            email=row.Order.email,
            shipped_at=row.SupplierOrder.shipped_at,
            received_at=row.SupplierOrder.received_at,
            told=row.told,
            claims=row.claims,
        )
        for row in rows
    ]
    return found, session.scalar(touched) or 0


def orders_after(
    session: Session, recall_id: int, touch: Touch, after_id: int = 0, limit: int | None = None
) -> list[int]:
    """Return the next orders (by id) that a recall touches in this way."""
    return list(
        session.scalars(
            select(RecalledLine.order_id)
            .where(
                RecalledLine.recall_id == recall_id,
                RecalledLine.touch == touch.value,
                RecalledLine.order_id > after_id,
            )
            .distinct()
            .order_by(RecalledLine.order_id)
            .limit(limit)
        )
    )


# What others ask


def recalls_of_order(session: Session, order_id: int) -> list[LineRecall]:
    """Return what was recalled of an order, for its pages; one statement."""
    rows = session.execute(
        select(
            RecalledLine.order_line_id,
            RecalledLine.touch,
            OrderLine.name_zh,
            OrderLine.name_en,
            Batch.number,
            TraceCode.code,
            Batch.closing_reason,
            Recall.recalled_at,
        )
        .join(Recall, Recall.id == RecalledLine.recall_id)
        .join(Batch, Batch.id == Recall.batch_id)
        .join(TraceCode, TraceCode.batch_id == Batch.id)
        .join(OrderLine, OrderLine.id == RecalledLine.order_line_id)
        .where(RecalledLine.order_id == order_id)
        .order_by(Recall.id, RecalledLine.order_line_id)
    )
    return [
        LineRecall(
            row.order_line_id,
            Touch(row.touch),
            (row.name_zh, row.name_en),
            row.number,
            row.code,
            row.closing_reason or "",
            row.recalled_at,
        )
        for row in rows
    ]


def last_recall_of_lines(session: Session, order_id: int) -> dict[int, datetime]:
    """Return when the batches that lines of an order may hold were last recalled, by line id."""
    rows = session.execute(
        select(RecalledLine.order_line_id, func.max(Recall.recalled_at))
        .join(Recall, Recall.id == RecalledLine.recall_id)
        .where(RecalledLine.order_id == order_id, RecalledLine.touch == Touch.MAY_HOLD.value)
        .group_by(RecalledLine.order_line_id)
    )
    return {row[0]: row[1] for row in rows}


def let_go_lines(order_ids: list[int], variant_id: int) -> Select[*tuple[Any, ...]]:
    """Return a select of (line, order, quantity) of orders that lost their hold of a pack size."""
    return select(OrderLine.id, OrderLine.order_id, OrderLine.quantity).where(
        _is_pack(variant_id), OrderLine.order_id.in_(order_ids)
    )


def as_rows(recall_id: int, touch: Touch, lines: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the select whose rows are `RecalledLine`s, in the order (recall, touch, line, order, quantity)."""
    found = lines.subquery()
    return select(cast(literal(recall_id), BigInteger), literal(touch.value), *found.c)
