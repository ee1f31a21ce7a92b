"""Accounts in which money rests on its way to us: at a provider, and in the bank."""

from __future__ import annotations

from ledger.values import AccountKind, AccountSpec, Policy, Unit

BOOK = "payments"


def clearing(provider: str, payee: str) -> AccountSpec:
    """Return the account of what a provider holds for a payee and has not paid out yet (fen)."""
    return AccountSpec(f"clearing:{provider}:{payee}", Unit.CNY, AccountKind.ASSET, Policy.OPEN, BOOK)


def bank(payee: str) -> AccountSpec:
    """Return the account of a payee's money in the bank (fen)."""
    return AccountSpec(f"bank:{payee}", Unit.CNY, AccountKind.ASSET, Policy.OPEN, BOOK)


def held(payee: str) -> AccountSpec:
    """Return the account of money that arrived and fits nothing yet: it waits for a person (fen)."""
    return AccountSpec(f"held:{payee}", Unit.CNY, AccountKind.LIABILITY, Policy.OPEN, BOOK)


def refunds_due(payee: str) -> AccountSpec:
    """Return the account of what was promised back and has not left yet (fen)."""
    return AccountSpec(f"refunds:{payee}:due", Unit.CNY, AccountKind.LIABILITY, Policy.OPEN, BOOK)


def disputed(payee: str) -> AccountSpec:
    """Return the account of what a provider holds back while a payer disputes a payment (fen)."""
    return AccountSpec(f"disputes:{payee}:held_back", Unit.CNY, AccountKind.ASSET, Policy.OPEN, BOOK)


def lost_disputes(payee: str) -> AccountSpec:
    """Return the account of what was lost to disputes (fen)."""
    return AccountSpec(f"disputes:{payee}:lost", Unit.CNY, AccountKind.EXPENSE, Policy.OPEN, BOOK)


def provider_fees(provider: str, payee: str) -> AccountSpec:
    """Return the account of what a provider kept of a payee's money for its work (fen)."""
    return AccountSpec(f"fees:{provider}:{payee}", Unit.CNY, AccountKind.EXPENSE, Policy.OPEN, BOOK)


def own_money(payee: str) -> AccountSpec:
    """Return the account of the money that a payee put into its bank account itself (fen)."""
    return AccountSpec(f"own:{payee}", Unit.CNY, AccountKind.FUND, Policy.OPEN, BOOK)
