"""Reading what is to be sent, the nodes, and the parcels that travel through them."""

from shop.fulfilment.queries.nodes import (
    find_pickup_point,
    get_node,
    get_own_node,
    list_nodes,
    nodes_along,
    own_nodes,
    parcels_bound_for,
    pickup_points,
)
from shop.fulfilment.queries.parts import (
    count_to_ship,
    get_part,
    lines_of,
    list_parts,
    order_of_part,
    own_part,
)

__all__ = [
    "count_to_ship",
    "find_pickup_point",
    "get_node",
    "get_own_node",
    "get_part",
    "lines_of",
    "list_nodes",
    "list_parts",
    "nodes_along",
    "order_of_part",
    "own_nodes",
    "own_part",
    "parcels_bound_for",
    "pickup_points",
]
