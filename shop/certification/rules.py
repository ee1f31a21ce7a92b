"""Decisions about certificates: when one holds, how long one may hold, and which step follows which state."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.certification.values import CertificateState, Step

#: Rule A4: validity is one year unless the programme says otherwise; nothing may be certified for longer than this.
DEFAULT_VALIDITY = timedelta(days=365)
LONGEST_VALIDITY = timedelta(days=3 * 366)
SHORTEST_REASON = 4

#: Rule A5. A state without an entry is final.
_STEPS: dict[CertificateState, frozenset[Step]] = {
    CertificateState.NOT_YET: frozenset({Step.SUSPEND, Step.REVOKE}),
    CertificateState.IN_FORCE: frozenset({Step.SUSPEND, Step.REVOKE}),
    CertificateState.SUSPENDED: frozenset({Step.LIFT, Step.REVOKE}),
}


def state_at(
    moment: datetime,
    valid_from: datetime,
    valid_until: datetime,
    suspended_at: datetime | None,
    revoked_at: datetime | None,
) -> CertificateState:
    """Return how a certificate stands at a moment; its last moment is just before `valid_until`."""
    if revoked_at is not None:
        return CertificateState.REVOKED
    if moment >= valid_until:
        return CertificateState.EXPIRED
    if suspended_at is not None:
        return CertificateState.SUSPENDED
    return CertificateState.NOT_YET if moment < valid_from else CertificateState.IN_FORCE


def may(step: Step, state: CertificateState) -> bool:
    """Say whether a step can be taken from a state."""
    return step in _STEPS.get(state, frozenset())


def window_is_good(moment: datetime, valid_from: datetime, valid_until: datetime) -> bool:
    """Say whether a certificate issued at a moment may hold over this window."""
    return max(moment, valid_from) < valid_until and valid_until - valid_from <= LONGEST_VALIDITY
