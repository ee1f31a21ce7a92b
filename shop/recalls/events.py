"""Facts about recalls, published inside the step that made them true."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchRecalled:
    """A batch was called back; `shop.recalls.emails` writes to its buyers, its supplier and the operator."""

    recall_id: int
