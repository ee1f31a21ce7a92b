"""Reading stores and their shelves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from accounts.values import Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from points.supermarkets import rules
from points.supermarkets.models import Goods, GoodsBatch, Store
from registry.models import Region

#: Goods that expire within so many days are marked for the keeper.
SOON = timedelta(days=30)
FEW = 5


@dataclass(frozen=True, slots=True)
class StoreCard:
    """A store in the public list."""

    public_id: str
    name_zh: str
    name_en: str
    village_zh: str
    village_en: str
    county_code: str
    open_days: tuple[int, ...]
    hours: str
    open_today: bool
    kinds: int
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """Goods on the shelf: price in points, units that may be given out today, and when the first of them expire."""

    id: int
    public_id: str
    category: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    points: int
    picture: str | None
    barcode: str | None
    left: int
    expires_on: date | None
    few: bool
    expires_soon: bool
    days_left: int | None


@dataclass(frozen=True, slots=True)
class StorePlace:
    """A store with the names of where it stands."""

    id: int
    public_id: str
    organisation_id: int
    name_zh: str
    name_en: str
    address_zh: str
    address_en: str
    serves: str
    open_days: tuple[int, ...]
    hours: str
    open_today: bool
    village_id: int
    village_code: str
    village_zh: str
    village_en: str
    county_code: str
    county_zh: str
    county_en: str
    town_zh: str
    town_en: str
    served_path: str


def giveable(today: date) -> ColumnElement[bool]:
    """Return the condition that units of a batch may be given out on a day."""
    return (GoodsBatch.quantity_left > 0) & or_(
        GoodsBatch.expires_on.is_(None), GoodsBatch.expires_on >= today
    )


def store_cards(session: Session, *, county_code: str | None = None) -> list[StoreCard]:
    """Return the open stores by village, with how many kinds of goods lie on each shelf, in three queries at most."""
    village, county = aliased(Region), aliased(Region)
    statement = (
        select(Store, village.name_zh, village.name_en, county.code)
        .join(village, village.id == Store.village_id)
        .join(county, (county.level == "county") & village.path.startswith(county.path))
        .where(or_(Store.closed_on.is_(None), Store.closed_on > clock.today()))
        .order_by(county.code, village.code, Store.id)
        .limit(500)
    )
    if county_code is not None:
        statement = statement.where(county.code == county_code)
    rows = session.execute(statement).all()
    shelves = _shelf_summaries(session, [row.Store.id for row in rows])
    today = clock.today()
    return [
        StoreCard(
            row.Store.public_id,
            row.Store.name_zh,
            row.Store.name_en,
            row[1],
            row[2],
            row[3],
            tuple(row.Store.open_days),
            row.Store.hours,
            rules.is_open(row.Store.open_days, today),
            *shelves.get(row.Store.id, (0, ())),
        )
        for row in rows
    ]


def _shelf_summaries(session: Session, store_ids: list[int]) -> dict[int, tuple[int, tuple[str, ...]]]:
    if not store_ids:
        return {}
    on_shelf = (
        select(Goods.store_id, Goods.picture, func.sum(GoodsBatch.quantity_left).label("left"))
        .join(GoodsBatch, GoodsBatch.goods_id == Goods.id)
        .where(Goods.store_id.in_(store_ids), Goods.closed_on.is_(None), giveable(clock.today()))
        .group_by(Goods.id)
        .subquery()
    )
    everywhere = func.sum(on_shelf.c.left).over(partition_by=on_shelf.c.picture)
    known = select(on_shelf, (on_shelf.c.left / everywhere).label("share")).subquery()
    # First that of which a store holds most among the stores: else every card shows the same four pictures.
    telling = aggregate_order_by(known.c.picture, known.c.share.desc(), known.c.left.desc(), known.c.picture)
    rows = session.execute(
        select(known.c.store_id, func.count(), func.array_remove(func.array_agg(telling), None)).group_by(
            known.c.store_id
        )
    )
    return {row[0]: (row[1], tuple(dict.fromkeys(row[2]))[:4]) for row in rows}


def shelf(session: Session, store_id: int, *, sold_out_too: bool = True) -> list[ShelfItem]:
    """Return what a store gives, by category and price, with the units that may be given out today."""
    today = clock.today()
    left = func.coalesce(func.sum(GoodsBatch.quantity_left).filter(giveable(today)), 0)
    first = func.min(GoodsBatch.expires_on).filter(giveable(today))
    statement = (
        select(Goods, left.label("left"), first.label("first"))
        .outerjoin(GoodsBatch, (GoodsBatch.goods_id == Goods.id) & (GoodsBatch.quantity_left > 0))
        .where(Goods.store_id == store_id, Goods.closed_on.is_(None))
        .group_by(Goods.id)
        .order_by(Goods.category, Goods.points, Goods.id)
        .limit(300)
    )
    if not sold_out_too:
        statement = statement.having(left > 0)
    return [
        ShelfItem(
            row.Goods.id,
            row.Goods.public_id,
            row.Goods.category,
            row.Goods.name_zh,
            row.Goods.name_en,
            row.Goods.unit_zh,
            row.Goods.unit_en,
            row.Goods.points,
            row.Goods.picture,
            row.Goods.barcode,
            int(row.left),
            row.first,
            0 < row.left <= FEW,
            row.first is not None and row.first <= today + SOON,
            (row.first - today).days if row.first is not None else None,
        )
        for row in session.execute(statement)
    ]


def get_store(session: Session, public_id: str) -> StorePlace:
    """Return an open store for everybody, else `NotFound`."""
    return _one_place(session, Store.public_id == public_id)


def keepers_stores(session: Session, actor: Actor) -> list[Store]:
    """Return the open stores whose till the actor may run."""
    return list(
        session.scalars(
            select(Store)
            .where(
                Store.organisation_id.in_(actor.organisation_ids(Role.STOREKEEPER.value)),
                or_(Store.closed_on.is_(None), Store.closed_on > clock.today()),
            )
            .order_by(Store.id)
        )
    )


def keepers_store(session: Session, actor: Actor, store_id: int) -> StorePlace:
    """Return a store whose till the actor may run, else `NotFound`."""
    return _one_place(
        session,
        Store.id == store_id,
        Store.organisation_id.in_(actor.organisation_ids(Role.STOREKEEPER.value)),
    )


def _one_place(session: Session, *conditions: ColumnElement[bool]) -> StorePlace:
    village, county, town = aliased(Region), aliased(Region), aliased(Region)
    row = session.execute(
        select(Store, village, county, town)
        .join(village, village.id == Store.village_id)
        .outerjoin(county, (county.level == "county") & village.path.startswith(county.path))
        .outerjoin(town, (town.level == "town") & village.path.startswith(town.path))
        .where(*conditions, or_(Store.closed_on.is_(None), Store.closed_on > clock.today()))
    ).one_or_none()
    if row is None:
        raise NotFound("store")
    store, home, county_row, town_row = row
    served = {"village": home, "town": town_row or home, "county": county_row or home}[store.serves]
    return StorePlace(
        store.id,
        store.public_id,
        store.organisation_id,
        store.name_zh,
        store.name_en,
        store.address_zh,
        store.address_en,
        store.serves,
        tuple(store.open_days),
        store.hours,
        rules.is_open(store.open_days, clock.today()),
        home.id,
        home.code,
        home.name_zh,
        home.name_en,
        county_row.code if county_row else "",
        county_row.name_zh if county_row else "",
        county_row.name_en if county_row else "",
        town_row.name_zh if town_row else "",
        town_row.name_en if town_row else "",
        served.path,
    )


def goods_by_public_id(session: Session, store_id: int, public_ids: Iterable[str]) -> dict[str, Goods]:
    """Return open goods of a store by their public ids."""
    return {
        goods.public_id: goods
        for goods in session.scalars(
            select(Goods).where(
                Goods.store_id == store_id, Goods.public_id.in_(list(public_ids)), Goods.closed_on.is_(None)
            )
        )
    }


def lock_batches(session: Session, goods_ids: Iterable[int]) -> list[GoodsBatch]:
    """Lock the batches of goods that still hold units, in id order."""
    return list(
        session.scalars(
            select(GoodsBatch)
            .where(GoodsBatch.goods_id.in_(list(goods_ids)), GoodsBatch.quantity_left > 0)
            .order_by(GoodsBatch.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
