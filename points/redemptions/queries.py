"""Reading cards, slips and a household's own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Select, Text, bindparam, func, or_, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids
from core.db import one_of, table_of
from core.errors import NotFound
from core.permissions import Actor
from ledger import queries as ledger_queries
from points import books
from points.redemptions.models import Card, Redemption, RedemptionLine
from points.supermarkets.models import Goods, Store
from registry.models import Household, Region
from registry.queries import mask


@dataclass(frozen=True, slots=True)
class CardHolder:
    """Who stands at the till: what the keeper sees is `masked`; the rest is for the rules."""

    card_id: int
    card_public_id: str
    blocked: bool
    issued_by_user_id: int | None
    household_id: int
    ledger_ref: str
    masked: str
    village_id: int
    village_path: str
    village_zh: str
    village_en: str


@dataclass(frozen=True, slots=True)
class SlipLine:
    """Goods on a slip."""

    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    quantity: int
    points: int


@dataclass(frozen=True, slots=True)
class Slip:
    """The proof of a redemption; `masked` is the family name only."""

    public_id: str
    store_public_id: str
    store_zh: str
    store_en: str
    masked: str
    points: int
    balance: int
    created_at: datetime
    lines: tuple[SlipLine, ...]
    for_keeper: bool


@dataclass(frozen=True, slots=True)
class OwnRedemption:
    """A redemption as its household sees it."""

    public_id: str
    store_zh: str
    store_en: str
    points: int
    created_at: datetime
    goods_zh: str
    goods_en: str


@dataclass(frozen=True, slots=True)
class KeepersRedemption:
    """A redemption in the keeper's list of the day."""

    public_id: str
    masked: str
    points: int
    created_at: datetime

    @property
    def time(self) -> str:
        """Return the time of day in China."""
        return self.created_at.astimezone(clock.CHINA).strftime("%H:%M")


# Sent at every step of a till, so built once, over the plain tables.
_cards, _redemptions, _lines = (table_of(model) for model in (Card, Redemption, RedemptionLine))
_households, _villages, _stores, _goods = (table_of(model) for model in (Household, Region, Store, Goods))
_HOLDERS = (
    select(
        _cards.c.id,
        _cards.c.public_id,
        _cards.c.blocked_at.is_not(None),
        _cards.c.issued_by_user_id,
        _households.c.id,
        _households.c.ledger_ref,
        _households.c.householder,
        _villages.c.id,
        _villages.c.path,
        _villages.c.name_zh,
        _villages.c.name_en,
    )
    .join(_households, _households.c.id == _cards.c.household_id)
    .join(_villages, _villages.c.id == _households.c.village_id)
    .where(_households.c.closed_on.is_(None))
)
_BY_CODE = _HOLDERS.where(_cards.c.code_digest == bindparam("digest", type_=Text))
_BY_PUBLIC_ID = _HOLDERS.where(_cards.c.public_id == bindparam("public_id", type_=Text))
_LOCK_HOLDER = _HOLDERS.where(_cards.c.id == bindparam("card_id", type_=BigInteger)).with_for_update(
    of=_cards, read=True
)


def _holder(session: Session, statement: Select[*tuple[Any, ...]], **asked: Any) -> CardHolder | None:
    row = session.execute(statement, asked).one_or_none()
    if row is None:
        return None
    fields: list[Any] = [*row[:6], mask(row[6]), *row[7:]]
    return CardHolder(*fields)


def find_holder_by_code(session: Session, code: str) -> CardHolder | None:
    """Return whose card has this code (in its full form), blocked ones too."""
    return _holder(session, _BY_CODE, digest=ids.digest(code))


def find_holder(session: Session, card_public_id: str) -> CardHolder | None:
    """Return whose card has this public id, blocked ones too."""
    return _holder(session, _BY_PUBLIC_ID, public_id=card_public_id)


def lock_holder(session: Session, card_id: int) -> CardHolder | None:
    """Return whose card this is; it cannot be blocked before the step ends."""
    return _holder(session, _LOCK_HOLDER, card_id=card_id)


def open_card(session: Session, household_id: int) -> Card | None:
    """Return the card of a household that works today, if it has one."""
    return session.scalar(select(Card).where(Card.household_id == household_id, Card.blocked_at.is_(None)))


def points_balance(session: Session, ledger_ref: str) -> int:
    """Return the points that a household may spend now."""
    return ledger_queries.balance(session, books.household_points(ledger_ref).code).available


def find_redemption_by_key(session: Session, idem_key: str) -> Redemption | None:
    """Return the redemption that a form's token made, if it did."""
    return session.scalar(_BY_KEY, {"idem_key": idem_key})


