"""Words of complaints: why people complain, what became of it, and what pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Reason(StrEnum):
    """What somebody says is wrong."""

    FALSE_LABEL = "false_label"
    EXPIRED_GOODS = "expired_goods"
    ORIGIN = "origin"
    QUALITY = "quality"
    DATES = "dates"
    OTHER = "other"


class Outcome(StrEnum):
    """What was found."""

    CONFIRMED = "confirmed"
    UNFOUNDED = "unfounded"
    PASSED_ON = "passed_on"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a complaint is about, as the package that shows it names it.

    `detail` tells it apart further, such as a batch; `path` is where it can be seen. Without a region only those who
    look after everything see the complaint. Members of `organisation_id` may not answer.
    """

    type: str
    id: str
    title_zh: str
    title_en: str
    detail: str = ""
    path: str = ""
    region_id: int | None = None
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewComplaint:
    """What somebody reports; `once` is the form's single-use token, from which the tracking code is made."""

    reason: Reason
    text: str
    once: str
    anonymous: bool = False
    contact_email: str | None = None
    locale: str = "zh_Hans_CN"
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class FiledComplaint:
    """A complaint with the code by which its sender asks for the answer; the code is stored nowhere."""

    public_id: str
    tracking_code: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How a complaint is answered; a published one is read by everybody beside its subject."""

    outcome: Outcome
    text: str
    publish: bool


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """What the public learns of a complaint: kind, days and answer; never its words, picture or sender."""

    reason: Reason
    detail: str
    reported_on: date
    answered_on: date
    outcome: Outcome
    answer: str


@dataclass(frozen=True, slots=True)
class ComplaintCard:
    """A complaint as its sender and those who answer see it."""

    public_id: str
    subject_type: str
    subject_id: str
    title: tuple[str, str]
    detail: str
    path: str
    place: tuple[str, str]
    reason: Reason
    text: str
    has_picture: bool
    created_at: datetime
    due_on: date
    days_left: int
    signed_in: bool
    wants_mail: bool
    answered_at: datetime | None
    outcome: Outcome | None
    answer: str | None
    published: bool

    @property
    def late(self) -> bool:
        """Say whether the answer should have been there."""
        return self.answered_at is None and self.days_left < 0


@dataclass(frozen=True, slots=True)
class NewPeriod:
    """From when on complaints are answered within how many days."""

    answer_days: int
    valid_from: date
