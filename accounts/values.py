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
    HOUSEHOLD = "household"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


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
