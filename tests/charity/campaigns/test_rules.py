"""Tests of what campaigns decide without a database."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity.campaigns import rules
from charity.campaigns.rules import PublishingFacts
from charity.campaigns.values import Action, CampaignState, Disclosure, DisclosureKind, Requirement, Stage

TODAY = date(2026, 11, 21)
FACTS = PublishingFacts(
    record_no="53370406MJE0000001A26001",
    recorded_on=date(2026, 11, 1),
    starts_on=date(2026, 11, 11),
    ends_on=date(2026, 12, 31),
    qualification_no="鲁慈募证字〔2026〕第 1 号",
    qualification_valid_until=TODAY,
    platform_url="",
    story_texts={"title": "午餐", "story": "故事", "purpose": "目的"},
    plan_texts={"area": "山亭区", "cost": "无"},
    charity_texts={"name": "基金会", "query": "来电"},
)


def open_lines(facts: PublishingFacts, *, outbound: bool = False) -> set[Requirement]:
    return {
        line.requirement for line in rules.check_publishing(facts, TODAY, outbound=outbound) if not line.met
    }


@pytest.mark.parametrize("state", CampaignState)
@pytest.mark.parametrize("action", Action)
def test_the_state_table_is_whole(state: CampaignState, action: Action) -> None:
    allowed = {
        (CampaignState.DRAFT, Action.PUBLISH): CampaignState.PUBLISHED,
        (CampaignState.PUBLISHED, Action.END): CampaignState.ENDED,
        (CampaignState.ENDED, Action.CLOSE): CampaignState.CLOSED,
    }
    assert rules.next_state(state, action) == allowed.get((state, action))


def test_a_complete_draft_may_be_published() -> None:
    assert open_lines(FACTS) == set()


def test_every_missing_piece_has_its_line() -> None:
    assert open_lines(replace(FACTS, record_no=" ")) == {Requirement.RECORD_NO}
    assert open_lines(replace(FACTS, qualification_no="")) == {Requirement.QUALIFICATION}
    assert open_lines(replace(FACTS, qualification_valid_until=None)) == {Requirement.QUALIFICATION}
    assert open_lines(replace(FACTS, ends_on=TODAY - timedelta(days=1))) == {Requirement.NOT_OVER}
    assert open_lines(replace(FACTS, story_texts={"title": "", "story": "x"})) == {Requirement.STORY}
    assert open_lines(FACTS, outbound=True) == {Requirement.PLATFORM}
    assert open_lines(replace(FACTS, platform_url="https://gongyi.example.org/1"), outbound=True) == set()


def test_the_check_list_names_the_blank_texts() -> None:
    lines = rules.check_publishing(
        replace(FACTS, plan_texts={"area": " ", "cost": ""}), TODAY, outbound=False
    )
    (plan,) = (line for line in lines if line.requirement is Requirement.PLAN)
    assert plan.blank == ("area", "cost")


@pytest.mark.parametrize(("valid_until", "holds"), [(-1, False), (0, True), (1, True)])
def test_a_qualification_holds_through_its_last_day(valid_until: int, holds: bool) -> None:
    assert rules.is_qualified("鲁", TODAY + timedelta(days=valid_until), TODAY) is holds


@pytest.mark.parametrize(("days_before", "met"), [(9, False), (10, True), (11, True)])
def test_a_plan_is_recorded_ten_days_before_the_start(days_before: int, met: bool) -> None:
    facts = replace(FACTS, recorded_on=FACTS.starts_on - timedelta(days=days_before))
    assert (Requirement.RECORDED_IN_TIME not in open_lines(facts)) is met


def test_a_plan_cannot_be_recorded_tomorrow() -> None:
    facts = replace(
        FACTS,
        recorded_on=TODAY + timedelta(days=1),
        starts_on=TODAY + timedelta(days=20),
        ends_on=TODAY + timedelta(days=40),
    )
    assert open_lines(facts) == {Requirement.RECORDED_IN_TIME}


@pytest.mark.parametrize(
    ("state", "starts", "ends", "stage"),
    [
        (CampaignState.DRAFT, -1, 1, Stage.DRAFT),
        (CampaignState.PUBLISHED, 1, 5, Stage.UPCOMING),
        (CampaignState.PUBLISHED, 0, 5, Stage.RUNNING),
        (CampaignState.PUBLISHED, -5, 0, Stage.RUNNING),
        (CampaignState.PUBLISHED, -5, -1, Stage.ENDED),
        (CampaignState.ENDED, -5, 5, Stage.ENDED),
        (CampaignState.CLOSED, -5, 5, Stage.CLOSED),
    ],
)
def test_the_stage_follows_state_and_days(state: CampaignState, starts: int, ends: int, stage: Stage) -> None:
    assert rules.stage_of(state, TODAY + timedelta(starts), TODAY + timedelta(ends), TODAY) is stage


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 15), 0, date(2026, 5, 15)),
    ],
)
def test_months_are_added_by_the_calendar(day: date, months: int, expected: date) -> None:
    assert rules.add_months(day, months) == expected


def test_exactly_six_months_are_not_longer_than_six_months() -> None:
    assert not rules.is_long(date(2026, 1, 1), date(2026, 6, 30))
    assert rules.is_long(date(2026, 1, 1), date(2026, 7, 1))
    assert not rules.is_long(date(2026, 8, 31), date(2027, 2, 27))
    assert rules.is_long(date(2026, 8, 31), date(2027, 2, 28))


def test_a_short_campaign_owes_its_full_report_only() -> None:
    final = Disclosure(DisclosureKind.FINAL, date(2027, 3, 31))
    assert rules.disclosures(date(2026, 10, 1), date(2026, 12, 31)) == [final]
    assert rules.next_disclosure(date(2026, 10, 1), date(2026, 12, 31), date(2026, 10, 1)) == final


def test_a_long_campaign_reports_every_three_months() -> None:
    assert rules.disclosures(date(2026, 1, 31), date(2026, 12, 31)) == [
        Disclosure(DisclosureKind.PROGRESS, date(2026, 4, 30)),
        Disclosure(DisclosureKind.PROGRESS, date(2026, 7, 31)),
        Disclosure(DisclosureKind.PROGRESS, date(2026, 10, 31)),
        Disclosure(DisclosureKind.FINAL, date(2027, 3, 31)),
    ]


@pytest.mark.parametrize(
    ("today", "kind", "due_on"),
    [
        (date(2026, 1, 1), DisclosureKind.PROGRESS, date(2026, 4, 1)),
        (date(2026, 4, 1), DisclosureKind.PROGRESS, date(2026, 4, 1)),
        (date(2026, 4, 2), DisclosureKind.PROGRESS, date(2026, 7, 1)),
        (date(2026, 10, 2), DisclosureKind.FINAL, date(2027, 3, 31)),
        (date(2027, 3, 31), DisclosureKind.FINAL, date(2027, 3, 31)),
    ],
)
def test_the_next_disclosure_holds_through_its_day(today: date, kind: DisclosureKind, due_on: date) -> None:
    assert rules.next_disclosure(date(2026, 1, 1), date(2026, 12, 31), today) == Disclosure(kind, due_on)


def test_after_the_last_date_nothing_is_next() -> None:
    assert rules.next_disclosure(date(2026, 1, 1), date(2026, 12, 31), date(2027, 4, 1)) is None


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 2000))
def test_between_two_reports_lie_three_months_at_most(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    due = [start, *(report.due_on for report in rules.disclosures(start, end))]
    assert due == sorted(due)
    if rules.is_long(start, end):
        assert all((later - earlier).days <= 92 for earlier, later in itertools.pairwise(due[:-1]))
    assert rules.disclosures(start, end)[-1].due_on == rules.add_months(end, 3)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://gongyi.example.org/1",
        "https://gongyi",
        "https://user@gongyi.example.org/1",
        "https://gongyi.example.org:8443/1",
        "https://gongyi.example.org:x/",
        "javascript:alert(1)",
        "https://gongyi.example.org/ 1",
        "https://gongyi.example.org\\@evil.example",
        'https://gongyi.example.org/"onclick=',
        "//gongyi.example.org/1",
        "https://例子.example/1",
    ],
)
def test_a_platform_needs_a_plain_https_address(address: str) -> None:
    assert not rules.is_platform_url(address)


def test_a_platform_address_is_kept() -> None:
    assert rules.is_platform_url("https://gongyi.example.org/project?id=1")


def test_per_cent_round_down_and_pass_a_hundred() -> None:
    assert rules.percent_of(99_99, 100_00) == 99
    assert rules.percent_of(150_00, 100_00) == 150
