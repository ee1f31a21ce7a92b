"""Writing freight tables: from tomorrow on, whole, once, and never over each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids
from core.audit import AuditEntry
from core.permissions import Actor
from shop.freight import queries, rules, services
from shop.freight.errors import BadTariff, TableMovedOn, TooEarly
from shop.freight.models import FreightTable
from shop.freight.values import NewTariff, Zone
from shop.orders.models import Order
from shop.orders.values import Delivery
from tests.factories.orders import DELIVERY, make_variant, place
from tests.factories.people import actor_of, make_user


def write(
    session: Session,
    actor: Actor,
    *,
    days: int = 1,
    fee: int = 9_00,
    once: str = "",
    seen: str = "",
    zones: tuple[Zone, ...] | None = None,
) -> str:
    """Write a table like today's whose lightest band costs `fee`."""
    now = queries.tariff_of(session, clock.today())
    first = replace(now.zones[0], bands=((1_000, fee), *now.zones[0].bands[1:]))
    whole = zones if zones is not None else (first, *now.zones[1:])
    wanted = NewTariff(clock.today() + timedelta(days=days), whole, "柴油涨价")
    return services.write_tariff(
        session, actor, wanted, seen=seen or queries.newest_id(session), once=once or ids.public_id(20)
    )


@pytest.fixture
def admin(session: Session) -> Actor:
    return actor_of(make_user(session, Role.ADMIN), Role.ADMIN)


def test_the_first_table_costs_what_freight_always_cost(session: Session) -> None:
    near, far = queries.tariff_of(session, clock.today()).zones
    assert [rules.freight_fen(near, grams, 1) for grams in (1_000, 3_000, 5_000, 10_000, 20_000, 22_000)] == [
        8_00, 12_00, 16_00, 22_00, 36_00, 39_00,
    ]  # fmt: skip
    assert near.free_from_fen == 99_00
    assert all(
        rules.freight_fen(far, grams, 1) > rules.freight_fen(near, grams, 1) for grams in (1, 9_000, 30_000)
    )


def test_a_table_holds_from_its_day_on_and_orders_keep_theirs(session: Session, admin: Actor) -> None:
    variant = make_variant(session, price_fen=10_00, grams=500)
    early = place(session, (variant, 1))
    public_id = write(session, admin, fee=9_50)
    assert session.get_one(Order, place(session, (variant, 1)).order_id).freight_fen == 8_00
    with clock.at(clock.now() + timedelta(days=1)):
        late = session.get_one(Order, place(session, (variant, 1)).order_id)
        assert late.freight_fen == 9_50
        table = session.get_one(FreightTable, late.freight_table_id)
        assert table.public_id == public_id
    assert session.get_one(Order, early.order_id).freight_fen == 8_00
    told = session.scalars(select(AuditEntry).where(AuditEntry.action == "freight table written")).one()
    assert told.subject_id == public_id
    assert told.reason == "柴油涨价"
    assert told.before != told.after


def test_remote_regions_pay_their_own_freight(session: Session) -> None:
    variant = make_variant(session, price_fen=10_00, grams=500)
    far = replace(DELIVERY, province="西藏自治区", region_code="540102")
    assert session.get_one(Order, place(session, (variant, 1), delivery=far).order_id).freight_fen == 18_00
    old = Delivery("张三", "13800138000", "新疆维吾尔自治区", "乌鲁木齐市", "天山区", "人民路 1 号")
    assert session.get_one(Order, place(session, (variant, 1), delivery=old).order_id).freight_fen == 18_00


def test_what_stands_on_pages_today_is_not_changed(session: Session, admin: Actor) -> None:
    for days in (0, -1):
        with pytest.raises(TooEarly):
            write(session, admin, days=days)


def test_a_table_with_a_gap_is_refused(session: Session, admin: Actor) -> None:
    zone = queries.tariff_of(session, clock.today()).zones[0]
    for zones in ((), (replace(zone, bands=()),), (zone, replace(zone, provinces=()))):
        with pytest.raises(BadTariff):
            write(session, admin, zones=zones)


def test_two_people_do_not_write_over_each_other(session: Session, admin: Actor) -> None:
    seen = queries.newest_id(session)
    once = ids.public_id(20)
    assert write(session, admin, seen=seen, once=once) == write(session, admin, seen=seen, once=once) == once
    for changed in ({}, {"once": once, "fee": 8_00}, {"once": once, "days": 2}):
        with pytest.raises(TableMovedOn):
            write(session, admin, seen=seen, **changed)  # type: ignore[arg-type]
    corrected = write(session, admin, fee=7_00)
    assert queries.tariff_of(session, clock.today() + timedelta(days=1)).public_id == corrected


def test_tables_are_only_added(session: Session) -> None:
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("UPDATE shop_freight_tables SET zones = '[{}]'"))
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("DELETE FROM shop_freight_tables"))
