"""Reading cards, slips and a household's own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids
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


def _holders() -> Select[Card, Household, Region]:
    return (
        select(Card, Household, Region)
        .join(Household, Household.id == Card.household_id)
        .join(Region, Region.id == Household.village_id)
        .where(Household.closed_on.is_(None))
    )


def _holder(row: Row[Card, Household, Region] | None) -> CardHolder | None:
    if row is None:
        return None
    card, household, village = row
    return CardHolder(
        card.id,
        card.public_id,
        card.blocked_at is not None,
        card.issued_by_user_id,
        household.id,
        household.ledger_ref,
        mask(household.householder),
        village.id,
        village.path,
        village.name_zh,
        village.name_en,
    )


def find_holder_by_code(session: Session, code: str) -> CardHolder | None:
    """Return whose card has this code (in its full form), blocked ones too."""
    return _holder(session.execute(_holders().where(Card.code_digest == ids.digest(code))).one_or_none())


def find_holder(session: Session, card_public_id: str) -> CardHolder | None:
    """Return whose card has this public id, blocked ones too."""
    return _holder(session.execute(_holders().where(Card.public_id == card_public_id)).one_or_none())


def lock_holder(session: Session, card_id: int) -> CardHolder | None:
    """Return whose card this is; it cannot be blocked before the step ends."""
    return _holder(
        session.execute(
            _holders().where(Card.id == card_id).with_for_update(of=Card, read=True)
        ).one_or_none()
    )


def open_card(session: Session, household_id: int) -> Card | None:
    """Return the card of a household that works today, if it has one."""
    return session.scalar(select(Card).where(Card.household_id == household_id, Card.blocked_at.is_(None)))


def points_balance(session: Session, ledger_ref: str) -> int:
    """Return the points that a household may spend now."""
    return ledger_queries.balance(session, books.household_points(ledger_ref).code).available


def find_redemption_by_key(session: Session, idem_key: str) -> Redemption | None:
    """Return the redemption that a form's token made, if it did."""
    return session.scalar(select(Redemption).where(Redemption.idem_key == idem_key))


def get_slip(session: Session, actor: Actor, public_id: str) -> Slip:
    """Return the slip of a redemption for a keeper of its store or a member of its household, else `NotFound`."""
    stores = actor.organisation_ids(Role.STOREKEEPER.value)
    row = session.execute(
        select(Redemption, Store, Household)
        .join(Store, Store.id == Redemption.store_id)
        .join(Household, Household.id == Redemption.household_id)
        .where(
            Redemption.public_id == public_id,
            or_(
                Store.organisation_id.in_(stores),
                Household.id == (actor.household_id if actor.has_role(Role.HOUSEHOLD.value) else None),
            ),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("slip")
    redemption, store, household = row
    lines = session.execute(
        select(
            Goods.name_zh,
            Goods.name_en,
            Goods.unit_zh,
            Goods.unit_en,
            func.sum(RedemptionLine.quantity),
            func.sum(RedemptionLine.points),
        )
        .join(Goods, Goods.id == RedemptionLine.goods_id)
        .where(RedemptionLine.redemption_id == redemption.id)
        .group_by(Goods.id)
        .order_by(func.min(RedemptionLine.id))
    )
    return Slip(
        redemption.public_id,
        store.public_id,
        store.name_zh,
        store.name_en,
        mask(household.householder),
        redemption.points,
        points_balance(session, household.ledger_ref),
        redemption.created_at,
        tuple(SlipLine(*row[:4], int(row[4]), int(row[5])) for row in lines),
        store.organisation_id in stores,
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


def latest_at_store(
    session: Session, store_id: int, since: datetime, *, limit: int = 5
) -> list[KeepersRedemption]:
    """Return the latest redemptions of a store, for its keeper."""
    rows = session.execute(
        select(Redemption.public_id, Household.householder, Redemption.points, Redemption.created_at)
        .join(Household, Household.id == Redemption.household_id)
        .where(Redemption.store_id == store_id, Redemption.created_at >= since)
        .order_by(Redemption.id.desc())
        .limit(limit)
    )
    return [KeepersRedemption(row[0], mask(row[1]), row[2], row[3]) for row in rows]
