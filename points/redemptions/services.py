"""Use cases of cards and the till."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import BigInteger, bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from core import audit, clock, events, ids
from core.db import one_or_many, table_of
from core.errors import Forbidden
from core.permissions import Actor
from ledger import services as ledger
from ledger.errors import InsufficientBalance
from ledger.values import Fact, Leg
from points import books
from points.awards import queries as award_queries
from points.redemptions import queries, rules
from points.redemptions.errors import (
    CardBlocked,
    CardTaken,
    KeeperHadAHand,
    KeepersOwnHousehold,
    NotOnShelf,
    OnceReused,
    ServesOthers,
    TooFewPoints,
    UnknownCard,
    UnknownGoods,
)
from points.redemptions.events import PointsRedeemed
from points.redemptions.models import Card, Redemption, RedemptionLine
from points.redemptions.values import CARD_PREFIX, Basket, Missing, Shelf, Taken
from points.supermarkets import queries as store_queries
from points.supermarkets.queries import StorePlace

#: Who recorded or approved points of a household within this time does not serve it at the till.
HAND_IN = timedelta(days=730)

_TAKE = text(
    """
    UPDATE points_goods_batches AS batch SET quantity_left = batch.quantity_left - taken.quantity
    FROM unnest(:batch_ids, :quantities) AS taken (batch_id, quantity)
    WHERE batch.id = taken.batch_id
    """
).bindparams(
    bindparam("batch_ids", type_=postgresql.ARRAY(BigInteger)),
    bindparam("quantities", type_=postgresql.ARRAY(BigInteger)),
)


# Sent with every redemption, so built once.
_OPEN = (
    postgresql.insert(Redemption)
    .on_conflict_do_nothing(index_elements=[Redemption.idem_key])
    .returning(Redemption)
)
_ADD_LINES = insert(table_of(RedemptionLine))


def issue_card(
    session: Session, actor: Actor, household_id: int, *, code: str | None = None
) -> tuple[Card, str]:
    """Give a household a new card and end its old one; returns the card and its code, which is kept nowhere.

    `code` enters a card that was printed beforehand, such as `YG-7K3M-92QF`.
    """
    chosen = rules.read_code(code) if code is not None else ids.spoken_code(CARD_PREFIX)
    if chosen is None:
        raise UnknownCard
    award_queries.lock_household(session, household_id)
    session.execute(
        update(Card)
        .where(Card.household_id == household_id, Card.blocked_at.is_(None))
        .values(blocked_at=clock.now(), blocked_reason="replaced")
    )
    added = session.scalar(
        postgresql.insert(Card)
        .values(
            public_id=ids.public_id(),
            household_id=household_id,
            code_digest=ids.digest(chosen),
            code_ending=chosen[-4:],
            issued_by_user_id=actor.user_id,
            issued_at=clock.now(),
            blocked_reason="",
        )
        .on_conflict_do_nothing(index_elements=[Card.code_digest])
        .returning(Card.id)
    )
    if added is None:
        raise CardTaken
    card = session.get_one(Card, added)
    audit.record(session, actor, "card issued", "card", card.public_id)
    return card, chosen


def block_card(session: Session, actor: Actor, card_id: int, reason: str) -> None:
    """Block a card at once, for good."""
    card = session.scalar(select(Card).where(Card.id == card_id).with_for_update())
    if card is None or card.blocked_at is not None:
        raise CardBlocked
    card.blocked_at, card.blocked_reason = clock.now(), reason
    session.flush()
    audit.record(session, actor, "card blocked", "card", card.public_id, reason=reason)


def check_card(session: Session, actor: Actor, store: StorePlace, typed: str) -> queries.CardHolder:
    """Return who holds the card that was scanned or typed, if this keeper may serve them at this store."""
    code = rules.read_code(typed)
    holder = queries.find_holder_by_code(session, code) if code is not None else None
    if holder is None:
        raise UnknownCard
    check_holder(session, actor, store, holder)
    return holder


def check_holder(session: Session, actor: Actor, store: StorePlace, holder: queries.CardHolder) -> None:
    """Refuse a blocked card, a household of elsewhere, the keeper's own, and one the keeper awarded or carded."""
    if holder.blocked:
        raise CardBlocked
    if not holder.village_path.startswith(store.served_path):
        raise ServesOthers
    if actor.user_id is None:
        raise Forbidden("a keeper does this")
    if actor.household_id is not None and actor.household_id == holder.household_id:
        raise KeepersOwnHousehold
    if holder.issued_by_user_id == actor.user_id or award_queries.had_a_hand_in(
        session, actor.user_id, holder.household_id, clock.now() - HAND_IN
    ):
        raise KeeperHadAHand


