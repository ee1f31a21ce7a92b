"""What must always hold of products, proved with the books."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "S31-ladders-fall",
        N_("every step of a price ladder begins at more packs and costs less than the one before"),
        """
        SELECT count(*), count(*) FILTER (WHERE s.packs <= s.packs_before OR s.price >= s.price_before OR s.price <= 0)
        FROM (
            SELECT (step ->> 0)::bigint AS packs, (step ->> 1)::bigint AS price,
                coalesce(lag((step ->> 0)::bigint) OVER steps, v.pack_multiple) AS packs_before,
                coalesce(lag((step ->> 1)::bigint) OVER steps, v.price_fen) AS price_before
            FROM shop_variants v, jsonb_array_elements(v.ladder) WITH ORDINALITY AS rung(step, place)
            WINDOW steps AS (PARTITION BY v.id ORDER BY place)
        ) AS s
        """,
    )
)
