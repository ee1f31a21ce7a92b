"""What must hold between payments and the ledger: every payment has its entry, every entry its payment."""

from __future__ import annotations

from ledger.checks import Check, register

register(
    Check(
        "I10-payments-have-entries",
        "every confirmed payment and matched bank transfer has exactly one entry of its amount, and back",
        """
        WITH paid AS (
            SELECT 'payment' AS source, public_id AS source_id, amount_fen,
                   CASE purpose WHEN 'order' THEN 'order_paid' ELSE 'donation_received' END AS kind
            FROM payments_intents WHERE state = 'succeeded'
            UNION ALL
            SELECT 'bank_transfer', t.public_id, t.amount_fen,
                   CASE c.purpose WHEN 'order' THEN 'order_paid' ELSE 'donation_received' END
            FROM payments_bank_transfers t JOIN payments_codes c ON c.id = t.code_id WHERE t.state = 'matched'
        ), entries AS (
            SELECT e.source, e.source_id, e.kind, sum(t.amount) AS amount
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
            WHERE e.source IN ('payment', 'bank_transfer') AND e.kind IN ('order_paid', 'donation_received')
            GROUP BY e.id
        )
        SELECT count(*), count(*) FILTER (WHERE p.source_id IS NULL OR e.source_id IS NULL
                                             OR e.amount <> p.amount_fen)
        FROM paid p FULL JOIN entries e
          ON e.source = p.source AND e.source_id = p.source_id AND e.kind = p.kind
        """,
    )
)
register(
    Check(
        "I10-one-payment-one-intent",
        "no payment of a provider and no bank reference stands behind two things, and nothing was paid twice",
        """
        SELECT count(*), count(*) FILTER (WHERE times > 1) FROM (
            SELECT count(*) AS times FROM (
                SELECT purpose, subject_id FROM payments_intents WHERE state = 'succeeded'
                UNION ALL
                SELECT purpose, subject_id FROM payments_codes WHERE paid_at IS NOT NULL) AS paid
            GROUP BY purpose, subject_id) AS things
        """,
    )
)
