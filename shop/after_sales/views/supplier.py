"""A supplier's claims: answering, and saying what came back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from core import money
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.permissions import Actor
from shop.after_sales import queries, rules, services, wording
from shop.after_sales.errors import AskedTooMuch, RecalledGoods, TooManyPacks, WordsMissing
from shop.after_sales.forms import AnswerForm, ArrivedForm, ReturnAddressForm
from shop.after_sales.queries import SUPPLIERS_TURN
from shop.after_sales.values import ENDED, OPEN, Move, Side, State
from shop.after_sales.views.pages import asked_text, shown
from shop.after_sales.views.pages import photo as send_photo
from shop.permissions import SHIP_ORDERS
from shop.settlement import queries as settlement_queries
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("after_sales_supplier", __name__)

PAGE_SIZE = 20
TABS = {
    "mine": SUPPLIERS_TURN,
    "others": tuple(state for state in OPEN if state not in SUPPLIERS_TURN),
    "ended": ENDED,
}


def claims_to_answer(actor: Actor) -> int | None:
    """Return how many claims wait for the actor's supplier, for the rail."""
    with reading() as session:
        return queries.count_for_supplier(session, actor) or None


@bp.get("/supplier/claims")
@requires(SHIP_ORDERS)
def list_claims() -> Any:
    """List the claims about one's goods: what waits for oneself, for others, and what has ended."""
    tab = request.args.get("show", "mine")
    if tab not in TABS:
        abort(404)
    number = page_number()
    with reading() as session:
        rows, total = queries.list_supplier_claims(
            session, current_actor(), TABS[tab], limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    labels = {"mine": _("Waiting for you"), "others": _("Waiting for others"), "ended": _("Ended claims")}
    return render_template(
        "shop/after_sales/supplier_list.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        tabs=[(labels[name], f"/supplier/claims?show={name}", name == tab) for name in TABS],
        tab=tab,
        wording=wording,
    )


@bp.get("/supplier/return-address")
@requires(SHIP_ORDERS)
def return_address() -> Any:
    """Show where goods go back to, and let it be changed."""
    with reading() as session:
        supplier = settlement_queries.get_own_supplier(
            session, current_actor(), request.args.get("supplier", "")
        )
        place = queries.return_address(session, supplier.id)
    return _address_page(ReturnAddressForm(formdata=None, data=asdict(place) if place else None))


def _address_page(form: ReturnAddressForm, status: int = 200) -> Any:
    keep_private()
    wanted = request.args.get("supplier", "")
    with reading() as session:
        own = settlement_queries.own_suppliers(session, current_actor())
        supplier = settlement_queries.get_own_supplier(session, current_actor(), wanted)
    page = render_template("shop/after_sales/return_address.html", form=form, own=own, supplier=supplier)
    return page, status


@bp.post("/supplier/return-address")
@requires(SHIP_ORDERS)
def set_return_address() -> Any:
    """Keep where goods go back to."""
    form = ReturnAddressForm()
    if not form.validate_on_submit():
        return _address_page(form, 422)
    with transaction() as session:
        supplier = settlement_queries.get_own_supplier(
            session, current_actor(), request.args.get("supplier", "")
        )
        services.set_return_address(session, current_actor(), supplier.id, form.to_place())
        path = f"/supplier/return-address?supplier={supplier.public_id}"
    flash(_("Kept. Buyers who send goods back read this address."), "good")
    return redirect(path, 303)


@bp.get("/supplier/claims/<public_id>")
@requires(SHIP_ORDERS)
def show(public_id: str) -> Any:
    """Show a claim about one's goods."""
    return _page(public_id)


def _page(
    public_id: str,
    answer: AnswerForm | None = None,
    arrived: ArrivedForm | None = None,
    status: int = 200,
    problem: str = "",
) -> Any:
    keep_private()
    with reading() as session:
        file = queries.get_supplier_claim(session, current_actor(), public_id)
        refund = queries.find_refund(session, file)
    answer = answer or AnswerForm(formdata=None, amount=money.format_fen(file.asked_fen).lstrip("¥"))
    answer.offer(asked_text(file))
    arrived = arrived or ArrivedForm(formdata=None)
    arrived.offer()
    page = render_template(
        "shop/after_sales/supplier_claim.html",
        may=[move.value for move in rules.steps_of(file.row.state, Side.SUPPLIER)],
        answer=answer,
        arrived=arrived,
        problem=problem,
        **shown(file, Side.SUPPLIER, refund),
    )
    return page, status


@bp.post("/supplier/claims/<public_id>")
@requires(SHIP_ORDERS)
def answer(public_id: str) -> Any:
    """Agree, offer something else, or refuse with a reason."""
    with reading() as session:
        file = queries.get_supplier_claim(session, current_actor(), public_id)
    form = AnswerForm()
    form.offer(asked_text(file))
    if not form.validate():
        return _page(public_id, answer=form, status=422)
    try:
        with transaction() as session:
            claim = services.answer_claim(
                session, current_actor(), public_id, form.chosen, form.words.data or "", form.to_settlement()
            )
            state, problem = State(claim.state), claim.problem
    except (AskedTooMuch, WordsMissing) as refusal:
        form.add_error("amount" if isinstance(refusal, AskedTooMuch) else "words", words_for(refusal))
        return _page(public_id, answer=form, status=int(refusal.status))
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(public_id, answer=form, status=int(refusal.status), problem=words_for(refusal))
    if state is State.AGREED:
        flash(wording.problem_text(problem), "warn")
    else:
        flash(_("Answered. The buyer gets a mail."), "good")
    return redirect(f"/supplier/claims/{public_id}", 303)


@bp.post("/supplier/claims/<public_id>/arrived")
@requires(SHIP_ORDERS)
def arrived(public_id: str) -> Any:
    """Say what came back, and how much of it can be sold again."""
    form = ArrivedForm()
    form.offer()
    if not form.validate():
        return _page(public_id, arrived=form, status=422)
    try:
        with transaction() as session:
            if form.move.data == Move.OBJECT:
                claim = services.object_to_return(session, current_actor(), public_id, form.words.data or "")
            else:
                claim = services.confirm_return(session, current_actor(), public_id, form.to_arrived())
            state, problem = State(claim.state), claim.problem
    except (TooManyPacks, RecalledGoods, WordsMissing) as refusal:
        form.add_error("words" if isinstance(refusal, WordsMissing) else "resaleable", words_for(refusal))
        return _page(public_id, arrived=form, status=int(refusal.status))
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(public_id, arrived=form, status=int(refusal.status), problem=words_for(refusal))
    if state is State.AGREED:
        flash(wording.problem_text(problem), "warn")
    elif state is State.ESCALATED:
        flash(_("The operator decides now and looks at both sides."), "info")
    else:
        flash(_("Thank you. What can be sold again is in your stock; the money goes back."), "good")
    return redirect(f"/supplier/claims/{public_id}", 303)


@bp.get("/supplier/claims/<public_id>/photos/<int:number>")
@requires(SHIP_ORDERS)
def photo(public_id: str, number: int) -> Any:
    """Show a photo that came with a claim about one's goods."""
    with reading() as session:
        data = queries.get_photo(session, queries.supplier_claim(current_actor()), public_id, number)
    return send_photo(data)
