"""Cards are read once while the catalogue stands; what changed, and what is sold out, shows in the very next list."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup

from core import stamps
from core.db import reading, transaction
from registry.models import Region
from search import Marker
from shop.catalogue.models import Product
from shop.catalogue.queries import product_cards, related_cards
from shop.catalogue.values import CardWords, ProductCard
from shop.certification import services as certification
from shop.certification.models import Certificate
from tests.conftest import StatementCounter
from tests.factories.orders import certifier_of
from tests.factories.people import make_village
from tests.factories.products import make_product, sell_out

WORDS = CardWords(
    False, "%(pack)s %(amount)s %(households)s", "%(village)s", "%(price)s", "%(price)s", "%(unit)s"
)


@pytest.fixture
def products(live_database: Any) -> list[int]:
    """Return six products of one village and shelf that are really committed, newest last."""
    with transaction() as session:
        village = make_village(session)
        return [make_product(session, village, name_zh=f"小米{number}号").id for number in range(6)]


def listed(**more: Any) -> tuple[list[ProductCard], int]:
    """Return the cards of the list as a page asks for them, and with how many statements."""
    with StatementCounter() as sent, reading() as session, stamps.standing_at(stamps.current(session)):
        cards = product_cards(session, WORDS, **more)
    return cards, len(sent)


def test_a_list_asks_for_the_state_and_the_stock_once_its_cards_are_known(products: list[int]) -> None:
    first, _ = listed()
    again, statements = listed()
    assert again == first
    assert [card.id for card in first] == products[::-1]
    assert statements == 2


def test_what_is_sold_out_shows_at_once_on_a_known_card_and_so_does_its_return(products: list[int]) -> None:
    listed()
    with transaction() as session:
        sell_out(session, session.get_one(Product, products[2]))
    gone, _ = listed()
    assert [card.id for card in gone if card.sold_out] == [products[2]]
    # Read anew while it is sold out, it is not remembered as such.
    with transaction() as session:
        session.get_one(Product, products[0]).name_zh = "荞麦"
    fresh, _ = listed()
    assert [card.sold_out for card in fresh] == [card.id == products[2] for card in fresh]
    assert fresh[-1].title == "荞麦"


def test_a_revoked_product_leaves_lists_and_the_pages_of_its_neighbours(products: list[int]) -> None:
    with reading() as session:
        product = session.get_one(Product, products[0])
        place, category = product.village_id, product.category
        near, alike = related_cards(session, WORDS, products[0], place, category, 4)
    assert [card.id for card in near] == products[:1:-1]
    assert [card.id for card in alike] == [products[1]]
    with transaction() as session:
        paper = session.query(Certificate).filter_by(product_id=products[5]).one()
        certifier = certifier_of(session.get_one(Region, session.get_one(Product, products[5]).county_id))
        certification.revoke_certificate(session, certifier, paper.number, "以次充好")
    with reading() as session:
        near, alike = related_cards(session, WORDS, products[0], place, category, 4)
    assert products[5] not in {card.id for card in (*near, *alike)}
    assert products[5] not in {card.id for card in listed()[0]}


def test_marked_words_never_stand_for_plain_ones(app: Flask) -> None:
    def card(title: str) -> ProductCard:
        texts = dict.fromkeys(("slug", "url", "image_url", "image_srcset", "origin", "impact_text"), "x")
        return ProductCard(
            1,
            title=title,
            price_text="¥1",
            unit_price_text="",
            certified=True,
            sold_out=False,
            tint="t",
            **texts,
        )

    typed = "<mark>米</mark>"
    with app.test_request_context():
        macros: Any = app.jinja_env.get_template("components/product_card.html").module
        for _ in range(2):
            macros.product_card(card(Markup(typed)))
            assert "<mark>" not in macros.product_card(card(typed))
            assert "<mark>" in macros.found_card(card(typed), {"title": Markup(typed)})


def test_a_found_card_is_the_card_with_its_words_marked(app: Flask) -> None:
    shown = ProductCard(
        7, "mi", "/mi", "/p", "", "小米 & 米", "", "", "¥1", "", True, False, "t", summary="小米"
    )  # fmt: skip
    with app.test_request_context():
        macros: Any = app.jinja_env.get_template("components/product_card.html").module
        plain = macros.product_card(shown)
        marker = Marker("小米")
        for _ in range(2):
            found = macros.found_card(
                shown, {"title": marker.mark(shown.title), "summary": marker.excerpt(shown.summary)}
            )
            assert "<mark>小米</mark> &amp; 米" in found
            assert found.replace("<mark>", "").replace("</mark>", "") == plain
        without = macros.found_card(shown, {"title": marker.mark(shown.title), "summary": Markup()})
        assert "product-summary" not in without


def test_what_many_ask_for_at_once_is_found_once(products: list[int]) -> None:
    found: list[int] = []
    asking = threading.Barrier(4)

    def find() -> int:
        time.sleep(0.2)
        found.append(1)
        return len(found)

    def ask() -> int:
        with reading() as session:
            stamps.current(session)
            asking.wait(5)
            return stamps.remembered(session, ("asked at once", products[0]), find)

    with ThreadPoolExecutor(4) as people:
        answers = [person.result(10) for person in [people.submit(ask) for _ in range(4)]]
    assert answers == [1, 1, 1, 1]


def test_what_could_not_be_found_is_looked_for_again(products: list[int]) -> None:
    def fail() -> int:
        raise RuntimeError("the database went away")

    key = ("fails at first", products[0])
    with reading() as session:
        with pytest.raises(RuntimeError):
            stamps.remembered(session, key, fail)
        assert stamps.remembered(session, key, lambda: 7) == 7
