"""Reading for institutions: goods to choose from, and for whom somebody may order."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock
from core.permissions import Actor
from shop.catalogue.models import Product, Variant
from shop.certification.queries import is_certified
from shop.stock import queries as stock_queries
from shop.stock.values import Goods

#: Packs of this weight (grams) and more are meant for kitchens.
CANTEEN_GRAMS = 5_000


def institutions_of(session: Session, actor: Actor) -> list[Organisation]:
    """Return the institutions for which somebody may order, by name."""
    return list(
        session.scalars(
            select(Organisation)
            .where(
                Organisation.id.in_(actor.organisation_ids(Role.REQUESTER)),
                Organisation.kind == OrganisationKind.INSTITUTION.value,
                Organisation.closed_on.is_(None),
            )
            .order_by(Organisation.name_zh, Organisation.id)
        )
    )


def find_packs(
    session: Session, words: str, *, large_only: bool, limit: int, offset: int
) -> tuple[list[Goods], int]:
    """Return certified packs on sale whose product, pack or supplier has all the words in its name, and how many."""
    now = clock.now()
    conditions = [Product.listed_at.is_not(None), Variant.on_shelf, is_certified(now)]
    for word in words.split()[:8]:
        like = f"%{_escape(word)}%"
        conditions.append(
            or_(
                *(
                    column.ilike(like, escape="\\")
                    for column in (
                        Product.name_zh,
                        Product.name_en,
                        Variant.label_zh,
                        Variant.label_en,
                        Organisation.name_zh,
                    )
                )
            )
        )
    if large_only:
        conditions.append(Variant.net_grams >= CANTEEN_GRAMS)
    total = session.scalar(
        select(func.count())
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .join(Organisation, Organisation.id == Product.supplier_id)
        .where(*conditions)
    )
    rows = session.execute(
        stock_queries.goods_statement()
        .where(*conditions)
        .order_by(Product.category, Product.id, Variant.price_fen, Variant.id)
        .limit(limit)
        .offset(offset),
        {"now": now},
    )
    return [stock_queries.as_goods(row) for row in rows], total or 0


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
