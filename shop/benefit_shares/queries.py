"""Reading shares of sales: what was agreed about a line, what is kept of it, and what is due to whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, cast, exists, func, or_, select, text
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import clock
from core.errors import NotFound
from ledger import queries as ledger_queries
from registry import queries as registry_queries
from registry.models import Household
from shop import books
from shop.benefit_links.models import (
    BenefitLink,
    BenefitPayment,
    BenefitPaymentAnswer,
    BenefitShareProduct,
)
from shop.benefit_links.values import KIND_NAMES, Answer, LinkKind
from shop.benefit_shares import rules
from shop.benefit_shares.models import BenefitShare
from shop.benefit_shares.values import Agreed, Due, LinkDue, ShareEntry, SupplierDue
from shop.catalogue.models import Product, Variant
from shop.orders.models import OrderLine, OrderRefund

_HELD = BenefitShare.kept_fen - BenefitShare.released_fen


def _sum(column: Any) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


# Posting


def agreed_for(session: Session, part_id: int, supplier_id: int, day: date) -> list[Agreed]:
    """Return which agreed links have a share of which accepted line of a part on a day, by line, the oldest first."""
    named = exists().where(
        BenefitShareProduct.link_id == BenefitLink.id, BenefitShareProduct.product_id == OrderLine.product_id
    )
    rows = session.execute(
        select(BenefitLink.id, OrderLine.id, BenefitLink.share_bps)
        .join(BenefitLink, BenefitLink.supplier_id == supplier_id)
        .where(
            OrderLine.supplier_order_id == part_id,
            OrderLine.accepted_quantity > 0,
            BenefitLink.share_bps.is_not(None),
            BenefitLink.withdrawn_at.is_(None),
            BenefitLink.answer == Answer.AGREED.value,
            BenefitLink.valid_from <= day,
            BenefitLink.valid_until >= day,
            or_(BenefitLink.share_all, named),
        )
        .order_by(OrderLine.id, BenefitLink.id)
    )
    return [Agreed(link_id, line_id, share or 0) for link_id, line_id, share in rows]


def lock_shares(session: Session, *conditions: ColumnElement[bool]) -> list[BenefitShare]:
    """Return kept shares under conditions in the order of their ids, which nobody else changes until this step ends."""
    return list(
        session.scalars(
            select(BenefitShare)
            .where(*conditions)
            .order_by(BenefitShare.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def refunded_before(session: Session, part_id: int) -> dict[int, int]:
    """Return what of the prepaid money of a part goes back for which line (fen by line id)."""
    rows = session.execute(
        select(OrderRefund.order_line_id, _sum(OrderRefund.prepaid_fen))
        .where(
            OrderRefund.supplier_order_id == part_id,
            OrderRefund.order_line_id.is_not(None),
            OrderRefund.declined.is_(False),
        )
        .group_by(OrderRefund.order_line_id)
    )
    return {int(row[0] or 0): int(row[1]) for row in rows}


def link_codes(session: Session, link_ids: Collection[int]) -> dict[int, str]:
    """Return the public ids of links."""
    rows = session.execute(select(BenefitLink.id, BenefitLink.public_id).where(BenefitLink.id.in_(link_ids)))
    return {row[0]: row[1] for row in rows}


# What a price bears


def lock_terms(session: Session, supplier_id: int) -> None:
    """Let one person set the shares of a supplier's sales while nobody sets its prices, until the end of the step."""
    session.execute(_ALONE, {"key": f"shares of {supplier_id}"})


def keep_terms(session: Session, supplier_id: int) -> None:
    """Let nobody set the shares of a supplier's sales until the end of the step; many may set prices meanwhile."""
    session.execute(_TOGETHER, {"key": f"shares of {supplier_id}"})


_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 14))")
_TOGETHER = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:key, 14))")


def terms_of_products(
    session: Session, supplier_id: int, product_ids: Collection[int], *, but: int = 0
) -> dict[int, list[tuple[date, date, int]]]:
    """Return what links promise of the sales of products from today on, by product: (first day, last day, share).

    Links that nobody answered or somebody disputes count, too: the household may agree any day. `but` leaves one out.
    """
    rows = session.execute(
        select(Product.id, BenefitLink.valid_from, BenefitLink.valid_until, BenefitLink.share_bps)
        .join(BenefitLink, BenefitLink.supplier_id == Product.supplier_id)
        .where(
            BenefitLink.supplier_id == supplier_id,
            Product.id.in_(product_ids),
            BenefitLink.share_bps.is_not(None),
            BenefitLink.withdrawn_at.is_(None),
            BenefitLink.valid_until >= clock.today(),
            BenefitLink.id != but,
            or_(BenefitLink.share_all, _named()),
        )
    )
    found: dict[int, list[tuple[date, date, int]]] = {product_id: [] for product_id in product_ids}
    for product_id, first, last, share in rows:
        found[product_id].append((first, last, share or 0))
    return found


