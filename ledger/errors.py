"""What the ledger refuses."""

from __future__ import annotations

from core.errors import Refusal


class KeyReused(Refusal):
    """The same business key came with another content."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} was posted with another content")
        self.key = key


class InsufficientBalance(Refusal):
    """An account that must not go below zero would; amounts in the unit of the account."""

    def __init__(self, code: str, available: int, wanted: int) -> None:
        super().__init__(f"{code} has {available} available, {wanted} wanted")
        self.code = code
        self.available = available
        self.wanted = wanted


class HoldNotPending(Refusal):
    """A hold was posted, voided or has run out before."""

    def __init__(self, hold_id: int) -> None:
        super().__init__(f"hold {hold_id} is no longer pending")
        self.hold_id = hold_id


class ReversalTooLarge(Refusal):
    """Reversals of an entry would exceed it."""
