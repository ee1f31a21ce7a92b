"""What a session sells shows up nowhere where pack sizes of the shop do, and its stock is nobody else's."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core import clock
from core.errors import NotFound
from core.permissions import SYSTEM
from shop.assortment import queries as assortment
from shop.benefit_shares import queries as shares
from shop.catalogue import queries as catalogue
from shop.catalogue import services as catalogue_services
from shop.catalogue.errors import NotReadyForSale
from shop.catalogue.models import Product, Variant
from shop.catalogue.queries.suppliers import visible_products
from shop.catalogue.values import CardWords
from shop.procurement import queries as procurement
from shop.product_files import queries as product_files
from shop.stock import queries as stock_queries
from shop.stock import services as stock
from shop.tracing import queries as tracing
from tests.factories.live import edition_of, make_live, supplier_of
from tests.factories.orders import make_variant
from tests.factories.people import make_user
from tests.page_client import PageClient

WORDS = CardWords(False, "%(pack)s", "%(pack)s", "%(price)s", "%(price)s", "%(unit)s")


class World:
    """A product whose ordinary packs are gone, and an open session that has some, cheaper."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.variant = make_variant(session, stock=20, price_fen=40_00, grams=10_000)
        self.actor = supplier_of(session, self.variant)
        self.live = make_live(session, self.variant, 15, opened=True, price_fen=20_00)
        self.edition = edition_of(session, self.live)
        stock.count_stock(session, SYSTEM, self.variant.id, 0, "counted")
        self.product = session.get_one(Product, self.variant.product_id)
        session.flush()


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def test_the_session_has_packs_and_the_shop_has_none(world: World) -> None:
    assert stock_queries.available(world.session, [world.variant.id, world.edition.id]) == {
        world.variant.id: 0,
        world.edition.id: 15,
    }


def test_the_page_of_the_product_shows_the_ordinary_pack_only_and_as_sold_out(world: World) -> None:
    page = catalogue.get_product_page(world.session, WORDS, world.product.slug)
    assert [(pack.public_id, pack.buyable) for pack in page.packs] == [(world.variant.public_id, False)]
    watched = stock_queries.packs_watch([world.product.id], clock.now())
    assert world.session.scalar(select(watched)) == [0]
    sold_out = stock_queries.sold_out_watch([world.product.id], clock.now())
    assert world.session.scalar(select(sold_out)) == [True]


def test_lists_show_the_ordinary_price_and_that_it_is_sold_out(world: World) -> None:
    (card,) = catalogue.product_cards(world.session, WORDS, ids=[world.product.id], limit=5)
    assert (card.sold_out, card.price_text) == (True, "¥40.00")
    asked = select(
        stock_queries.has_stock(Product.id, clock.now()), stock_queries.is_in_stock(Product.id, clock.now())
    ).where(Product.id == world.product.id)
    assert world.session.execute(asked).one() == (False, False)
    assert world.product.from_price_fen == 40_00
    catalogue_services.edit_variant(
        world.session, world.actor, world.variant.id, product_files.edit_of_pack(world.variant), version=1
    )
    assert world.product.from_price_fen == 40_00


def test_the_index_names_a_pack_size_once(world: World) -> None:
    (document,) = catalogue.search_documents(world.session, [world.product.id])
    assert [text for text in document.text if "2.5kg" in text] == ["2.5kg 袋装\n2.5 kg bag"]


def test_the_supplier_meets_it_in_no_list_of_pack_sizes(world: World) -> None:
    session, actor, slug = world.session, world.actor, world.product.slug
    assert [pack.public_id for pack in assortment.view_product(session, actor, slug).packs] == [
        world.variant.public_id
    ]
    for read in (assortment.get_variant, assortment.view_pack):
        with pytest.raises(NotFound):
            read(session, actor, slug, world.edition.public_id)
    (row,), _total = visible_products(session, actor, english=False, limit=5, offset=0)
    assert (row.packs, row.available) == (1, 0)
    (known,) = product_files.products_of(session, [world.product.supplier_id])
    assert [pack.variant_id for pack in known.packs] == [world.variant.id]
    assert [variant.id for variant in tracing.open_variants(session, world.product.id)] == [world.variant.id]
    assert not tracing.is_open_variant(session, world.product.id, world.edition.id)


def test_the_stock_of_a_pack_says_what_sessions_have_and_a_reason_is_in_words_of_ones_own(
    world: World, app: Flask
) -> None:
    session = world.session
    supplier = session.get_one(Organisation, world.product.supplier_id)
    user = make_user(session, Role.SUPPLIER, organisation=supplier)
    session.commit()
    client = PageClient(app, session).sign_in(user)
    page = f"/supplier/products/{world.product.slug}/packs/{world.variant.public_id}"
    assert "另有 15 份留给直播专场，不计在内。" in client.get(page).text
    fields = {"once": "t" * 20, "what": "receive", "packs": "3", "reason": "set aside for a live session"}
    assert "请用您自己的话来写。" in client.post(page + "/stock", fields, 422).text


def test_canteens_are_offered_the_ordinary_pack_only(world: World) -> None:
    found, total = procurement.find_packs(world.session, "", large_only=True, limit=10, offset=0)
    assert ([goods.variant_id for goods in found], total) == ([world.variant.id], 1)


def test_certifiers_and_shares_look_at_ordinary_prices(world: World) -> None:
    assert shares.rooms(world.session, [world.product.id])[0][3] == 6_000
    found, _total = catalogue.dear_packs(world.session, Product.id == world.product.id, 1, limit=5)
    assert found == []
    assert catalogue.median_prices(world.session, [world.edition.id]) == {}


def test_a_product_with_nothing_but_a_session_is_not_on_sale(world: World) -> None:
    session = world.session
    catalogue_services.close_variant(session, world.actor, world.variant.id, version=world.variant.version)
    assert (world.product.listed_at, world.product.from_price_fen) == (None, 0)
    with pytest.raises(NotReadyForSale):
        catalogue_services.list_product(session, world.actor, world.product.id)


def test_every_condition_on_what_the_shop_offers_is_the_one_named(world: World) -> None:
    rows = world.session.execute(select(Variant.id, Variant.on_shelf).order_by(Variant.id)).all()
    assert rows == [(world.variant.id, True), (world.edition.id, False)]
    assert (world.variant.on_shelf, world.edition.on_shelf) == (True, False)


def test_nobody_asks_for_open_variants_in_other_words() -> None:
    """A query that asks for `closed_at IS NULL` of pack sizes would show what sessions sell."""
    from pathlib import Path

    root = Path(__file__).parents[3]
    asking = [
        str(path.relative_to(root))
        for folder in ("shop", "flows", "oversight", "demo", "search", "web")
        for path in sorted((root / folder).rglob("*.py"))
        if "ariant.closed_at.is_(None)" in path.read_text()
    ]

    assert asking == []
