"""What must hold between payments and the ledger: every payment has its entry, every entry its payment."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "I10-clearing-is-payments",
        N_("each clearing account took in exactly the confirmed payments of its provider and payee, entry for entry"),
        """
        WITH paid AS (
            SELECT 'clearing:' || provider || ':' || payee AS code, count(*) AS times, sum(amount_fen) AS total
            FROM payments_intents WHERE state = 'succeeded' GROUP BY 1
        ), booked AS (
            SELECT a.code, count(DISTINCT t.entry_id) AS times, sum(t.amount) AS total
            FROM ledger_transfers t JOIN ledger_accounts a ON a.id = t.debit_account_id
            JOIN ledger_entries e ON e.id = t.entry_id
            WHERE a.book = 'payments' AND a.code LIKE 'clearing:%' AND e.reverses_entry_id IS NULL GROUP BY 1
        )
        SELECT coalesce(sum(greatest(p.times, b.times)), 0),
               coalesce(sum(greatest(abs(coalesce(p.times, 0) - coalesce(b.times, 0)),
                                     sign(abs(coalesce(p.total, 0) - coalesce(b.total, 0))))), 0)
        FROM paid p FULL JOIN booked b ON b.code = p.code
        """,
    )
)
register(
    Check(
        "I10-payments-have-entries",
        N_("every entry about a payment or bank transfer names one that is confirmed, with its amount, and no other does"),
        """
        WITH paid AS (
            SELECT 'payment' AS source, public_id AS source_id, amount_fen FROM payments_intents
            WHERE state = 'succeeded'
            UNION ALL
            SELECT 'bank_transfer', public_id, amount_fen FROM payments_bank_transfers WHERE state = 'matched'
        ), entries AS (
            SELECT e.source, e.source_id, count(DISTINCT e.id) AS times, sum(t.amount) AS amount
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
            WHERE e.source IN ('payment', 'bank_transfer') AND e.reverses_entry_id IS NULL GROUP BY 1, 2
        )
        SELECT count(*), count(*) FILTER (WHERE p.source_id IS NULL OR e.times <> 1 OR e.amount <> p.amount_fen)
        FROM entries e LEFT JOIN paid p ON p.source = e.source AND p.source_id = e.source_id
        """,
    )
)
register(
    Check(
        "I10-gifts-have-entries",
        N_("every confirmed payment of a gift has its entry in the fund"),
        """
        SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
            SELECT FROM ledger_entries e WHERE e.source = 'payment' AND e.source_id = i.public_id
                                           AND e.kind = 'donation_received'))
        FROM payments_intents i WHERE i.state = 'succeeded' AND i.purpose = 'donation'
        """,
    )
)
