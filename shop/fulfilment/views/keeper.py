"""At a node: noting what arrives, handing it to the buyer; works on any phone, the camera only helps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts import services as account_services
from core.db import reading, transaction
from core.errors import NotFound, Refusal, TooManyAttempts
from core.permissions import Actor
from shop.fulfilment import queries, rules, services, wording
from shop.fulfilment.forms import HandOutForm, ProofForm, ScanForm
from shop.fulfilment.values import Scan
from shop.fulfilment.views.proof import note_receiver
from shop.permissions import HAND_OVER
from web.access import current_actor, requires
from web.language import in_language
from web.security import keep_private
from web.templating import moment
from web.wording import words_for

bp = Blueprint("shop_handover", __name__)

#: Parcels shown at once, the oldest first; any other is found by its code.
MOST_SHOWN = 50


def parcels_here(actor: Actor) -> int | None:
    """Return how many parcels lie at the actor's nodes, for the rail."""
    with reading() as session:
        return queries.parcels_at(session, actor, here=True, limit=0)[1] or None


@bp.get("/handover")
@requires(HAND_OVER)
def handover() -> Any:
    """Ask for the next parcel's code, and show what is here and what is coming."""
    form = ScanForm(formdata=None)
    form.parcel.data = rules.read_parcel_code(request.args.get("parcel", ""))
    form.node.data = request.args.get("node", "")
    return _page(form)


def _page(form: ScanForm, status: int = 200) -> tuple[str, int]:
    keep_private()
    actor = current_actor()
    with reading() as session:
        nodes = queries.own_nodes(session, actor)
        here, here_total = queries.parcels_at(session, actor, here=True, limit=MOST_SHOWN)
        coming, coming_total = queries.parcels_at(session, actor, here=False, limit=MOST_SHOWN)
    form.node.choices = [(node.public_id, in_language(node.name_zh, node.name_en)) for node in nodes]
    page = render_template(
        "shop/fulfilment/handover.html",
        form=form,
        nodes=nodes,
        here=here,
        here_total=here_total,
        coming=coming,
        coming_total=coming_total,
        kind_label=wording.kind_label,
    )
    return page, status


@bp.post("/handover")
@requires(HAND_OVER)
def scan() -> Any:
    """Note that a parcel was taken over; the same code again says when that was."""
    form = ScanForm()
    if not form.validate():
        return _page(form, 422)
    node = form.node.data or ""
    try:
        with transaction() as session:
            outcome, stop, code = services.scan_parcel(session, current_actor(), node, form.parcel.data or "")
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error("parcel", words_for(refusal))
        return _page(form, int(refusal.status))
    if outcome is Scan.KNOWN:
        flash(_("%(code)s was noted here before, at %(time)s.", code=code, time=moment(stop.at)), "info")
    else:
        flash(
            _("%(code)s is noted at %(node)s.", code=code, node=in_language(stop.name_zh, stop.name_en)),
            "good",
        )
    return redirect(f"/handover?node={node}", 303)


@bp.get("/handover/<code>")
@requires(HAND_OVER)
def parcel(code: str) -> Any:
    """Show a parcel that lies here, and ask for the buyer's code or who took it."""
    return _parcel_page(code, HandOutForm(formdata=None), ProofForm(formdata=None))


def _parcel_page(code: str, hand_out: HandOutForm, proof: ProofForm, status: int = 200) -> tuple[str, int]:
    keep_private()
    with reading() as session:
        found = queries.get_parcel_here(session, current_actor(), code.replace("\x00", ""))
    page = render_template("shop/fulfilment/parcel.html", parcel=found, hand_out=hand_out, proof=proof)
    return page, status


@bp.post("/handover/<code>/pick-up")
@requires(HAND_OVER)
def pick_up(code: str) -> Any:
    """Give a parcel to whoever names its code; tries are counted for each parcel."""
    form = HandOutForm()
    if not form.validate():
        return _parcel_page(code, form, ProofForm(formdata=None), 422)
    actor, code = current_actor(), code.replace("\x00", "")
    key = f"pick-up:{code}"
    with reading() as session:
        queries.get_own_last_node(session, actor, code)
    try:
        with transaction() as session:
            account_services.count_attempt(session, key)
        with transaction() as session:
            first = services.hand_out(session, actor, code, form.code.data or "")
            account_services.forget_attempts(session, key)
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error("code", words_for(refusal))
        body, status = _parcel_page(code, form, ProofForm(formdata=None), int(refusal.status))
        if isinstance(refusal, TooManyAttempts):
            return body, status, {"Retry-After": str(refusal.retry_after)}
        return body, status
    flash(
        _("The code is right: please hand the parcel over.") if first else _("It was handed over before."),
        "good",
    )
    return redirect("/handover", 303)


@bp.post("/handover/<code>/deliver")
@requires(HAND_OVER)
def deliver(code: str) -> Any:
    """Note who took a parcel at the door."""
    form = ProofForm()
    refused = note_receiver(form, services.deliver_parcel, code.replace("\x00", ""))
    if refused is not None:
        return _parcel_page(code, HandOutForm(formdata=None), form, refused)
    return redirect("/handover", 303)
