"""Batches for tests, made through the services."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core import clock, ids
from core.permissions import Actor, Grant
from shop.catalogue.models import Product, Variant
from shop.tracing import queries, services
from shop.tracing.values import BatchFacts, NewBatch

_count = itertools.count(1)


def seller_of(supplier_id: int, name: str = "李运河") -> Actor:
    """Return somebody who acts for a supplier."""
    return Actor(None, name, (Grant(Role.SUPPLIER, supplier_id),))


def new_batch(session: Session, product: Product, **changes: object) -> NewBatch:
    """Return a batch of the product's first pack size, made ten days ago."""
    variant_id = session.scalar(
        select(Variant.id).where(Variant.product_id == product.id).order_by(Variant.id).limit(1)
    )
    facts: dict[str, object] = {"made_on": clock.today() - timedelta(days=10), "packs": 100}
    values: dict[str, object] = {
        "product_slug": product.slug,
        "variant_id": variant_id,
        "number": f"PC-{next(_count)}",
        "once": ids.public_id(20),
    }
    for name, value in changes.items():
        (values if name in NewBatch.__slots__ and name != "facts" else facts)[name] = value
    return NewBatch(**{**values, "facts": BatchFacts(**facts)})  # type: ignore[arg-type]


def make_batch(session: Session, product: Product, **changes: object) -> str:
    """Return the code of a new batch."""
    return services.record_batch(
        session, seller_of(product.supplier_id), new_batch(session, product, **changes)
    )


def code_of(session: Session, product: Product) -> str:
    """Return the code of the product itself."""
    found = queries.find_code(session, product.id, None)
    assert found is not None
    return found


def supplier_of(session: Session, product: Product) -> Organisation:
    """Return who offers a product."""
    return session.get_one(Organisation, product.supplier_id)


def days(count: int) -> date:
    """Return the day so many days from today."""
    return clock.today() + timedelta(days=count)
