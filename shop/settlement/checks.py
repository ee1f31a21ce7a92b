"""What must always hold of settlement, proved with the books."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

#: The balance of a liability, movements that wait for the roller included.
_BALANCE = """b.credits - b.debits + coalesce((
            SELECT sum(u.credit - u.debit) FROM ledger_unrolled u WHERE u.account_id = a.id), 0)"""

register(
    Check(
        "S30-payables-are-what-is-owed",
        N_(
            "what is owed to each supplier is what was accepted and corrected, less what went back, what was paid out and what is kept for households"
        ),
        f"""
        WITH parts AS (
            SELECT supplier_id, sum(accepted_fen) AS total FROM shop_supplier_orders
            WHERE accepted_fen IS NOT NULL GROUP BY 1
        ), corrected AS (
            SELECT s.supplier_id, sum(d.corrected_fen) AS total FROM shop_settlement_disputes d
            JOIN shop_supplier_orders s ON s.id = d.supplier_order_id GROUP BY 1
        ), back AS (
            SELECT s.supplier_id, sum(r.payable_fen) AS total FROM shop_order_refunds r
            JOIN shop_supplier_orders s ON s.id = r.supplier_order_id WHERE NOT r.declined GROUP BY 1
        ), paid AS (
            SELECT supplier_id, sum(amount_fen) AS total FROM shop_payouts
            WHERE state IN ('to_pay', 'paid') GROUP BY 1
        ), kept AS (
            SELECT s.supplier_id, sum(k.kept_fen - k.released_fen) AS total FROM shop_benefit_shares k
            JOIN shop_supplier_orders s ON s.id = k.supplier_order_id GROUP BY 1
        ), booked AS (
            SELECT o.id AS supplier_id, {_BALANCE} AS total
            FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
            JOIN accounts_organisations o ON a.code = 'supplier:' || o.public_id || ':payable'
        )
        SELECT count(*), count(*) FILTER (WHERE coalesce(booked.total, 0) <> coalesce(parts.total, 0)
            + coalesce(corrected.total, 0) - coalesce(back.total, 0) - coalesce(paid.total, 0)
            - coalesce(kept.total, 0))
        FROM parts FULL JOIN booked USING (supplier_id) LEFT JOIN corrected USING (supplier_id)
        LEFT JOIN back USING (supplier_id) LEFT JOIN paid USING (supplier_id) LEFT JOIN kept USING (supplier_id)
        """,
    )
)
register(
    Check(
        "S31-payouts-due-are-approved",
        N_("what lies ready for payouts is exactly the approved payouts that have not left"),
        f"""
        SELECT (SELECT count(*) FROM shop_payouts), CASE WHEN coalesce((
            SELECT {_BALANCE} FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
            WHERE a.code = 'payouts:due'), 0)
            = coalesce((SELECT sum(amount_fen) FROM shop_payouts WHERE state = 'to_pay'), 0) THEN 0 ELSE 1 END
        """,
    )
)
register(
    Check(
        "S32-payouts-are-their-entries",
        N_(
            "every payout was taken from what is owed once and left the bank once, and every such entry is one"
        ),
        """
        WITH entries AS (
            SELECT e.source_id AS payout,
                   coalesce(sum(t.amount) FILTER (WHERE e.kind = 'payout_approved'), 0) AS approved,
                   coalesce(sum(t.amount) FILTER (WHERE e.kind = 'payout_failed'), 0) AS failed,
                   coalesce(sum(t.amount) FILTER (WHERE e.kind = 'payout_paid'), 0) AS paid,
                   coalesce(sum(t.amount) FILTER (WHERE e.kind = 'payout_returned'), 0) AS returned
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id WHERE e.source = 'payout' GROUP BY 1
        ), payouts AS (
            SELECT public_id, amount_fen, state FROM shop_payouts
            WHERE state IN ('to_pay', 'paid', 'failed')
        )
        SELECT count(*), count(*) FILTER (WHERE p.public_id IS NULL OR e.payout IS NULL
            OR e.approved <> p.amount_fen
            OR e.paid - e.returned <> CASE WHEN p.state = 'paid' THEN p.amount_fen ELSE 0 END
            OR e.approved - e.failed - e.returned <> CASE WHEN p.state = 'failed' THEN 0 ELSE p.amount_fen END)
        FROM payouts p FULL JOIN entries e ON e.payout = p.public_id
        """,
    )
)
register(
    Check(
        "S33-payouts-add-up",
        N_(
            "every batch is the sum of its payouts, every payout the sum of its parts, all of its own supplier"
        ),
        """
        WITH items AS (
            SELECT i.payout_id, sum(i.amount_fen) AS total, bool_or(s.supplier_id <> p.supplier_id
                   OR i.state <> CASE p.state WHEN 'paid' THEN 'paid' WHEN 'proposed' THEN 'open'
                                 WHEN 'to_pay' THEN 'open' ELSE 'returned' END) AS wrong
            FROM shop_payout_items i JOIN shop_payouts p ON p.id = i.payout_id
            JOIN shop_supplier_orders s ON s.id = i.supplier_order_id GROUP BY 1
        ), batches AS (
            SELECT batch_id, sum(amount_fen) AS total FROM shop_payouts GROUP BY 1
        )
        SELECT (SELECT count(*) FROM shop_payouts) + (SELECT count(*) FROM shop_payout_batches),
               (SELECT count(*) FROM shop_payouts p LEFT JOIN items i ON i.payout_id = p.id
                WHERE i.total IS DISTINCT FROM p.amount_fen OR i.wrong)
               + (SELECT count(*) FROM shop_payout_batches b LEFT JOIN batches s ON s.batch_id = b.id
                  WHERE s.total IS DISTINCT FROM b.amount_fen)
        """,
    )
)
register(
    Check(
        "S34-no-fee-is-kept",
        N_(
            "every fen of accepted goods is owed to its supplier, kept for its households, went back to who had paid it or was paid out: no fee is kept"
        ),
        """
        WITH moves AS (
            SELECT e.kind, d.code AS debit, c.code AS credit
            FROM ledger_transfers t JOIN ledger_entries e ON e.id = t.entry_id
            JOIN ledger_accounts d ON d.id = t.debit_account_id JOIN ledger_accounts c ON c.id = t.credit_account_id
            WHERE d.code LIKE 'supplier:%:payable' OR c.code LIKE 'supplier:%:payable'
               OR d.code = 'payouts:due' OR c.code = 'payouts:due'
               OR d.code LIKE 'benefits:%:due' OR c.code LIKE 'benefits:%:due'
        ), allowed (kind, debit, credit) AS (VALUES
            ('order_delivered', 'orders:prepaid', 'supplier:%:payable'),
            ('payable_corrected', 'settlement:corrections', 'supplier:%:payable'),
            ('refund_promised', 'supplier:%:payable', 'refunds:%:due'),
            ('refund_taken_back', 'refunds:%:due', 'supplier:%:payable'),
            ('voucher_returned', 'supplier:%:payable', 'vouchers:spent'),
            ('voucher_spent_after_all', 'vouchers:spent', 'supplier:%:payable'),
            ('benefit_share_kept', 'supplier:%:payable', 'benefits:%:due'),
            ('benefit_share_returned', 'benefits:%:due', 'supplier:%:payable'),
            ('benefit_share_released', 'benefits:%:due', 'supplier:%:payable'),
            ('payout_approved', 'supplier:%:payable', 'payouts:due'),
            ('payout_failed', 'payouts:due', 'supplier:%:payable'),
            ('payout_paid', 'payouts:due', 'bank:%'),
            ('payout_returned', 'bank:%', 'supplier:%:payable')
        ), parts AS (
            SELECT s.accepted_fen, g.goods, s.freight_fen, s.goods_fen, coalesce(r.back, 0) AS back
            FROM shop_supplier_orders s
            CROSS JOIN LATERAL (SELECT coalesce(sum(accepted_quantity * unit_price_fen), 0) AS goods
                                FROM shop_order_lines WHERE supplier_order_id = s.id) AS g
            LEFT JOIN (SELECT supplier_order_id, sum(prepaid_fen) AS back FROM shop_order_refunds
                       WHERE NOT declined GROUP BY 1) AS r ON r.supplier_order_id = s.id
            WHERE s.state = 'received'
        )
        SELECT (SELECT count(*) FROM moves) + (SELECT count(*) FROM parts),
               (SELECT count(*) FROM moves m WHERE NOT EXISTS (SELECT FROM allowed x
                    WHERE x.kind = m.kind AND m.debit LIKE x.debit AND m.credit LIKE x.credit))
               + (SELECT count(*) FROM parts
                  WHERE accepted_fen < CASE WHEN goods > 0 THEN goods + freight_fen ELSE 0 END - back)
        """,
    )
)
register(
    Check(
        "S35-parts-owe-what-was-accepted",
        N_(
            "every received part owes its supplier what was accepted of each line, at most what is still paid for that line, and the freight unless nothing was accepted"
        ),
        """
        WITH back AS (
            SELECT order_line_id AS id, sum(prepaid_fen) AS fen FROM shop_order_refunds
            WHERE order_line_id IS NOT NULL AND NOT declined GROUP BY 1
        ), lines AS (
            SELECT l.supplier_order_id AS id, l.accepted_quantity * l.unit_price_fen AS worth,
                   l.line_fen - coalesce(back.fen, 0) AS paid
            FROM shop_order_lines l JOIN shop_supplier_orders s ON s.id = l.supplier_order_id
            LEFT JOIN back ON back.id = l.id
            WHERE s.state = 'received'
        ), worth AS (
            SELECT id, sum(greatest(0, least(worth, paid))) AS goods, sum(worth) > 0 AS accepted FROM lines GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (WHERE s.accepted_fen
            <> CASE WHEN w.accepted THEN w.goods + s.freight_fen ELSE 0 END)
        FROM worth w JOIN shop_supplier_orders s USING (id)
        """,
    )
)
