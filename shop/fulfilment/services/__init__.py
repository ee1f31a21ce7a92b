"""Use cases of fulfilment: nodes are set up, parts are sent, travel, are handed over and accepted."""

from shop.fulfilment.services.accepting import (
    accept_part,
    confirm_by_itself,
    confirm_receipt,
    note_nothing_arrived,
)
from shop.fulfilment.services.nodes import add_node, change_node, close_node, reopen_node, set_receipt_days
from shop.fulfilment.services.shipping import ship_part
from shop.fulfilment.services.travelling import (
    deliver_parcel,
    hand_out,
    prove_delivery,
    remind_of_parcel,
    scan_parcel,
)

__all__ = [
    "accept_part",
    "add_node",
    "change_node",
    "close_node",
    "confirm_by_itself",
    "confirm_receipt",
    "deliver_parcel",
    "hand_out",
    "note_nothing_arrived",
    "prove_delivery",
    "remind_of_parcel",
    "reopen_node",
    "scan_parcel",
    "set_receipt_days",
    "ship_part",
]
