"""Words of after sales: what a buyer claims, how far it has come, and what each side may do."""

from __future__ import annotations

from enum import StrEnum


class ClaimKind(StrEnum):
    """Why something goes back: it was not right, or the buyer has thought better of it (rule B10)."""

    QUALITY = "quality"
    RETURN = "return"


class Reason(StrEnum):
    """What was not right; `NO_REASON` belongs to a return within seven days, and only to it."""

    DAMAGED = "damaged"
    SPOILED = "spoiled"
    WRONG_GOODS = "wrong_goods"
    SHORT_WEIGHT = "short_weight"
    NOT_AS_DESCRIBED = "not_as_described"
    OTHER = "other"
    NO_REASON = "no_reason"


class Wish(StrEnum):
    """What the buyer wants: the whole price of what is concerned, a part of it, or to send it back for its price."""

    REFUND_FULL = "refund_full"
    REFUND_PART = "refund_part"
    RETURN_REFUND = "return_refund"


class State(StrEnum):
    """How far a claim has come."""

    FILED = "filed"
    OFFERED = "offered"
    REFUSED = "refused"
    ESCALATED = "escalated"
    TO_RETURN = "to_return"
    RETURNING = "returning"
    AGREED = "agreed"
    REFUNDED = "refunded"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Side(StrEnum):
    """Who made a step."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
    OPERATOR = "operator"
    CLOCK = "clock"


class Move(StrEnum):
    """A step of a claim."""

    FILE = "file"
    AGREE = "agree"
    OFFER = "offer"
    REFUSE = "refuse"
    ACCEPT = "accept"
    ESCALATE = "escalate"
    GRANT = "grant"
    DISMISS = "dismiss"
    SEND_BACK = "send_back"
    CONFIRM_RETURN = "confirm_return"
    OBJECT = "object"
    REFUND = "refund"
    WITHDRAW = "withdraw"
    RUN_OUT = "run_out"
    TAKEN_BACK = "taken_back"


#: What has not ended: the money of such a part is not paid out to its supplier.
OPEN = (
    State.FILED,
    State.OFFERED,
    State.REFUSED,
    State.ESCALATED,
    State.TO_RETURN,
    State.RETURNING,
    State.AGREED,
)
ENDED = (State.REFUNDED, State.DISMISSED, State.WITHDRAWN, State.LAPSED)
