"""What must always hold for claims; `make ledger-check` and every test run it."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "S12-claims-are-refunded-once",
        N_(
            "every settled claim has exactly one refund of its line, no other claim has one, and what it put into stock is what came back"
        ),
        """
        WITH refunds AS (
            SELECT split_part(r.once, ':', 2) AS claim, count(*) AS times, min(r.public_id) AS refund,
                   bool_and(EXISTS (SELECT 1 FROM shop_order_refunds o
                                    WHERE o.refund = r.public_id AND o.order_line_id = c.order_line_id)) AS own_line
            FROM payments_refunds r JOIN shop_claims c ON c.public_id = split_part(r.once, ':', 2)
            WHERE r.once LIKE 'claim:%' AND r.state <> 'declined' GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (WHERE
            (c.state = 'refunded') <> (r.times IS NOT NULL)
            OR (r.times IS NOT NULL AND (r.times <> 1 OR r.refund <> c.refund OR NOT r.own_line))
            OR coalesce(c.resaleable_quantity, 0) <> coalesce(m.change, 0))
        FROM shop_claims c LEFT JOIN refunds r ON r.claim = c.public_id
        LEFT JOIN shop_stock_movements m ON m.once = 'claim:' || c.public_id
        """,
    )
)
