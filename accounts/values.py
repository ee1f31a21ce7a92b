"""Words of accounts: kinds of organisation and roles of people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is in Yigou."""

    SUPPLIER = "supplier"
    INSTITUTION = "institution"
    CHARITY = "charity"
    OPERATOR = "operator"
    GOVERNMENT = "government"
    VILLAGE = "village"


class LegalForm(StrEnum):
    """What a supplier (rule A2) or an institution with a canteen is in law."""

    COMPANY = "company"
    COOPERATIVE = "cooperative"
    VILLAGE_COLLECTIVE = "village_collective"
    FAMILY_FARM = "family_farm"
    AID_WORKSHOP = "aid_workshop"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    AGENCY = "agency"

    @property
    def organisation_kind(self) -> OrganisationKind:
        """Return what such an organisation is in Yigou."""
        buys = self in (LegalForm.SCHOOL, LegalForm.HOSPITAL, LegalForm.AGENCY)
        return OrganisationKind.INSTITUTION if buys else OrganisationKind.SUPPLIER


class Role(StrEnum):
    """What a person was trusted with, in an organisation or a region."""

    REQUESTER = "requester"
    APPROVER = "approver"
    RECEIVER = "receiver"
    FINANCE = "finance"
    SUPPLIER = "supplier"
    CERTIFIER = "certifier"
    CHARITY_OFFICER = "charity_officer"
    CADRE = "cadre"
    COMMITTEE = "committee"
    STOREKEEPER = "storekeeper"
    NODE_KEEPER = "node_keeper"
    HOUSEHOLD = "household"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


#: Whose work reaches past one organisation and one village: they see and decide about other people's money, goods and data.
STAFF = (Role.ADMIN, Role.FINANCE, Role.CERTIFIER, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class SignUpRequest:
    """What a buyer gives to open an account; one of `email` and `phone` at least."""

    name: str
    email: str | None
    phone: str | None
    password: str
    locale: str


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """A fresh sign-in: the secret goes into the person's session and nowhere else."""

    user_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Agent:
    """The browser and the system of a sign-in, by short names; empty where unknown."""

    browser: str
    system: str
