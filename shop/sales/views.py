"""The supplier's sales: a chart by month, what products and villages brought, and CSV."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import gettext as _

from core import clock
from core.db import reading
from shop.permissions import SHIP_ORDERS
from shop.sales import exports, queries
from shop.sales.values import Month
from web import charts
from web.access import current_actor, requires
from web.language import locale_code

bp = Blueprint("shop_sales", __name__)

#: How many products and villages the page names.
NAMED = 15


@bp.get("/supplier")
@requires(SHIP_ORDERS)
def desk() -> Any:
    """Lead to the first page of the desk."""
    return redirect("/supplier/sales", 302)


@bp.get("/supplier/sales")
@requires(SHIP_ORDERS)
def index() -> Any:
    """Show what was sold in the last twelve months."""
    with reading() as session:
        sales = queries.read_sales(session, current_actor(), clock.today())
    return render_template(
        "shop/sales/index.html",
        sales=sales,
        labels=[_month_label(month) for month in sales.months],
        this_month=sales.months[-1],
        last_month=sales.months[-2],
        products=sales.products[:NAMED],
        villages=sales.villages[:NAMED],
    )


@bp.get("/supplier/sales/months.svg")
@requires(SHIP_ORDERS)
def chart() -> Response:
    """Draw the months as bars; `?width=narrow` for a phone."""
    with reading() as session:
        sales = queries.read_sales(session, current_actor(), clock.today())
    locale = locale_code()
    svg = charts.bars(
        [_month_label(month) for month in sales.months],
        [(_("Sales"), [month.net_fen / 100 for month in sales.months], charts.PALETTE[0])],
        lambda value: charts.mark(value, locale, "¥"),
        narrow=request.args.get("width") == "narrow",
    )
    return Response(svg, mimetype="image/svg+xml")


@bp.get("/supplier/sales.csv")
@requires(SHIP_ORDERS)
def sales_csv() -> Response:
    """Give the last three years by month, product and village as CSV."""
    with reading() as session:
        sales = queries.read_sales(session, current_actor(), clock.today(), queries.MOST_MONTHS)
    return Response(
        exports.sales_csv(sales.lines),
        mimetype="text/csv",
        headers={
            "Content-Disposition": 'attachment; filename="yigou-sales.csv"',
            "Cache-Control": "no-store",
        },
    )


def _month_label(month: Month) -> str:
    return month.first_day.strftime("%b %y" if locale_code() == "en" else "%y年%m月").replace("年0", "年")
