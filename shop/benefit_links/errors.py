"""What benefit links refuse."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class BadLink(Refusal):
    """A link cannot be entered like this; `field` says what is wrong."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class HouseholdUnknown(Refusal):
    """No household of the village has this householder and this phone number; which part is wrong is not told."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class PeriodOverlaps(Refusal):
    """The supplier has a link of this kind with the household over part of the same time."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class FormSentBefore(Refusal):
    """The same form came with other contents."""


class BadPayment(Refusal):
    """A payment cannot be recorded like this; `field` says what is wrong."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class ShareTooLarge(Refusal):
    """The shares of a product's sales would pass the growers' part of its price (hundredths of a percent)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, product: tuple[str, str], room_bps: int, left_bps: int) -> None:
        super().__init__(f"{product[1]}: {room_bps}, {left_bps} left")
        self.product, self.room_bps, self.left_bps = product, room_bps, left_bps


class LinkEnded(Refusal):
    """The time of the link is over; a share of later sales needs a new link."""


class PaymentAgreed(Refusal):
    """The household agreed to this payment, and what was kept for it was released."""


class LinkWithdrawn(Refusal):
    """The supplier took the link back."""


class ReasonMissing(Refusal):
    """A dispute, an answer on behalf and a withdrawal need a reason."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AnsweredByHousehold(Refusal):
    """The household answered by itself; nobody answers over its head."""


class NotImpartial(Refusal):
    """Whoever belongs to the supplier or entered the link cannot answer for the household."""

    status = HTTPStatus.FORBIDDEN
