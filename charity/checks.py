"""Invariants of charity, for `make ledger-check` and after every test."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "C01-gifts-fill-their-fund",
        N_("the settled gifts of every campaign sum to what its fund received"),
        """
        WITH gifts AS (
            SELECT campaign_id, sum(amount_fen) AS total FROM charity_donations WHERE state = 'settled' GROUP BY 1
        ), funds AS (
            SELECT a.code, sum(t.amount) AS total FROM ledger_transfers t
            JOIN ledger_entries e ON e.id = t.entry_id AND e.kind = 'donation_received'
            JOIN ledger_accounts a ON a.id = t.credit_account_id AND a.book = 'charity' GROUP BY a.code
        )
        SELECT (SELECT count(*) FROM charity_campaigns), count(*) FILTER (
            WHERE coalesce(g.total, 0) <> coalesce(f.total, 0) OR c.id IS NULL)
        FROM charity_campaigns c LEFT JOIN gifts g ON g.campaign_id = c.id
        FULL JOIN funds f ON f.code = 'campaign:' || c.public_id || ':fund'
        """,
    )
)
register(
    Check(
        "C02-gift-has-entry-and-number",
        N_("every settled gift has one entry of its amount and a number, and no other gift has any"),
        """
        WITH entries AS (
            SELECT e.source_id, count(DISTINCT e.id) AS entries, sum(t.amount) AS amount
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
            JOIN ledger_accounts a ON a.id = t.credit_account_id AND a.book = 'charity'
            WHERE e.kind = 'donation_received' AND e.source = 'payment' GROUP BY 1
        )
        SELECT (SELECT count(*) FROM charity_donations WHERE state = 'settled'), count(*) FILTER (WHERE CASE
            WHEN d.state = 'settled' THEN d.acknowledgement_no IS NULL OR e.entries IS DISTINCT FROM 1
                                          OR e.amount IS DISTINCT FROM d.amount_fen
            ELSE e.source_id IS NOT NULL END)
        FROM charity_donations d FULL JOIN entries e ON e.source_id = d.intent_public_id
        """,
    )
)
register(
    Check(
        "C03-no-gift-to-a-draft",
        N_("no campaign received a gift before it was published"),
        """
        SELECT count(*), count(*) FILTER (WHERE c.published_at IS NULL OR d.created_at < c.published_at)
        FROM charity_donations d JOIN charity_campaigns c ON c.id = d.campaign_id
        """,
    )
)
