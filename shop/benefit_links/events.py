"""Facts about benefit links."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkAdded:
    """A supplier entered a link; the household is asked whether it is true."""

    link_id: int
    product_id: int
    household_id: int


@dataclass(frozen=True, slots=True)
class LinkAnswered:
    """A household, or somebody on its behalf, agreed to a link or disputed it."""

    link_id: int
    product_id: int
    agreed: bool


@dataclass(frozen=True, slots=True)
class LinkTakenBack:
    """A supplier withdrew a link."""

    link_id: int
    product_id: int


@dataclass(frozen=True, slots=True)
class PaymentRecorded:
    """A supplier says that it paid a household, which is asked whether the money came; it hears of it by mail."""

    payment_id: int
    household_id: int
