"""Money, clock, ids, settings, events and the one place where a transaction ends."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.models import Organisation
from config import BadSetting, Config
from core import clock, db, ids, money
from core.text import holds_card_number

GOOD = {
    "DATABASE_URL": "postgresql://localhost/yigou",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    "BASE_URL": "https://yigou.example",
    "MAIL_URL": "smtp://localhost",
}


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "¥0.00"), (5, "¥0.05"), (123456, "¥1,234.56"), (-5, "−¥0.05"), (10**14, "¥1,000,000,000,000.00")],
)
def test_fen_are_written_as_yuan(fen: int, text: str) -> None:
    assert money.format_fen(fen) == text


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
    assert money.amount_in_words(fen) == words


@given(st.integers(1, 10**12))
def test_written_amounts_never_repeat_a_zero(fen: int) -> None:
    words = money.amount_in_words(fen)
    assert "零零" not in words
    assert words.endswith(("整", "分"))


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12.50", 1250),
        (" ¥1,200 ", 120000),
        ("0.01", 1),
        ("\uffe5\uff11\uff0c\uff12\uff10\uff10\uff0e\uff15\u3000", 120050),
    ],
)
def test_yuan_are_read(text: str, fen: int) -> None:
    assert money.parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text", ["", "-1", "1.234", "1e3", "NaN", "١٢", "1/2", "10" * 20, "12.", ".5", "+1", "0x10"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        money.parse_yuan(text)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_a_split_sums_to_the_whole(total: int, weights: list[int]) -> None:
    parts = money.split_fen(total, weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    if sum(weights):
        assert all(abs(p - total * w / sum(weights)) <= 1 for p, w in zip(parts, weights, strict=True))


def test_the_day_is_the_day_in_china() -> None:
    with clock.at(datetime(2026, 11, 21, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 22)


@pytest.mark.parametrize(
    "typed", ["hk-7k3m-92qf", " HK-7K3M-92QF ", "ＨＫ－７Ｋ３Ｍ－９２ＱＦ", "HK—7K3M—92QF"]
)
def test_codes_forgive_the_slips_of_copying(typed: str) -> None:
    assert ids.read_spoken_code(typed) == "HK-7K3M-92QF"


def test_a_step_inside_a_step_is_refused(session: Session) -> None:
    with db.transaction(), pytest.raises(db.NestedTransaction), db.transaction():
        pass


def test_reading_cannot_change_anything(session: Session) -> None:
    with pytest.raises(db.ReadOnlySession), db.reading() as reading:
        reading.add(
            Organisation(kind="supplier", name_zh="x", name_en="x", public_id="x", created_at=clock.now())
        )
        reading.flush()


def test_a_failed_step_leaves_nothing_and_calls_nobody(session: Session) -> None:
    called: list[str] = []
    with pytest.raises(RuntimeError), db.transaction() as step:
        step.execute(text("INSERT INTO core_heartbeats (name, beat_at) VALUES ('x', now())"))
        db.after_commit(step, lambda: called.append("called"))
        raise RuntimeError
    assert called == []
    assert session.execute(text("SELECT count(*) FROM core_heartbeats")).scalar() == 0


BEAT = text("INSERT INTO core_heartbeats (name, beat_at) VALUES (:name, now()) RETURNING name")


def test_a_statement_run_alone_is_a_step_of_its_own(live_database: Any) -> None:
    assert [row.name for row in db.run_alone(BEAT, {"name": "x"})] == ["x"]
    assert db.run_alone(text("DELETE FROM core_heartbeats WHERE name = 'nobody'")) == ()
    with live_database.connect() as other:
        assert other.execute(text("SELECT name FROM core_heartbeats")).scalars().all() == ["x"]


def test_a_statement_run_alone_inside_a_step_is_refused(live_database: Any) -> None:
    with db.transaction(), pytest.raises(db.NestedTransaction):
        db.run_alone(BEAT, {"name": "x"})


def test_connections_that_read_do_not_wait_for_a_commit(live_database: Any) -> None:
    with db.reading() as reading:
        before = reading.execute(text("SELECT count(*) FROM core_heartbeats")).scalar_one()
        db.run_alone(BEAT, {"name": "x"})
        assert reading.execute(text("SELECT count(*) FROM core_heartbeats")).scalar_one() == before + 1
        assert reading.execute(text("SELECT now() = statement_timestamp()")).scalar_one()


def test_production_is_the_default_and_good_settings_start() -> None:
    config = Config.from_environ(GOOD)
    assert config.production
    assert not config.sandbox
    assert config.fundraising_mode == "outbound"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL"),
        ({"BASE_URL": "http://yigou.example"}, "BASE_URL"),
        ({"BASE_URL": ""}, "BASE_URL"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"YIGOU_MODE": "prod"}, "YIGOU_MODE"),
        ({"FUNDRAISING_MODE": "public"}, "FUNDRAISING_MODE"),
        ({"STRIPE_SECRET_KEY": "sk_live_x"}, "STRIPE_WEBHOOK_SECRET"),
        ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES"),
        ({"SECOND_FACTOR": "perhaps"}, "SECOND_FACTOR"),
    ],
)
def test_a_missing_or_weak_setting_stops_the_start_and_is_named(change: dict[str, str], named: str) -> None:
    with pytest.raises(BadSetting, match=named):
        Config.from_environ({**GOOD, **change})


def test_production_asks_staff_for_a_second_factor_and_the_demo_offers_it() -> None:
    asks = {
        (mode, wanted): Config.from_environ({**GOOD, "YIGOU_MODE": mode, **wanted_as}).factor_required
        for mode in ("production", "demo", "test")
        for wanted, wanted_as in (("", {}), ("offered", {"SECOND_FACTOR": "offered"}))
    }
    assert [key for key, asked in asks.items() if asked] == [("production", "")]
    assert Config.from_environ({**GOOD, "YIGOU_MODE": "demo", "SECOND_FACTOR": "required"}).factor_required


def test_the_configuration_keeps_secrets_to_itself() -> None:
    shown = repr(
        Config.from_environ({**GOOD, "STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"})
    )
    for secret in (GOOD["SECRET_KEY"], "sk_live_x", "whsec_x", GOOD["DATABASE_URL"]):
        assert secret not in shown
    assert Path(Config.from_environ(GOOD).var_dir).is_absolute()


def test_an_identifier_has_every_letter_as_often_as_any_other() -> None:
    letters = Counter("".join(ids.public_id(32) for _ in range(1000)))
    assert sorted(letters) == sorted(ids.ALPHABET)
    assert all(700 < number < 1300 for number in letters.values())


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4242",
        "我的卡号是4242424242424242，请扣款",
        "４２４２４２４２４２４２４２４２",
        "5555-5555-5555-4444 到期 12/29",
        "378282246310005",
        "6205500000000000004",
        "3566002020360505",
        "6011111111111117",
        "订单 20261122，卡 4000056655665556。",
    ],
)
def test_numbers_of_cards_are_found_in_texts(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4242 4242 4242 4243",  # the check digit is wrong
        "13800138000 13900139000",
        "YG-2026-00000001",
        "91370406MA3C0XXX1Q",
        "620102199001011234",  # an identity number of Lanzhou
        "快递单号 SF1330000000000",
        "79927398713",  # a valid check digit, but no card is that short
        "0000000000000000",
        "42424242424242424242",
    ],
)
def test_other_numbers_are_let_through(text: str) -> None:
    assert not holds_card_number(text)
