from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import NotFound
from shop.catalogue import filters, rules
from shop.catalogue.values import STATED, Charge, NewProduct, NewVariant, PriceStep, ReturnTerms, Sort

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


BASE = Charge(39_80, 24_00, 4_00, 11_80)
LADDER = (PriceStep(4, 37_00), PriceStep(10, 35_50))


@pytest.mark.parametrize(
    ("packs", "price"), [(1, 39_80), (3, 39_80), (4, 37_00), (9, 37_00), (10, 35_50), (9999, 35_50)]
)
def test_the_step_that_is_reached_is_charged_and_its_parts_sum(packs: int, price: int) -> None:
    found = rules.charge(BASE, LADDER, packs)
    assert found.price_fen == price
    assert found.producer_fen + found.logistics_fen + found.other_fen == price
    assert abs(found.producer_fen / price - 24_00 / 39_80) < 0.001


def test_without_a_ladder_the_price_is_the_price() -> None:
    assert rules.charge(BASE, (), 500) == BASE


@pytest.mark.parametrize(
    ("packs", "multiple", "expected"),
    [(1, 1, (3, 37_00)), (4, 1, (6, 35_50)), (10, 1, None), (3, 3, (3, 37_00)), (9, 3, (3, 35_50))],
)
def test_how_many_more_reach_the_next_step(
    packs: int, multiple: int, expected: tuple[int, int] | None
) -> None:
    assert rules.next_step(LADDER, packs, multiple) == expected


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ((), None),
        (((4, 37_00), (10, 35_50)), None),
        (((1, 37_00),), "ladder packs"),
        (((4, 37_00), (4, 35_00)), "ladder packs"),
        (((4, 37_00), (3, 35_00)), "ladder packs"),
        (((10_000, 37_00),), "ladder packs"),
        (((4, 39_80),), "ladder price"),
        (((4, 37_00), (10, 37_00)), "ladder price"),
        (((4, 0),), "ladder price"),
        (tuple((n, 39_80 - n) for n in range(2, 9)), "ladder length"),
    ],
)
def test_a_ladder_falls_with_more_packs(steps: tuple[tuple[int, int], ...], problem: str | None) -> None:
    ladder = tuple(PriceStep(*step) for step in steps)
    assert rules.ladder_problem(39_80, 1, ladder) == problem
    assert rules.as_ladder(rules.stored_ladder(ladder)) == ladder


def test_dear_is_more_than_the_percent_above_the_median() -> None:
    assert not rules.is_dear(12_00, 10_00, 20)
    assert rules.is_dear(12_01, 10_00, 20)
    assert not rules.is_dear(99_00, None, 20)


def test_texts_that_cannot_be_kept_are_named_by_field() -> None:
    broken = replace(PRODUCT, name_zh="米" * 61, story_zh="a\x00b", shelf_life_days=0)
    assert [(f.field, f.problem) for f in rules.faults_of_new(broken)] == [
        ("name_zh", "too long"),
        ("story_zh", "characters"),
        ("shelf_life_days", "shelf life"),
    ]


#: Which goods go back without a reason: by terms, then (confirmed, unopened) in the order of `HOW` below.
HOW = ((False, False), (False, True), (True, False), (True, True))
GOES_BACK = {
    ReturnTerms.SEVEN_DAYS: (True, True, True, True),
    ReturnTerms.FRESH: (False, False, False, False),
    ReturnTerms.MADE_TO_ORDER: (False, False, False, False),
    ReturnTerms.ONLY_UNOPENED: (True, True, False, True),
    ReturnTerms.NEAR_END: (True, True, False, False),
    ReturnTerms.FLAWED: (True, True, False, False),
}


@pytest.mark.parametrize("terms", list(ReturnTerms))
def test_what_goes_back_without_a_reason(terms: ReturnTerms) -> None:
    for (confirmed, unopened), expected in zip(HOW, GOES_BACK[terms], strict=True):
        for days in (0, 1, 7):
            assert rules.may_go_back(terms, confirmed=confirmed, unopened=unopened, days=days) is expected
        assert not rules.may_go_back(terms, confirmed=confirmed, unopened=unopened, days=8)


def test_a_flaw_and_a_near_end_are_said_in_both_languages() -> None:
    for terms in ReturnTerms:
        for note in (("", ""), ("瓶口有缺", ""), (" ", "A chip"), ("瓶口有缺", "A chip")):
            product = replace(PRODUCT, return_terms=terms, return_note_zh=note[0], return_note_en=note[1])
            missing = [
                fault.field for fault in rules.faults_of_product(product) if fault.problem == "return note"
            ]
            wanted = [
                f
                for f, text in zip(("return_note_zh", "return_note_en"), note, strict=True)
                if not text.strip()
            ]
            assert missing == (wanted if terms in STATED else [])
    assert [f.problem for f in rules.faults_of_product(replace(PRODUCT, return_terms="never"))] == [
        "return terms"
    ]
