from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFound
from core.permissions import SYSTEM
from registry.models import Region
from shop.catalogue import queries, services
from shop.catalogue.values import CardWords, Narrowing, ProductCard, ReturnTerms, Sort
from shop.certification import services as certification
from tests.factories.orders import certifier_of, certify
from tests.factories.people import make_village
from tests.factories.products import make_product, pack, sell_out

WORDS = CardWords(
    english=False,
    impact="每%(pack)s %(amount)s 到 %(households)s 户",
    impact_village="每%(pack)s %(amount)s 到%(village)s",
    per_kilogram="%(price)s/kg",
    per_piece="%(price)s/件",
    and_up="起 · %(unit)s",
)
ENGLISH = CardWords(
    True, "Each %(pack)s: %(amount)s to %(households)s", "", "%(price)s/kg", "%(price)s", "up %(unit)s"
)


def ids_of(cards: list[ProductCard]) -> list[int]:
    return [card.id for card in cards]


def test_a_card_says_what_a_price_does(session: Session) -> None:
    make_product(
        session, variants=(pack(3980, producer_fen=1240, logistics_fen=1000, other_fen=1740), pack(7000))
    )
    (card,) = queries.product_cards(session, WORDS)
    assert card.price_text == "¥39.80"
    assert card.unit_price_text == "起 · ¥15.92/kg"
    assert card.impact_text == "每袋 ¥12.40 到 21 户"
    assert card.origin == "山亭区 · 青莲村"
    assert card.title == "石磨小米"
    assert card.certified
    assert not card.sold_out
    assert card.tint == "grain_oil"


def test_a_card_speaks_english_and_falls_back_to_chinese(session: Session) -> None:
    make_product(session)
    make_product(session, name_zh="柿饼", name_en="")
    titles = {card.title for card in queries.product_cards(session, ENGLISH)}
    assert titles == {"Stone-milled millet", "柿饼"}


def test_without_households_a_card_names_the_village(session: Session) -> None:
    make_product(session, households_count=0)
    (card,) = queries.product_cards(session, WORDS)
    assert card.impact_text == "每袋 ¥23.88 到青莲村"


def test_only_listed_and_certified_products_stand_in_lists(session: Session) -> None:
    shown = make_product(session)
    make_product(session, listed=False)
    make_product(session, certified=False)
    assert ids_of(queries.product_cards(session, WORDS)) == [shown.id]
    assert queries.facets(session).total == 1


def test_at_the_last_moment_of_its_certificate_a_product_leaves_the_list(session: Session) -> None:
    until = datetime(2027, 3, 1, tzinfo=UTC)
    with clock.at(until - timedelta(days=30)):
        make_product(session, until=until)
    with clock.at(until - timedelta(microseconds=1)):
        assert queries.facets(session).total == 1
    with clock.at(until):
        assert queries.facets(session).total == 0


def test_filters_narrow_and_counts_follow(session: Session) -> None:
    here, there = make_village(session), make_village(session, "小溪村", "370404")
    millet = make_product(session, here)
    apple = make_product(session, here, category="fruit_vegetables")
    grape = make_product(session, there, category="fruit_vegetables")
    county_id = millet.county_id
    assert set(ids_of(queries.product_cards(session, WORDS, category="fruit_vegetables"))) == {
        apple.id,
        grape.id,
    }
    assert set(ids_of(queries.product_cards(session, WORDS, county_id=county_id))) == {millet.id, apple.id}
    assert ids_of(queries.product_cards(session, WORDS, county_id=county_id, category="grain_oil")) == [
        millet.id
    ]
    everything = queries.facets(session)
    assert everything.categories == {"fruit_vegetables": 2, "grain_oil": 1}
    assert [(c.key, c.count) for c in everything.counties] == [("370404", 1), ("370406", 2)]
    there_only = queries.facets(session, Narrowing(county="370406"))
    assert there_only.total == 2
    assert there_only.categories == {"fruit_vegetables": 1, "grain_oil": 1}
    assert [c.key for c in there_only.counties] == ["370404", "370406"]
    grain = queries.facets(session, Narrowing(category="grain_oil"))
    assert [(c.key, c.count) for c in grain.counties] == [("370406", 1)]
    assert grain.categories == {"fruit_vegetables": 2, "grain_oil": 1}


def test_sold_out_products_stay_in_the_list_and_leave_the_in_stock_filter(session: Session) -> None:
    gone, there = make_product(session), make_product(session)
    sell_out(session, gone)
    cards = {card.id: card for card in queries.product_cards(session, WORDS)}
    assert cards[gone.id].sold_out
    assert not cards[there.id].sold_out
    assert ids_of(queries.product_cards(session, WORDS, in_stock=True)) == [there.id]
    assert queries.facets(session, Narrowing(in_stock=True)).total == 1


def test_less_than_a_pack_multiple_is_sold_out(session: Session) -> None:
    make_product(session, variants=(pack(stock=4, pack_multiple=5),))
    assert queries.product_cards(session, WORDS)[0].sold_out