_BY_KEY = select(Redemption).where(Redemption.idem_key == bindparam("idem_key", type_=Text))
_SLIP = (
    select(
        *(_redemptions.c[name] for name in ("id", "public_id", "points", "created_at")),
        _stores.c.public_id.label("store"),
        *(_stores.c[name] for name in ("name_zh", "name_en", "organisation_id")),
        _households.c.householder,
        _households.c.ledger_ref,
    )
    .join(_stores, _stores.c.id == _redemptions.c.store_id)
    .join(_households, _households.c.id == _redemptions.c.household_id)
    .where(
        _redemptions.c.public_id == bindparam("public_id", type_=Text),
        or_(
            _stores.c.organisation_id == one_of("organisations"),
            _households.c.id == bindparam("household_id", type_=BigInteger),
        ),
    )
)
_SLIP_LINES = (
    select(
        *(_goods.c[name] for name in ("name_zh", "name_en", "unit_zh", "unit_en")),
        func.sum(_lines.c.quantity),
        func.sum(_lines.c.points),
    )
    .join(_goods, _goods.c.id == _lines.c.goods_id)
    .where(_lines.c.redemption_id == bindparam("redemption_id", type_=BigInteger))
    .group_by(_goods.c.id)
    .order_by(func.min(_lines.c.id))
)


def get_slip(session: Session, actor: Actor, public_id: str) -> Slip:
    """Return the slip of a redemption for a keeper of its store or a member of its household, else `NotFound`."""
    stores = actor.organisation_ids(Role.STOREKEEPER.value)
    asked = {
        "public_id": public_id,
        "organisations": sorted(stores),
        "household_id": actor.household_id if actor.has_role(Role.HOUSEHOLD.value) else None,
    }
    found = session.execute(_SLIP, asked).one_or_none()
    if found is None:
        raise NotFound("slip")
    lines = session.execute(_SLIP_LINES, {"redemption_id": found.id})
    return Slip(
        found.public_id,
        found.store,
        found.name_zh,
        found.name_en,
        mask(found.householder),
        found.points,
        points_balance(session, found.ledger_ref),
        found.created_at,
        tuple(SlipLine(*row[:4], int(row[4]), int(row[5])) for row in lines),
        found.organisation_id in stores,
    )


def get_own_redemption(session: Session, redemption_id: int) -> tuple[int, OwnRedemption, int]:
    """Return the household's id, a redemption as the household sees it, and what it may spend now."""
    household = session.scalars(
        select(Household)
        .join(Redemption, Redemption.household_id == Household.id)
        .where(Redemption.id == redemption_id)
    ).one()
    found = _own_redemptions(session, [redemption_id])[0]
    return household.id, found, points_balance(session, household.ledger_ref)


def redemptions_of_household(session: Session, household_id: int, *, limit: int = 20) -> list[OwnRedemption]:
    """Return a household's own redemptions, newest first."""
    latest = session.scalars(
        select(Redemption.id)
        .where(Redemption.household_id == household_id)
        .order_by(Redemption.id.desc())
        .limit(limit)
    ).all()
    return _own_redemptions(session, latest)


def _own_redemptions(session: Session, ids_: Sequence[int]) -> list[OwnRedemption]:
    rows = session.execute(
        select(
            Redemption.public_id,
            Store.name_zh,
            Store.name_en,
            Redemption.points,
            Redemption.created_at,
            func.string_agg(Goods.name_zh.distinct(), "、"),
            func.string_agg(Goods.name_en.distinct(), "; "),
        )
        .join(Store, Store.id == Redemption.store_id)
        .join(RedemptionLine, RedemptionLine.redemption_id == Redemption.id)
        .join(Goods, Goods.id == RedemptionLine.goods_id)
        .where(Redemption.id.in_(ids_))
        .group_by(Redemption.id, Store.id)
        .order_by(Redemption.id.desc())
    )
    return [OwnRedemption(*row) for row in rows]


def redeemed_since(session: Session, household_id: int, since: datetime) -> int:
    """Return the points a household redeemed since a moment."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(Redemption.points), 0)).where(
                Redemption.household_id == household_id, Redemption.created_at >= since
            )
        )
        or 0
    )


_LATEST = (
    select(
        _redemptions.c.public_id, _households.c.householder, _redemptions.c.points, _redemptions.c.created_at
    )
    .join(_households, _households.c.id == _redemptions.c.household_id)
    .where(
        _redemptions.c.store_id == bindparam("store_id", type_=BigInteger),
        _redemptions.c.created_at >= bindparam("since", type_=DateTime(timezone=True)),
    )
    .order_by(_redemptions.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)


def latest_at_store(
    session: Session, store_id: int, since: datetime, *, limit: int = 5
) -> list[KeepersRedemption]:
    """Return the latest redemptions of a store, for its keeper."""
    rows = session.execute(_LATEST, {"store_id": store_id, "since": since, "most": limit})
    return [KeepersRedemption(row[0], mask(row[1]), row[2], row[3]) for row in rows]
