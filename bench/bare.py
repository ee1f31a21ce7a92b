"""The application with two bare pages beside it, to which everything else is compared."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from app import create_app
from core.db import reading
from shop.catalogue.models import Variant
from web.access import public

_ROW = "<!doctype html><html lang=en><title>{{ sku }}</title><h1>{{ sku }}</h1><p>{{ price }}</p></html>"


def create_bench_app() -> Flask:
    """Build the application with /bench/bare and /bench/select."""
    app = create_app()
    template = app.jinja_env.from_string(_ROW)

    @app.get("/bench/bare")
    @public
    def bare() -> str:
        return "<!doctype html><html lang=en><title>bare</title><h1>bare</h1></html>"

    @app.get("/bench/select")
    @public
    def one_select() -> str:
        with reading() as session:
            row = session.execute(select(Variant.sku, Variant.price_fen).where(Variant.id == 1)).one()
        return template.render(sku=row.sku, price=row.price_fen)

    return app
