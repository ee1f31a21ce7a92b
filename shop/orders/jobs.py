"""What happens to orders by the clock."""

from __future__ import annotations

import logging

from core import jobs
from core.db import transaction
from payments import services as payment_services
from payments.values import Purpose
from shop.orders import queries, services
from shop.orders.values import PaymentMethod

log = logging.getLogger(__name__)


@jobs.every(seconds=20)
def expire_unpaid_orders() -> int:
    """End orders that nobody paid in time, payments first: "already paid" means that the order is finished instead.

    May run twice in parallel or be killed anywhere. Returns how many ended.
    """
    return jobs.each_due(queries.unpaid_past_their_time, _end)


def _end(order_id: int, method: str) -> int:
    if method == PaymentMethod.ONLINE:
        outcome = payment_services.cancel_open_intents(Purpose.ORDER, order_id)
        if outcome not in ("none", "cancelled"):
            return False
    with transaction() as session:
        return services.expire_order(session, order_id)
