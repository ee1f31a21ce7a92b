"""The open books: everybody may look, and take the numbers along."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from core import clock
from core.db import reading
from oversight.open_books import exports, queries
from web import charts
from web.access import public
from web.caching import shared
from web.language import locale_code

bp = Blueprint("open_books", __name__)

PAGE = 50


def _month_label(month: queries.Month) -> str:
    return month.first_day.strftime("%b %y" if locale_code() == "en" else "%y年%m月").replace("年0", "年")


@bp.get("/open-books")
@public
@shared
def index() -> str:
    """Show money and points in and out by month, and the newest entries."""
    with reading() as session:
        books = queries.read_books(session, clock.today())
        movements = queries.read_movements(session, None, 20)
    return render_template(
        "oversight/open_books/index.html",
        books=books,
        labels=[_month_label(month) for month in books.months],
        flows=queries.FLOWS,
        kinds=queries.KINDS,
        movements=movements,
        money_in=queries.MONEY_IN,
        money_out=queries.MONEY_OUT,
    )


@bp.get("/open-books/charts/<name>.svg")
@public
def chart(name: str) -> Response:
    """Draw the chart of money or points; `?width=narrow` for a phone."""
    if name not in ("money", "points"):
        abort(404)
    with reading() as session:
        books = queries.read_books(session, clock.today())
    labels = [_month_label(month) for month in books.months]
    of_unit = [
        (key, label) for key, unit, _kinds, label in queries.FLOWS if (unit == "CNY") == (name == "money")
    ]
    shown = [(key, label) for key, label in of_unit if books.totals.flows[key]] or of_unit
    factor = 100 if name == "money" else 1
    series = [
        (_(label), [month.flows[key] / factor for month in books.months], colour)
        for (key, label), colour in zip(shown, charts.PALETTE, strict=False)
    ]
    locale, sign = locale_code(), "¥" if name == "money" else ""
    svg = charts.bars(
        labels,
        series,
        lambda value: charts.mark(value, locale, sign),
        narrow=request.args.get("width") == "narrow",
    )
    return Response(svg, mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=60"})


@bp.get("/open-books/months.csv")
@public
def months_csv() -> Response:
    """Give the table by month as CSV."""
    with reading() as session:
        books = queries.read_books(session, clock.today(), months=36)
    return _csv(exports.months(books), "yigou-months.csv")


@bp.get("/open-books/entries")
@public
@shared
def entries() -> Any:
    """List every entry, newest first, fifty at a time."""
    before = _before()
    with reading() as session:
        movements = queries.read_movements(session, before, PAGE)
    older = movements[-1].entry_id if len(movements) == PAGE else None
    return render_template(
        "oversight/open_books/entries.html",
        movements=movements,
        older=older,
        before=before,
        kinds=queries.KINDS,
    )


@bp.get("/open-books/entries.csv")
@public
def entries_csv() -> Response:
    """Give a thousand entries as CSV, newest first; `?before=` continues."""
    with reading() as session:
        movements = queries.read_movements(session, _before(), 1000)
    return _csv(exports.movements(movements), "yigou-entries.csv")


def _before() -> int | None:
    text = request.args.get("before", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        abort(404)
    return int(text)


def _csv(body: str, name: str) -> Response:
    return Response(
        "\ufeff" + body,
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "public, max-age=60",
        },
    )
