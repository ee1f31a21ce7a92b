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
