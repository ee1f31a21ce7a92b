"""Facts about registrations; `accounts.registrations.emails` writes to those concerned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegistrationSubmitted:
    """Somebody handed a registration in, for the `round`-th time."""

    registration_id: int
    round: int


@dataclass(frozen=True, slots=True)
class RegistrationDecided:
    """The operator approved or refused a registration."""

    registration_id: int
    round: int
    approved: bool
