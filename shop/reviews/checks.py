"""What must always hold of reviews, proved with the books."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "S40-stars-are-their-reviews",
        N_("the stars counted for every product are those of its visible reviews"),
        """
        WITH told AS (
            SELECT product_id, count(*) FILTER (WHERE stars = 1) AS s1, count(*) FILTER (WHERE stars = 2) AS s2,
                   count(*) FILTER (WHERE stars = 3) AS s3, count(*) FILTER (WHERE stars = 4) AS s4,
                   count(*) FILTER (WHERE stars = 5) AS s5
            FROM shop_reviews WHERE hidden_at IS NULL GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (WHERE
            (coalesce(r.stars_1, 0), coalesce(r.stars_2, 0), coalesce(r.stars_3, 0), coalesce(r.stars_4, 0),
             coalesce(r.stars_5, 0)) <> (coalesce(t.s1, 0), coalesce(t.s2, 0), coalesce(t.s3, 0), coalesce(t.s4, 0),
             coalesce(t.s5, 0)))
        FROM shop_product_ratings r FULL JOIN told t ON t.product_id = r.product_id
        """,
    )
)
register(
    Check(
        "S41-reviews-follow-receipt",
        N_("every review is of a line of its product and supplier whose part was received"),
        """
        SELECT count(*), count(*) FILTER (WHERE p.state <> 'received' OR l.product_id <> r.product_id
            OR p.supplier_id <> r.supplier_id)
        FROM shop_reviews r JOIN shop_order_lines l ON l.id = r.order_line_id
        JOIN shop_supplier_orders p ON p.id = l.supplier_order_id
        """,
    )
)
