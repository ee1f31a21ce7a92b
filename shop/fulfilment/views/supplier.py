"""The supplier's desk: what is to be sent, what to take from the store, packing slips, sending, and proof."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _

from core import clock
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.permissions import Actor
from shop.fulfilment import exports, queries, services
from shop.fulfilment import wording as words
from shop.fulfilment.errors import NoWayThere
from shop.fulfilment.forms import ProofForm, ShipForm, SlipsForm
from shop.fulfilment.values import Paper
from shop.fulfilment.views.proof import note_receiver
from shop.orders import wording
from shop.orders.values import PartState
from shop.permissions import SHIP_ORDERS
from web.access import current_actor, requires
from web.language import locale_code
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("shop_fulfilment", __name__)

PAGE_SIZE = 20
#: Packing slips in one file.
MOST_SLIPS = 100
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
        slips=SlipsForm(formdata=None),
    )


@bp.get("/supplier/orders/pick-list")
@requires(SHIP_ORDERS)
def pick_list() -> Any:
    """Print what to take from the store for everything that is to be sent."""
    with reading() as session:
        lines, parts = queries.pick_list(session, current_actor())
    return render_template("shop/fulfilment/pick_list.html", lines=lines, parts=parts, now=clock.now())


@bp.get("/supplier/orders/slips.pdf")
@requires(SHIP_ORDERS)
def slips() -> Any:
    """Make the packing slips of chosen parts, or of everything that is to be sent, as one PDF."""
    form = SlipsForm(request.args)
    chosen = request.args.getlist("part")
    if not form.validate() or len(chosen) > MOST_SLIPS or any(len(part) > 20 for part in chosen):
        abort(400)
    actor = current_actor()
    with reading() as session:
        if not chosen:
            rows, _total = queries.list_parts(session, actor, PartState.TO_SHIP, limit=MOST_SLIPS, offset=0)
            chosen = [row.public_id for row in rows]
        found = queries.slips_of(session, actor, chosen)
    if not found:
        flash(_("There is nothing to pack."), "info")
        return redirect("/supplier/orders", 303)
    made = exports.make_slips(
        found,
        Paper[form.paper.data.upper()],
        prices=form.prices.data == "yes",
        english=locale_code() == "en",
        scan_url=f"{current_app.config['BASE_URL']}/handover?parcel=",
        made_at=clock.now(),
    )
    return Response(
        made,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="packing-slips-{clock.today().isoformat()}.pdf"',
            "Cache-Control": "no-store",
        },
    )


@bp.get("/supplier/orders/<public_id>")
@requires(SHIP_ORDERS)
def show(public_id: str) -> Any:
    """Show what to send, and to whom."""
    return _page(public_id, ShipForm(formdata=None))


def _page(
    public_id: str, form: ShipForm, status: int = 200, proof: ProofForm | None = None
) -> tuple[str, int]:
    with reading() as session:
        found = queries.get_part(session, current_actor(), public_id)
        order_id = queries.order_of_part(session, current_actor(), public_id)
        travel = queries.travels_of(session, order_id).get(public_id)
        nodes = queries.way_of_part(session, order_id) if travel is None else []
    form.offer([node.name_zh if locale_code() != "en" else node.name_en for node in nodes])
    page = render_template(
        "shop/fulfilment/show.html",
        found=found,
        part=found.part,
        form=form,
        own_way=bool(nodes),
        travel=travel,
        steps=words.way_steps(travel, found.part) if travel is not None else [],
        proof=proof or ProofForm(formdata=None),
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
                way=form.chosen,
            )
    except NotFound:
        raise
    except NoWayThere as refusal:
        form.add_error("way", words_for(refusal))
        return _page(public_id, form, int(refusal.status))
    except Refusal as refusal:
        form.add_error("carrier", words_for(refusal))
        return _page(public_id, form, int(refusal.status))
    flash(_("Noted as sent. The buyer gets a mail."), "good")
    return redirect(f"/supplier/orders/{public_id}", 303)


@bp.post("/supplier/orders/<public_id>/proof")
@requires(SHIP_ORDERS)
def prove(public_id: str) -> Any:
    """Note who took a parcel that went with a carrier or the own truck."""
    form = ProofForm()
    refused = note_receiver(form, services.prove_delivery, public_id)
    if refused is not None:
        return _page(public_id, ShipForm(formdata=None), refused, form)
    return redirect(f"/supplier/orders/{public_id}", 303)
