"""Decisions about passwords, names of accounts and how often somebody may try."""

from __future__ import annotations

import re
from datetime import timedelta

import email_validator

from accounts.values import Agent

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256

#: A sign-in ends after this long without use, and after this long in any case.
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)

RESET_LIFE = timedelta(hours=1)

#: Tries at a guarded door are remembered for so long.
FORGET_ATTEMPTS = timedelta(hours=1)

#: From where somebody signed in is forgotten so long after they were last there.
FORGET_WHENCE = timedelta(days=90)

#: So long after the password the code of the second factor may come.
HALF_SIGN_IN_LIFE = timedelta(minutes=5)

_COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "1111111111",
        "0000000000",
        "qwertyuiop",
        "password12",
        "password123",
        "password1234",
        "iloveyou123",
        "qwerty12345",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "abc1234567",
        "a123456789",
        "123456789a",
        "12345678910",
        "zaq12wsx3e",
        "administrator",
        "letmein1234",
        "welcome123",
        "woaini1314",
        "woaini520",
        "5201314520",
        "aa12345678",
        "wang123456",
        "li123456789",
        "zhang123456",
        "asdfghjkl1",
        "qq123456789",
        "woaini1314520",
        "88888888888",
        "66666666666",
        "yigouyigou",
        "yigou12345",
    ]
)

_PHONE = re.compile(r"^1[0-9]{10}$")


def is_weak(password: str, *personal: str) -> bool:
    """Say whether a password is too short or long, repeats few characters, is common, or is the person's own name."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return True
    lowered = password.casefold()
    if lowered in _COMMON or len(set(lowered)) < 5:
        return True
    return any(len(word) >= 4 and word.casefold() == lowered for word in personal)


def normalise_login(text: str) -> tuple[str, str]:
    """Read what was typed as `("email", …)` or `("phone", …)`; mainland phone numbers lose +86 and spaces."""
    cleaned = text.strip()
    digits = re.sub(r"[\s\-()]", "", cleaned).removeprefix("+86")
    if _PHONE.match(digits):
        return "phone", digits
    return "email", cleaned.casefold()


def plain_email(text: str) -> str:
    """Return an e-mail address as it is kept, or raise ValueError (its shape only; no look-up on the network)."""
    return email_validator.validate_email(
        text.strip(), check_deliverability=False, test_environment=True
    ).normalized


def wait_after(failures: int) -> timedelta:
    """Return how long a key must rest after that many tries in a row: nothing for 5, then growing to 15 minutes."""
    if failures < 5:
        return timedelta(0)
    return min(timedelta(minutes=15), timedelta(seconds=15 * 2 ** min(failures - 5, 10)))


#: Marks in what browsers send, the more particular ones first: nearly all call themselves Mozilla, Chrome and Safari too.
_APPS = (
    ("micromessenger", "wechat"),
    ("dingtalk", "dingtalk"),
    ("alipayclient", "alipay"),
    ("edg/", "edge"),
    ("edga/", "edge"),
    ("edgios/", "edge"),
    ("huaweibrowser", "huawei"),
    ("miuibrowser", "xiaomi"),
    ("ucbrowser", "uc"),
    ("mqqbrowser", "qq"),
    ("qqbrowser", "qq"),
    ("quark", "quark"),
    ("samsungbrowser", "samsung"),
    ("opr/", "opera"),
    ("fxios/", "firefox"),
    ("firefox/", "firefox"),
    ("crios/", "chrome"),
    ("chromium/", "chrome"),
    ("chrome/", "chrome"),
    ("safari/", "safari"),
)
_SYSTEMS = (
    ("harmonyos", "harmony"),
    ("openharmony", "harmony"),
    ("iphone", "iphone"),
    ("ipad", "ipad"),
    ("android", "android"),
    ("windows", "windows"),
    ("mac os x", "mac"),
    ("macintosh", "mac"),
    ("cros", "chromeos"),
    ("linux", "linux"),
)


def read_agent(text: str) -> Agent:
    """Return which browser and system call themselves so; empty where nothing is known."""
    lowered = text.casefold()

    def first(marks: tuple[tuple[str, str], ...]) -> str:
        return next((name for mark, name in marks if mark in lowered), "")

    return Agent(first(_APPS), first(_SYSTEMS))