def test_lists_are_sorted_by_time_and_price(session: Session) -> None:
    dear = make_product(session, variants=(pack(9000),))
    cheap = make_product(session, variants=(pack(5000), pack(1000)))
    middle = make_product(session, variants=(pack(5000),))
    assert ids_of(queries.product_cards(session, WORDS)) == [middle.id, cheap.id, dear.id]
    assert ids_of(queries.product_cards(session, WORDS, sort=Sort.PRICE_UP)) == [cheap.id, middle.id, dear.id]
    assert ids_of(queries.product_cards(session, WORDS, sort=Sort.PRICE_DOWN)) == [
        dear.id,
        middle.id,
        cheap.id,
    ]
    assert ids_of(
        queries.product_cards(session, WORDS, sort=Sort.RELEVANCE, ids=[cheap.id, dear.id, middle.id, 10**12])
    ) == [cheap.id, dear.id, middle.id]


def test_pages_do_not_overlap(session: Session) -> None:
    made = {make_product(session).id for _ in range(5)}
    pages = [ids_of(queries.product_cards(session, WORDS, limit=2, offset=offset)) for offset in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {product_id for page in pages for product_id in page} == made


def test_names_are_compared_when_the_index_does_not_help(session: Session) -> None:
    oil = make_product(session, name_zh="冷榨油茶籽油", name_en="Camellia oil 100%")
    tea = make_product(session, name_zh="茶油", name_en="Tea_oil")
    assert queries.title_matches(session, "茶油", 10) == [tea.id, oil.id]
    assert queries.title_matches(session, "camellia", 10) == [oil.id]
    assert queries.title_matches(session, "100%", 10) == [oil.id]
    assert queries.title_matches(session, "_", 10) == [tea.id]
    assert queries.title_matches(session, "%", 10) == [oil.id]
    assert queries.title_matches(session, "a%l", 10) == []
    for nothing in ("", " ", "\x00", "\\", "'; DROP TABLE shop_products; --", "x" * 10_000):
        assert queries.title_matches(session, nothing, 10) == []


def test_the_page_of_a_product_tells_everything(session: Session) -> None:
    product = make_product(
        session,
        variants=(
            pack(7200, stock=0, label="5kg 箱装"),
            pack(3980, stock=3, producer_fen=1240, logistics_fen=1000, other_fen=1740),
        ),
        return_terms=ReturnTerms.FRESH,
    )
    page = queries.get_product_page(session, WORDS, product.slug)
    assert page.title == "石磨小米"
    assert [name for _level, name in page.origin] == ["山东省", "枣庄市", "山亭区", "店子镇", "青莲村"]
    assert [pack.price_text for pack in page.packs] == ["¥39.80", "¥72.00"]
    first = page.packs[0]
    assert [share.amount_text for share in first.shares] == ["¥12.40", "¥10.00", "¥17.40"]
    assert sum(share.percent for share in first.shares) == 100
    assert first.available == 3
    assert not page.packs[1].buyable
    assert page.chosen == first
    assert page.certified
    assert page.certificate is not None
    assert page.certificate.number
    assert page.return_terms is ReturnTerms.FRESH


def test_the_page_shows_the_certificate_in_force_before_older_ones(session: Session) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with clock.at(start):
        product = make_product(session, until=start + timedelta(days=100))
    with clock.at(start + timedelta(days=120)):
        assert queries.get_product_page(session, WORDS, product.slug).certificate.state == "expired"  # type: ignore[union-attr]
        number = certify(session, product.id)
        page = queries.get_product_page(session, WORDS, product.slug)
        assert page.certified
        assert page.certificate is not None
        assert page.certificate.number == number


def test_a_suspended_product_is_not_certified_from_that_moment(session: Session) -> None:
    product = make_product(session, certified=False)
    number = certify(session, product.id)
    county = session.get_one(Region, product.county_id)
    certification.suspend_certificate(session, certifier_of(county), number, "抽检不合格")
    page = queries.get_product_page(session, WORDS, product.slug)
    assert not page.certified
    assert page.certificate is not None
    assert page.certificate.state == "suspended"
    assert queries.facets(session).total == 0


def test_a_page_that_is_not_there(session: Session) -> None:
    hidden = make_product(session, listed=False)
    for slug in (hidden.slug, "nothing", "' OR 1=1", "x" * 5000):
        with pytest.raises(NotFound):
            queries.get_product_page(session, WORDS, slug)


def test_the_front_of_the_shop_takes_shelves_by_turns_and_only_what_is_there(session: Session) -> None:
    for _ in range(3):
        make_product(session)
    apple = make_product(session, category="fruit_vegetables")
    sell_out(session, make_product(session, category="crafts"))
    chosen = queries.weekly_ids(session, "2026-47", 2)
    assert apple.id in chosen
    assert len(chosen) == 2
    assert len(queries.weekly_ids(session, "2026-47", 8)) == 4
    assert queries.shelves(session)["grain_oil"].count == 3


def test_the_index_is_given_words_of_listed_products_and_no_prices(session: Session) -> None:
    product = make_product(session)
    hidden = make_product(session, listed=False)
    assert queries.searchable_ids(session) == [product.id]
    (document,) = queries.search_documents(session, [product.id, hidden.id])
    assert document.title == ("石磨小米", "Stone-milled millet")
    assert "青莲村" in document.keywords
    assert "¥" not in "".join(document.title + document.keywords + document.text)


def test_an_unlisted_product_is_gone_from_what_can_be_found(session: Session) -> None:
    product = make_product(session)
    services.unlist_product(session, SYSTEM, product.id)
    assert queries.search_documents(session, [product.id]) == []
