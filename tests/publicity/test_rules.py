"""What the public must not read, and how long a notice stands."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.clock import CHINA
from publicity import rules
from publicity.values import NoticeKind, NoticeState
from tests.publicity.making import CONTENT

ID = ("id_number",)
PHONE = ("phone",)
BANK = ("bank_account",)
ADDRESS = ("address",)
HEALTH = ("health",)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("370406197203045512", ID),
        ("37040619720304551X", ID),
        ("37040619720304551x", ID),
        ("370406 19720304 5512", ID),
        ("370406-1972-03-04-5512", ID),
        ("３７０４０６１９７２０３０４５５１２", ID),
        ("王某，370406720304551，青莲村", ID),
        ("13812345678", PHONE),
        ("138 1234 5678", PHONE),
        ("138-1234-5678", PHONE),
        ("+86 138 1234 5678", PHONE),
        ("１３８１２３４５６７８", PHONE),
        ("0632-8812345", PHONE),
        ("电话:8812345", PHONE),
        ("400-820-1234", PHONE),
        ("6222021234567890123", BANK),
        ("6222 0212 3456 7890 123", BANK),
        ("卡号为 62220212345", BANK),
        ("账号：1610 2345 09", BANK),
        ("家庭住址：青莲村", ADDRESS),
        ("幸福小区3号楼2单元501室", ADDRESS),
        ("门牌号12", ADDRESS),
        ("户主肢体残疾", HEALTH),
        ("因病致贫", HEALTH),
        ("尿毒症透析", HEALTH),
        ("突发脑中风", HEALTH),
        ("双目失明", HEALTH),
        ("a disabled member", HEALTH),
        ("Diagnosed with diabetes", HEALTH),
        ("王建国 370406197203045512 13812345678 残疾", ("id_number", "phone", "health")),
    ],
)
def test_personal_data_is_noticed(text: str, kinds: tuple[str, ...]) -> None:
    assert rules.personal_data_in(text) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "王**，务工，3 人",
        "138****5678",
        "3704061972********",
        "91110000600037341L",
        "产品编号 SD370406-2026-000123",
        "2026-11-21 2026-11-26",
        "2026年11月16日至2026年11月22日",
        "公示期 2026.11.16-2026.11.22",
        "每袋 ¥39.80，1000 克，共 12000 袋",
        "兑付积分 1,234,567 分",
        "防治病虫害，集中风险排查，损失明细见表",
        "teaching aids for 3 schools",
        "GS-7K3M-92QF",
        "山亭区店子镇青莲村二组",
        "枣庄市山亭区府前路 1 号",
    ],
)
def test_what_notices_must_say_is_let_through(text: str) -> None:
    assert rules.personal_data_in(text) == ()


def test_a_credit_code_of_digits_is_no_bank_account() -> None:
    assert rules.personal_data_in("911100001000039622") in ((), BANK)
    assert rules.personal_data_in("622202123456789012") == BANK


def test_the_day_of_opening_does_not_count() -> None:
    start = datetime(2026, 11, 16, 23, 59, tzinfo=CHINA)
    end = rules.earliest_end(start, 5)
    assert end == datetime(2026, 11, 22, tzinfo=CHINA)
    assert rules.earliest_end(start + timedelta(minutes=2), 5) == end + timedelta(days=1)


def test_the_days_left_count_down_to_nothing() -> None:
    start = datetime(2026, 11, 16, 10, tzinfo=CHINA)
    end = rules.earliest_end(start, 5)
    assert [rules.days_left(start + timedelta(days=n), end) for n in range(8)] == [6, 5, 4, 3, 2, 1, 0, 0]
    assert rules.days_left(end - timedelta(microseconds=1), end) == 1
    assert rules.days_left(end, end) == 0
    assert rules.percent_over(start, start, end) == 0
    assert rules.percent_over(end + timedelta(days=3), start, end) == 100


def test_one_upheld_objection_is_enough() -> None:
    assert rules.result_of([]) is NoticeState.ENDED_CLEAR
    assert rules.result_of(["dismissed", "dismissed"]) is NoticeState.ENDED_CLEAR
    assert rules.result_of(["dismissed", "upheld"]) is NoticeState.ENDED_UPHELD


def test_points_are_public_for_three_days_and_the_rest_for_five() -> None:
    assert {kind: rules.default_days(kind) for kind in NoticeKind} == {
        kind: 3 if kind is NoticeKind.POINTS_ISSUE else 5 for kind in NoticeKind
    }


def test_the_same_token_gives_the_same_code_and_another_one_another() -> None:
    codes = {rules.tracking_code(f"{n:020d}") for n in range(1000)}
    assert len(codes) == 1000
    assert rules.tracking_code("0" * 20) == rules.tracking_code("0" * 20)
    assert all(len(code) == 17 and code.startswith("YY-") for code in codes)


def test_content_comes_back_as_it_was_stored() -> None:
    assert type(CONTENT).from_json(CONTENT.to_json()) == CONTENT
