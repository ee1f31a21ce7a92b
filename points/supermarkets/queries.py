"""Reading stores and their shelves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from accounts.values import Role
from core import clock
from core.db import one_of, table_of
from core.errors import NotFound
from core.permissions import Actor
from points.supermarkets import rules
from points.supermarkets.models import Goods, GoodsBatch, Store
from registry.models import Region
from registry.queries import on_the_way

#: Goods that expire within so many days are marked for the keeper.
SOON = timedelta(days=30)
FEW = 5

# Sent at every step of a till, so built once, over the plain tables.
_stores, _goods, _batches = (table_of(model) for model in (Store, Goods, GoodsBatch))
_today: Any = bindparam("today", type_=Date)
_open = or_(_stores.c.closed_on.is_(None), _stores.c.closed_on > _today)
#: Stores of the organisations that are sent; `_keepers` has the values.
_keepers_own = _stores.c.organisation_id == one_of("organisations")


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
class OwnStore:
    """A store whose till somebody runs."""

    id: int
    public_id: str
    name_zh: str
    name_en: str


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


def giveable(today: Any) -> ColumnElement[bool]:
    """Return the condition that units of a batch may be given out on a day."""
    return (_batches.c.quantity_left > 0) & or_(
        _batches.c.expires_on.is_(None), _batches.c.expires_on >= today
    )


def store_cards(session: Session, *, county_code: str | None = None) -> list[StoreCard]:
    """Return the open stores by village, with how many kinds of goods lie on each shelf, in three queries at most."""
    village, county = aliased(Region), aliased(Region)
    statement = (
        select(Store, village.name_zh, village.name_en, county.code)
        .join(village, village.id == Store.village_id)
        .join(county, (county.level == "county") & (county.id == on_the_way(village.path)))
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
    rows = session.execute(_shelf(sold_out_too=sold_out_too), {"today": today, "store_id": store_id})
    return [_shelf_item(row, today) for row in rows]


@cache
def _shelf(*, sold_out_too: bool) -> Select[*tuple[Any, ...]]:
    left = func.coalesce(func.sum(_batches.c.quantity_left).filter(giveable(_today)), 0)
    first = func.min(_batches.c.expires_on).filter(giveable(_today))
    statement = (
        select(
            *(_goods.c[name] for name in ("id", "public_id", "category", "name_zh", "name_en")),
            *(_goods.c[name] for name in ("unit_zh", "unit_en", "points", "picture", "barcode")),
            left.label("left"),
            first.label("first"),
        )
        .select_from(_goods)
        .outerjoin(_batches, (_batches.c.goods_id == _goods.c.id) & (_batches.c.quantity_left > 0))
        .where(_goods.c.store_id == bindparam("store_id", type_=BigInteger), _goods.c.closed_on.is_(None))
        .group_by(_goods.c.id)
        .order_by(_goods.c.category, _goods.c.points, _goods.c.id)
        .limit(300)
    )
    return statement if sold_out_too else statement.having(left > 0)


def _shelf_item(row: Row[*tuple[Any, ...]], today: date) -> ShelfItem:
    *goods, left, first = row
    fields: list[Any] = [
        *goods,
        int(left),
        first,
        0 < left <= FEW,
        first is not None and first <= today + SOON,
        (first - today).days if first is not None else None,
    ]
    return ShelfItem(*fields)


def get_store(session: Session, public_id: str) -> StorePlace:
    """Return an open store for everybody, else `NotFound`."""
    return _one_place(session, _place_of_all(), {"public_id": public_id})


def keepers_stores(session: Session, actor: Actor) -> list[OwnStore]:
    """Return the open stores whose till the actor may run."""
    return [OwnStore(*row) for row in session.execute(_KEEPERS_STORES, _keepers(actor))]


_KEEPERS_STORES = (
    select(_stores.c.id, _stores.c.public_id, _stores.c.name_zh, _stores.c.name_en)
    .where(_keepers_own, _open)
    .order_by(_stores.c.id)
)


def _keepers(actor: Actor) -> dict[str, Any]:
    return {
        "organisations": sorted(actor.organisation_ids(Role.STOREKEEPER.value)),
        "today": clock.today(),
    }


def keepers_store(session: Session, actor: Actor, store_id: int) -> StorePlace:
    """Return a store whose till the actor may run, else `NotFound`."""
    return _one_place(session, _place_of_keeper(), _keepers(actor) | {"store_id": store_id})


@cache
def _place_of_all() -> Select[*tuple[Any, ...]]:
    return _place().where(_stores.c.public_id == bindparam("public_id", type_=Text))


@cache
def _place_of_keeper() -> Select[*tuple[Any, ...]]:
    return _place().where(_stores.c.id == bindparam("store_id", type_=BigInteger), _keepers_own)


def _place() -> Select[*tuple[Any, ...]]:
    """Return the select of `StorePlace`, in the order of its fields but for `open_today`."""
    village, county, town = (table_of(Region).alias(level) for level in ("village", "county", "town"))
    served = case((_stores.c.serves == "town", town.c.path), (_stores.c.serves == "county", county.c.path))
    return (
        select(
            *(_stores.c[name] for name in ("id", "public_id", "organisation_id", "name_zh", "name_en")),
            *(_stores.c[name] for name in ("address_zh", "address_en", "serves", "open_days", "hours")),
            *(village.c[name] for name in ("id", "code", "name_zh", "name_en")),
            *(func.coalesce(county.c[name], "") for name in ("code", "name_zh", "name_en")),
            *(func.coalesce(town.c[name], "") for name in ("name_zh", "name_en")),
            func.coalesce(served, village.c.path),
        )
        .select_from(_stores)
        .join(village, village.c.id == _stores.c.village_id)
        .outerjoin(county, and_(county.c.level == "county", county.c.id == on_the_way(village.c.path)))
        .outerjoin(town, and_(town.c.level == "town", town.c.id == on_the_way(village.c.path)))
        .where(_open)
    )


def _one_place(session: Session, statement: Select[*tuple[Any, ...]], asked: dict[str, Any]) -> StorePlace:
    row = session.execute(statement, {"today": clock.today()} | asked).one_or_none()
    if row is None:
        raise NotFound("store")
    days = tuple(row.open_days)
    fields: list[Any] = [*row[:8], days, row.hours, rules.is_open(days, clock.today()), *row[10:]]
    return StorePlace(*fields)


@dataclass(frozen=True, slots=True)
class Priced:
    """Goods that somebody chose, at their price of now in points."""

    id: int
    public_id: str
    name_zh: str
    name_en: str
    points: int


_PRICED = select(*(_goods.c[name] for name in ("id", "public_id", "name_zh", "name_en", "points"))).where(
    _goods.c.store_id == bindparam("store_id", type_=BigInteger),
    _goods.c.public_id.in_(bindparam("public_ids", expanding=True)),
    _goods.c.closed_on.is_(None),
)
_LOCK_BATCHES = (
    select(*(_batches.c[name] for name in ("id", "goods_id", "expires_on", "quantity_left", "value_fen")))
    .where(_batches.c.goods_id == one_of("goods_ids"), _batches.c.quantity_left > 0)
    .order_by(_batches.c.id)
    .with_for_update()
)


def goods_by_public_id(session: Session, store_id: int, public_ids: Iterable[str]) -> dict[str, Priced]:
    """Return open goods of a store by their public ids."""
    rows = session.execute(_PRICED, {"store_id": store_id, "public_ids": list(public_ids)})
    return {row.public_id: Priced(*row) for row in rows}


def lock_batches(session: Session, goods_ids: Iterable[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Lock the batches of goods that still hold units, in id order; rows of `points.redemptions.values.Shelf`."""
    return session.execute(_LOCK_BATCHES, {"goods_ids": list(goods_ids)}).all()
