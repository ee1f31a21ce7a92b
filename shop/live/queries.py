"""Reading live sessions: lists, the page of one with its goods, what a supplier may set aside, what a session sold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from registry.models import Region
from shop.catalogue.models import Product, Variant
from shop.certification.models import Certificate
from shop.certification.queries import is_certified
from shop.live.models import LiveItem, LiveSession
from shop.live.values import DAYS_AHEAD, RUNNING, LiveGoods, Reached, SessionCard, SessionState
from shop.orders.models import OrderLine, SupplierOrder
from shop.orders.reached import given_back, reaching_fen
from shop.orders.values import PAID_PARTS
from shop.stock import queries as stock_queries
from shop.stock.models import Stock
from shop.stock.values import Goods


def soon() -> datetime:
    """Return before which moment a planned session begins that the shop speaks of; it moves at midnight only."""
    return datetime.combine(clock.today() + timedelta(days=DAYS_AHEAD + 1), time(), clock.CHINA)


def get_session(session: Session, public_id: str) -> LiveSession:
    """Return a session; raises `NotFound`."""
    found = session.scalar(select(LiveSession).where(LiveSession.public_id == public_id.replace("\x00", "")))
    if found is None:
        raise NotFound("live session")
    return found


def lock_session(session: Session, session_id: int) -> LiveSession:
    """Return a session as it stands, locked until the end of the step."""
    return session.get_one(LiveSession, session_id, with_for_update=True, populate_existing=True)


def ordinary_id(session: Session, public_id: str) -> int:
    """Return the id of a pack size of the shop; raises `NotFound`, also for what only a session sells."""
    found = session.scalar(
        select(Variant.id).where(
            Variant.public_id == public_id.replace("\x00", ""), Variant.edition_of.is_(None)
        )
    )
    if found is None:
        raise NotFound("variant")
    return found


def count_items(session: Session, session_id: int) -> int:
    """Count the kinds of packs that were ever set aside for a session."""
    return session.scalar(select(func.count()).where(LiveItem.session_id == session_id)) or 0


def running_editions(session: Session, ordinary_ids: Sequence[int]) -> Sequence[Variant]:
    """Return what sessions that are not over sell of these pack sizes."""
    return session.scalars(
        select(Variant)
        .join(LiveItem, LiveItem.variant_id == Variant.id)
        .join(LiveSession, LiveSession.id == LiveItem.session_id)
        .where(Variant.edition_of.in_(ordinary_ids), LiveSession.state.in_(RUNNING))
        .order_by(Variant.id)
    ).all()


def due_sessions(session: Session, after_id: int, limit: int = 100) -> Sequence[int]:
    """Return the next sessions (by id) that the clock opens or ends, or that are over and have something on hand."""
    now = clock.now()
    left = exists().where(
        LiveItem.session_id == LiveSession.id, Stock.variant_id == LiveItem.variant_id, Stock.on_hand > 0
    )
    return session.scalars(
        select(LiveSession.id)
        .where(
            LiveSession.id > after_id,
            or_(
                (LiveSession.state == SessionState.PLANNED) & (LiveSession.starts_at <= now),
                (LiveSession.state == SessionState.OPEN) & (LiveSession.ends_at <= now),
                LiveSession.closed_at.is_not(None) & left,
            ),
        )
        .order_by(LiveSession.id)
        .limit(limit)
    ).all()


# Lists


def _cards() -> Select[*tuple[Any, ...]]:
    items = LiveItem.session_id == LiveSession.id, LiveItem.set_aside > 0
    kinds = select(func.count()).select_from(LiveItem).where(*items).correlate(LiveSession).scalar_subquery()
    first = (
        select(Product.picture, Product.category)
        .join(Variant, Variant.product_id == Product.id)
        .join(LiveItem, LiveItem.variant_id == Variant.id)
        .where(*items)
        .order_by(Product.picture.is_(None), LiveItem.id)
        .limit(1)
        .correlate(LiveSession)
        .lateral("first")
    )
    return (
        select(
            LiveSession.id,
            LiveSession.public_id,
            LiveSession.title_zh,
            LiveSession.title_en,
            Organisation.name_zh,
            Organisation.name_en,
            LiveSession.state,
            LiveSession.starts_at,
            LiveSession.ends_at,
            kinds,
            first.c.picture,
            first.c.category,
        )
        .join(Organisation, Organisation.id == LiveSession.host_id)
        .outerjoin(first, true())
    )


def _card(row: Any) -> SessionCard:
    return SessionCard(
        row[0],
        row[1],
        (row[2], row[3]),
        (row[4], row[5]),
        SessionState(row[6]),
        row[7],
        row[8],
        row[9],
        row[10],
        row[11] or "grain_oil",
    )


def list_running(session: Session, *, before: datetime | None = None, limit: int = 50) -> list[SessionCard]:
    """Return what is open, and what is planned (to begin before a moment), in that order, the next first."""
    planned = LiveSession.state == SessionState.PLANNED
    if before is not None:
        planned &= LiveSession.starts_at < before
    rows = session.execute(
        _cards()
        .where(or_(LiveSession.state == SessionState.OPEN, planned))
        .order_by(LiveSession.state != SessionState.OPEN, LiveSession.starts_at, LiveSession.id)
        .limit(limit)
    )
    return [_card(row) for row in rows]


def list_past(session: Session, *, limit: int, offset: int) -> tuple[list[SessionCard], int]:
    """Return the sessions that are over or were called off, the latest first, and how many there are."""
    past = LiveSession.closed_at.is_not(None)
    rows = session.execute(
        _cards()
        .where(past)
        .order_by(LiveSession.starts_at.desc(), LiveSession.id.desc())
        .limit(limit)
        .offset(offset)
    )
    total = session.scalar(select(func.count()).select_from(LiveSession).where(past)) or 0
    return [_card(row) for row in rows], total


def hosts_of(session: Session, actor: Actor) -> list[Organisation]:
    """Return the organisations for which the actor may hold sessions, by name."""
    return list(
        session.scalars(
            select(Organisation)
            .where(_hosted_by(actor), Organisation.closed_on.is_(None))
            .order_by(Organisation.name_zh, Organisation.id)
        )
    )


def is_host(session: Session, actor: Actor, live: LiveSession) -> bool:
    """Say whether the actor belongs to the host of a session."""
    found = select(Organisation.id).where(Organisation.id == live.host_id, _hosted_by(actor))
    return session.scalar(found) is not None


def _hosted_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on an organisation that the actor holds its sessions: in which role depends on its kind."""
    return or_(
        (Organisation.kind == OrganisationKind.SUPPLIER.value)
        & Organisation.id.in_(actor.organisation_ids(Role.SUPPLIER)),
        (Organisation.kind == OrganisationKind.GOVERNMENT.value)
        & Organisation.id.in_(actor.organisation_ids(Role.CERTIFIER)),
        (Organisation.kind == OrganisationKind.OPERATOR.value) & literal(actor.has_role(Role.ADMIN)),
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on a session and its host that somebody meets it at the desk.

    Hosts see their own, the operator all; a supplier sees those of others for which it may set packs aside, or has.
    """
    if actor.has_role(Role.ADMIN):
        return true()
    suppliers = actor.organisation_ids(Role.SUPPLIER)
    taking_part = exists().where(
        LiveItem.session_id == LiveSession.id,
        Variant.id == LiveItem.ordinary_id,
        Product.id == Variant.product_id,
        Product.supplier_id.in_(suppliers),
    )
    running = LiveSession.state.in_(RUNNING)
    village, home = aliased(Region), aliased(Region)
    of_county = exists().where(
        Product.supplier_id.in_(suppliers),
        village.id == Product.village_id,
        home.id == Organisation.region_id,
        village.path.startswith(home.path),
    )
    return or_(
        _hosted_by(actor),
        taking_part,
        running & (Organisation.kind == OrganisationKind.OPERATOR.value) & literal(bool(suppliers)),
        running & (Organisation.kind == OrganisationKind.GOVERNMENT.value) & of_county,
    )


def visible_sessions(
    session: Session, actor: Actor, *, limit: int, offset: int
) -> tuple[list[SessionCard], int]:
    """Return the sessions that somebody meets at the desk: open ones first, then the latest, and how many there are."""
    condition = _visible(actor)
    rows = session.execute(
        _cards()
        .where(condition)
        .order_by(
            LiveSession.state != SessionState.OPEN,
            LiveSession.state != SessionState.PLANNED,
            LiveSession.starts_at.desc(),
            LiveSession.id.desc(),
        )
        .limit(limit)
        .offset(offset)
    )
    total = session.scalar(
        select(func.count())
        .select_from(LiveSession)
        .join(Organisation, Organisation.id == LiveSession.host_id)
        .where(condition)
    )
    return [_card(row) for row in rows], total or 0


def get_visible(session: Session, actor: Actor, public_id: str) -> tuple[LiveSession, Organisation]:
    """Return a session with its host that somebody meets at the desk; `NotFound` for others."""
    row = session.execute(
        select(LiveSession, Organisation)
        .join(Organisation, Organisation.id == LiveSession.host_id)
        .where(LiveSession.public_id == public_id.replace("\x00", ""), _visible(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("live session")
    return row[0], row[1]


def get_with_host(session: Session, public_id: str) -> tuple[LiveSession, Organisation]:
    """Return a session with its host; raises `NotFound`."""
    row = session.execute(
        select(LiveSession, Organisation)
        .join(Organisation, Organisation.id == LiveSession.host_id)
        .where(LiveSession.public_id == public_id.replace("\x00", ""))
    ).one_or_none()
    if row is None:
        raise NotFound("live session")
    return row[0], row[1]


# What a session sells


def goods_of(session: Session, session_id: int) -> list[LiveGoods]:
    """Return the packs of a session with what is left of them, in the order in which they came; three statements."""
    ordinary = aliased(Variant)
    rows = session.execute(
        stock_queries.goods_statement()
        .add_columns(LiveItem.set_aside, LiveItem.ordinary_id, ordinary.public_id, ordinary.price_fen)
        .join(LiveItem, LiveItem.variant_id == stock_queries.VARIANT_ID)
        .join(ordinary, ordinary.id == LiveItem.ordinary_id)
        .where(LiveItem.session_id == session_id)
        .order_by(LiveItem.id),
        {"now": clock.now()},
    ).all()
    free = stock_queries.available(session, [row[stock_queries.FIELDS + 1] for row in rows])
    found = [stock_queries.as_goods(row) for row in rows]
    certificates = {
        row.id: (row.number, row.kind)
        for row in session.execute(
            select(Certificate.id, Certificate.number, Certificate.kind).where(
                Certificate.id.in_([goods.certificate_id for goods in found if goods.certificate_id])
            )
        )
    }
    return [
        LiveGoods(
            goods=goods,
            set_aside=row[stock_queries.FIELDS],
            ordinary_id=row[stock_queries.FIELDS + 1],
            ordinary_public_id=row[stock_queries.FIELDS + 2],
            ordinary_price_fen=row[stock_queries.FIELDS + 3],
            ordinary_left=max(0, free.get(row[stock_queries.FIELDS + 1], 0)),
            certificate_number=certificates.get(goods.certificate_id or 0, ("", ""))[0],
            certificate_kind=certificates.get(goods.certificate_id or 0, ("", ""))[1],
        )
        for row, goods in zip(rows, found, strict=True)
    ]


def reached_by(session: Session, session_id: int) -> list[Reached]:
    """Return what the paid orders of a session bring to which village, the most first."""
    village, county = aliased(Region), aliased(Region)
    back = given_back()
    growers = func.sum(reaching_fen(back))
    rows = session.execute(
        select(
            village.name_zh,
            village.name_en,
            county.code,
            func.sum(func.coalesce(OrderLine.accepted_quantity, OrderLine.quantity)),
            growers,
        )
        .select_from(LiveItem)
        .join(OrderLine, OrderLine.variant_id == LiveItem.variant_id)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .join(Product, Product.id == OrderLine.product_id)
        .join(village, village.id == OrderLine.village_id)
        .join(county, county.id == Product.county_id)
        .outerjoin(back, back.c.line_id == OrderLine.id)
        .where(LiveItem.session_id == session_id, SupplierOrder.state.in_(PAID_PARTS))
        .group_by(village.id, county.id)
        .order_by(growers.desc(), village.id)
    )
    return [Reached((row[0], row[1]), row[2], int(row[3]), int(row[4])) for row in rows]


def packs_sold(session: Session, session_id: int) -> dict[int, int]:
    """Return how many packs of a session are paid for, by its variant's id."""
    rows = session.execute(
        select(OrderLine.variant_id, func.sum(OrderLine.quantity))
        .select_from(LiveItem)
        .join(OrderLine, OrderLine.variant_id == LiveItem.variant_id)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .where(LiveItem.session_id == session_id, SupplierOrder.state.in_(PAID_PARTS))
        .group_by(OrderLine.variant_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def sessions_of(product_id: Any, until: Any) -> ColumnElement[Any]:
    """Return the sessions (public id, titles, state, start) that sell a product now or soon, as JSON for another select."""
    return (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        LiveSession.public_id,
                        LiveSession.title_zh,
                        LiveSession.title_en,
                        LiveSession.state,
                        LiveSession.starts_at,
                    ),
                    LiveSession.starts_at,
                    LiveSession.id,
                )
            )
        )
        .where(
            LiveSession.id.in_(
                select(LiveItem.session_id)
                .join(Variant, Variant.id == LiveItem.variant_id)
                .where(Variant.product_id == product_id, LiveItem.set_aside > 0)
                .correlate_except(LiveItem, Variant)
            ),
            or_(
                LiveSession.state == SessionState.OPEN,
                (LiveSession.state == SessionState.PLANNED) & (LiveSession.starts_at < until),
            ),
        )
        .correlate_except(LiveSession)
        .scalar_subquery()
    )


