"""What tracing refuses."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from core.errors import Refusal
from shop.tracing.values import CodeFault


class BadBatch(Refusal):
    """A batch cannot be like this; `field` is the field of the form, `fault` says why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field, self.fault = field, fault


class BatchTaken(Refusal):
    """Another batch of the product has this number."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class FormSentBefore(Refusal):
    """The same form came with other contents."""


class BatchClosed(Refusal):
    """The batch was closed on a day."""

    def __init__(self, closed_on: date) -> None:
        super().__init__(closed_on.isoformat())
        self.closed_on = closed_on


class NothingChanged(Refusal):
    """A correction says what is known already."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BatchMovedOn(Refusal):
    """Somebody corrected the batch since the form was loaded."""


class NotCertifiedNow(Refusal):
    """The certificate of the product does not hold now, so no label may say that it does."""


class BadLabels(Refusal):
    """Labels cannot be printed like this; `field` is the field of the form."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class UnknownTraceCode(Refusal):
    """No batch and no product has this code; `fault` says whether it can be one at all."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, typed: str, fault: CodeFault | None) -> None:
        super().__init__(typed)
        self.typed, self.fault = typed, fault
