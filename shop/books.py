"""The accounts in which the shop's money rests between buyer and grower."""

from __future__ import annotations

from ledger.values import AccountKind, AccountSpec, Policy, Unit

BOOK = "shop"


def prepaid() -> AccountSpec:
    """Return the account of what buyers have paid for and not accepted yet (fen)."""
    return AccountSpec("orders:prepaid", Unit.CNY, AccountKind.LIABILITY, Policy.OPEN, BOOK)


def unapplied() -> AccountSpec:
    """Return the account of money that arrived for an order which was paid before; it waits to go back (fen)."""
    return AccountSpec("orders:unapplied", Unit.CNY, AccountKind.LIABILITY, Policy.OPEN, BOOK)


def vouchers_spent() -> AccountSpec:
    """Return the account of what the operator has paid of orders by vouchers (fen)."""
    return AccountSpec("vouchers:spent", Unit.CNY, AccountKind.EXPENSE, Policy.OPEN, BOOK)


def supplier_payable(organisation_public_id: str) -> AccountSpec:
    """Return the account of what is owed to a supplier for accepted goods (fen)."""
    return AccountSpec(
        f"supplier:{organisation_public_id}:payable", Unit.CNY, AccountKind.LIABILITY, Policy.DEFERRED, BOOK
    )


def payouts_due() -> AccountSpec:
    """Return the account of what a second person approved to pay to suppliers and has not left yet (fen)."""
    return AccountSpec("payouts:due", Unit.CNY, AccountKind.LIABILITY, Policy.DEFERRED, BOOK)


def corrections() -> AccountSpec:
    """Return the account of what the operator gave suppliers whose statement was wrong (fen)."""
    return AccountSpec("settlement:corrections", Unit.CNY, AccountKind.EXPENSE, Policy.OPEN, BOOK)


def benefit_due(link_public_id: str) -> AccountSpec:
    """Return the account of what is kept of sales for the household of a benefit link until it has been paid (fen)."""
    return AccountSpec(
        f"benefits:{link_public_id}:due", Unit.CNY, AccountKind.LIABILITY, Policy.DEFERRED, BOOK
    )