# What may be set aside


def packs_for(
    session: Session,
    actor: Actor,
    live: LiveSession,
    host: Organisation,
    words: str,
    *,
    limit: int,
    offset: int,
    variant: str = "",
) -> tuple[list[LiveGoods], int]:
    """Return the actor's packs that may be set aside for a session, with what is free of each, and how many there are."""
    now = clock.now()
    item = aliased(LiveItem)
    suppliers = actor.organisation_ids(Role.SUPPLIER)
    if host.kind == OrganisationKind.SUPPLIER:
        suppliers &= {host.id}
    conditions = [
        Product.supplier_id.in_(suppliers),
        Product.listed_at.is_not(None),
        Variant.on_shelf,
        is_certified(now),
    ]
    if host.kind == OrganisationKind.GOVERNMENT:
        home = session.get_one(Region, host.region_id)
        conditions.append(
            Product.village_id.in_(
                select(Region.id).where(Region.path.startswith(home.path, autoescape=True))
            )
        )
    if variant:
        conditions.append(Variant.public_id == variant.replace("\x00", ""))
    if words:
        named = (Product.name_zh, Product.name_en, Variant.sku)
        conditions.append(or_(*(column.icontains(words, autoescape=True) for column in named)))
    chosen = select(Variant.id).join(Product, Product.id == Variant.product_id).where(*conditions)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    ids = session.scalars(
        chosen.order_by(Product.name_zh, Product.id, Variant.price_fen, Variant.id)
        .limit(limit)
        .offset(offset)
    ).all()
    goods = stock_queries.goods_by_id(session, ids)
    aside = {
        row.ordinary_id: row
        for row in session.execute(
            select(
                item.ordinary_id,
                item.set_aside,
                Variant.price_fen,
                Variant.most_per_buyer,
                Variant.version,
            )
            .join(Variant, Variant.id == item.variant_id)
            .where(item.session_id == live.id, item.ordinary_id.in_(ids))
        )
    }
    return [_pack(goods[variant_id], aside.get(variant_id)) for variant_id in ids], total


def _pack(goods: Goods, aside: Any) -> LiveGoods:
    """Return a pack size of the shop with what a session has of it, a row or None."""
    return LiveGoods(
        goods=goods,
        set_aside=aside.set_aside if aside else 0,
        ordinary_id=goods.variant_id,
        ordinary_public_id=goods.public_id,
        ordinary_price_fen=goods.price_fen,
        ordinary_left=max(0, goods.available),
        session_price_fen=aside.price_fen if aside else goods.price_fen,
        session_limit=aside.most_per_buyer if aside else None,
        session_version=aside.version if aside else 0,
    )
