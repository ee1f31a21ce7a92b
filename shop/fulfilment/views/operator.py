"""The operator's nodes with their people, and the days until receipt confirms itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts.registrations.forms import PlaceForm
from core import clock
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from registry import queries as registry_queries
from shop.fulfilment import queries, services, wording
from shop.fulfilment.errors import NodeMisplaced, PersonUnknown
from shop.fulfilment.forms import NodeForm, ReceiptDaysForm
from shop.permissions import MANAGE_NODES
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("shop_nodes", __name__)

PAGE_SIZE = 30


class NewNodeForm(NodeForm, PlaceForm):
    """A new node, and where it stands: in a county at least."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.province.flags.required = self.county.flags.required = True


@bp.get("/operator/nodes")
@requires(MANAGE_NODES)
def nodes() -> Any:
    """List every node by place."""
    return _list_page(ReceiptDaysForm(formdata=None))


def _list_page(form: ReceiptDaysForm, status: int = 200) -> tuple[str, int]:
    number = page_number()
    with reading() as session:
        rows, total = queries.list_nodes(session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        days = queries.receipt_days_on(session, clock.today())
        remind_days = queries.remind_days_on(session, clock.today())
        coming = [period for period in queries.receipt_periods(session) if period.valid_from > clock.today()]
    if request.method == "GET":
        form.days.data, form.remind_days.data = str(days), str(remind_days)
    page = render_template(
        "shop/fulfilment/nodes.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        kind_label=wording.kind_label,
        form=form,
        days=days,
        remind_days=remind_days,
        coming=coming,
    )
    return page, status


@bp.post("/operator/nodes/receipt-days")
@requires(MANAGE_NODES)
def set_days() -> Any:
    """Set after how many days receipt confirms itself, from a day to come on."""
    form = ReceiptDaysForm()
    if not form.validate():
        return _list_page(form, 422)
    assert form.valid_from.day is not None
    assert form.days.number is not None
    assert form.remind_days.number is not None
    try:
        with transaction() as session:
            services.set_receipt_days(
                session,
                current_actor(),
                form.valid_from.day,
                form.days.number,
                form.remind_days.number,
            )
    except Refusal as refusal:
        form.add_error("valid_from", words_for(refusal))
        return _list_page(form, int(refusal.status))
    flash(_("Set. What was sent before keeps its days."), "good")
    return redirect("/operator/nodes", 303)


@bp.get("/operator/nodes/new")
@requires(MANAGE_NODES)
def new() -> Any:
    """Ask for a new node."""
    return _new_page(NewNodeForm(formdata=None))


def _new_page(form: NewNodeForm, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        levels, _region = registry_queries.pick_region(session, form.codes)
    form.offer(levels)
    return render_template("shop/fulfilment/new_node.html", form=form), status


@bp.post("/operator/nodes/new")
@requires(MANAGE_NODES)
def add() -> Any:
    """Set a node up, or open the next list of regions."""
    form = NewNodeForm()
    if request.form.get("action") == "open":
        return _new_page(form)
    form.validate()
    if not form.county.data:
        # said together with what else is missing, not after it
        form.add_error("county" if form.province.data else "province", words_for(NodeMisplaced()))
    if form.errors:
        return _new_page(form, 422)
    with reading() as session:
        region = registry_queries.pick_region(session, form.codes)[1]
    try:
        if region is None:
            raise NodeMisplaced
        with transaction() as session:
            services.add_node(session, current_actor(), region.id, form.to_node())
    except PersonUnknown as refusal:
        form.add_error(refusal.field, words_for(refusal))
        return _new_page(form, int(refusal.status))
    except NodeMisplaced as refusal:
        form.add_error("county", words_for(refusal))
        return _new_page(form, int(refusal.status))
    flash(_("The node is set up."), "good")
    return redirect("/operator/nodes", 303)


@bp.get("/operator/nodes/<public_id>")
@requires(MANAGE_NODES)
def one(public_id: str) -> Any:
    """Show a node to be changed."""
    with reading() as session:
        node = queries.get_node(session, public_id.replace("\x00", ""))
        keeper, courier = queries.logins_of(session, node)
    form = NodeForm(
        formdata=None,
        name_zh=node.name_zh,
        name_en=node.name_en,
        address=node.address,
        hours=node.hours,
        keeper=keeper,
        courier=courier,
    )
    return _node_page(public_id, form)


def _node_page(public_id: str, form: NodeForm, problem: str = "", status: int = 200) -> tuple[str, int]:
    with reading() as session:
        node = queries.get_node(session, public_id.replace("\x00", ""))
        place = registry_queries.place_names(session, node.region_id)
        bound = queries.parcels_bound_for(session, node)
    page = render_template(
        "shop/fulfilment/node.html",
        node=node,
        place=place,
        form=form,
        bound=bound,
        problem=problem,
        kind_label=wording.kind_label,
    )
    return page, status


@bp.post("/operator/nodes/<public_id>")
@requires(MANAGE_NODES)
def change(public_id: str) -> Any:
    """Say anew what a node is called, where it is, and who keeps it."""
    form = NodeForm()
    if not form.validate():
        return _node_page(public_id, form, status=422)
    try:
        with transaction() as session:
            services.change_node(session, current_actor(), public_id.replace("\x00", ""), form.to_node())
    except PersonUnknown as refusal:
        form.add_error(refusal.field, words_for(refusal))
        return _node_page(public_id, form, status=int(refusal.status))
    flash(_("Changed."), "good")
    return redirect("/operator/nodes", 303)


@bp.post("/operator/nodes/<public_id>/close")
@requires(MANAGE_NODES)
def close(public_id: str) -> Any:
    """Let a node take no new parcels, or take them again."""
    again = request.form.get("action") == "reopen"
    try:
        with transaction() as session:
            if again:
                services.reopen_node(session, current_actor(), public_id.replace("\x00", ""))
            else:
                services.close_node(session, current_actor(), public_id.replace("\x00", ""))
    except NotFound:
        raise
    except Refusal as refusal:
        with reading() as session:
            node = queries.get_node(session, public_id)
            keeper, courier = queries.logins_of(session, node)
        form = NodeForm(formdata=None, obj=node, keeper=keeper, courier=courier)
        return _node_page(public_id, form, words_for(refusal), int(refusal.status))
    flash(_("The node takes parcels again.") if again else _("The node takes no new parcels."), "good")
    return redirect("/operator/nodes", 303)
