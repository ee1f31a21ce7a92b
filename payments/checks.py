"""What must hold between payments and the ledger: every payment has its entry, every entry its payment."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "I10-clearing-is-payments",
        N_(
            "each clearing account took in exactly what its provider confirmed for its payee, entry for entry"
        ),
        """
        WITH paid AS (
            SELECT 'clearing:' || provider || ':' || payee AS code, count(*) AS times, sum(paid_fen) AS total
            FROM payments_intents
            WHERE state = 'succeeded' OR (state = 'needs_review' AND paid_currency = 'CNY' AND paid_fen > 0) GROUP BY 1
        ), booked AS (
            SELECT a.code, count(DISTINCT t.entry_id) AS times, sum(t.amount) AS total
            FROM ledger_transfers t JOIN ledger_accounts a ON a.id = t.debit_account_id
            JOIN ledger_entries e ON e.id = t.entry_id
            WHERE a.book = 'payments' AND a.code LIKE 'clearing:%' AND e.source NOT IN ('refund', 'dispute', 'provider_payout')
              AND e.reverses_entry_id IS NULL GROUP BY 1
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
        N_(
            "every entry about a payment or bank transfer names one that is confirmed, with its amount, and no other does"
        ),
        """
        WITH paid AS (
            SELECT 'payment' AS source, public_id AS source_id, paid_fen AS amount_fen FROM payments_intents
            WHERE state IN ('succeeded', 'needs_review') AND paid_currency = 'CNY'
            UNION ALL
            SELECT 'bank_transfer', public_id, amount_fen FROM payments_bank_transfers
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
register(
    Check(
        "I10-held-money-is-written-down",
        N_(
            "what is held of payments and bank transfers that fit nothing is the balance of the held accounts"
        ),
        """
        WITH held AS (
            SELECT 'held:' || payee AS code, sum(held_fen) AS total FROM (
                SELECT payee, held_fen FROM payments_intents WHERE held_fen > 0
                UNION ALL SELECT 'operator', held_fen FROM payments_bank_transfers WHERE held_fen > 0) AS money
            GROUP BY 1
        ), booked AS (
            SELECT a.code, b.credits - b.debits + coalesce((
                SELECT sum(u.credit - u.debit) FROM ledger_unrolled u WHERE u.account_id = a.id), 0) AS total
            FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id WHERE a.code LIKE 'held:%'
        )
        SELECT count(*), count(*) FILTER (WHERE coalesce(h.total, 0) <> coalesce(b.total, 0))
        FROM held h FULL JOIN booked b ON b.code = h.code
        """,
    )
)
register(
    Check(
        "I10-refunds-within-payments",
        N_("what goes back of each payment is the sum of its refunds and never more than was paid"),
        """
        WITH back AS (
            SELECT intent_id, transfer_id, sum(amount_fen) AS total FROM payments_refunds
            WHERE state <> 'declined' GROUP BY 1, 2
        ), money AS (
            SELECT i.refunding_fen, coalesce(i.paid_fen, 0) AS paid, b.total FROM payments_intents i
            LEFT JOIN back b ON b.intent_id = i.id WHERE i.refunding_fen > 0 OR b.total > 0
            UNION ALL
            SELECT t.refunding_fen, t.amount_fen + t.joined_fen, b.total FROM payments_bank_transfers t
            LEFT JOIN back b ON b.transfer_id = t.id WHERE t.refunding_fen > 0 OR b.total > 0
        )
        SELECT count(*), count(*) FILTER (WHERE refunding_fen <> coalesce(total, 0) OR coalesce(total, 0) > paid)
        FROM money
        """,
    )
)
register(
    Check(
        "I10-joined-transfers-add-up",
        N_("what bank transfers gave to the one that they pay with is what that one took over"),
        """
        WITH given AS (
            SELECT joined_to_id AS id, -sum(joined_fen) AS total FROM payments_bank_transfers
            WHERE joined_to_id IS NOT NULL GROUP BY 1
        ), taken AS (
            SELECT id, joined_fen AS total FROM payments_bank_transfers WHERE joined_fen > 0
        )
        SELECT count(*), count(*) FILTER (WHERE g.total IS DISTINCT FROM t.total)
        FROM given g FULL JOIN taken t ON t.id = g.id
        """,
    )
)
register(
    Check(
        "I10-refunds-have-entries",
        N_(
            "every refund was promised once with its amount, and left the provider or the bank once it was paid"
        ),
        """
        WITH entries AS (
            SELECT split_part(e.source_id, '.', 1) AS refund,
                   sum(t.amount) FILTER (WHERE e.kind = 'refund_promised') AS promised,
                   coalesce(sum(t.amount) FILTER (WHERE e.kind = 'refund_taken_back'), 0) AS taken_back,
                   coalesce(sum(t.amount) FILTER (WHERE e.kind = 'refund'), 0)
                   - coalesce(sum(t.amount) FILTER (WHERE e.kind = 'refund_returned'), 0) AS gone
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id WHERE e.source = 'refund' GROUP BY 1
        ), refunds AS (
            SELECT public_id, amount_fen, state FROM payments_refunds WHERE currency = 'CNY'
        )
        SELECT count(*), count(*) FILTER (WHERE r.public_id IS NULL OR e.refund IS NULL
            OR e.promised IS DISTINCT FROM r.amount_fen
            OR e.taken_back <> CASE WHEN r.state = 'declined' THEN r.amount_fen ELSE 0 END
            OR e.gone <> CASE WHEN r.state = 'succeeded' THEN r.amount_fen ELSE 0 END)
        FROM refunds r FULL JOIN entries e ON e.refund = r.public_id
        """,
    )
)
register(
    Check(
        "I10-disputes-are-held-back",
        N_("what providers hold back for open disputes is the balance of its accounts"),
        """
        WITH told AS (
            SELECT 'disputes:' || i.payee || ':' || CASE WHEN d.lost_at IS NULL THEN 'held_back' ELSE 'lost' END AS code,
                   sum(d.taken_fen) AS total
            FROM payments_disputes d JOIN payments_intents i ON i.id = d.intent_id GROUP BY 1
        ), booked AS (
            SELECT a.code, b.debits - b.credits + coalesce((
                SELECT sum(u.debit - u.credit) FROM ledger_unrolled u WHERE u.account_id = a.id), 0) AS total
            FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id WHERE a.code LIKE 'disputes:%'
        )
        SELECT count(*), count(*) FILTER (WHERE coalesce(t.total, 0) <> coalesce(b.total, 0))
        FROM told t FULL JOIN booked b ON b.code = t.code
        """,
    )
)
register(
    Check(
        "I10-payouts-have-entries",
        N_(
            "every payout of a provider reached the bank once with its amount and its fee, and left it again if it came back"
        ),
        """
        WITH entries AS (
            SELECT e.source_id AS payout,
                   coalesce(sum(CASE WHEN d.code LIKE 'bank:%' THEN t.amount WHEN c.code LIKE 'bank:%' THEN -t.amount END)
                            FILTER (WHERE e.kind = 'provider_payout'), 0) AS banked,
                   coalesce(sum(CASE WHEN d.code LIKE 'fees:%' THEN t.amount WHEN c.code LIKE 'fees:%' THEN -t.amount END)
                            FILTER (WHERE e.kind = 'provider_payout'), 0) AS fees,
                   coalesce(sum(CASE WHEN c.code LIKE 'bank:%' THEN t.amount WHEN d.code LIKE 'bank:%' THEN -t.amount END)
                            FILTER (WHERE e.kind = 'provider_payout_returned'), 0) AS returned
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
            JOIN ledger_accounts d ON d.id = t.debit_account_id JOIN ledger_accounts c ON c.id = t.credit_account_id
            WHERE e.source = 'provider_payout' GROUP BY 1
        ), payouts AS (
            SELECT public_id, amount_fen, fee_fen, returned_at IS NOT NULL AS is_back
            FROM payments_incoming_payouts WHERE booked_at IS NOT NULL
        )
        SELECT count(*), count(*) FILTER (WHERE p.public_id IS NULL OR e.payout IS NULL
            OR e.banked <> p.amount_fen OR e.fees <> p.fee_fen
            OR e.returned <> CASE WHEN is_back THEN p.amount_fen ELSE 0 END)
        FROM payouts p FULL JOIN entries e ON e.payout = p.public_id
        """,
    )
)
register(
    Check(
        "I14-bank-not-below-zero",
        N_("by the books no bank account lies below zero: nothing is paid from money that has not arrived"),
        """
        SELECT count(*), count(*) FILTER (WHERE b.debits - b.credits + coalesce((
            SELECT sum(u.debit - u.credit) FROM ledger_unrolled u WHERE u.account_id = a.id), 0) < 0)
        FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id WHERE a.code LIKE 'bank:%'
        """,
    )
)
