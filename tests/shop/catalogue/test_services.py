from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, events
from core.audit import AuditEntry
from core.errors import NotFound
from core.permissions import GUEST, SYSTEM, Actor, Grant
from search.models import SearchOutbox
from shop.catalogue import services
from shop.catalogue.errors import BadProduct
from shop.catalogue.events import ProductListed
from shop.catalogue.models import Variant
from shop.stock import queries as stock_queries
from shop.stock.models import StockMovement
from tests.factories.people import make_organisation, make_village
from tests.factories.products import make_product, new_product, pack


def noted(session: Session, product_id: int) -> int:
    return session.scalar(select(func.count()).where(SearchOutbox.document_id == product_id)) or 0


def test_a_product_comes_with_its_packs_its_stock_and_its_county(session: Session) -> None:
    village = make_village(session)
    new = new_product(session, village, variants=(pack(3980, 7), pack(7200, 0)))
    product = services.add_product(session, SYSTEM, new)
    variants = session.scalars(
        select(Variant).where(Variant.product_id == product.id).order_by(Variant.id)
    ).all()
    available = stock_queries.available(session, [variant.id for variant in variants])
    assert [available[variant.id] for variant in variants] == [7, 0]
    assert product.from_price_fen == 3980
    assert product.listed_at is None
    assert f"/{product.county_id}/" in village.path
    assert session.scalars(
        select(StockMovement.change).where(StockMovement.variant_id == variants[0].id)
    ).all() == [7]
    assert noted(session, product.id) == 1


def test_a_supplier_adds_only_its_own(session: Session) -> None:
    village = make_village(session)
    own, other = make_organisation(session, region=village), make_organisation(session, region=village)
    actor = Actor(1, "孔令禾", (Grant(Role.SUPPLIER, own.id),))
    assert (
        services.add_product(session, actor, new_product(session, village, supplier=own)).supplier_id
        == own.id
    )
    with pytest.raises(NotFound):
        services.add_product(session, actor, new_product(session, village, supplier=other))
    with pytest.raises(NotFound):
        services.add_product(session, GUEST, new_product(session, village))


def test_an_address_and_an_article_number_are_taken_once(session: Session) -> None:
    village = make_village(session)
    first = new_product(session, village)
    services.add_product(session, SYSTEM, first)
    with pytest.raises(BadProduct, match="slug taken"):
        services.add_product(session, SYSTEM, new_product(session, village, slug=first.slug))
    with pytest.raises(BadProduct, match="sku taken"):
        services.add_product(session, SYSTEM, new_product(session, village, variants=first.variants))
    twin = pack()
    with pytest.raises(BadProduct, match="sku taken"):
        services.add_product(session, SYSTEM, new_product(session, village, variants=(twin, twin)))


def test_the_origin_is_a_village_and_the_offerer_a_supplier(session: Session) -> None:
    village = make_village(session)
    with pytest.raises(BadProduct, match="village"):
        services.add_product(session, SYSTEM, new_product(session, village, village_id=village.parent_id))
    with pytest.raises(BadProduct, match="village"):
        services.add_product(session, SYSTEM, new_product(session, village, village_id=10**12))
    charity = make_organisation(session, OrganisationKind.CHARITY)
    with pytest.raises(BadProduct, match="supplier"):
        services.add_product(session, SYSTEM, new_product(session, village, supplier=charity))


def test_listing_happens_once_and_is_told(session: Session) -> None:
    told: list[int] = []
    events.on(ProductListed)(lambda _session, event: told.append(event.product_id))
    product = make_product(session, listed=False, certified=False)
    moment = clock.now() - timedelta(days=3)
    with clock.at(moment):
        services.list_product(session, SYSTEM, product.id)
    services.list_product(session, SYSTEM, product.id)
    assert product.listed_at == moment
    assert told == [product.id]
    assert noted(session, product.id) == 2
    assert (
        session.scalar(
            select(func.count()).where(
                AuditEntry.subject_id == product.slug, AuditEntry.action == "product listed"
            )
        )
        == 1
    )


def test_taking_off_sale_and_back(session: Session) -> None:
    product = make_product(session)
    services.unlist_product(session, SYSTEM, product.id)
    assert product.listed_at is None
    services.unlist_product(session, SYSTEM, product.id)
    services.list_product(session, SYSTEM, product.id)
    assert product.listed_at is not None


def test_nobody_lists_what_is_not_theirs(session: Session) -> None:
    product = make_product(session, listed=False)
    stranger = Actor(1, "孔令禾", (Grant(Role.SUPPLIER, make_organisation(session).id),))
    with pytest.raises(NotFound):
        services.list_product(session, stranger, product.id)
    with pytest.raises(NotFound):
        services.list_product(session, SYSTEM, 10**12)
