"""What must always hold of shares of sales, proved with the books."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "S23-shares-are-their-entries",
        N_(
            "what the books hold for the household of each benefit link is the shares of received lines, less what refunds took and what payments released, and never below zero"
        ),
        """
        WITH shares AS (
            SELECT 'benefits:' || l.public_id || ':due' AS code, sum(s.kept_fen) AS kept, sum(s.released_fen) AS released
            FROM shop_benefit_shares s JOIN shop_benefit_links l ON l.id = s.link_id GROUP BY 1
        ), answers AS (
            SELECT 'benefits:' || l.public_id || ':due' AS code, sum(a.released_fen) AS released
            FROM shop_benefit_payment_answers a JOIN shop_benefit_payments p ON p.id = a.payment_id
            JOIN shop_benefit_links l ON l.id = p.link_id GROUP BY 1 HAVING sum(a.released_fen) > 0
        ), moves AS (
            SELECT c.code, e.kind, t.amount, t.amount AS signed FROM ledger_transfers t
            JOIN ledger_entries e ON e.id = t.entry_id JOIN ledger_accounts c ON c.id = t.credit_account_id
            WHERE c.code LIKE 'benefits:%:due'
            UNION ALL
            SELECT d.code, e.kind, t.amount, -t.amount FROM ledger_transfers t
            JOIN ledger_entries e ON e.id = t.entry_id JOIN ledger_accounts d ON d.id = t.debit_account_id
            WHERE d.code LIKE 'benefits:%:due'
        ), booked AS (
            SELECT code, sum(signed) AS held,
                   coalesce(sum(amount) FILTER (WHERE kind = 'benefit_share_kept'), 0)
                   - coalesce(sum(amount) FILTER (WHERE kind = 'benefit_share_returned'), 0) AS kept,
                   coalesce(sum(amount) FILTER (WHERE kind = 'benefit_share_released'), 0) AS released
            FROM moves GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (
            WHERE coalesce(b.held, 0) < 0 OR coalesce(b.kept, 0) <> coalesce(s.kept, 0)
            OR coalesce(b.released, 0) <> coalesce(s.released, 0)
            OR coalesce(a.released, 0) <> coalesce(s.released, 0)
            OR coalesce(b.held, 0) <> coalesce(s.kept - s.released, 0))
        FROM shares s FULL JOIN booked b USING (code) FULL JOIN answers a USING (code)
        """,
    )
)
register(
    Check(
        "S24-shares-fit-their-lines",
        N_(
            "no share is more than was agreed of what its line was worth, all of a line together never pass its growers' part, and what went back of it is its refunds"
        ),
        """
        WITH lines AS (
            SELECT s.order_line_id AS id, sum(s.kept_fen) AS kept,
                   bool_or(s.kept_fen > s.base_fen * s.share_bps / 10000
                           OR s.base_fen > l.accepted_quantity * l.unit_price_fen
                           OR s.supplier_order_id <> l.supplier_order_id
                           OR k.supplier_id <> o.supplier_id
                           OR k.kind NOT IN ('dividend', 'order_purchase', 'land_trust', 'share')) AS wrong,
                   max(s.base_fen) AS base, min(s.back_fen) AS least_back, max(s.back_fen) AS most_back
            FROM shop_benefit_shares s JOIN shop_order_lines l ON l.id = s.order_line_id
            JOIN shop_supplier_orders o ON o.id = l.supplier_order_id
            JOIN shop_benefit_links k ON k.id = s.link_id GROUP BY 1
        ), back AS (
            SELECT order_line_id AS id, sum(payable_fen) AS total FROM shop_order_refunds
            WHERE NOT declined AND order_line_id IS NOT NULL GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (
            WHERE s.wrong OR s.kept > l.producer_fen * s.base / l.line_fen
            OR s.least_back <> s.most_back OR s.most_back <> coalesce(b.total, 0))
        FROM lines s JOIN shop_order_lines l ON l.id = s.id LEFT JOIN back b ON b.id = s.id
        """,
    )
)
