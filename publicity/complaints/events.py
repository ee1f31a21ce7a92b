"""What happens to complaints; `emails.py` writes to those who left an address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ComplaintFiled:
    """Somebody reported that something is wrong."""

    complaint_id: int
    subject_type: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class ComplaintClosed:
    """A complaint got its answer."""

    complaint_id: int
    subject_type: str
    subject_id: str
    outcome: str
