"""Words of licences: kinds, where a licence stands on a day, and what pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class LicenceKind(StrEnum):
    """What a licence proves."""

    BUSINESS = "business"
    FOOD_PRODUCTION = "food_production"
    FOOD_TRADING = "food_trading"
    ORIGIN = "origin"
    QUALITY = "quality"
    INSPECTION = "inspection"


class Standing(StrEnum):
    """Where a licence stands on a day."""

    VALID = "valid"
    ENDING = "ending"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    REPLACED = "replaced"


class Fault(StrEnum):
    """What is wrong with a licence that is needed."""

    ABSENT = "absent"
    EXPIRED = "expired"


class Need(StrEnum):
    """A licence that is needed for something; any of its kinds will do."""

    BUSINESS = "business"
    FOOD = "food"


#: Which kinds meet a need.
MEETS: dict[Need, frozenset[LicenceKind]] = {
    Need.BUSINESS: frozenset({LicenceKind.BUSINESS}),
    Need.FOOD: frozenset({LicenceKind.FOOD_PRODUCTION, LicenceKind.FOOD_TRADING}),
}


@dataclass(frozen=True, slots=True)
class NewLicence:
    """What somebody hands in: valid through `valid_until`, or for a long term when that is None.

    `renews` is the public id of the licence that this one takes over from; `once` the form's single-use token.
    """

    kind: LicenceKind
    number: str
    valid_from: date
    valid_until: date | None
    document_key: str
    document_type: str
    document_bytes: int
    once: str
    renews: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """When a licence holds: both days included, without end when `valid_until` is None, until another takes over."""

    kind: LicenceKind
    valid_from: date
    valid_until: date | None
    superseded_on: date | None = None


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence as its organisation and those who check it see it."""

    public_id: str
    kind: LicenceKind
    number: str
    valid_from: date
    valid_until: date | None
    standing: Standing
    days_left: int | None
    pdf: bool
    size: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class LicenceFile:
    """The document of a licence, for the one who may read it."""

    licence_id: int
    public_id: str
    kind: LicenceKind
    document_key: str
    document_type: str
    own: bool
