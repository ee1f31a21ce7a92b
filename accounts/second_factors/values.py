"""Words of second factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.values import Role


class CodeKind(StrEnum):
    """Where a typed code comes from."""

    APP = "app"
    RECOVERY = "recovery"


class News(StrEnum):
    """What a person is written about their second factor."""

    TURNED_ON = "turned_on"
    TURNED_OFF = "turned_off"
    TAKEN_OFF = "taken_off"
    CODES_MADE = "codes_made"
    CODE_USED = "code_used"
    GUESSED = "guessed"


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code as it is compared: six digits of the app, or a recovery code without its hyphens."""

    kind: CodeKind
    text: str


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an app is set up with: the secret in base32, and the address (`otpauth:`) that a QR code carries."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A second factor that stands, and how many recovery codes are left."""

    since: datetime
    codes_left: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the operator sees them: how they sign in, their roles of staff, since when they have a second factor."""

    user_id: int
    public_id: str
    name: str
    login: str
    roles: tuple[Role, ...]
    since: datetime | None
