"""Facts about certificates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CertificateIssued:
    """A product became certified; no flow reacts yet."""

    certificate_id: int
    product_id: int
    number: str


@dataclass(frozen=True, slots=True)
class CertificateSuspended:
    """A certificate stopped holding for the time being; no flow reacts yet."""

    certificate_id: int
    product_id: int
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class CertificateSuspensionLifted:
    """A suspended certificate holds again; no flow reacts yet."""

    certificate_id: int
    product_id: int
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """A certificate stopped holding for good; no flow reacts yet."""

    certificate_id: int
    product_id: int
    number: str
    reason: str
