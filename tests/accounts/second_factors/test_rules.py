"""How codes are read and for how long they hold."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from accounts.second_factors import rules
from accounts.second_factors.values import CodeKind, TypedCode
from accounts.values import STAFF, Role
from core.permissions import Actor, Grant, permission

#: The key of the examples in RFC 6238, appendix B; our codes are the last six of its eight digits.
KEY = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert rules.matching_step(KEY, code, moment) == seconds // 30


def test_clocks_may_differ_by_one_code_either_way() -> None:
    moment = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)
    shown = pyotp.TOTP(KEY).at(moment)
    step = rules.matching_step(KEY, shown, moment)
    for apart in (-1, 1):
        assert rules.matching_step(KEY, shown, moment + timedelta(seconds=30 * apart)) == step
    for apart in (-2, 2):
        assert rules.matching_step(KEY, shown, moment + timedelta(seconds=30 * apart)) is None


@pytest.mark.parametrize("typed", ["123456", " 123 456 ", "１２３　４５６", "123-456", "123\u2009456\n"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert rules.read_code(typed) == TypedCode(CodeKind.APP, "123456")


@pytest.mark.parametrize(
    "typed",
    [
        "7K3M-92QF-0TBX-54HD",
        "7k3m92qf0tbx54hd",
        "7K3M 92QF oTBX 54HD",
        "７Ｋ３Ｍ－９２ＱＦ－０ＴＢＸ－５４ＨＤ",
        "7K3M—92QF–0TBX−54HD",
    ],
)
def test_a_recovery_code_is_read_however_it_is_typed(typed: str) -> None:
    assert rules.read_code(typed) == TypedCode(CodeKind.RECOVERY, "7K3M92QF0TBX54HD")


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "1234567", "١٢٣٤٥٦", "12e456", "\x00", "7K3M-92QF", "🍚" * 16, "7K3M-92QF-0TBX-54HU"],
)
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert rules.read_code(typed) is None


def test_every_recovery_code_is_read_as_it_was_shown() -> None:
    shown = {rules.new_recovery_code() for _ in range(200)}
    assert len(shown) == 200
    for code in shown:
        assert rules.read_code(code) == TypedCode(CodeKind.RECOVERY, code.replace("-", ""))


def test_the_app_is_told_whose_account_it_is() -> None:
    secret = rules.new_secret()
    told = urlsplit(rules.set_up_address(secret, "admin@demo.yigou.example"))
    assert (told.scheme, told.netloc) == ("otpauth", "totp")
    assert parse_qs(told.query) == {"secret": [secret], "issuer": [rules.ISSUER]}
    assert rules.in_groups(secret).replace(" ", "") == secret
    assert {len(group) for group in rules.in_groups(secret).split()} == {4}
    assert len(base64.b32decode(secret)) == 20


def test_what_staff_was_granted_rests_and_all_else_stays() -> None:
    grants = tuple(Grant(role, organisation_id=1) for role in Role)
    rested = rules.rest(Actor(7, "王小麦", grants, household_id=3))
    assert {grant.role for grant in rested.resting} == set(STAFF)
    assert {grant.role for grant in rested.grants} == set(Role) - set(STAFF)
    assert (rested.user_id, rested.household_id) == (7, 3)
    pay = permission("pay", "Pay", Role.FINANCE)
    assert (rested.may(pay), rested.rests(pay)) == (False, True)
    buyer = Actor(8, "李春耕", (Grant(Role.SUPPLIER),))
    assert rules.rest(buyer) is buyer
