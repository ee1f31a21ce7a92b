"""Tests of what gifts decide without a database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity.campaigns.values import Stage
from charity.donations import rules
from charity.donations.values import DonationState, Remark
from core.sheets import guarded


@pytest.mark.parametrize(
    ("fen", "allowed"),
    [(0, False), (-1, False), (99, False), (100, True), (5_000_000, True), (5_000_001, False)],
)
def test_gifts_have_limits(fen: int, allowed: bool) -> None:
    assert rules.is_allowed_amount(fen) is allowed


@pytest.mark.parametrize("state", DonationState)
def test_only_a_settled_gift_is_done(state: DonationState) -> None:
    assert rules.settles(state) is (state is not DonationState.SETTLED)


def test_money_after_the_end_carries_a_remark() -> None:
    assert rules.remark_on(Stage.RUNNING, True) is None
    assert rules.remark_on(Stage.RUNNING, False) is Remark.UNQUALIFIED
    assert rules.remark_on(Stage.ENDED, True) is Remark.AFTER_END
    assert rules.remark_on(Stage.CLOSED, False) is Remark.AFTER_END


def test_an_acknowledgement_has_year_and_number() -> None:
    assert rules.acknowledgement_no(date(2026, 11, 21), 123) == "YG-2026-00000123"


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (1, "壹分"),
        (10, "壹角整"),
        (105, "壹元零伍分"),
        (100, "壹元整"),
        (12350, "壹佰贰拾叁元伍角整"),
        (1000_00, "壹仟元整"),
        (1005_00, "壹仟零伍元整"),
        (1050_00, "壹仟零伍拾元整"),
        (10_000_00, "壹万元整"),
        (10_500_00, "壹万零伍佰元整"),
        (50_000_00, "伍万元整"),
        (100_001_00, "壹拾万零壹元整"),
        (1_000_000_00, "壹佰万元整"),
        (100_000_500_00, "壹亿零伍佰元整"),
        (123456_78, "壹拾贰万叁仟肆佰伍拾陆元柒角捌分"),
    ],
)
def test_amounts_are_written_out_as_on_chinese_papers(fen: int, words: str) -> None:
    assert rules.amount_in_words(fen) == words


@given(st.integers(1, 10**12))
def test_written_amounts_never_repeat_a_zero(fen: int) -> None:
    words = rules.amount_in_words(fen)
    assert "零零" not in words
    assert words.endswith(("整", "分"))


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-1", "'-1"),
        ("@cmd", "'@cmd"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("王建国", "王建国"),
        ("", ""),
    ],
)
def test_no_cell_becomes_a_formula(cell: str, kept: str) -> None:
    assert guarded(cell) == kept


@pytest.mark.parametrize(
    ("name", "organisation"),
    [
        ("枣庄运河商贸有限公司", True),
        ("滕州厚德机械厂工会", True),
        ("薛河医院职工爱心基金", True),
        ("榴溪中学九八届校友会", True),
        ("Lunan Huimin Co., Ltd.", True),
        ("Shanting Primary School", True),
        ("王建国", False),
        ("欧阳学会", False),
        ("热心市民王先生", False),
        ("阿卜杜热合曼", False),
        ("Anna Schoolman", False),
        ("", False),
    ],
)
def test_companies_are_told_from_people(name: str, organisation: bool) -> None:
    assert rules.names_an_organisation(name) is organisation
