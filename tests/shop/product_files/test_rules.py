from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.catalogue.values import Category, PriceStep, ReturnTerms
from shop.product_files import rules
from shop.product_files.rules.cells import NOT_FRESH
from shop.product_files.values import SPECS, Column, Kind
from web import translations

FULL_WIDTH = str.maketrans("0123456789.,:;-+", "０１２３４５６７８９．，：；－＋")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.WHOLE, " 1,200 ", 1200),
        (Kind.WHOLE, "１２", 12),
        (Kind.WHOLE, "12.0", 12),
        (Kind.WHOLE, "", None),
        (Kind.SIGNED, "+5", 5),
        (Kind.SIGNED, "－5", -5),
        (Kind.SIGNED, "\u22125", -5),
        (Kind.YUAN, "￥1,234.50", 123450),
        (Kind.YUAN, "12元", 1200),
        (Kind.YUAN, "3.9", 390),
        (Kind.YUAN, "3.900", 390),
        (Kind.YES, "是", True),
        (Kind.YES, "NO", False),
        (Kind.YES, "TRUE", True),
        (Kind.CATEGORY, "果蔬", "fruit_vegetables"),
        (Kind.CATEGORY, "grain, oil AND staples", "grain_oil"),
        (Kind.VILLAGE, "３７0406101201", "370406101201"),
        (Kind.LADDER, "10：5.20；50:4.90", (PriceStep(10, 520), PriceStep(50, 490))),
        (Kind.LADDER, "10:5.20\n50:¥4.9;", (PriceStep(10, 520), PriceStep(50, 490))),
        (Kind.LADDER, " ", ()),
        (Kind.TEXT, " a\r\nb ", "a\nb"),
    ],
)
def test_cells_are_read_as_people_write_them(kind: Kind, text: str, value: object) -> None:
    assert rules.read_cell(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.WHOLE, "1.5"),
        (Kind.WHOLE, "1e3"),
        (Kind.WHOLE, "12,34"),
        (Kind.WHOLE, "-1"),
        (Kind.WHOLE, "٣"),
        (Kind.WHOLE, "9" * 12),
        (Kind.YUAN, "3.999"),
        (Kind.YUAN, "-3"),
        (Kind.YUAN, "."),
        (Kind.YUAN, "NaN"),
        (Kind.YES, "maybe"),
        (Kind.CATEGORY, "古董"),
        (Kind.VILLAGE, "37"),
        (Kind.LADDER, "10"),
        (Kind.LADDER, "10:x"),
        (Kind.LADDER, ":5"),
    ],
)
def test_what_says_something_else_is_not_guessed(kind: Kind, text: str) -> None:
    with pytest.raises(rules.Unreadable):
        rules.read_cell(kind, text)


ladders = st.lists(st.builds(PriceStep, st.integers(1, 9999), st.integers(1, 99_999_999)), max_size=6).map(
    tuple
)
values = st.one_of(
    st.tuples(st.just(Kind.WHOLE), st.integers(0, 999_999_999)),
    st.tuples(st.just(Kind.SIGNED), st.integers(-999_999_999, 999_999_999)),
    st.tuples(st.just(Kind.YUAN), st.integers(0, 99_999_999_999)),
    st.tuples(st.just(Kind.YES), st.booleans()),
    st.tuples(st.just(Kind.CATEGORY), st.sampled_from([c.value for c in Category])),
    st.tuples(st.just(Kind.LADDER), ladders),
    st.tuples(st.just(Kind.TEXT), st.text()).map(lambda pair: (pair[0], rules.read_cell(*pair))),
)


@given(values, st.booleans())
def test_what_is_written_is_read_again_wide_or_narrow(pair: tuple[Kind, object], wide: bool) -> None:
    kind, value = pair
    written = rules.write_cell(kind, value)
    if wide and kind is not Kind.TEXT:
        written = written.translate(FULL_WIDTH)
    assert rules.read_cell(kind, written) == value


@given(st.sampled_from(list(Kind)), st.text())
def test_no_cell_makes_the_reader_fall(kind: Kind, text: str) -> None:
    try:
        value = rules.read_cell(kind, text)
    except rules.Unreadable:
        return
    assert rules.read_cell(kind, rules.write_cell(kind, value)) == value


def test_columns_are_known_by_both_names_and_by_no_other() -> None:
    for column, spec in SPECS.items():
        assert rules.column_named(spec.zh) is column
        assert rules.column_named(f"  {spec.en.upper()} ") is column
        assert rules.column_named(spec.zh.replace("（", "(").replace("）", ")")) is column
    assert rules.column_named("颜色") is None
    assert set(SPECS) == set(Column)


def test_categories_are_called_as_on_the_pages() -> None:
    catalogue = {message.id: message.string for message in translations.read("shop")}
    for chinese, english in rules.CATEGORY_NAMES.values():
        assert catalogue[english] == chinese


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("鲜活易腐", "fresh"), ("Fresh and perishable", "fresh"), ("fresh", "fresh"),
        ("是", "fresh"), ("Yes", "fresh"), ("否", NOT_FRESH), ("no", NOT_FRESH),
        ("拆封后品质易变", "only_unopened"), (" with a FLAW ", "flawed"), ("", None),
    ],
)  # fmt: skip
def test_terms_of_return_are_read_in_both_languages_and_as_yes_and_no(text: str, value: object) -> None:
    assert rules.read_cell(Kind.TERMS, text) == value


def test_the_terms_keep_the_header_of_older_lists_and_are_called_as_on_the_pages() -> None:
    for header in ("鲜活易腐", "Perishable", "perishable", "退货条件", "Terms of return"):
        assert rules.column_named(header) is Column.RETURN_TERMS
    catalogue = {message.id: message.string for message in translations.read("shop")}
    assert set(rules.TERMS_NAMES) == set(ReturnTerms)
    for chinese, english in rules.TERMS_NAMES.values():
        assert catalogue[english] == chinese
