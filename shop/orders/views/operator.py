"""The operator's orders: the list with search, and one order with its history, refunds and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import RadioField

from core import ids
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.permissions import Actor
from payments import queries as payment_queries
from payments import services as payment_services
from payments import wording as payment_wording
from payments.errors import RefundTooLarge
from payments.services import require_operator
from payments.values import Purpose, RefundState
from shop.after_sales import queries as after_sales_queries
from shop.after_sales import wording as after_sales_wording
from shop.fulfilment import queries as fulfilment_queries
from shop.fulfilment import services as fulfilment_services
from shop.fulfilment import wording as fulfilment_wording
from shop.orders import exports, queries, services, wording
from shop.orders.errors import LineRefundedBefore, SupplierPaidOut
from shop.orders.forms import CallOffForm, LineRefundForm, NothingArrivedForm, OrderFilterForm
from shop.orders.models import Order
from shop.orders.values import InVain, Kind, OrderFilter, PartState, PaymentMethod, State
from shop.permissions import HANDLE_ORDERS
from shop.recalls import queries as recall_queries
from shop.recalls import wording as recall_wording
from web.access import current_actor, requires
from web.language import in_language
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("shop_operator_orders", __name__)

PAGE_SIZE = 25
#: So many orders are in one CSV at most.
MOST_ROWS = 5_000


def orders_under_review(_actor: Actor) -> int | None:
    """Return how many orders wait for a person, for the rail."""
    with reading() as session:
        return queries.count_orders(session, OrderFilter(state=State.NEEDS_REVIEW.value)) or None


@bp.get("/operator/orders")
@requires(HANDLE_ORDERS)
def list_orders() -> Any:
    """List every order, by state, days, buyer and payment, found by number, name, phone, address of mail or code."""
    _only_the_operator()
    form, wanted = _read_filter()
    number = page_number()
    with reading() as session:
        rows = queries.list_orders(session, wanted, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        total = queries.count_orders(session, wanted)
    page = render_template(
        "shop/orders/operator_list.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        form=form,
        state=wanted.state,
        states=[
            (
                wording.state_label(known) if known else _("All"),
                _address(wanted, known),
                wanted.state == known,
            )
            for known in ("", *State, *InVain)
        ],
        csv_address=_address(wanted, wanted.state, "/operator/orders.csv"),
        total=total,
        most=MOST_ROWS,
        narrowed=any((wanted.words, wanted.kind, wanted.method, wanted.day_from, wanted.day_to)),
        state_label=wording.state_label,
        kind_label=wording.kind_label,
        method_label=wording.method_label,
        tone=wording.tone,
    )
    return page, 422 if form.errors else 200


@bp.get("/operator/orders.csv")
@requires(HANDLE_ORDERS)
def orders_csv() -> Any:
    """Give the list as CSV, the newest orders of it."""
    _only_the_operator()
    form, wanted = _read_filter()
    if form.errors:
        raise NotFound("such days")
    with reading() as session:
        rows = queries.list_orders(session, wanted, limit=MOST_ROWS)
    return Response(
        exports.orders_csv(rows, wording.state_label),
        mimetype="text/csv",
        headers={
            "Content-Disposition": 'attachment; filename="yigou-orders.csv"',
            "Cache-Control": "no-store",
        },
    )


def _read_filter() -> tuple[OrderFilterForm, OrderFilter]:
    form = OrderFilterForm(request.args)
    form.kind.choices = [("", _("Everybody")), *((kind.value, wording.kind_label(kind)) for kind in Kind)]
    form.method.choices = [
        ("", _("Every way")),
        *((method.value, wording.method_label(method)) for method in PaymentMethod),
    ]
    state = request.args.get("state", "")
    if state and state not in {*State, *InVain}:
        raise NotFound("state")
    form.validate()
    if form.kind.errors or form.method.errors:
        raise NotFound("kind")
    return form, form.to_filter(state)


def _address(wanted: OrderFilter, state: str, path: str = "/operator/orders") -> str:
    """Return the address of the same list in another state, or as a file."""
    told = {
        "q": wanted.words,
        "state": state,
        "kind": wanted.kind,
        "method": wanted.method,
        "day_from": wanted.day_from.isoformat() if wanted.day_from else "",
        "day_to": wanted.day_to.isoformat() if wanted.day_to else "",
    }
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{path}?{query}" if query else path


@bp.get("/operator/orders/by-id/<int:order_id>")
@requires(HANDLE_ORDERS)
def by_id(order_id: int) -> Any:
    """Lead from a payment to its order."""
    _only_the_operator()
    with reading() as session:
        number = queries.number_of(session, order_id)
    return redirect(f"/operator/orders/{number}", 303)


@bp.get("/operator/orders/<number>")
@requires(HANDLE_ORDERS)
def show(number: str) -> Any:
    """Show one order."""
    return _page(number)


def _page(
    number: str,
    status: int = 200,
    *,
    call_off_form: CallOffForm | None = None,
    line_form: LineRefundForm | None = None,
    rest_form: CallOffForm | None = None,
    lost_form: NothingArrivedForm | None = None,
) -> Any:
    """Show an order with its forms: the one that was sent as it was sent, the others empty."""
    _only_the_operator()
    keep_private()
    with reading() as session:
        order = queries.get_order(session, number)
        travels = fulfilment_queries.travels_of(session, order.id)
        view = queries.view_order(session, order)
        refunds = payment_queries.refunds_of_subject(session, Purpose.ORDER, order.id)
        disputes = payment_queries.disputes_of_subject(session, Purpose.ORDER, order.id)
        payments = payment_queries.payments_of_subject(session, Purpose.ORDER, order.id)
        history = queries.history(session, order.number)
        refunded = queries.refunded_lines(session, order.id)
        claims = after_sales_queries.claims_of_order(session, order.id)
        recalls = recall_queries.recalls_of_order(session, order.id)
        unowed_fen = queries.unowed_fen(session, order)
    line_form = line_form or LineRefundForm(formdata=None)
    line_form.line.choices = [
        (str(line.line_id), wording.line_choice(line, refunded.get(line.line_id, 0)))
        for part in view.parts
        if part.state != "cancelled"
        for line in part.lines
    ]
    if not line_form.once.data:
        line_form.once.data = ids.public_id(20)
    _choose_the_only(line_form.line)
    lost_form = lost_form or NothingArrivedForm(prefix="lost", formdata=None)
    lost_form.part.choices = [
        (part.public_id, in_language(part.supplier_zh, part.supplier_en))
        for part in view.parts
        if part.state == PartState.SHIPPED and order.kind == Kind.PUBLIC
    ]
    _choose_the_only(lost_form.part)
    page = render_template(
        "shop/orders/operator.html",
        view=view,
        travels=travels,
        fulfilment=fulfilment_wording,
        order=order,
        refunds=refunds,
        disputes=disputes,
        payments=payments,
        history=[
            wording.history_step(entry, view, payment_wording.refund_reason(entry.reason))
            for entry in history
        ],
        claims=claims,
        claim_wording=after_sales_wording,
        recalls=recalls,
        recall_wording=recall_wording,
        call_off_form=call_off_form or CallOffForm(formdata=None),
        line_form=line_form,
        unowed_fen=unowed_fen,
        # An order under review that nothing has paid ends once somebody has decided about its money.
        may_end=unowed_fen > 0
        if order.paid_at is not None
        else not any(payment_queries.is_open_review(payment) for payment in payments),
        lost_form=lost_form,
        rest_form=rest_form or CallOffForm(prefix="rest", formdata=None),
        state_label=wording.state_label,
        part_label=wording.part_label,
        tone=wording.tone,
        refund_label=payment_wording.refund_label,
        refund_reason=payment_wording.refund_reason,
        dispute_reason=payment_wording.dispute_reason,
        refund_tone=payment_wording.refund_tone,
        dispute_label=payment_wording.dispute_label,
        provider_label=payment_wording.provider_label,
        amount_text=payment_wording.amount_text,
    )
    return page, status


@bp.post("/operator/orders/<number>/cancel")
@requires(HANDLE_ORDERS)
def cancel(number: str) -> Any:
    """Cancel an order: before it is paid, or before it is sent, with everything going back."""
    _only_the_operator()
    form = CallOffForm()
    if not form.validate_on_submit():
        return _page(number, 422, call_off_form=form)
    reason = form.reason.data or ""
    try:
        with reading() as session:
            order = queries.get_order(session, number)
        if order.state == State.PLACED:
            outcome = payment_services.cancel_open_intents(Purpose.ORDER, order.id)
            if outcome in ("succeeded", "needs_review"):
                flash(_("The payment had gone through already, so the order was not cancelled."), "warn")
                return _back(number)
            with transaction() as session:
                services.cancel_order(session, current_actor(), order.id, reason)
        else:
            with transaction() as session:
                locked = queries.get_order(session, number, lock=True)
                if locked.state == State.PAID:
                    services.call_off(
                        session, current_actor(), locked, reason, part=form.part.data or "", owed=False
                    )
                else:
                    services.give_back(session, current_actor(), locked, reason)
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error("reason", words_for(refusal))
        return _page(number, int(refusal.status), call_off_form=form)
    flash(_("Cancelled. What was paid goes back; above the limit a second person approves first."), "good")
    return _back(number)


@bp.post("/operator/orders/<number>/give-back")
@requires(HANDLE_ORDERS)
def give_back(number: str) -> Any:
    """Give back what was paid for an order that goes on and is owed to nobody: not accepted, or called off."""
    form = CallOffForm(prefix="rest")
    return _decide(
        number,
        form,
        "reason",
        partial(_page, rest_form=form),
        lambda session, order: services.give_back(session, current_actor(), order, form.reason.data or ""),
        _("What was paid goes back; above the limit a second person approves first."),
    )


@bp.post("/operator/orders/<number>/nothing-arrived")
@requires(HANDLE_ORDERS)
def nothing_arrived(number: str) -> Any:
    """Note that a parcel reached nobody; what was paid for it goes back."""
    form = NothingArrivedForm(prefix="lost")
    return _decide(
        number,
        form,
        "part",
        partial(_page, lost_form=form),
        lambda session, order: fulfilment_services.note_nothing_arrived(
            session, current_actor(), order, form.part.data or "", form.reason.data or ""
        ),
        _("Noted. What was paid for it goes back; above the limit a second person approves first."),
    )


@bp.post("/operator/orders/<number>/send")
@requires(HANDLE_ORDERS)
def send(number: str) -> Any:
    """Let an order under review be sent after all."""
    form = CallOffForm()
    return _decide(
        number,
        form,
        "reason",
        partial(_page, call_off_form=form),
        lambda session, order: services.send_after_all(
            session, current_actor(), order, form.reason.data or ""
        ),
        _("The suppliers send it now."),
    )


def _decide(
    number: str,
    form: CallOffForm | NothingArrivedForm,
    field: str,
    page: Callable[[str, int], Any],
    decide: Callable[[Session, Order], object],
    done: str,
) -> Any:
    """Decide about a locked order in one step and say that it is `done`; a refusal stands beside `field` of the form."""
    _only_the_operator()
    if not form.validate_on_submit():
        return page(number, 422)
    try:
        with transaction() as session:
            decide(session, queries.get_order(session, number, lock=True))
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error(field, words_for(refusal))
        return page(number, int(refusal.status))
    flash(done, "good")
    return _back(number)


@bp.post("/operator/orders/<number>/refund")
@requires(HANDLE_ORDERS)
def refund(number: str) -> Any:
    """Give back a part of what a line cost."""
    _only_the_operator()
    form = LineRefundForm()
    if not form.validate_on_submit() or not form.amount.fen:
        return _page(number, 422, line_form=form)
    try:
        with transaction() as session:
            found = services.refund_line(
                session,
                current_actor(),
                queries.get_order(session, number, lock=True),
                int(form.line.data),
                form.amount.fen,
                form.why.data or "",
                once=f"line:{number}:{form.once.data}",
            )
            state = found.state
    except NotFound:
        raise
    except Refusal as refusal:
        beside = (LineRefundedBefore, SupplierPaidOut, RefundTooLarge)
        form.add_error("amount" if isinstance(refusal, beside) else "why", words_for(refusal))
        return _page(number, int(refusal.status), line_form=form)
    if state == RefundState.REQUESTED:
        flash(_("Asked for. A second person approves it."), "info")
    else:
        flash(_("The money goes back."), "good")
    return _back(number)


def _back(number: str) -> Response:
    return redirect(f"/operator/orders/{number}", 303)


def _only_the_operator() -> None:
    with reading() as session:
        require_operator(session, current_actor())


def _choose_the_only(field: RadioField) -> None:
    """Choose where there is no choice; of several, whoever gives money back says which."""
    values = [choice[0] for choice in field.iter_choices()]
    if field.data is None and len(values) == 1:
        field.data = values[0]
