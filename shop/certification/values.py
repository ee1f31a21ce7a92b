"""Words of certification."""

from __future__ import annotations

from enum import StrEnum


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
