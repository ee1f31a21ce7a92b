"""Tests of what gifts decide without a database."""

from __future__ import annotations

from datetime import date

import pytest

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
