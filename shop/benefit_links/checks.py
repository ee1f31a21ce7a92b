"""What must always hold of benefit links, proved with the books."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "S20-links-are-their-payments",
        N_("what every benefit link says was paid is the sum of its payments, and the last day is theirs"),
        """
        SELECT count(*), count(*) FILTER (
            WHERE l.paid_fen <> coalesce(p.total, 0) OR l.last_paid_on IS DISTINCT FROM p.last_day)
        FROM shop_benefit_links l LEFT JOIN (
            SELECT link_id, sum(amount_fen) AS total, max(paid_on) AS last_day FROM shop_benefit_payments GROUP BY 1
        ) AS p ON p.link_id = l.id
        """,
    )
)
