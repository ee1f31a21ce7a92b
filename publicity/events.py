"""What happens to notices; the package of the subject reacts in flows/."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoticeOpened:
    """A notice began."""

    notice_id: int
    kind: str
    subject_type: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class NoticeEnded:
    """A notice stood its time and all objections are answered; `upheld`: at least one was right.

    Published exactly once a notice, in the step that ends it.
    """

    notice_id: int
    kind: str
    subject_type: str
    subject_id: str
    upheld: bool


@dataclass(frozen=True, slots=True)
class NoticeWithdrawn:
    """A notice was taken back before its end; nothing was decided by it."""

    notice_id: int
    kind: str
    subject_type: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class ObjectionRaised:
    """Somebody objected; the notice cannot end before the answer."""

    objection_id: int
    notice_id: int
    kind: str
    subject_type: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class ObjectionAnswered:
    """An objection got its answer."""

    objection_id: int
    notice_id: int
    kind: str
    subject_type: str
    subject_id: str
    upheld: bool
