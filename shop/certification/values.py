"""Words of certification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.clock import CHINA


class CertificateKind(StrEnum):
    """What a certificate says of a product (rule A2).

    Goods that are collected loose from households, and made by no enterprise, may only be called local products. That
    name, too, is only for what a county has certified as such: what has no certificate that holds is called neither.
    """

    AID_PRODUCT = "aid_product"
    LOCAL_PRODUCT = "local_product"


class CertificateState(StrEnum):
    """How a certificate stands at a moment; computed from its dates, never stored."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Step(StrEnum):
    """What a certifier may do to a certificate that was issued."""

    SUSPEND = "suspend"
    LIFT = "lift"
    REVOKE = "revoke"


def last_day(valid_until: datetime) -> date:
    """Return the last calendar day in China on which a certificate holds that ends at this moment."""
    return (valid_until - timedelta(microseconds=1)).astimezone(CHINA).date()


def end_of(day: date) -> datetime:
    """Return the moment at which a certificate ends that holds through this day in China."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A certificate with everything the public may know of it; texts as (Chinese, English) where there are two.

    `households_count` is a number only: who they are is nobody's business.
    """

    number: str
    state: CertificateState
    valid_from: date
    last_day: date
    suspended_on: date | None
    revoked_on: date | None
    issuer: tuple[str, str]
    product_slug: str
    product: tuple[str, str]
    product_listed: bool
    image_url: str
    supplier: tuple[str, str]
    village: tuple[str, str]
    town: tuple[str, str]
    county: tuple[str, str]
    households_count: int
    kind: str = CertificateKind.AID_PRODUCT.value


@dataclass(frozen=True, slots=True)
class CertifierRow:
    """A product in the list of the certifiers of its county; `certificate` is the one in force, else the last one."""

    product_slug: str
    product: tuple[str, str]
    image_url: str
    supplier: tuple[str, str]
    village: tuple[str, str]
    number: str | None
    state: CertificateState | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class CertifierFile:
    """A product as its certifiers see it; `at_county` says whether they may suspend and revoke its certificates."""

    product_id: int
    row: CertifierRow
    households_count: int
    own_supplier: bool
    at_county: bool
    certificates: tuple[CertificateFile, ...]
    story: tuple[tuple[datetime, str, str, str], ...]
