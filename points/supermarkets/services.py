"""Use cases of stores: opening one, pricing goods, taking goods in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts import services as account_services
from accounts.values import OrganisationKind
from core import audit, clock, ids
from core.errors import NotFound
from core.permissions import Actor
from ledger import services as ledger
from ledger.values import Fact, Leg
from points import books
from points.supermarkets import rules
from points.supermarkets.errors import BadGoods, BadIntake
from points.supermarkets.models import Goods, GoodsBatch, Store
from points.supermarkets.values import NewGoods, NewStore


def open_store(session: Session, actor: Actor, new: NewStore) -> Store:
    """Open a love supermarket in a village, with an organisation for its keepers."""
    organisation_id = new.organisation_id
    if organisation_id is None:
        organisation_id = account_services.add_organisation(
            session, actor, OrganisationKind.VILLAGE, new.name_zh, new.name_en, region_id=new.village_id
        ).id
    store = Store(
        public_id=ids.public_id(),
        organisation_id=organisation_id,
        village_id=new.village_id,
        serves=new.serves.value,
        name_zh=new.name_zh,
        name_en=new.name_en,
        address_zh=new.address_zh,
        address_en=new.address_en,
        open_days=sorted(set(new.open_days)),
        hours=new.hours,
        created_at=clock.now(),
    )
    session.add(store)
    session.flush()
    audit.record(session, actor, "store opened", "store", store.public_id)
    return store


def add_goods(session: Session, actor: Actor, new: NewGoods) -> Goods:
    """Put a kind of goods on a store's list; units come with `receive_goods`."""
    if new.points <= 0 or new.value_fen <= 0 or not new.name_zh.strip():
        raise BadGoods
    goods = Goods(
        public_id=ids.public_id(),
        store_id=new.store_id,
        category=new.category,
        name_zh=new.name_zh,
        name_en=new.name_en,
        unit_zh=new.unit_zh,
        unit_en=new.unit_en,
        points=new.points,
        value_fen=new.value_fen,
        picture=new.picture,
        barcode=new.barcode or None,
        created_at=clock.now(),
    )
    session.add(goods)
    session.flush()
    audit.record(
        session,
        actor,
        "goods priced",
        "goods",
        goods.public_id,
        after={"points": new.points, "value": new.value_fen},
    )
    return goods


def set_price(session: Session, actor: Actor, goods_id: int, points: int) -> None:
    """Change the price of goods in points, from the next redemption on."""
    if points <= 0:
        raise BadGoods
    goods = session.scalar(select(Goods).where(Goods.id == goods_id).with_for_update())
    if goods is None:
        raise NotFound("goods")
    before = goods.points
    session.execute(update(Goods).where(Goods.id == goods_id).values(points=points))
    audit.record(
        session,
        actor,
        "goods priced",
        "goods",
        goods.public_id,
        before={"points": before},
        after={"points": points},
    )


def receive_goods(
    session: Session,
    actor: Actor,
    store_id: int,
    goods_id: int,
    quantity: int,
    expires_on: date | None = None,
    source: str = "",
    *,
    once: str | None = None,
) -> GoodsBatch:
    """Take units of goods into a store as one batch and book their worth; the same `once` gives the same batch."""
    if not rules.is_intake(quantity, expires_on, clock.today()):
        raise BadIntake
    row = session.execute(
        select(Goods, Store.public_id)
        .join(Store, Store.id == Goods.store_id)
        .where(Goods.id == goods_id, Goods.store_id == store_id)
    ).one_or_none()
    if row is None:
        raise NotFound("goods")
    goods, store_public_id = row
    public_id = ids.public_id()
    key = f"intake:{store_id}:{once or public_id}"
    added = session.scalar(
        insert(GoodsBatch)
        .values(
            public_id=public_id,
            idem_key=key,
            goods_id=goods.id,
            received_on=clock.today(),
            expires_on=expires_on,
            quantity_received=quantity,
            quantity_left=quantity,
            value_fen=goods.value_fen,
            source=source,
            received_by_user_id=actor.user_id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[GoodsBatch.idem_key])
        .returning(GoodsBatch.id)
    )
    if added is None:
        return session.scalars(select(GoodsBatch).where(GoodsBatch.idem_key == key)).one()
    ledger.post(
        session,
        actor,
        Fact("goods_received", "intake", public_id),
        [Leg(books.store_goods(store_public_id), books.gifts_in_kind(), quantity * goods.value_fen)],
    )
    audit.record(session, actor, "goods received", "goods", goods.public_id, after={"quantity": quantity})
    return session.get_one(GoodsBatch, added)
