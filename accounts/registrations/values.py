"""Words of registrations: states, what a code can lack, what is missing, and what pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.licences.values import LicenceRow
from accounts.values import LegalForm


class State(StrEnum):
    """Where a registration stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"


class CodeFault(StrEnum):
    """What is wrong with a unified social credit code."""

    LENGTH = "length"
    CHARACTERS = "characters"
    CHECK = "check"


class Missing(StrEnum):
    """What a registration lacks before it can be handed in."""

    PLACE = "place"
    CONTACT = "contact"
    LICENCE = "licence"


class Step(StrEnum):
    """The parts of a registration, in the order in which they are asked for."""

    ORGANISATION = "organisation"
    PLACE = "place"
    CONTACT = "contact"
    LICENCES = "licences"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an organisation is: names, what it is in law, its code in capitals without spaces."""

    legal_form: LegalForm
    name_zh: str
    name_en: str
    credit_code: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a registration: rows are only added. `who` is empty where the reader need not know."""

    outcome: str
    round: int
    at: datetime
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """A registration in a list."""

    public_id: str
    state: State
    legal_form: LegalForm
    name: tuple[str, str]
    place: tuple[str, str]
    state_since: datetime
    round: int


@dataclass(frozen=True, slots=True)
class RegistrationFile:
    """A registration with all that who applies and who decides may see."""

    row: RegistrationRow
    registration_id: int
    credit_code: str
    region_code: str
    contact_name: str
    contact_phone: str
    applicant: str
    turns: tuple[Turn, ...]
    licences: tuple[LicenceRow, ...]
    missing: tuple[Missing, ...]

    @property
    def open(self) -> bool:
        """Say whether who applies may still change it."""
        return self.row.state in (State.DRAFT, State.REFUSED)
