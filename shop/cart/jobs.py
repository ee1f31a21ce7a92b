"""What happens to carts by the clock."""

from __future__ import annotations

from core import jobs
from core.db import transaction
from shop.cart import services


@jobs.every(hours=6)
def forget_old_carts() -> None:
    """Remove visitors' carts that nobody has touched for a long time."""
    with transaction() as session:
        services.forget_old_carts(session)
