from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock
from core.permissions import SYSTEM, Actor, Grant
from shop.applications import queries
from shop.applications import services as applications
from shop.applications.values import SettingName
from shop.catalogue import services
from shop.catalogue.models import Variant
from shop.catalogue.values import VariantEdit
from tests.factories.certification import make_world
from tests.page_client import PageClient


def raise_price(session: Session, product_id: int, percent: int) -> None:
    variant = session.scalars(select(Variant).where(Variant.product_id == product_id)).one()
    names = [name for name in VariantEdit.__dataclass_fields__ if name != "ladder"]
    edit = VariantEdit(**{name: getattr(variant, name) for name in names})
    price = variant.price_fen * (100 + percent) // 100
    services.edit_variant(
        session,
        SYSTEM,
        variant.id,
        replace(edit, price_fen=price, producer_fen=price, logistics_fen=0, other_fen=0),
        version=variant.version,
    )


def test_certifiers_see_the_prices_that_rose_in_their_regions(session: Session, app: Flask) -> None:
    with clock.at(clock.now() - timedelta(days=50)):
        world = make_world(session)
        elsewhere = make_world(session, county="370404")
    raise_price(session, world.product.id, 30)
    raise_price(session, elsewhere.product.id, 30)
    session.flush()
    page = PageClient(app, session).sign_in(world.county_user).get("/certification/alerts")
    assert "90 天中位价" in page.text
    assert "¥39.80" in page.text
    assert "¥51.74" in page.text
    found = queries.find_alerts(session, world.county_officer)
    assert [(row.slug, row.percent_above) for row in found.dear] == [(world.product.slug, 30)]
    assert found.dear_count == 1
    assert queries.find_alerts(session, world.township).dear_count == 1


def test_the_percent_is_a_dated_setting(session: Session) -> None:
    with clock.at(clock.now() - timedelta(days=50)):
        world = make_world(session)
    raise_price(session, world.product.id, 15)
    assert queries.find_alerts(session, world.county_officer).dear_count == 0
    applications.set_setting(
        session,
        Actor(None, "管理员", (Grant(Role.ADMIN),)),
        SettingName.PRICE_RISE_PERCENT,
        10,
        clock.today(),
    )
    session.flush()
    found = queries.find_alerts(session, world.county_officer)
    assert (found.dear_count, found.price_rise_percent) == (1, 10)
    with clock.at(clock.now() - timedelta(days=1)):
        assert queries.settings_on(session, clock.today()).price_rise_percent == 20
