"""Words of after sales: what a buyer claims, how far it has come, and what each side may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shop.catalogue.values import ReturnTerms


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


class Problem(StrEnum):
    """Why an agreed amount could not go back yet."""

    SUPPLIER_PAID_OUT = "supplier_paid_out"
    REFUNDED_BEFORE = "refunded_before"
    ORDER_MOVED_ON = "order_moved_on"


class Interest(StrEnum):
    """Why somebody of the operator may not decide a claim (rule J1)."""

    OWN_CLAIM = "own_claim"
    OWN_SUPPLIER = "own_supplier"
    OWN_INSTITUTION = "own_institution"


@dataclass(frozen=True, slots=True)
class NewClaim:
    """What a buyer claims of one line; `asked_fen` is only read for a part, `photos` are re-encoded pictures (WebP).

    `unopened` is what they say of the packs where only those go back without a reason.
    """

    once: str
    line_id: int
    kind: ClaimKind
    reason: Reason
    wants: Wish
    quantity: int
    asked_fen: int | None = None
    words: str = ""
    photos: tuple[bytes, ...] = ()
    unopened: bool | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the supplier offers or the operator decides: how much goes back (fen), and whether the goods do first."""

    amount_fen: int
    goods_back: bool


@dataclass(frozen=True, slots=True)
class Arrived:
    """What of the goods that came back can be sold again (packs), and what the supplier says to it."""

    resaleable: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A received line as the rules judge it: packs and fen that are left to claim, and when it arrived.

    `terms` of the purchase and whether they were `confirmed` at it (rule B10). `recalled_at`: when a batch that it may hold
    was called back.
    """

    received_at: datetime
    unit_price_fen: int
    packs_left: int
    fen_left: int
    terms: ReturnTerms
    confirmed: bool
    consumer: bool
    recalled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """What a buyer may claim of a line now, and until when; None where it is not possible (any more).

    `returnable`: it may (or might) go back without a reason in its first days, `only_unopened`: as long as nobody opened it.
    """

    claim_until: datetime | None
    return_until: datetime | None
    returnable: bool
    only_unopened: bool
    period_ended_at: datetime

    @property
    def any(self) -> bool:
        """Say whether anything may be claimed now."""
        return self.claim_until is not None or self.return_until is not None


@dataclass(frozen=True, slots=True)
class LineClaim:
    """A claim in a few words, for the line of an order it is about."""

    public_id: str
    kind: ClaimKind
    state: State
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class LineRights:
    """What after sales say of one line of an order: what was claimed, and what may be claimed now."""

    claims: tuple[LineClaim, ...]
    rights: Rights

    @property
    def open_claim(self) -> LineClaim | None:
        """Return the claim about it that is under way, or None."""
        return next((claim for claim in self.claims if claim.state in OPEN), None)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a claim as its timeline shows it; amount in fen."""

    move: Move
    state: State
    side: Side
    who: str
    note: str
    amount_fen: int | None
    goods_back: bool | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list; amounts in fen."""

    public_id: str
    kind: ClaimKind
    reason: Reason
    state: State
    due_at: datetime | None
    filed_at: datetime
    quantity: int
    amount_fen: int
    number: str
    name: tuple[str, str]
    supplier: tuple[str, str]


@dataclass(frozen=True, slots=True)
class GoesBackTo:
    """Where a supplier takes goods back, as it stands on a parcel."""

    recipient: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """A claim with everything that its pages show; amounts in fen."""

    row: ClaimRow
    wants: Wish
    asked_fen: int
    goods_back: bool
    unopened: bool | None
    problem: str
    carrier: str
    tracking_number: str
    resaleable: int | None
    refund: str | None
    line_id: int
    label: tuple[str, str]
    slug: str
    picture: str | None
    packs: int
    part: str
    institution_id: int | None
    supplier_contact: str
    goes_back_to: GoesBackTo | None
    recipient: str
    phone: str
    photos: tuple[int, ...]
    steps: tuple[Step, ...]

    @property
    def needs_address(self) -> bool:
        """Say whether goods are to come back and the supplier has not said where to."""
        return self.goes_back_to is None and self.goods_back and self.row.state not in ENDED


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
