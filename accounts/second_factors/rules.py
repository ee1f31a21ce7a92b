"""Decisions about codes: how they are read, for how long they hold, and whose roles rest without them (RFC 6238)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
from pyotp.exceptions import OTPVerificationError

from accounts.second_factors.values import CodeKind, TypedCode
from accounts.values import STAFF
from core import ids
from core.permissions import Actor
from core.text import half_width

ISSUER = "益购 Yigou"
#: A code of the app holds for half a minute; clocks may differ by one of them either way.
DRIFT_STEPS = 1
#: So long after it was begun a second factor can be set up.
SET_UP_LIFE = timedelta(minutes=30)

#: After so many wrong codes in a row the person is told that somebody knows the password.
TOO_MANY_FOR_A_SLIP = 5

RECOVERY_CODES = 10
#: From so many left on, the account's page advises new ones.
FEW_LEFT = 3
#: 16 characters of 5 bits: 80 bits, which nobody finds out from the SHA-256 that is kept.
GROUPS, GROUP = 4, 4
LONGEST_TYPED = 60

_HYPHENS = "-‐‑‒–—−－_"


def new_secret() -> str:
    """Return a secret for an app: 160 bits in base32."""
    return pyotp.random_base32()


def set_up_address(secret: str, login: str) -> str:
    """Return what a QR code tells the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def in_groups(secret: str) -> str:
    """Write a secret in groups of four, to be copied by hand."""
    return " ".join(secret[place : place + GROUP] for place in range(0, len(secret), GROUP))


def matching_step(secret: str, code: str, moment: datetime) -> int | None:
    """Return the half minute to which a code belongs, of those around `moment`; None when it belongs to none."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=moment, valid_window=DRIFT_STEPS)
    except OTPVerificationError:
        return None


def new_recovery_code() -> str:
    """Return a recovery code as it is shown, such as `7K3M-92QF-…`."""
    return "-".join(ids.public_id(GROUP) for _ in range(GROUPS))


def read_code(typed: str) -> TypedCode | None:
    """Read what was typed, full-width letters, spaces and hyphens too; None when it can be no code."""
    text = "".join(c for c in half_width(typed) if not c.isspace() and c not in _HYPHENS)
    if len(text) == 6 and text.isascii() and text.isdigit():
        return TypedCode(CodeKind.APP, text)
    text = ids.read_spoken_code(text)
    if len(text) == GROUP * GROUPS and all(c in ids.ALPHABET for c in text):
        return TypedCode(CodeKind.RECOVERY, text)
    return None


def rest(actor: Actor) -> Actor:
    """Return the person as they act before they have a second factor: what staff was granted rests."""
    resting = tuple(grant for grant in actor.grants if grant.role in STAFF)
    if not resting:
        return actor
    kept = tuple(grant for grant in actor.grants if grant.role not in STAFF)
    return replace(actor, grants=kept, resting=resting)
