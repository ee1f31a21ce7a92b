"""Facts about accounts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PasswordResetAsked:
    """Somebody asked for a new password; `accounts.emails` sends the link."""

    reset_id: int
    user_id: int
    token: str


@dataclass(frozen=True, slots=True)
class SignUpRepeated:
    """Somebody tried to open an account with an address that has one; `accounts.emails` tells its owner."""

    user_id: int
    day: str
