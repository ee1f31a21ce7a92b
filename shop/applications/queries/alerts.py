"""Signs of hollow linkage and of prices that rose, in a constant number of statements however many links there are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation
from core import clock
from core.permissions import Actor
from registry.models import Region
from shop.applications.models import Application
from shop.applications.queries.applications import settings_on
from shop.applications.values import Alerts, ThinProduct
from shop.benefit_links import queries as link_queries
from shop.benefit_links import rules as link_rules
from shop.benefit_links.models import BenefitLink
from shop.benefit_links.values import Answer
from shop.catalogue import queries as catalogue_queries
from shop.catalogue.models import Product
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition, in_regions

#: How many of each kind a page shows.
SHOWN = 50


def find_alerts(session: Session, actor: Actor, *, shown: int = SHOWN) -> Alerts:
    """Return what a certifier should look into: unpaid links, disputed ones, certificates that too few households
    carry, and packs that cost much more than they did (rule B11).

    A certificate that was taken over before links were kept has none, and is no alert.
    """
    today, now = clock.today(), clock.now()
    settings = settings_on(session, today)
    mine = in_regions(actor)
    unpaid = and_(
        mine,
        link_queries.counted(today),
        BenefitLink.paid_fen < BenefitLink.promised_fen,
        func.coalesce(BenefitLink.last_paid_on, BenefitLink.valid_from)
        < link_rules.months_back(today, settings.unpaid_months),
    )
    disputed = and_(mine, link_queries.current(today), BenefitLink.answer == Answer.DISPUTED.value)
    counts = session.execute(
        select(func.count().filter(unpaid), func.count().filter(disputed))
        .select_from(BenefitLink)
        .join(Product, Product.id == BenefitLink.product_id)
        .where(or_(unpaid, disputed))
    ).one()
    thin = _thin(mine, now, settings.households_needed)
    thin_count = session.scalar(select(func.count()).select_from(thin.subquery())) or 0
    dear, dear_count = catalogue_queries.dear_packs(session, mine, settings.price_rise_percent, limit=shown)
    rows = session.execute(thin.order_by("households", Certificate.number).limit(shown))
    return Alerts(
        unpaid=tuple(link_queries.rows_where(session, unpaid, months=settings.unpaid_months, limit=shown)),
        unpaid_count=counts[0],
        disputed=tuple(link_queries.rows_where(session, disputed, limit=shown)),
        disputed_count=counts[1],
        thin=tuple(
            ThinProduct(
                row.slug,
                (row.name_zh, row.name_en),
                (row.supplier_zh, row.supplier_en),
                (row.village_zh, row.village_en),
                row.number,
                row.households,
            )
            for row in rows
        ),
        thin_count=thin_count,
        unpaid_months=settings.unpaid_months,
        households_needed=settings.households_needed,
        dear=tuple(dear),
        dear_count=dear_count,
        price_rise_percent=settings.price_rise_percent,
    )


def _thin(mine: ColumnElement[bool], now: Any, needed: int) -> Any:
    today = clock.today()
    village, supplier = aliased(Region), aliased(Organisation)
    households = (
        select(func.count(BenefitLink.household_id.distinct()))
        .where(BenefitLink.product_id == Product.id, link_queries.counted(today))
        .correlate(Product)
        .scalar_subquery()
    )
    has_links = exists(select(BenefitLink.id).where(BenefitLink.product_id == Product.id))
    applied = exists(select(Application.id).where(Application.certificate_id == Certificate.id))
    return (
        select(
            Product.slug,
            Product.name_zh,
            Product.name_en,
            supplier.name_zh.label("supplier_zh"),
            supplier.name_en.label("supplier_en"),
            village.name_zh.label("village_zh"),
            village.name_en.label("village_en"),
            Certificate.number,
            households.label("households"),
        )
        .join(Certificate, Certificate.product_id == Product.id)
        .join(supplier, supplier.id == Product.supplier_id)
        .join(village, village.id == Product.village_id)
        .where(mine, certified_condition(now), or_(has_links, applied), households < needed)
    )
