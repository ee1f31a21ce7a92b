from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import NotFound
from shop.catalogue import filters, rules
from shop.catalogue.values import NewProduct, NewVariant, Sort

VARIANT = NewVariant("A1", "2.5kg 袋装", "2.5 kg bag", 2500, None, 3980, 2400, 400, 1180)
PRODUCT = NewProduct("xiaomi", 1, 1, "grain_oil", "小米", "Millet", "", "", "", "", (VARIANT,))


def test_a_good_product_has_no_problem() -> None:
    assert rules.problem_of(PRODUCT) is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"slug": "小米"}, "slug"),
        ({"slug": "Xiaomi"}, "slug"),
        ({"slug": "a--b"}, "slug"),
        ({"slug": "a" * 81}, "slug"),
        ({"slug": "new"}, "slug taken"),
        ({"category": "weapons"}, "category"),
        ({"name_zh": "  "}, "name"),
        ({"households_count": -1}, "households"),
    ],
)
def test_what_cannot_be_is_named(changes: dict[str, object], problem: str) -> None:
    assert rules.problem_of(replace(PRODUCT, **changes)) == problem  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"price_fen": 0, "producer_fen": 0, "logistics_fen": 0, "other_fen": 0}, "price"),
        ({"producer_fen": 2401}, "split"),
        ({"producer_fen": 4000, "other_fen": -420}, "split"),
        ({"pieces": 3}, "grams or pieces"),
        ({"net_grams": None}, "grams or pieces"),
        ({"net_grams": 0}, "size"),
        ({"label_zh": " "}, "label"),
        ({"pack_multiple": 0}, "quantity"),
        ({"stock": -1}, "quantity"),
    ],
)
def test_a_pack_size_that_cannot_be_is_named(changes: dict[str, object], problem: str) -> None:
    broken = replace(VARIANT, **changes)  # type: ignore[arg-type]
    assert rules.problem_of(replace(PRODUCT, variants=(broken,))) == problem


@pytest.mark.parametrize(
    ("price", "grams", "pieces", "expected"),
    [
        (3980, 2500, None, 1592),
        (999, 1000, None, 999),
        (100, 3000, None, 33),
        (500, 3000, None, 167),
        (2280, None, 2, 1140),
        (5, None, 2, 3),
    ],
)
def test_the_unit_price_rounds_half_a_fen_up(
    price: int, grams: int | None, pieces: int | None, expected: int
) -> None:
    assert rules.unit_price_fen(price, grams, pieces) == expected


@pytest.mark.parametrize(
    ("zh", "en", "expected"),
    [
        ("2.5kg 尝鲜箱", "2.5 kg tasting box", ("箱", "box")),
        ("5kg 袋装", "5 kg bags", ("袋", "bag")),
        ("2 瓶装", "2 jars", ("瓶", "jar")),
        ("10 袋一箱", "box of 10 bags", ("箱", "bag")),
        ("大号", "large", ("份", "pack")),
        ("一双", "one pair", ("双", "pair")),
    ],
)
def test_a_pack_is_called_by_its_label(zh: str, en: str, expected: tuple[str, str]) -> None:
    assert rules.container(zh, en) == expected


@pytest.mark.parametrize("parts", [(1, 1, 1), (2400, 400, 1180), (1, 0, 0), (333, 333, 334), (7, 11, 13)])
def test_the_percents_of_a_price_sum_to_a_hundred(parts: tuple[int, int, int]) -> None:
    percents = rules.shares_percent(sum(parts), *parts)
    assert sum(percents) == 100
    assert all(
        abs(percent - part * 100 / sum(parts)) < 1 for percent, part in zip(percents, parts, strict=True)
    )


def test_the_choices_of_a_list_make_the_round_trip() -> None:
    asked = filters.read(
        "/shop/products", {"category": "snacks", "county": "370406", "sort": "price-up", "in_stock": "1"}
    )
    assert asked.url() == "/shop/products?category=snacks&county=370406&in_stock=1&sort=price-up"
    assert asked.url(category=None) == "/shop/products?county=370406&in_stock=1&sort=price-up"
    assert asked.everything_url == "/shop/products?sort=price-up"


def test_empty_choices_are_no_choices() -> None:
    asked = filters.read("/shop/products", {"category": "", "county": "", "sort": "", "in_stock": ""})
    assert asked.url() == "/shop/products"
    assert asked.sort is Sort.NEWEST


@pytest.mark.parametrize(
    "arguments",
    [
        {"category": "weapons"},
        {"category": "\x00"},
        {"county": "abc"},
        {"county": "٣٧٠٤٠٦"},
        {"county": "1" * 13},
        {"sort": "relevance"},
        {"sort": "random()"},
        {"in_stock": "yes"},
    ],
)
def test_unknown_choices_are_not_there(arguments: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        filters.read("/shop/products", arguments)


def test_a_query_is_cut_and_cleaned() -> None:
    asked = filters.read("/shop/search", {"q": "  小米\x00 \n 5kg " + "长" * 10_000}, searching=True)
    assert asked.query.startswith("小米 5kg ")
    assert len(asked.query) == filters.LONGEST_QUERY
