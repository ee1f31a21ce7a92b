"""Products with several pack sizes and full texts for tests of the catalogue, made through the services."""

from __future__ import annotations

import itertools
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core.permissions import SYSTEM
from registry.models import Region
from shop.catalogue import services as catalogue
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import NewProduct, NewVariant
from shop.stock import services as stock
from tests.factories.orders import certify
from tests.factories.people import make_organisation, make_village

_count = itertools.count(1)


def pack(price_fen: int = 3980, stock: int = 20, label: str = "2.5kg 袋装", **changes: object) -> NewVariant:
    """Return a pack size whose price is split in a believable way."""
    producer, logistics = price_fen * 60 // 100, price_fen * 22 // 100
    values: dict[str, object] = {
        "sku": f"P-{next(_count)}",
        "label_zh": label,
        "label_en": "2.5 kg bag",
        "net_grams": 2500,
        "pieces": None,
        "price_fen": price_fen,
        "producer_fen": producer,
        "logistics_fen": logistics,
        "other_fen": price_fen - producer - logistics,
        "stock": stock,
    }
    return NewVariant(**{**values, **changes})  # type: ignore[arg-type]


def new_product(session: Session, village: Region | None = None, **changes: object) -> NewProduct:
    """Return what a product could be made of; `supplier` may name the organisation that offers it."""
    village = village or make_village(session)
    supplier = changes.pop("supplier", None) or make_organisation(session, region=village)
    assert isinstance(supplier, Organisation)
    values: dict[str, object] = {
        "slug": f"chanpin-{next(_count)}",
        "supplier_id": supplier.id,
        "village_id": village.id,
        "category": "grain_oil",
        "name_zh": "石磨小米",
        "name_en": "Stone-milled millet",
        "summary_zh": "慢磨的小米，熬粥起油。",
        "summary_en": "Slowly milled, for thick porridge.",
        "story_zh": "村里的石磨转了三代。",
        "story_en": "The mill has turned for three generations.",
        "variants": (pack(),),
        "storage_zh": "阴凉干燥处",
        "storage_en": "Cool and dry",
        "shelf_life_days": 180,
        "households_count": 21,
    }
    return NewProduct(**{**values, **changes})  # type: ignore[arg-type]


def make_product(
    session: Session,
    village: Region | None = None,
    *,
    listed: bool = True,
    certified: bool = True,
    until: datetime | None = None,
    **changes: object,
) -> Product:
    """Return a product, on sale and certified unless said otherwise."""
    product = catalogue.add_product(session, SYSTEM, new_product(session, village, **changes))
    if listed:
        catalogue.list_product(session, SYSTEM, product.id)
    if certified:
        certify(session, product.id, until)
    session.flush()
    return product


def sell_out(session: Session, product: Product) -> None:
    """Let nothing of a product be left."""
    for variant_id in session.scalars(select(Variant.id).where(Variant.product_id == product.id)):
        stock.count_stock(session, SYSTEM, variant_id, 0, "counted")
    session.flush()