def key_of(actor: Actor, once: str) -> str:
    """Return the business key of a keeper's single-use token."""
    return f"till:{actor.user_id}:{once}"


def redeem_goods(session: Session, actor: Actor, basket: Basket) -> Redemption:
    """Move points and goods in one step: the slip, the batches, the ledger and the lots, or nothing at all.

    Batches go first-expired-first-out and are locked in id order; lots soonest expiry first. The same token with the
    same basket gives the same slip, with another basket it is refused. The number of statements does not grow with
    the basket.
    """
    if actor.user_id is None:
        raise Forbidden("a keeper does this")
    units = rules.check_basket(basket.lines)
    store = store_queries.keepers_store(session, actor, basket.store_id)
    key = key_of(actor, basket.once)
    digest = rules.basket_digest(basket, units)
    known = queries.find_redemption_by_key(session, key)
    if known is not None:
        return _same(known, digest)
    holder = queries.lock_holder(session, basket.card_id)
    if holder is None:
        raise UnknownCard
    check_holder(session, actor, store, holder)
    goods = store_queries.goods_by_public_id(session, store.id, units)
    if len(goods) != len(units):
        raise UnknownGoods
    total = sum(goods[public_id].points * quantity for public_id, quantity in units.items())
    redemption = _open(session, actor, store, holder, key, digest, total)
    if redemption is None:
        known = queries.find_redemption_by_key(session, key)
        if known is None:
            raise OnceReused
        return _same(known, digest)
    taken = _take_goods(session, goods, units)
    by_id = {item.id: item for item in goods.values()}
    lines = [
        {
            "redemption_id": redemption.id,
            "goods_id": part.goods_id,
            "batch_id": part.batch_id,
            "quantity": part.quantity,
            "points": part.quantity * by_id[part.goods_id].points,
            "value_fen": part.value_fen,
        }
        for part in taken
    ]
    session.execute(_ADD_LINES, one_or_many(lines))
    _post(session, actor, store, holder, redemption, sum(part.value_fen for part in taken))
    audit.record(
        session,
        actor,
        "points redeemed",
        "redemption",
        redemption.public_id,
        after={"store": store.public_id, "points": total},
    )
    events.publish(session, PointsRedeemed(redemption.id, store.id, holder.household_id, total))
    return redemption


def _same(known: Redemption, digest: str) -> Redemption:
    if known.request_hash != digest:
        raise OnceReused
    return known


def _open(
    session: Session,
    actor: Actor,
    store: StorePlace,
    holder: queries.CardHolder,
    key: str,
    digest: str,
    total: int,
) -> Redemption | None:
    """Insert the slip first: a second click waits here for the first, before it looks at stock or points."""
    slip = {
        "public_id": ids.public_id(),
        "idem_key": key,
        "request_hash": digest,
        "store_id": store.id,
        "household_id": holder.household_id,
        "village_id": holder.village_id,
        "card_id": holder.card_id,
        "keeper_user_id": actor.user_id,
        "points": total,
        "created_at": clock.now(),
    }
    return session.scalar(_OPEN, slip)


def _take_goods(
    session: Session, goods: dict[str, store_queries.Priced], units: dict[str, int]
) -> list[Taken]:
    today = clock.today()
    batches = store_queries.lock_batches(session, [item.id for item in goods.values()])
    shelves = [Shelf(*batch) for batch in batches]
    missing = []
    for public_id, quantity in units.items():
        item = goods[public_id]
        available = rules.available_units(shelves, item.id, today)
        if available < quantity:
            expired = rules.expired_units(shelves, item.id, today)
            missing.append(Missing(item.name_zh, item.name_en, quantity, available, expired))
    if missing:
        raise NotOnShelf(tuple(missing))
    taken = [
        part
        for public_id, quantity in units.items()
        for part in rules.choose_batches(shelves, goods[public_id].id, quantity, today)
    ]
    session.execute(
        _TAKE,
        {"batch_ids": [part.batch_id for part in taken], "quantities": [part.quantity for part in taken]},
    )
    return taken


def _post(
    session: Session,
    actor: Actor,
    store: StorePlace,
    holder: queries.CardHolder,
    redemption: Redemption,
    value_fen: int,
) -> None:
    purse = books.household_points(holder.ledger_ref)
    try:
        posted = ledger.post(
            session,
            actor,
            Fact("redemption", "redemption", redemption.public_id, effective_at=redemption.created_at),
            [
                Leg(purse, books.redeemed(store.public_id), redemption.points),
                Leg(books.goods_given(), books.store_goods(store.public_id), value_fen),
            ],
        )
    except InsufficientBalance as short:
        if short.code != purse.code:
            raise
        raise TooFewPoints(short.available, redemption.points) from short
    ledger.spend_lots(session, purse, posted, redemption.points)
