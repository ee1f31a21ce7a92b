"""Words of points claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ClaimState(StrEnum):
    """How far a claim has come; the last two are final."""

    RECORDED = "recorded"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A deed as the recorder writes it down; `once` is the form's single-use token."""

    household_public_id: str
    rule_public_id: str
    deed: str
    happened_on: date
    once: str
    evidence: str | None = None
