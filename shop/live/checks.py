"""What must always hold of live sessions; `make ledger-check` and every test run them."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "S70-session-packs-are-accounted-for",
        N_(
            "what was set aside for live sessions left the ordinary stock, and what is left over came back to it"
        ),
        """
        WITH moved AS (
            SELECT variant_id,
                   coalesce(sum(change) FILTER (WHERE reason <> 'left over from a live session'), 0) AS aside,
                   coalesce(sum(change) FILTER (WHERE reason = 'left over from a live session'), 0) AS back
            FROM shop_stock_movements WHERE reason IN ('set aside for a live session',
                'taken back from a live session', 'left over from a live session') GROUP BY 1
        ), editions AS (
            SELECT i.ordinary_id, coalesce(m.aside, 0) <> i.set_aside OR coalesce(m.back, 0) > 0
                       OR v.edition_of IS DISTINCT FROM i.ordinary_id AS wrong,
                   coalesce(m.aside, 0) AS aside, coalesce(m.back, 0) AS back
            FROM shop_live_items i JOIN shop_variants v ON v.id = i.variant_id LEFT JOIN moved m ON m.variant_id = i.variant_id
        ), pairs AS (
            SELECT ordinary_id, bool_or(wrong) AS wrong, sum(aside) AS aside, sum(back) AS back FROM editions GROUP BY 1
        )
        SELECT (SELECT count(*) FROM editions), count(*) FILTER (
            WHERE p.wrong OR p.aside + coalesce(m.aside, 0) <> 0 OR p.back + coalesce(m.back, 0) <> 0)
        FROM pairs p LEFT JOIN moved m ON m.variant_id = p.ordinary_id
        """,
    )
)
register(
    Check(
        "S71-sessions-sell-while-they-are-open",
        N_("packs of live sessions can be ordered while their session is open and at no other time"),
        """
        SELECT count(*), count(*) FILTER (WHERE s.id IS NULL OR (v.closed_at IS NULL) <> (s.state = 'open'))
        FROM shop_variants v
        LEFT JOIN shop_live_items i ON i.variant_id = v.id
        LEFT JOIN shop_live_sessions s ON s.id = i.session_id
        WHERE v.edition_of IS NOT NULL
        """,
    )
)
register(
    Check(
        "S72-ended-sessions-keep-nothing",
        N_(
            "nothing lies unsold in a live session that ended more than an hour ago, but what is held for unpaid orders"
        ),
        """
        SELECT count(*), count(*) FILTER (WHERE st.on_hand > coalesce((
                SELECT sum(h.quantity) FROM shop_stock_holds h WHERE h.variant_id = i.variant_id
                AND h.status = 'held' AND (h.payable OR h.expires_at > now() - interval '1 hour')), 0)
            AND NOT EXISTS (SELECT 1 FROM shop_stock_movements m
                WHERE m.variant_id = i.variant_id AND m.moved_at > now() - interval '1 hour'))
        FROM shop_live_items i
        JOIN shop_live_sessions s ON s.id = i.session_id AND s.closed_at < now() - interval '1 hour'
        JOIN shop_stock st ON st.variant_id = i.variant_id
        """,
    )
)
register(
    Check(
        "S73-sessions-end-at-their-time",
        N_("no live session lasts longer than a day or goes on after its time"),
        """
        SELECT count(*), count(*) FILTER (WHERE ends_at - starts_at > interval '24 hours'
            OR (state IN ('planned', 'open') AND ends_at < now() - interval '1 hour'))
        FROM shop_live_sessions
        """,
    )
)
