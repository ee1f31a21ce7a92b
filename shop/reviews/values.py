"""Words of reviews: stars, what was written, and what pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReportReason(StrEnum):
    """What somebody finds wrong with a review."""

    PERSONAL_DATA = "personal_data"
    INSULT = "insult"
    OFF_TOPIC = "off_topic"
    UNTRUE = "untrue"
    OTHER = "other"


class Show(StrEnum):
    """Which reviews a desk lists."""

    ALL = "all"
    WAITING = "waiting"
    REPORTED = "reported"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Rating:
    """How many visible reviews gave one to five stars, in this order."""

    counts: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)

    @property
    def total(self) -> int:
        """Return how many reviews there are."""
        return sum(self.counts)

    @property
    def average_text(self) -> str:
        """Return the mean to one decimal, half up, such as `4.6`; empty without a review."""
        if not self.total:
            return ""
        stars = sum(number * count for number, count in enumerate(self.counts, 1))
        tenths = (20 * stars + self.total) // (2 * self.total)
        return f"{tenths // 10}.{tenths % 10}"

    @property
    def bars(self) -> tuple[tuple[int, int, int], ...]:
        """Return (stars, reviews, percent of all) from five stars down."""
        return tuple(
            (number, count, round(100 * count / self.total) if self.total else 0)
            for number, count in reversed(list(enumerate(self.counts, 1)))
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What a buyer says: one to five stars, words, and the keys of at most three kept pictures in their order."""

    stars: int
    text: str
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewReport:
    """What somebody finds wrong with a review; `once` is the form's single-use token."""

    reason: ReportReason
    text: str
    once: str


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A review as pages show it; names and labels as (zh, en), pictures by their keys."""

    public_id: str
    stars: int
    text: str
    shown: tuple[str, str]
    label: tuple[str, str]
    pictures: tuple[str, ...]
    written_at: datetime
    edited_at: datetime | None
    reply: str
    replied_at: datetime | None
    reply_edited_at: datetime | None
    hidden_at: datetime | None
    hidden_reason: str
    slug: str
    product: tuple[str, str]
    supplier: tuple[str, str]

    @property
    def waits(self) -> bool:
        """Say whether its supplier may still give the first answer."""
        return self.replied_at is None and self.hidden_at is None


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody found wrong with a review, as the operator reads it."""

    reason: ReportReason
    text: str
    reported_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewFile:
    """A review with everything that the operator decides by; reports newest first."""

    card: ReviewCard
    order_number: str
    reports: tuple[Report, ...]

    @property
    def reported(self) -> bool:
        """Say whether some report waits for a decision."""
        return any(report.settled_at is None for report in self.reports)


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A line of an order for its buyer: whether it can be reviewed, and the review that there is."""

    line_id: int
    slug: str
    picture: str | None
    name: tuple[str, str]
    label: tuple[str, str]
    received: bool
    version: int
    review: ReviewCard | None
    editable_until: datetime | None
    may_write: bool


@dataclass(frozen=True, slots=True)
class ReviewedProduct:
    """The product whose reviews a page lists."""

    id: int
    slug: str
    name: tuple[str, str]
    picture: str | None
    rating: Rating
