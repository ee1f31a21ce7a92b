"""The accounts of points and of the goods in the stores."""

from __future__ import annotations

from ledger.values import AccountKind, AccountSpec, Policy, Unit


def issued(village_code: str) -> AccountSpec:
    """Points that a village has issued."""
    return AccountSpec(f"points:{village_code}:issued", Unit.POINTS, AccountKind.ASSET, Policy.OPEN, "points")


def household_points(ledger_ref: str) -> AccountSpec:
    """Points that a household may spend; exact at once, never below zero."""
    return AccountSpec(
        f"household:{ledger_ref}:points", Unit.POINTS, AccountKind.LIABILITY, Policy.STRICT, "points"
    )


def redeemed(store_public_id: str) -> AccountSpec:
    """Points that came back at a store."""
    return AccountSpec(
        f"store:{store_public_id}:redeemed", Unit.POINTS, AccountKind.INCOME, Policy.OPEN, "points"
    )


def store_goods(store_public_id: str) -> AccountSpec:
    """Worth of the goods that lie in a store."""
    return AccountSpec(f"store:{store_public_id}:goods", Unit.CNY, AccountKind.ASSET, Policy.STRICT, "stores")


def goods_given() -> AccountSpec:
    """Worth of the goods that reached households."""
    return AccountSpec("aid:goods_given", Unit.CNY, AccountKind.EXPENSE, Policy.OPEN, "stores")


def gifts_in_kind() -> AccountSpec:
    """Worth of the goods that stores were given."""
    return AccountSpec("gifts:in_kind", Unit.CNY, AccountKind.INCOME, Policy.OPEN, "stores")