def with_shares(session: Session, product_ids: Collection[int]) -> frozenset[int]:
    """Return of which products links have a share of sales from today on, in one statement."""
    return frozenset(
        session.scalars(
            select(Product.id)
            .join(BenefitLink, BenefitLink.supplier_id == Product.supplier_id)
            .where(
                Product.id.in_(product_ids),
                BenefitLink.share_bps.is_not(None),
                BenefitLink.withdrawn_at.is_(None),
                BenefitLink.valid_until >= clock.today(),
                or_(BenefitLink.share_all, _named()),
            )
        )
    )


def _named() -> ColumnElement[bool]:
    return exists().where(
        BenefitShareProduct.link_id == BenefitLink.id, BenefitShareProduct.product_id == Product.id
    )


def rooms(session: Session, product_ids: Collection[int]) -> list[tuple[int, str, str, int]]:
    """Return of products what the growers' part of their tightest open price bears: id, names, hundredths of a percent."""
    tightest = func.min(Variant.producer_fen * rules.WHOLE // Variant.price_fen)
    rows = session.execute(
        select(Product.id, Product.name_zh, Product.name_en, cast(tightest, BigInteger))
        .outerjoin(Variant, and_(Variant.product_id == Product.id, Variant.on_shelf))
        .where(Product.id.in_(product_ids))
        .group_by(Product.id)
        .order_by(Product.id)
    )
    # Without an open pack size there is no price yet that could bear less.
    return [(row[0], row[1], row[2], rules.WHOLE if row[3] is None else row[3]) for row in rows]


def promised_of(session: Session, product: Product) -> int:
    """Return the largest sum of shares that links promise of a product's sales on one day from today on."""
    terms = terms_of_products(session, product.supplier_id, [product.id])[product.id]
    return rules.most_at_once(terms, clock.today(), date.max)


def promised_of_new(session: Session, supplier_id: int) -> int:
    """Return the same of a product that a supplier is about to add: what links promise of everything it sells."""
    rows = session.execute(
        select(BenefitLink.valid_from, BenefitLink.valid_until, BenefitLink.share_bps).where(
            BenefitLink.supplier_id == supplier_id,
            BenefitLink.share_bps.is_not(None),
            BenefitLink.share_all,
            BenefitLink.withdrawn_at.is_(None),
            BenefitLink.valid_until >= clock.today(),
        )
    )
    terms = [(first, last, share or 0) for first, last, share in rows]
    return rules.most_at_once(terms, clock.today(), date.max)


# How it stands


def due_of_links(session: Session, link_ids: Collection[int]) -> dict[int, Due]:
    """Return how the shares of links stand, by link id; links of which nothing was ever kept are missing."""
    rows = session.execute(
        select(BenefitShare.link_id, _sum(BenefitShare.kept_fen), _sum(BenefitShare.released_fen))
        .where(BenefitShare.link_id.in_(link_ids))
        .group_by(BenefitShare.link_id)
    )
    return {row[0]: Due(row[1], row[2]) for row in rows}


def due_of_supplier(session: Session, supplier_id: int) -> Due:
    """Return how the shares of all links of a supplier stand."""
    row = session.execute(
        select(_sum(BenefitShare.kept_fen), _sum(BenefitShare.released_fen))
        .join(BenefitLink, BenefitLink.id == BenefitShare.link_id)
        .where(BenefitLink.supplier_id == supplier_id)
    ).one()
    return Due(*row)


def entries_of(
    session: Session, link_public_id: str, *, before: int | None = None, limit: int = 25
) -> list[ShareEntry]:
    """Return the newest entries of a link's account below entry `before` (fen, below 0 what left it)."""
    code = books.benefit_due(link_public_id).code
    rows = ledger_queries.latest_movements(session, code=code, before_entry=before, limit=limit)
    return [
        ShareEntry(
            row.entry_id, row.effective_at, row.kind, row.amount if row.credit == code else -row.amount
        )
        for row in rows
    ]


def _ended() -> ColumnElement[bool]:
    return or_(BenefitLink.withdrawn_at.is_not(None), BenefitLink.valid_until < clock.today())


def list_suppliers_due(session: Session, *, limit: int, offset: int) -> tuple[list[SupplierDue], int]:
    """Return one page of the suppliers by whose links something is due to households, the most first, and how many."""
    sums = (
        select(
            BenefitLink.supplier_id,
            func.count(BenefitLink.id.distinct()).filter(_HELD > 0).label("links"),
            _sum(BenefitShare.kept_fen).label("kept"),
            _sum(BenefitShare.released_fen).label("released"),
            _sum(_HELD).label("due"),
            cast(func.coalesce(func.sum(_HELD).filter(_ended()), 0), BigInteger).label("ended"),
            func.min(BenefitShare.made_at).filter(_HELD > 0).label("oldest"),
        )
        .join(BenefitLink, BenefitLink.id == BenefitShare.link_id)
        .group_by(BenefitLink.supplier_id)
        .having(func.sum(_HELD) > 0)
        .subquery()
    )
    total = session.scalar(select(func.count()).select_from(sums)) or 0
    waiting = (
        select(func.count())
        .select_from(BenefitPayment)
        .join(BenefitLink, BenefitLink.id == BenefitPayment.link_id)
        .outerjoin(BenefitPaymentAnswer, BenefitPaymentAnswer.payment_id == BenefitPayment.id)
        .where(
            BenefitLink.supplier_id == sums.c.supplier_id,
            BenefitPayment.asked,
            BenefitPaymentAnswer.payment_id.is_(None),
        )
        .correlate(sums)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Organisation.public_id,
            Organisation.name_zh,
            Organisation.name_en,
            sums.c.links,
            sums.c.kept,
            sums.c.released,
            sums.c.due,
            sums.c.ended,
            sums.c.oldest,
            waiting,
        )
        .join(sums, sums.c.supplier_id == Organisation.id)
        .order_by(sums.c.due.desc(), Organisation.id)
        .limit(limit)
        .offset(offset)
    )
    return [SupplierDue(*row) for row in rows], total


