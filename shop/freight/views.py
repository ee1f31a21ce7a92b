"""The operator's pages of freight: what holds, what will hold, and writing a table from a day on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from core import clock
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from registry import queries as registry_queries
from shop.freight import queries, services
from shop.freight.errors import TooEarly
from shop.freight.forms import TariffForm, tariff_form
from shop.freight.values import Tariff
from shop.permissions import SET_FREIGHT
from web.access import current_actor, requires
from web.language import in_language
from web.wording import words_for

bp = Blueprint("shop_freight", __name__)


@bp.get("/operator/freight")
@requires(SET_FREIGHT)
def index() -> Any:
    """Show what freight costs today, what is planned, and every table there was."""
    today = clock.today()
    with reading() as session:
        now = queries.tariff_of(session, today)
        every = queries.tariffs(session)
    return _show(now, every)


@bp.get("/operator/freight/<public_id>")
@requires(SET_FREIGHT)
def one(public_id: str) -> Any:
    """Show one table, planned or past."""
    with reading() as session:
        found = queries.find_tariff(session, public_id.replace("\x00", ""))
        every = queries.tariffs(session)
    if found is None:
        raise NotFound("freight table")
    return _show(found, every)


def _show(shown: Tariff, every: list[Tariff]) -> str:
    today = clock.today()
    with reading() as session:
        now = queries.tariff_of(session, today)
    return render_template(
        "shop/freight/index.html",
        shown=shown,
        now=now,
        every=every,
        today=today,
        provinces=_province_names(),
        limits=sorted({up_to for zone in shown.zones for up_to, _fee in zone.bands}),
        fee_up_to=dict(enumerate(dict(zone.bands) for zone in shown.zones)),
    )


@bp.get("/operator/freight/new")
@requires(SET_FREIGHT)
def new() -> Any:
    """Show the table that was written last, to be changed from a day on."""
    with reading() as session:
        newest = queries.tariffs(session, limit=1)[0]
        last = queries.newest_id(session)
    form = tariff_form(_province_names(), formdata=None)
    form.fill_from(newest)
    form.seen.data = last
    form.valid_from.data = (clock.today() + timedelta(days=1)).isoformat()
    return _page(form)


@bp.post("/operator/freight/new")
@requires(SET_FREIGHT)
def write() -> Any:
    """Write a table that holds from a day on."""
    form = tariff_form(_province_names())
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        with transaction() as session:
            public_id = services.write_tariff(
                session,
                current_actor(),
                form.to_tariff(),
                seen=form.seen.data or "",
                once=form.once.data or "",
            )
    except Refusal as refusal:
        form.add_error("valid_from" if isinstance(refusal, TooEarly) else "reason", words_for(refusal))
        with reading() as session:
            form.seen.data = queries.newest_id(session)
        return _page(form, int(refusal.status))
    flash(_("Written. Orders that are placed before that day keep what they were placed with."), "good")
    return redirect(f"/operator/freight/{public_id}", 303)


def _page(form: TariffForm, status: int = 200) -> tuple[str, int]:
    return render_template("shop/freight/new.html", form=form), status


def _province_names() -> dict[str, str]:
    with reading() as session:
        return {
            region.code: in_language(region.name_zh, region.name_en)
            for region in registry_queries.children(session, None)
        }
