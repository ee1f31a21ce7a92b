"""What publicity turns down."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from core.errors import Refusal


class PersonalDataShown(Refusal):
    """A text for the public holds what it must not (rule I1); `kinds` as in `rules.PERSONAL_KINDS`."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__(", ".join(kinds))
        self.kinds = kinds


class BadNotice(Refusal):
    """A notice cannot be opened like this; `field` says what is wrong."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class AlreadyPublic(Refusal):
    """A notice about this is running."""


class NoticeNotRunning(Refusal):
    """The notice has ended or was withdrawn."""


class NoticeTooEarly(Refusal):
    """The minimum time is not over; `ends_at` is the first moment at which the notice may end."""

    def __init__(self, ends_at: datetime) -> None:
        super().__init__(ends_at.isoformat())
        self.ends_at = ends_at


class ObjectionsOpen(Refusal):
    """Objections wait for an answer."""

    def __init__(self, count: int) -> None:
        super().__init__(str(count))
        self.count = count


class NoticePutAway(Refusal):
    """The notice ended a while ago: its record is for supervisors now (rule I3)."""

    status = HTTPStatus.GONE


class EmptyText(Refusal):
    """An objection, an answer or a reason says nothing, or too much."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class FormSentBefore(Refusal):
    """The same form came with other words."""


class AlreadyAnswered(Refusal):
    """The objection has its answer."""


class NotImpartial(Refusal):
    """Whoever objected, or belongs to the organisation concerned, may not answer."""

    status = HTTPStatus.FORBIDDEN


class UnknownTrackingCode(Refusal):
    """No objection has this code."""

    status = HTTPStatus.NOT_FOUND


class BadPeriod(Refusal):
    """A minimum time outside 1 to 60 days, or from a day that is over."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
