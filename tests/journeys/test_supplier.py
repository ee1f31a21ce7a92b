"""A supplier adds a product, three offices and the public look at it, and a buyer pays the price of the ladder."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from publicity import jobs as publicity_jobs
from shop.applications.models import Application
from shop.applications.values import Stage
from shop.catalogue.models import Product, Variant
from shop.orders.models import Order, OrderLine
from tests.factories import certification as world_of
from tests.factories.certification import CertificationWorld, make_world, pass_stage
from tests.factories.orders import CHECKOUT
from tests.page_client import PageClient


def photograph() -> BytesIO:
    """Return a picture as a phone sends it."""
    kept = BytesIO()
    Image.new("RGB", (900, 700), "olive").save(kept, "JPEG")
    kept.seek(0)
    return kept


def add_by_the_pages(world: CertificationWorld, seller: PageClient) -> str:
    """Add a product with a picture and a pack size by the pages alone; returns its slug."""
    typed = seller.get("/supplier/products/new").form("/products/new")["fields"]
    answer = seller.post(
        "/supplier/products/new",
        {
            **typed,
            "name_zh": "青莲莲子",
            "name_en": "Qinglian Lotus Seeds",
            "category": "grain_oil",
            "village": str(world.village.id),
            "story_zh": "荷塘里长出来的。",
            "storage_zh": "阴凉干燥处",
            "shelf_life": "365",
        },
    )
    home = answer.location or ""
    seller.post(f"{home}/pictures", {"pictures": (photograph(), "a.jpg"), "alt_zh": "莲子"})
    typed = seller.get(f"{home}/packs/new").form("/packs/new")["fields"]
    seller.post(
        f"{home}/packs/new",
        {
            **typed,
            "label_zh": "500g 袋装",
            "amount": "500",
            "unit": "g",
            "price": "28",
            "producer": "20",
            "logistics": "3",
            "other": "5",
            "stock": "40",
            "step_packs_1": "4",
            "step_price_1": "25.50",
        },
    )
    seller.post(f"{home}/list")
    return home.rsplit("/", 1)[1]


def test_from_the_supplier_s_phone_to_a_buyer_s_order(session: Session, app: Flask) -> None:
    world = make_world(session, households=0)
    session.flush()
    seller = PageClient(app, session).sign_in(world.seller)
    slug = add_by_the_pages(world, seller)
    product = session.scalars(select(Product).where(Product.slug == slug)).one()
    variant = session.scalars(select(Variant).where(Variant.product_id == product.id)).one()
    world.product = product
    for _ in range(3):
        world_of.agreed_link(session, world)
    session.flush()

    page = seller.follow(seller.post(f"/supplier/products/{slug}/apply"))
    address = re.search(r'action="(/supplier/applications/[^"]+/submit)"', page.html)
    assert address
    seller.post(address.group(1), {"statement": "自有荷塘，三户参与。"})
    application = session.scalars(select(Application)).one()
    for stage in (Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY):
        pass_stage(session, world, application, stage)
    session.flush()
    buyer = PageClient(app, session)
    buyer.get(f"/shop/products/{slug}")
    buyer.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "1"}, 409)

    with clock.at(clock.now() + timedelta(days=30)):
        publicity_jobs.end_due_notices()
        session.flush()
        buyer.get(f"/shop/products/{slug}")
        buyer.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "5"})
        assert "¥127.50" in buyer.get("/shop/cart").text
        form = buyer.get("/shop/checkout").form("/shop/checkout")["fields"]
        buyer.post("/shop/checkout", {**form, **CHECKOUT})
        order = session.scalars(select(Order)).one()
        line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
        assert (line.unit_price_fen, line.line_fen) == (25_50, 127_50)
        assert (line.producer_fen + line.logistics_fen + line.other_fen) == 127_50
        assert order.goods_fen == 127_50
