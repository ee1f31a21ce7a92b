"""Facts about orders, published inside the step that made them true; amounts in fen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order waits for its money; `shop.orders.emails` writes to the buyer."""

    order_id: int
    number: str
    total_fen: int


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """The money is there and the goods are taken; `shop.orders.emails` writes to the buyer and to the suppliers."""

    order_id: int
    number: str
    total_fen: int


@dataclass(frozen=True, slots=True)
class OrderNeedsReview:
    """Money arrived that does not fit what can be sent; a person decides."""

    order_id: int
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The buyer gave the order up before paying."""

    order_id: int
    number: str


@dataclass(frozen=True, slots=True)
class OrderExpired:
    """Nobody paid in time; the goods are for others."""

    order_id: int
    number: str


@dataclass(frozen=True, slots=True)
class PartShipped:
    """One supplier has sent their part; `shop.orders.emails` writes to the buyer."""

    order_id: int
    number: str
    supplier_order_id: int


@dataclass(frozen=True, slots=True)
class PartReceived:
    """A part was accepted, and that much is owed to its supplier."""

    order_id: int
    number: str
    supplier_order_id: int
    accepted_fen: int


@dataclass(frozen=True, slots=True)
class PaidOrderCancelled:
    """A paid order or a part of it was called off before it was sent; that much goes back.

    `part_ids`: what suppliers had been told to send; `shop.orders.emails` tells them not to.
    """

    order_id: int
    number: str
    amount_fen: int
    part_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderRefunded:
    """Money of an order has gone back; `shop.orders.emails` writes to the buyer. Smallest unit of `currency`."""

    order_id: int
    number: str
    refund: str
    amount_fen: int
    currency: str
