"""Words of settlement: what is owed, what keeps it back, how far a payout has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class BatchState(StrEnum):
    """How far a batch of payouts has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    CLOSED = "closed"


class BatchAction(StrEnum):
    """What can be done to a batch."""

    APPROVE = "approve"
    DECLINE = "decline"
    CLOSE = "close"


class PayoutState(StrEnum):
    """How far the payout to one supplier has come."""

    PROPOSED = "proposed"
    TO_PAY = "to_pay"
    PAID = "paid"
    FAILED = "failed"
    DECLINED = "declined"


class PayoutAction(StrEnum):
    """What can be done to a payout."""

    APPROVE = "approve"
    DECLINE = "decline"
    PAY = "pay"
    FAIL = "fail"


class ItemState(StrEnum):
    """Whether what a payout has for a part is on its way, there, or back with us."""

    OPEN = "open"
    PAID = "paid"
    RETURNED = "returned"


class AccountState(StrEnum):
    """What became of a bank account that a supplier named."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REPLACED = "replaced"


class DisputeState(StrEnum):
    """What became of a disputed line."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Obstacle(StrEnum):
    """Why what is owed for a part is not paid out now."""

    NOT_DUE = "not_due"
    CLAIM = "claim"
    DISPUTE = "dispute"
    REFUND = "refund"
    IN_PAYOUT = "in_payout"


class Standing(StrEnum):
    """Why a supplier is not paid at all now, or that nothing stands in the way."""

    READY = "ready"
    NO_ACCOUNT = "no_account"
    ACCOUNT_WAITS = "account_waits"
    NOTHING_DUE = "nothing_due"


@dataclass(frozen=True, slots=True)
class PartMoney:
    """What is known of one accepted part (fen): what was owed at receipt, what changed since, what was paid or is on its way."""

    part_id: int
    public_id: str
    number: str
    supplier_id: int
    received_on: date
    due_on: date
    gross_fen: int
    freight_fen: int
    accepted_fen: int
    back_fen: int
    corrected_fen: int
    kept_fen: int
    released_fen: int
    settled_fen: int
    claimed: bool
    disputed: bool
    refunding: bool
    in_payout: bool

    @property
    def net_fen(self) -> int:
        """Return what the supplier gets for the part: what is kept for households comes once they have been paid."""
        return self.accepted_fen + self.corrected_fen - self.back_fen - self.kept_fen + self.released_fen

    @property
    def refund_fen(self) -> int:
        """Return what went back to the buyer out of this part."""
        return self.gross_fen + self.freight_fen - self.accepted_fen + self.back_fen

    @property
    def open_fen(self) -> int:
        """Return what is neither paid nor on its way; below 0 when more went back after it was paid."""
        return self.net_fen - self.settled_fen


@dataclass(frozen=True, slots=True)
class LineMoney:
    """A line of a statement (fen); `line_id` is None for the freight."""

    line_id: int | None
    name_zh: str
    name_en: str
    label_zh: str
    label_en: str
    quantity: int
    gross_fen: int
    freight_fen: int
    refund_fen: int
    producer_fen: int
    kept_fen: int = 0
    released_fen: int = 0

    @property
    def net_fen(self) -> int:
        """Return what is left of the line for the supplier."""
        return self.gross_fen + self.freight_fen - self.refund_fen - self.kept_fen + self.released_fen


@dataclass(frozen=True, slots=True)
class Settled:
    """That a part, or what came back of it, lies in a payout (fen)."""

    payout: str
    batch: str
    amount_fen: int
    state: PayoutState
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class StatementPart:
    """A part of a statement with its lines, what keeps it back and where it was paid."""

    money: PartMoney
    lines: tuple[LineMoney, ...]
    settled: tuple[Settled, ...]
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """Days of receipt, both included; `month` is their name when they are a whole month."""

    first: date
    last: date
    month: str = ""

    @property
    def query(self) -> str:
        """Return the period as it stands in an address."""
        return f"month={self.month}" if self.month else f"from={self.first}&to={self.last}"


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a statement (fen)."""

    parts: int
    gross_fen: int
    freight_fen: int
    refund_fen: int
    corrected_fen: int
    kept_fen: int
    released_fen: int
    net_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class DueDay:
    """How much falls due on a day (fen), and of how many parts."""

    due_on: date
    amount_fen: int
    parts: int


@dataclass(frozen=True, slots=True)
class Owed:
    """How a supplier stands (fen): due now, due later, kept back, on its way, paid in all, and kept for households."""

    due_fen: int
    later_fen: int
    kept_fen: int
    on_its_way_fen: int
    paid_fen: int
    shares_fen: int

    @property
    def owed_fen(self) -> int:
        """Return all that has not reached the supplier yet, without what is kept for households."""
        return self.due_fen + self.later_fen + self.kept_fen + self.on_its_way_fen


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A bank account as a supplier names it; `once` is the form's single-use token."""

    holder: str
    bank: str
    bank_code: str
    number: str
    once: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A bank account without its number."""

    public_id: str
    supplier_public_id: str
    supplier_zh: str
    supplier_en: str
    holder: str
    bank: str
    bank_code: str
    last4: str
    state: AccountState
    entered_by: str
    entered_by_user_id: int | None
    entered_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier on the operator's desk with what is owed (fen) and whether it can be paid."""

    supplier_id: int
    public_id: str
    name_zh: str
    name_en: str
    due_fen: int
    later_fen: int
    kept_fen: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in a list (fen)."""

    public_id: str
    state: BatchState
    amount_fen: int
    payouts: int
    proposed_by: str
    proposed_by_user_id: int | None
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str
    exported_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout in a list (fen)."""

    public_id: str
    batch: str
    supplier_zh: str
    supplier_en: str
    account: str
    holder: str
    bank: str
    last4: str
    amount_fen: int
    parts: int
    state: PayoutState
    bank_reference: str
    paid_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """What a payout has for one part (fen); `paid_before`: an earlier payout had some for it already."""

    part: str
    number: str
    received_on: date
    due_on: date
    amount_fen: int
    paid_before: bool


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A disputed line with what was said; amounts in fen."""

    public_id: str
    part: str
    number: str
    supplier_zh: str
    supplier_en: str
    line_id: int | None
    line_zh: str
    line_en: str
    reason: str
    state: DisputeState
    opened_by: str
    opened_at: datetime
    answer: str
    corrected_fen: int
    ended_by: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class BankLine:
    """One transfer as the bank wants it; the only place where an account number stands in full (fen)."""

    payout: str
    number: str
    holder: str
    bank: str
    bank_code: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class BenefitRow:
    """A benefit link on the statement of a period (fen); the household's name is masked.

    What the supplier says it paid, and of the parcels received in the period what was kept and released; `due_fen` is
    what is due by the link now, of whichever parcels.
    """

    link: str
    product_zh: str
    product_en: str
    householder: str
    kind: tuple[str, str]
    promised_fen: int
    paid_fen: int
    paid_in_period_fen: int
    kept_fen: int
    released_fen: int
    due_fen: int
