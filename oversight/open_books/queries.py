"""Reading the ledger for the public: flows by month, and entries without anything personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from charity.campaigns.models import Campaign
from core.text import N_
from ledger import checks
from ledger import queries as ledger_queries
from points.supermarkets.models import Store

#: Each flow of the books: (key, unit, kinds of entry, English msgid).
FLOWS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("orders_paid", "CNY", ("order_paid",), N_("Orders paid")),
    ("refunds", "CNY", ("refund",), N_("Given back to payers")),
    ("gifts", "CNY", ("donation_received",), N_("Gifts received")),
    ("goods_given", "CNY", ("goods_received",), N_("Goods given to stores")),
    ("to_suppliers", "CNY", ("order_delivered",), N_("Due to growers for delivered goods")),
    ("spent", "CNY", ("campaign_spent",), N_("Spent by campaigns")),
    ("goods_redeemed", "CNY", ("redemption",), N_("Goods handed to households")),
    ("points_issued", "PTS", ("points_issued",), N_("Points issued")),
    ("points_redeemed", "PTS", ("redemption",), N_("Points redeemed")),
)
MONEY_IN = ("orders_paid", "gifts", "goods_given")
MONEY_OUT = ("to_suppliers", "refunds", "spent", "goods_redeemed")
POINTS_IN = ("points_issued",)
POINTS_OUT = ("points_redeemed",)

KINDS = {
    "order_paid": N_("Order paid"),
    "order_delivered": N_("Order delivered"),
    "benefit_share_kept": N_("Share of a sale kept for households"),
    "benefit_share_returned": N_("Share of a sale given back with a refund"),
    "benefit_share_released": N_("Share of sales released: the household was paid"),
    "payout_approved": N_("Approved to be paid to a supplier"),
    "payout_paid": N_("Paid to a supplier"),
    "payout_failed": N_("Payout to a supplier did not work"),
    "payout_returned": N_("Payout to a supplier came back"),
    "payable_corrected": N_("Statement of a supplier corrected"),
    "payment_held": N_("Money held until somebody decides"),
    "payment_unapplied": N_("Money that came twice"),
    "provider_payout": N_("Payment service paid to the bank"),
    "provider_payout_returned": N_("Payout to the bank came back"),
    "own_money": N_("The operator paid in own money"),
    "refund_promised": N_("Refund promised"),
    "refund_taken_back": N_("Refund not approved"),
    "refund": N_("Money given back"),
    "refund_returned": N_("Refund came back"),
    "voucher_returned": N_("What a voucher had paid of returned money"),
    "voucher_spent_after_all": N_("Voucher counted again: the refund was not approved"),
    "dispute_withdrawn": N_("Held back in a dispute"),
    "dispute_reinstated": N_("Released after a dispute"),
    "dispute_lost": N_("Lost in a dispute"),
    "donation_received": N_("Gift received"),
    "campaign_spent": N_("Spent by a campaign"),
    "goods_received": N_("Goods received by a store"),
    "points_issued": N_("Points issued"),
    "redemption": N_("Points redeemed for goods"),
}


@dataclass(frozen=True, slots=True)
class Month:
    """What flowed in one month: amounts by flow, fen or points."""

    first_day: date
    flows: dict[str, int]

    def total(self, keys: tuple[str, ...]) -> int:
        """Sum some of the flows."""
        return sum(self.flows[key] for key in keys)


@dataclass(frozen=True, slots=True)
class Books:
    """The open books: months from old to new, their totals, and the last self-check."""

    months: tuple[Month, ...]
    totals: Month
    check: checks.SelfCheck | None


@dataclass(frozen=True, slots=True)
class PublicAccount:
    """An account as the public may see it: its code, the msgid that says what it is, and whose it is."""

    code: str
    label: str
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class PublicMovement:
    """One transfer with names beside codes; households are only ever "a household"."""

    entry_id: int
    effective_at: datetime
    recorded_at: datetime
    kind: str
    debit: PublicAccount
    credit: PublicAccount
    unit: str
    amount: int


#: What an account is, by the first and last part of its code (English msgids; %(name)s is whose it is).
LABELS: dict[tuple[str, str], str] = {
    ("clearing", ""): N_("Payments on their way"),
    ("bank", ""): N_("Bank account"),
    ("fees", ""): N_("Fees of payment services"),
    ("own", ""): N_("The operator's own money"),
    ("orders", "prepaid"): N_("Paid orders, to be delivered"),
    ("orders", "unapplied"): N_("Money that waits to go back"),
    ("held", ""): N_("Money held until somebody decides"),
    ("refunds", "due"): N_("Refunds promised, to be paid"),
    ("disputes", "held_back"): N_("Held back in disputes"),
    ("disputes", "lost"): N_("Lost in disputes"),
    ("vouchers", "spent"): N_("Paid by vouchers of the operator"),
    ("supplier", "payable"): N_("Due to %(name)s"),
    ("benefits", "due"): N_("Shares of sales kept for households"),
    ("payouts", "due"): N_("Payouts to suppliers, to be paid"),
    ("settlement", "corrections"): N_("Corrected statements of suppliers"),
    ("campaign", "fund"): N_("Fund of %(name)s"),
    ("household", "points"): N_("A household"),
    ("points", "issued"): N_("Points issued in a village"),
    ("store", "redeemed"): N_("Redeemed at %(name)s"),
    ("store", "goods"): N_("Goods of %(name)s"),
    ("aid", "goods_given"): N_("Goods handed to households"),
    ("gifts", "in_kind"): N_("Goods given"),
}


def months_back(today: date, count: int) -> list[date]:
    """Return the first days of `count` months up to this one, oldest first."""
    first = [(today.year * 12 + today.month - 1) - i for i in range(count)]
    return [date(number // 12, number % 12 + 1, 1) for number in reversed(first)]


def read_books(session: Session, today: date, months: int = 12) -> Books:
    """Return what flowed in and out by month, computed from the ledger, in two statements."""
    firsts = months_back(today, months)
    amounts: dict[tuple[date, str, str], int] = {
        (row.month, row.unit, row.kind): row.amount
        for row in ledger_queries.monthly_movements(session, firsts[0])
    }
    read = tuple(
        Month(
            first,
            {
                key: sum(amounts.get((first, unit, kind), 0) for kind in kinds)
                for key, unit, kinds, _ in FLOWS
            },
        )
        for first in firsts
    )
    totals = Month(firsts[0], {key: sum(month.flows[key] for month in read) for key, *_ in FLOWS})
    return Books(read, totals, checks.latest(session))


def read_movements(session: Session, before_entry: int | None, limit: int = 50) -> list[PublicMovement]:
    """Return the newest transfers below `before_entry` (keyset), with public names for accounts."""
    rows = ledger_queries.latest_movements(session, before_entry=before_entry, limit=limit)
    accounts = _accounts(session, {code for row in rows for code in (row.debit, row.credit)})
    return [
        PublicMovement(
            row.entry_id,
            row.effective_at,
            row.recorded_at,
            row.kind,
            accounts[row.debit],
            accounts[row.credit],
            row.unit,
            row.amount,
        )
        for row in rows
    ]


def public_code(code: str) -> str:
    """Return the code of an account as the public may see it: which household it is about is left out."""
    if code.startswith("household:"):
        return "household"
    return "benefits:due" if code.startswith("benefits:") else code


def _accounts(session: Session, codes: set[str]) -> dict[str, PublicAccount]:
    owners: dict[str, set[str]] = {"supplier": set(), "campaign": set(), "store": set()}
    for code in codes:
        prefix, _, rest = code.partition(":")
        if prefix in owners:
            owners[prefix].add(rest.partition(":")[0])
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for prefix, columns in (
        ("supplier", (Organisation.public_id, Organisation.name_zh, Organisation.name_en)),
        ("campaign", (Campaign.public_id, Campaign.title_zh, Campaign.title_en)),
        ("store", (Store.public_id, Store.name_zh, Store.name_en)),
    ):
        if owners[prefix]:
            for public_id, zh, en in session.execute(select(*columns).where(columns[0].in_(owners[prefix]))):
                named[prefix, public_id] = (zh, en)
    found = {}
    for code in codes:
        first, *middle = code.split(":")
        last = middle[-1] if middle else ""
        label = LABELS.get((first, last)) or LABELS.get((first, "")) or public_code(code)
        zh, en = named.get((first, middle[0] if middle else ""), ("", ""))
        found[code] = PublicAccount(public_code(code), label, zh, en)
    return found
