"""What must always hold of parcels, proved with the books."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "S60-parcels-are-where-they-were-scanned",
        N_(
            "every sent part has one parcel, and every parcel is as far as its scans say, in order and at its node"
        ),
        """
        SELECT count(*), count(*) FILTER (
            WHERE p.id IS NULL OR s.scans <> p.reached OR s.furthest <> p.reached
               OR (p.at_node_id IS NOT NULL AND p.at_node_id IS DISTINCT FROM here.node_id)
               OR (p.next_node_id IS NOT NULL AND p.next_node_id IS DISTINCT FROM onward.node_id)
               OR (part.state = 'received' AND (p.confirm_on IS NOT NULL OR p.next_node_id IS NOT NULL))
        )
        FROM shop_supplier_orders part
        LEFT JOIN shop_parcels p ON p.supplier_order_id = part.id
        LEFT JOIN LATERAL (
            SELECT count(*) AS scans, coalesce(max(position), 0) AS furthest FROM shop_hand_overs h WHERE h.parcel_id = p.id
        ) AS s ON true
        LEFT JOIN shop_parcel_stops here ON here.parcel_id = p.id AND here.position = p.reached
        LEFT JOIN shop_parcel_stops onward ON onward.parcel_id = p.id AND onward.position = p.reached + 1
        WHERE part.state IN ('shipped', 'received')
        """,
    )
)
