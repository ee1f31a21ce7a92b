"""A small living site in a process of its own: `python -m tests.browser.site`, told by the environment where.

A process of its own, because `core.db` is bound to one database a process, and a web server in a thread would answer
from whatever the tests beside it are bound to.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import date
from io import BytesIO

from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from app import create_app
from config import Config
from core import clock, jobs, storage
from core.db import transaction
from payments.services import record_bank_transfer
from registry import queries as registry_queries
from search import indexing
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import ReturnTerms
from tests.charity import making
from tests.factories.live import make_live
from tests.factories.orders import make_variant, place
from tests.factories.people import PASSWORD, actor_of, make_organisation, make_user
from tests.factories.points import PointsWorld, make_points_world, stock_goods


class Quiet(WSGIRequestHandler):
    """Says nothing about what went well."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log only what a person should look into."""
        if str(code).startswith("5"):
            super().log_request(code, size)


def build() -> dict[str, object]:
    """Build the world through the services, and return what the tests need to know of it."""
    with transaction() as session:
        products = [_product(session, number) for number in range(6)]
        house = making.make_house(session)
        campaign = making.make_campaign(session, house)
        points = make_points_world(session, points=100)
        for number, name in enumerate(("肥皂", "毛巾", "酱油")):
            stock_goods(session, points, f"goods{number}", name, 5 + number, 300, 90, date(2099, 1, 1))
        facts: dict[str, object] = {
            "products": products,
            "campaign": campaign.slug,
            "keeper": points.keeper_user.email,
            "card": points.card_code,
            "people": _people(session, house, points),
            "live": _live(session),
            "password": PASSWORD,
        }
    indexing.rebuild()
    return facts


def _people(session: Session, house: making.House, points: PointsWorld) -> dict[str, str]:
    """Return the logins of one person of each kind, each with something on the desk."""
    product = session.scalars(select(Product).order_by(Product.id)).first()
    assert product is not None
    supplier = session.get_one(Organisation, product.supplier_id)
    canteen = make_organisation(
        session, OrganisationKind.INSTITUTION, "滕州市荆河街道中心小学食堂", points.village
    )
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    office = make_organisation(session, OrganisationKind.GOVERNMENT, "山亭区农业农村局")
    county = registry_queries.find_region(session, "370406")
    buyer = make_user(session)
    variants = session.scalars(select(Variant).order_by(Variant.id)).all()
    place(session, (variants[0], 2), actor=actor_of(buyer), guest_secret=None)
    place(session, *((variant, 1) for variant in variants), actor=actor_of(buyer), guest_secret=None)
    people = {
        "buyer": buyer,
        "requester": make_user(session, Role.REQUESTER, organisation=canteen),
        "supplier": make_user(session, Role.SUPPLIER, organisation=supplier),
        "certifier": make_user(session, Role.CERTIFIER, organisation=office, region=county),
        "finance": make_user(session, Role.FINANCE, organisation=operator),
        "charity": house.officer,
        "cadre": points.cadre_user,
        "committee": points.committee_user,
        "keeper": points.keeper_user,
        "household": points.household_user,
        "admin": make_user(session, Role.ADMIN),
    }
    # A transfer is expected, another one came that fits nothing.
    cook = actor_of(people["requester"], Role.REQUESTER, organisation=canteen)
    place(session, (variants[1], 3), actor=cook, institution_id=canteen.id, guest_secret=None)
    clerk = actor_of(people["finance"], Role.FINANCE, organisation=operator)
    record_bank_transfer(
        session, clerk, "YG-NOBODY-1", 1_234_56, clock.today(), "2026112300012345678901234567"
    )
    return {kind: user.email or "" for kind, user in people.items()}


def _live(session: Session) -> str:
    """Return the session that is on, with packs of the first product; a supplier holds it."""
    first = session.scalars(select(Variant).order_by(Variant.id)).first()
    assert first is not None
    return make_live(session, first, 40, opened=True, price_fen=35_00).public_id


def _product(session: Session, number: int) -> dict[str, str]:
    name = ["石磨小米", "核桃仁", "柿饼", "花生油", "粉条", "山楂片"][number]
    # The last one is of those whose terms of return buyers confirm.
    terms = ReturnTerms.FLAWED if number == 5 else ReturnTerms.SEVEN_DAYS
    said = ("有的切片厚薄不匀。", "Some slices are thicker than others.")
    variant: Variant = make_variant(
        session, stock=500, price_fen=39_80 + number * 500, name=name, terms=terms, note=said
    )
    product = session.get_one(Product, variant.product_id)
    product.picture = storage.keep_picture(_drawn(number))
    return {"slug": product.slug, "name": name, "variant": variant.public_id}


def _drawn(number: int) -> bytes:
    picture = Image.new("RGB", (640, 480), (90, 120 + number * 15, 80))
    ImageDraw.Draw(picture).ellipse((160, 80, 480, 400), fill=(230, 190, 110))
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def serve(app: Flask, port: int) -> None:
    """Answer requests, several at a time."""
    make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet).serve_forever()


def main() -> None:
    """Build, serve, work off jobs, and end when the tests close our standard input."""
    config = Config.from_environ()
    app = create_app(config)
    facts = build()
    port = int(config.base_url.rsplit(":", 1)[1])
    threading.Thread(target=serve, args=(app, port), daemon=True).start()
    threading.Thread(target=jobs.work, daemon=True).start()
    print(json.dumps(facts), flush=True)
    sys.stdin.read()
    # Not sys.exit: the threads are in the middle of waiting, and nobody needs their farewell.
    os._exit(0)


if __name__ == "__main__":
    main()
