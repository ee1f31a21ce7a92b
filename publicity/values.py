"""Words of publicity: kinds and states of notices, what a notice shows, how an objection was decided."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class NoticeKind(StrEnum):
    """What is made public; the five of the points (rule F10) among them."""

    CERTIFICATION = "certification"
    GOODS_RECEIVED = "goods_received"
    POINT_PRICES = "point_prices"
    SCORING_RULES = "scoring_rules"
    POINTS_ISSUE = "points_issue"
    REDEMPTIONS = "redemptions"
    HOUSEHOLDS = "households"
    AID = "aid"


class NoticeState(StrEnum):
    """Where a notice stands."""

    RUNNING = "running"
    ENDED_CLEAR = "ended_clear"
    ENDED_UPHELD = "ended_upheld"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What became of an objection."""

    DISMISSED = "dismissed"
    UPHELD = "upheld"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a notice; without English the Chinese value is shown in both languages."""

    label_zh: str
    label_en: str
    value_zh: str
    value_en: str = ""


@dataclass(frozen=True, slots=True)
class NoticeTable:
    """A table of a notice: headings as (Chinese, English), cells as text."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    title_zh: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class NoticeContent:
    """What a notice shows; people's names come masked (`registry.queries.mask`), and it is frozen on opening.

    `link` is a path on this site where the thing itself can be seen, or empty.
    """

    lines: tuple[Line, ...] = field(default=())
    table: NoticeTable | None = None
    intro_zh: str = ""
    intro_en: str = ""
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the content as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> NoticeContent:
        """Read what was stored."""
        table = kept["table"]
        return cls(
            lines=tuple(Line(**line) for line in kept["lines"]),
            table=NoticeTable(
                tuple((column[0], column[1]) for column in table["columns"]),
                tuple(tuple(row) for row in table["rows"]),
                table["title_zh"],
                table["title_en"],
            )
            if table
            else None,
            intro_zh=kept["intro_zh"],
            intro_en=kept["intro_en"],
            link=kept["link"],
        )

    def texts(self) -> tuple[str, ...]:
        """Return every text that the public would read."""
        found = [self.intro_zh, self.intro_en]
        for line in self.lines:
            found += [line.label_zh, line.label_en, line.value_zh, line.value_en]
        if self.table is not None:
            found += [self.table.title_zh, self.table.title_en]
            found += [text for column in self.table.columns for text in column]
            found += [cell for row in self.table.rows for cell in row]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What a package asks to make public.

    `subject_type` and `subject_id` name the thing for the flow that reacts to the end. Members of `organisation_id` may
    not answer objections. `minimum_days` may lengthen the time that holds for the kind, never shorten it.
    """

    kind: NoticeKind
    subject_type: str
    subject_id: str
    title_zh: str
    title_en: str
    region_id: int
    content: NoticeContent
    organisation_id: int | None = None
    minimum_days: int | None = None


@dataclass(frozen=True, slots=True)
class NewObjection:
    """What somebody objects; `once` is the single-use token of the form, from which the tracking code is made."""

    text: str
    once: str
    anonymous: bool = False
    contact_email: str | None = None
    locale: str = "zh_Hans_CN"


@dataclass(frozen=True, slots=True)
class RaisedObjection:
    """An objection with the code by which its sender asks for the answer; the code is stored nowhere."""

    public_id: str
    notice_public_id: str
    tracking_code: str


@dataclass(frozen=True, slots=True)
class NewPeriod:
    """From when on notices of a kind stand at least that many days."""

    kind: NoticeKind
    minimum_days: int
    valid_from: date
