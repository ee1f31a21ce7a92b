"""Facts of after sales, published inside the step that made them true."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimMoved:
    """A claim made a step; `shop.after_sales.emails` writes to the sides that did not make it."""

    claim_id: int
    step_id: int
