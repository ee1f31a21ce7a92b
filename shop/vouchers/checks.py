"""What must always hold of vouchers; `make ledger-check` and every test run them."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "V01-vouchers-are-posted",
        N_("what vouchers have cost is what paid orders say, less what went back"),
        """
        SELECT (SELECT count(*) FROM shop_voucher_uses), CASE WHEN coalesce((
            SELECT b.debits - b.credits + coalesce((
                SELECT sum(u.debit - u.credit) FROM ledger_unrolled u WHERE u.account_id = a.id), 0)
            FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
            WHERE a.code = 'vouchers:spent'), 0) = coalesce((
            SELECT sum(discount_fen) FROM shop_orders WHERE paid_at IS NOT NULL), 0) - coalesce((
            SELECT sum(voucher_fen) FROM shop_order_refunds WHERE NOT declined), 0) THEN 0 ELSE 1 END
        """,
    )
)
register(
    Check(
        "V02-vouchers-follow-their-orders",
        N_(
            "every discount is one use of a voucher with the same amount, taken while its order stands and free when it has ended"
        ),
        """
        SELECT count(*), count(*) FILTER (WHERE o.discount_fen IS DISTINCT FROM u.discount_fen
               OR (o.state IN ('placed', 'paid', 'shipped', 'received') AND u.released_at IS NOT NULL)
               OR (o.state IN ('cancelled', 'expired') AND u.released_at IS NULL))
        FROM (SELECT id, state, discount_fen FROM shop_orders WHERE discount_fen > 0) AS o
        FULL JOIN shop_voucher_uses u ON u.order_id = o.id
        """,
    )
)
register(
    Check(
        "V03-vouchers-are-used-as-often-as-allowed",
        N_(
            "no voucher is used more often than its batch allows, nor twice by one account where that is forbidden"
        ),
        """
        SELECT count(*), count(*) FILTER (WHERE n.uses > b.uses_each OR n.seat > b.uses_each
                                             OR (b.per_person AND n.people IS DISTINCT FROM n.uses))
        FROM (SELECT voucher_id, count(*) AS uses, max(seat) AS seat, count(DISTINCT person_id) AS people
              FROM shop_voucher_uses WHERE released_at IS NULL GROUP BY 1) AS n
        JOIN shop_vouchers v ON v.id = n.voucher_id JOIN shop_voucher_batches b ON b.id = v.batch_id
        """,
    )
)
