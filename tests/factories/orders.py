"""Certified goods, baskets and orders for tests, made through the services."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.permissions import GUEST, SYSTEM, Actor, Grant
from registry.models import Region
from shop.catalogue import services as catalogue
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import NewProduct, NewVariant, ReturnTerms
from shop.certification import services as certification
from shop.certification.values import CertificateKind
from shop.orders import services as order_services
from shop.orders.values import Delivery, OrderRequest, PlacedOrder
from shop.stock.values import Wanted
from tests.factories.people import make_organisation, make_village

_count = itertools.count(1)

DELIVERY = Delivery("张三", "13800138000", "山东省", "枣庄市", "山亭区", "府前路 1 号")


def make_variant(
    session: Session,
    *,
    stock: int = 50,
    price_fen: int = 39_80,
    supplier: Organisation | None = None,
    village: Region | None = None,
    multiple: int = 1,
    grams: int = 2_500,
    terms: ReturnTerms = ReturnTerms.SEVEN_DAYS,
    note: tuple[str, str] = ("", ""),
    certified: bool = True,
    name: str | None = None,
) -> Variant:
    """Return the one pack size of a new product that is on sale."""
    number = next(_count)
    village = village or make_village(session)
    supplier = supplier or make_organisation(session, OrganisationKind.SUPPLIER, region=village)
    producer = price_fen * 6 // 10
    logistics = price_fen // 10
    product = catalogue.add_product(
        session,
        SYSTEM,
        NewProduct(
            slug=f"millet-{number}",
            supplier_id=supplier.id,
            village_id=village.id,
            category="grain_oil",
            name_zh=name or f"石磨小米{number}",
            name_en=f"Stone-milled millet {number}",
            summary_zh="慢磨的小米",
            summary_en="Slowly milled",
            story_zh="",
            story_en="",
            variants=(
                NewVariant(
                    sku=f"SKU-{number}",
                    label_zh="2.5kg 袋装",
                    label_en="2.5 kg bag",
                    net_grams=grams,
                    pieces=None,
                    price_fen=price_fen,
                    producer_fen=producer,
                    logistics_fen=logistics,
                    other_fen=price_fen - producer - logistics,
                    pack_multiple=multiple,
                    stock=stock,
                ),
            ),
            return_terms=terms,
            return_note_zh=note[0],
            return_note_en=note[1],
            households_count=21,
        ),
    )
    catalogue.list_product(session, SYSTEM, product.id)
    if certified:
        certify(session, product.id)
    session.flush()
    return session.query(Variant).filter(Variant.product_id == product.id).one()


def certify(
    session: Session,
    product_id: int,
    until: datetime | None = None,
    kind: CertificateKind = CertificateKind.AID_PRODUCT,
) -> str:
    """Certify a product for a year and return the certificate's number."""
    product = session.get_one(Product, product_id)
    county = session.get_one(Region, product.county_id)
    office = make_organisation(session, OrganisationKind.GOVERNMENT, region=county)
    return certification.issue_certificate(
        session,
        certifier_of(county, office),
        product_id,
        office.id,
        until or clock.now() + timedelta(days=365),
        kind=kind,
    ).number


def certifier_of(county: Region, office: Organisation | None = None) -> Actor:
    """Return somebody who certifies in a county."""
    grant = Grant(Role.CERTIFIER, office.id if office else None, county.id, county.path)
    return Actor(None, "钱认定", (grant,))


def make_request(*wanted: tuple[Variant | int, int], **changes: object) -> OrderRequest:
    """Return a guest's request for packs of variants."""
    values: dict[str, object] = {
        "idem_key": ids.public_id(20),
        "email": "buyer@example.org",
        "locale": "zh_Hans_CN",
        "delivery": DELIVERY,
        "wanted": tuple(Wanted(v if isinstance(v, int) else v.id, quantity) for v, quantity in wanted),
        "no_return_confirmed": True,
        "guest_secret": ids.secret(),
    }
    return OrderRequest(**{**values, **changes})  # type: ignore[arg-type]


def place(
    session: Session, *wanted: tuple[Variant | int, int], actor: Actor = GUEST, **changes: object
) -> PlacedOrder:
    """Place an order."""
    return order_services.place_order(session, actor, make_request(*wanted, **changes))


#: What somebody types into the checkout form.
CHECKOUT = {
    "recipient": "张三",
    "phone": "138 0013 8000",
    "province": "37",
    "county": "370406",
    "town": "",
    "village": "",
    "way": "door",
    "address": "府前路 1 号",
    "email": "buyer@example.org",
    "note": "",
}
