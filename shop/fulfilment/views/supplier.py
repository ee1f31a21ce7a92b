"""The supplier's desk: what is to be sent, and sending it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.permissions import Actor
from shop.fulfilment import queries, services
from shop.fulfilment.forms import ShipForm
from shop.orders import wording
from shop.orders.values import PartState
from shop.permissions import SHIP_ORDERS
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("shop_fulfilment", __name__)

PAGE_SIZE = 20
TABS = (PartState.TO_SHIP, PartState.SHIPPED, PartState.RECEIVED)


def waiting_parts(actor: Actor) -> int | None:
    """Return how many parts wait to be sent, for the rail."""
    with reading() as session:
        return queries.count_to_ship(session, actor) or None


@bp.get("/supplier/orders")
@requires(SHIP_ORDERS)
def list_parts() -> Any:
    """List the parts of a supplier by state."""
    wanted = request.args.get("state", PartState.TO_SHIP.value)
    if wanted not in [tab.value for tab in TABS]:
        abort(404)
    number = page_number()
    with reading() as session:
        rows, total = queries.list_parts(
            session, current_actor(), PartState(wanted), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    return render_template(
        "shop/fulfilment/list.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        tabs=[
            (wording.part_label(tab), f"/supplier/orders?state={tab.value}", tab.value == wanted)
            for tab in TABS
        ],
        part_label=wording.part_label,
        tone=wording.tone,
    )


@bp.get("/supplier/orders/<public_id>")
@requires(SHIP_ORDERS)
def show(public_id: str) -> Any:
    """Show what to send, and to whom."""
    return _page(public_id, ShipForm(formdata=None))


def _page(public_id: str, form: ShipForm, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        found = queries.get_part(session, current_actor(), public_id)
    page = render_template(
        "shop/fulfilment/show.html",
        found=found,
        part=found.part,
        form=form,
        part_label=wording.part_label,
        tone=wording.tone,
    )
    return page, status


@bp.post("/supplier/orders/<public_id>/ship")
@requires(SHIP_ORDERS)
def ship(public_id: str) -> Any:
    """Note that the part was sent."""
    form = ShipForm()
    if not form.validate():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            services.ship_part(
                session,
                current_actor(),
                public_id,
                " ".join((form.carrier.data or "").split()),
                (form.tracking_number.data or "").strip(),
            )
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error("carrier", words_for(refusal))
        return _page(public_id, form, int(refusal.status))
    flash(_("Noted as sent. The buyer gets a mail."), "good")
    return redirect(f"/supplier/orders/{public_id}", 303)
