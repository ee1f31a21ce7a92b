"""Facts about parcels, published inside the step that made them true."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParcelReady:
    """A parcel waits to be picked up; `shop.fulfilment.emails` writes its code to the buyer."""

    number: str
    parcel_id: int
    supplier_order_id: int


@dataclass(frozen=True, slots=True)
class ParcelLeftWaiting:
    """Nobody has come for a parcel for some days; `shop.fulfilment.emails` reminds its buyer for the `times`-th time."""

    supplier_order_id: int
    times: int
