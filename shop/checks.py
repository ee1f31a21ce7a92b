"""What must always hold in the shop, one query each; `make ledger-check` and every test run them."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "S01-stock-is-its-movements",
        N_("what is on hand of every pack size is the sum of its movements, and not below zero"),
        """
        SELECT count(*), count(*) FILTER (WHERE coalesce(s.on_hand, 0) <> coalesce(m.total, 0) OR s.on_hand < 0)
        FROM shop_stock s FULL JOIN (
            SELECT variant_id, sum(change) AS total FROM shop_stock_movements GROUP BY 1) AS m
        ON m.variant_id = s.variant_id
        """,
    )
)
register(
    Check(
        "S02-holds-lie-in-stock",
        N_("what is held for orders whose payment may still succeed is on hand"),
        """
        SELECT count(*), count(*) FILTER (WHERE held.packs > coalesce(s.on_hand, 0))
        FROM (SELECT variant_id, sum(quantity) AS packs FROM shop_stock_holds
              WHERE status = 'held' AND payable GROUP BY 1) AS held
        LEFT JOIN shop_stock s ON s.variant_id = held.variant_id
        """,
    )
)
register(
    Check(
        "S03-holds-follow-their-orders",
        N_("paid orders have taken their goods, ended ones hold nothing, and each took what its lines say"),
        """
        SELECT (SELECT count(*) FROM shop_orders), (
            SELECT count(*) FROM shop_orders o WHERE o.state IN ('paid', 'shipped', 'received', 'cancelled', 'expired')
              AND EXISTS (SELECT 1 FROM shop_stock_holds h WHERE h.order_id = o.id AND h.status = 'held')) + (
            SELECT count(*) FROM shop_orders o
            WHERE (o.state IN ('paid', 'shipped', 'received') OR (o.state = 'cancelled' AND o.paid_at IS NOT NULL))
              AND (SELECT coalesce(sum(quantity), 0) FROM shop_order_lines l
                   JOIN shop_supplier_orders p ON p.id = l.supplier_order_id
                   WHERE l.order_id = o.id AND p.state <> 'cancelled')
                  <> (SELECT coalesce(-sum(change), 0) FROM shop_stock_movements m WHERE m.order_id = o.id))
        """,
    )
)
register(
    Check(
        "S04-paid-orders-are-posted",
        N_("every paid order has its one entry with its total, and every such entry its order"),
        """
        WITH posted AS (
            SELECT e.source_id AS number, sum(t.amount) AS amount
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
            WHERE e.kind = 'order_paid' AND e.source = 'order' AND e.reverses_entry_id IS NULL GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (WHERE p.amount IS DISTINCT FROM o.total_fen + o.discount_fen)
        FROM (SELECT number, total_fen, discount_fen FROM shop_orders WHERE paid_at IS NOT NULL) AS o
        FULL JOIN posted p ON p.number = o.number
        """,
    )
)
register(
    Check(
        "S05-accepted-parts-are-posted",
        N_("every accepted part has its one entry with what was accepted"),
        """
        WITH posted AS (
            SELECT split_part(e.source_id, ':', 1) AS part, sum(t.amount) AS amount
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
            WHERE e.kind = 'order_delivered' AND e.source = 'supplier_order' AND e.reverses_entry_id IS NULL GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (WHERE p.amount IS DISTINCT FROM s.accepted_fen)
        FROM (SELECT public_id, accepted_fen FROM shop_supplier_orders WHERE accepted_fen > 0) AS s
        FULL JOIN posted p ON p.part = s.public_id
        """,
    )
)
register(
    Check(
        "S06-prepaid-is-paid-not-delivered",
        N_("the prepaid account holds exactly what was paid for, not accepted yet and not given back"),
        """
        SELECT 1, CASE WHEN coalesce((
            SELECT b.credits - b.debits + coalesce((
                SELECT sum(u.credit - u.debit) FROM ledger_unrolled u WHERE u.account_id = a.id), 0)
            FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
            WHERE a.code = 'orders:prepaid'), 0) = coalesce((
            SELECT sum(total_fen + discount_fen) FROM shop_orders WHERE paid_at IS NOT NULL), 0) - coalesce((
            SELECT sum(accepted_fen) FROM shop_supplier_orders), 0) - coalesce((
            SELECT sum(prepaid_fen) FROM shop_order_refunds WHERE NOT declined), 0) THEN 0 ELSE 1 END
        """,
    )
)
register(
    Check(
        "S07-orders-add-up",
        N_("the sums of every order are those of its parts and lines"),
        """
        WITH lines AS (
            SELECT supplier_order_id, sum(line_fen) AS goods FROM shop_order_lines GROUP BY 1
        ), parts AS (
            SELECT s.order_id, sum(s.goods_fen) AS goods, sum(s.freight_fen) AS freight, sum(s.discount_fen) AS discount,
                   bool_or(s.goods_fen IS DISTINCT FROM l.goods) AS wrong
            FROM shop_supplier_orders s LEFT JOIN lines l ON l.supplier_order_id = s.id GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (WHERE p.wrong IS DISTINCT FROM false OR p.goods <> o.goods_fen
                                             OR p.freight <> o.freight_fen OR p.discount <> o.discount_fen
                                             OR o.goods_fen + o.freight_fen - o.discount_fen <> o.total_fen)
        FROM shop_orders o LEFT JOIN parts p ON p.order_id = o.id
        """,
    )
)
register(
    Check(
        "S08-states-follow-parts",
        N_("the state of every paid order is the one of its parts"),
        """
        SELECT count(*), count(*) FILTER (WHERE o.state <> CASE
                   WHEN p.received = p.parts THEN 'received'
                   WHEN p.received + p.shipped = p.parts THEN 'shipped' ELSE 'paid' END
                   OR p.stray > 0)
        FROM shop_orders o JOIN (
            SELECT order_id, count(*) FILTER (WHERE state <> 'cancelled') AS parts,
                   count(*) FILTER (WHERE state = 'received') AS received,
                   count(*) FILTER (WHERE state = 'shipped') AS shipped,
                   count(*) FILTER (WHERE state = 'waiting') AS stray
            FROM shop_supplier_orders GROUP BY 1) AS p ON p.order_id = o.id
        WHERE o.state IN ('paid', 'shipped', 'received')
        """,
    )
)
register(
    Check(
        "S09-refunds-of-orders-are-refunds",
        N_(
            "every refund of an order is one in payments with the same sum, and no line gave back more than it cost"
        ),
        """
        WITH shares AS (
            SELECT refund, sum(amount_fen) AS total, bool_and(declined) AS declined FROM shop_order_refunds GROUP BY 1
        ), lines AS (
            SELECT r.order_line_id, sum(r.amount_fen + r.voucher_fen) > min(l.line_fen) AS wrong
            FROM shop_order_refunds r JOIN shop_order_lines l ON l.id = r.order_line_id
            WHERE NOT r.declined GROUP BY 1
        )
        SELECT (SELECT count(*) FROM shares),
               (SELECT count(*) FROM shares s LEFT JOIN payments_refunds r ON r.public_id = s.refund
                WHERE r.amount_fen IS DISTINCT FROM s.total OR (r.state = 'declined') <> s.declined)
               + (SELECT count(*) FROM lines WHERE wrong)
        """,
    )
)
register(
    Check(
        "I10-payments-of-orders-are-entries",
        N_(
            "every payment and matched transfer for an order is one entry with its amount in its account, and no entry has none"
        ),
        """
        WITH money AS (
            SELECT 'payment:' || public_id AS paid_by, amount_fen, 'clearing:' || provider || ':' || payee AS code
            FROM payments_intents WHERE state = 'succeeded' AND purpose = 'order'
            UNION ALL
            SELECT 'bank_transfer:' || t.public_id, t.amount_fen, 'bank:' || c.payee
            FROM payments_bank_transfers t JOIN payments_codes c ON c.id = t.code_id
            WHERE t.state = 'matched' AND c.purpose = 'order'
        ), entries AS (
            SELECT coalesce(o.paid_by, e.source || ':' || e.source_id) AS paid_by, t.amount, a.code
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
            JOIN ledger_accounts a ON a.id = t.debit_account_id
            LEFT JOIN shop_orders o ON e.source = 'order' AND o.number = e.source_id
            WHERE e.kind IN ('order_paid', 'payment_unapplied') AND e.reverses_entry_id IS NULL
              AND a.book = 'payments' AND a.code NOT LIKE 'held:%'
        )
        SELECT count(*), count(*) FILTER (WHERE m.paid_by IS NULL OR e.paid_by IS NULL OR m.amount_fen <> e.amount
                                             OR m.code <> e.code)
        FROM money m FULL JOIN entries e ON e.paid_by = m.paid_by
        """,
    )
)
