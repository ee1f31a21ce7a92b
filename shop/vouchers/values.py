"""Words of vouchers: the terms of a batch, and what one is worth for a basket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class BatchState(StrEnum):
    """How far a batch of vouchers has come."""

    DRAFT = "draft"
    OPEN = "open"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the vouchers of a batch do: fixed `amount_fen`, or `percent` of the goods and `amount_fen` at most.

    Valid from the first to the last day, both included. Each of `codes` may be used `uses_each` times, once by each
    account when `per_person`; only by the account of `for_email` where that is not empty.
    """

    name_zh: str
    name_en: str
    amount_fen: int
    percent: int | None
    minimum_fen: int
    valid_from: date
    valid_until: date
    codes: int
    uses_each: int
    per_person: bool
    for_email: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A voucher that a basket may use, and what it takes off the goods (fen)."""

    voucher_id: int
    code: str
    name_zh: str
    name_en: str
    discount_fen: int