def list_links_due(
    session: Session, supplier_public_id: str, *, limit: int, offset: int
) -> tuple[Organisation, list[LinkDue], int, Due]:
    """Return a supplier with one page of its links that ever kept a share, most due first, how many, and their sum."""
    supplier = session.scalar(select(Organisation).where(Organisation.public_id == supplier_public_id))
    if supplier is None:
        raise NotFound("supplier")
    sums = (
        select(
            BenefitShare.link_id,
            _sum(BenefitShare.kept_fen).label("kept"),
            _sum(BenefitShare.released_fen).label("released"),
            func.min(BenefitShare.made_at).filter(_HELD > 0).label("oldest"),
        )
        .join(BenefitLink, BenefitLink.id == BenefitShare.link_id)
        .where(BenefitLink.supplier_id == supplier.id)
        .group_by(BenefitShare.link_id)
        .subquery()
    )
    total = session.scalar(select(func.count()).select_from(sums)) or 0
    rows = session.execute(
        select(BenefitLink, Product.name_zh, Product.name_en, Household.householder, *list(sums.c)[1:])
        .join(sums, sums.c.link_id == BenefitLink.id)
        .join(Product, Product.id == BenefitLink.product_id)
        .join(Household, Household.id == BenefitLink.household_id)
        .order_by((sums.c.kept - sums.c.released).desc(), BenefitLink.id)
        .limit(limit)
        .offset(offset)
    )
    return supplier, [_link_due(row) for row in rows], total, due_of_supplier(session, supplier.id)


def _link_due(row: Any) -> LinkDue:
    link: BenefitLink = row.BenefitLink
    return LinkDue(
        link.public_id,
        (row.name_zh, row.name_en),
        registry_queries.mask(row.householder),
        KIND_NAMES[LinkKind(link.kind)],
        link.share_bps,
        link.valid_until,
        withdrawn=link.withdrawn_at is not None,
        ended=link.valid_until < clock.today(),
        paid_fen=link.paid_fen,
        kept_fen=row.kept,
        released_fen=row.released,
        oldest=row.oldest,
    )


def shares_of_lines(session: Session, part_ids: Sequence[int]) -> dict[int, Due]:
    """Return how the shares of the lines of parts stand, by line id, in one statement."""
    rows = session.execute(
        select(BenefitShare.order_line_id, _sum(BenefitShare.kept_fen), _sum(BenefitShare.released_fen))
        .where(BenefitShare.supplier_order_id.in_(part_ids))
        .group_by(BenefitShare.order_line_id)
    )
    return {row[0]: Due(row[1], row[2]) for row in rows}
