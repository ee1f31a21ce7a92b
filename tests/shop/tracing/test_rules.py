from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import ALPHABET, public_id
from shop.tracing import rules
from shop.tracing.values import BatchFacts, CodeFault, Freshness, SheetFormat

bodies = st.text(alphabet=ALPHABET, min_size=rules.BODY, max_size=rules.BODY)


@given(bodies, st.integers(0, rules.BODY), st.sampled_from(ALPHABET))
def test_each_single_wrong_character_is_noticed(body: str, place: int, letter: str) -> None:
    code = rules.with_check(body)
    wrong = code[:place] + letter + code[place + 1 :]
    assert rules.read_code(wrong)[1] is (None if wrong == code else CodeFault.CHECK)


@given(bodies, st.integers(0, rules.BODY - 1))
def test_each_exchange_of_neighbours_is_noticed(body: str, place: int) -> None:
    code = rules.with_check(body)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert rules.read_code(wrong)[1] is (None if wrong == code else CodeFault.CHECK)


@given(bodies)
def test_the_slips_of_copying_are_forgiven(body: str) -> None:
    code = rules.with_check(body)
    shown = rules.shown_code(code)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for typed in (
        shown,
        shown.lower(),
        f"  {code[:3]} {code[3:]} ",
        code.replace("0", "O"),
        code.replace("0", "o").replace("1", "l"),
        code.replace("1", "I"),
        full_width,
        f"https://yigou.example/trace/{code}",
        f"https://yigou.example/trace/{code}/",
    ):
        assert rules.read_code(typed) == (code, None)


@pytest.mark.parametrize(
    "typed", ["", "-", "7K3M9", "7K3M9-2QF45-9", "批号二零二六", "6901234567892", "UUUUUUUUUU", "\x00" * 10]
)
def test_other_numbers_are_no_codes(typed: str) -> None:
    assert rules.read_code(typed)[1] is CodeFault.SHAPE


def test_a_code_is_short_and_has_no_doubtful_letters() -> None:
    code = rules.with_check(public_id(rules.BODY))
    assert len(code) == 10
    assert not set(code) & set("ILOU")


def test_the_same_number_written_otherwise_is_the_same_batch() -> None:
    assert rules.batch_number(" ql－2026  11 ") == rules.batch_number("QL-2026 11") == "QL-2026 11"


def test_best_before_counts_from_the_day_after() -> None:
    assert rules.best_before(date(2026, 1, 1), 180) == date(2026, 6, 30)
    assert rules.best_before(date(2026, 1, 1), None) is None


@pytest.mark.parametrize(
    ("made", "until", "expected"),
    [
        (date(2026, 5, 1), None, Freshness.KEEPS),
        (date(2026, 5, 1), date(2026, 11, 21), Freshness.OVER),
        (date(2026, 5, 1), date(2026, 11, 22), Freshness.NEAR),
        (date(2026, 5, 1), date(2026, 12, 22), Freshness.NEAR),
        (date(2026, 5, 1), date(2026, 12, 23), Freshness.FRESH),
        # Goods that keep for nine days are near in the last three.
        (date(2026, 11, 16), date(2026, 11, 25), Freshness.NEAR),
        (date(2026, 11, 17), date(2026, 11, 26), Freshness.FRESH),
    ],
)
def test_a_batch_is_near_its_day_in_the_last_third(
    made: date, until: date | None, expected: Freshness
) -> None:
    assert rules.freshness(date(2026, 11, 22), made, until) is expected


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        (BatchFacts(date(2026, 11, 22), 1), None),
        (BatchFacts(date(2026, 11, 23), 1), ("made_on", "future")),
        (BatchFacts(date(1926, 11, 22), 1), ("made_on", "too_old")),
        (BatchFacts(date(2026, 11, 1), 1, date(2026, 11, 1)), ("best_before", "not_after")),
        (BatchFacts(date(2026, 11, 1), 1, date(2126, 11, 1)), ("best_before", "too_late")),
        (BatchFacts(date(2026, 11, 1), 0), ("packs", "number")),
        (
            BatchFacts(date(2026, 11, 1), 1, inspection_number="J-1", inspected_on=date(2026, 11, 23)),
            ("inspected_on", "future"),
        ),
        (BatchFacts(date(2026, 11, 1), 1, inspected_on=date(2026, 11, 2)), ("inspection_number", "missing")),
    ],
)
def test_what_a_batch_cannot_be(facts: BatchFacts, fault: tuple[str, str] | None) -> None:
    assert rules.fault_in(facts, date(2026, 11, 22)) == fault


def test_labels_lie_row_by_row_from_the_first_free_place() -> None:
    sheet = rules.SHEETS[SheetFormat.A4_3X8]
    pages = rules.places(sheet, 23, 4)
    assert pages == [[(70, 259.5), (140, 259.5)], [(0, 0.5), (70, 0.5)]]
    assert [len(page) for page in rules.places(sheet, 1, 240)] == [24] * 10
    assert [len(page) for page in rules.places(rules.SHEETS[SheetFormat.ROLL], 1, 3)] == [1, 1, 1]


def test_every_label_lies_on_its_page() -> None:
    for sheet in rules.SHEETS.values():
        for x, y in rules.places(sheet, 1, sheet.per_page)[0]:
            assert 0 <= x <= x + sheet.label_width <= sheet.page_width
            assert 0 <= y <= y + sheet.label_height <= sheet.page_height
