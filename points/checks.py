"""What the books of points and stores must always agree on."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "P1-goods-left",
        N_("units left of every batch are those received less those redeemed"),
        """
        SELECT count(*), count(*) FILTER (WHERE b.quantity_left <> b.quantity_received - coalesce(gone.quantity, 0))
        FROM points_goods_batches b
        LEFT JOIN (SELECT batch_id, sum(quantity) AS quantity FROM points_redemption_lines GROUP BY 1) AS gone
               ON gone.batch_id = b.id
        """,
    )
)
register(
    Check(
        "P2-store-goods-worth",
        N_("the worth of a store's goods in the ledger is that of the units on its shelves"),
        """
        WITH shelves AS (
            SELECT g.store_id, sum(b.quantity_left * b.value_fen) AS worth
            FROM points_goods_batches b JOIN points_goods g ON g.id = b.goods_id GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (WHERE coalesce(v.debits - v.credits, 0) <> coalesce(shelves.worth, 0))
        FROM points_stores s LEFT JOIN shelves ON shelves.store_id = s.id
        LEFT JOIN ledger_accounts a ON a.code = 'store:' || s.public_id || ':goods'
        LEFT JOIN ledger_balances v ON v.account_id = a.id
        """,
    )
)
register(
    Check(
        "P3-redemptions-are-entries",
        N_(
            "every redemption has one entry with its points and worth, equal to its lines, and the other way round"
        ),
        """
        WITH lines AS (
            SELECT redemption_id, sum(points) AS points, sum(value_fen) AS worth
            FROM points_redemption_lines GROUP BY 1
        ), entries AS (
            SELECT e.source_id, sum(t.amount) FILTER (WHERE t.unit = 'PTS') AS points,
                   sum(t.amount) FILTER (WHERE t.unit = 'CNY') AS worth
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
            WHERE e.kind = 'redemption' GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (
            WHERE r.id IS NULL OR r.points IS DISTINCT FROM lines.points OR r.points IS DISTINCT FROM entries.points
               OR lines.worth IS DISTINCT FROM entries.worth)
        FROM points_redemptions r LEFT JOIN lines ON lines.redemption_id = r.id
        FULL JOIN entries ON entries.source_id = r.public_id
        """,
    )
)
register(
    Check(
        "P4-awards-are-entries",
        N_("every approved claim has one entry with its points, and the other way round"),
        """
        WITH entries AS (
            SELECT e.source_id, sum(t.amount) AS points
            FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
            WHERE e.kind = 'points_issued' AND e.source = 'points_claim' GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (WHERE c.id IS NULL OR c.points IS DISTINCT FROM entries.points)
        FROM (SELECT * FROM points_claims WHERE state = 'approved') AS c
        FULL JOIN entries ON entries.source_id = c.public_id
        """,
    )
)
register(
    Check(
        "I09-points-are-covered",
        N_("where a cover is enforced, goods and fund of the region stand behind its outstanding points"),
        """
        WITH below AS (
            SELECT c.region_id, c.rate_fen, c.fund_fen, c.enforced, v.id AS village_id, v.code
            FROM points_covers c JOIN registry_regions r ON r.id = c.region_id
            JOIN registry_regions v ON v.level = 'village' AND v.path LIKE r.path || '%'
        ), moved AS (
            SELECT a.id, a.code, b.debits - b.credits + coalesce((SELECT sum(u.debit - u.credit)
                   FROM ledger_unrolled u WHERE u.account_id = a.id), 0) AS balance
            FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
            WHERE a.code LIKE 'points:%:issued' OR a.code LIKE 'store:%:goods'
        ), stands AS (
            SELECT below.region_id, min(below.rate_fen) AS rate_fen, min(below.fund_fen) AS fund_fen,
                   bool_or(below.enforced) AS enforced,
                   coalesce(sum((SELECT m.balance FROM moved m WHERE m.code = 'points:' || below.code || ':issued')), 0)
                 - coalesce(sum((SELECT sum(x.points) FROM points_redemptions x
                                 WHERE x.village_id = below.village_id)), 0) AS outstanding,
                   coalesce(sum((SELECT sum(m.balance) FROM points_stores s
                                 JOIN moved m ON m.code = 'store:' || s.public_id || ':goods'
                                 WHERE s.village_id = below.village_id)), 0) AS goods_fen
            FROM below GROUP BY below.region_id
        )
        SELECT count(*), count(*) FILTER (WHERE enforced AND outstanding * rate_fen > goods_fen + fund_fen)
        FROM stands
        """,
    )
)
