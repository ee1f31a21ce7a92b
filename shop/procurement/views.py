"""The canteen's desk: choosing goods, ordering on account, paying by transfer, accepting what arrives."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from core import money
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from payments import queries as payment_queries
from payments import wording as payment_wording
from payments.values import Purpose
from registry import queries as registry_queries
from shop.after_sales import queries as after_sales_queries
from shop.after_sales import wording as after_sales_wording
from shop.cart import session as cart_session
from shop.cart.views import read_basket
from shop.freight import queries as freight_queries
from shop.freight import rules as freight_rules
from shop.fulfilment import queries as fulfilment_queries
from shop.fulfilment import services as fulfilment_services
from shop.fulfilment import wording as fulfilment_wording
from shop.orders import addresses, rules, services, wording
from shop.orders import queries as order_queries
from shop.orders.errors import BasketRefused, DoneBefore, FormSentBefore
from shop.orders.queries import OrderView, PartView
from shop.orders.values import PartState
from shop.permissions import ACCEPT_DELIVERIES, ORDER_ON_ACCOUNT, READ_INSTITUTION_ORDERS
from shop.procurement import queries
from shop.procurement.forms import AcceptanceForm, AccountOrderForm, acceptance_form, to_acceptance
from shop.recalls import queries as recall_queries
from shop.recalls import wording as recall_wording
from shop.settlement import queries as settlement_queries
from shop.stock.rules import most_sellable
from shop.stock.wording import ladder_hint, ladder_text, problem_text
from web.access import current_actor, requires
from web.language import locale_code
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("shop_procurement", __name__)

PAGE_SIZE = 20
ACCEPTING = ACCEPT_DELIVERIES.roles


@bp.get("/procurement")
@requires(READ_INSTITUTION_ORDERS)
def desk() -> Any:
    """Lead to the orders."""
    return redirect("/procurement/orders", 303)


@bp.get("/procurement/orders")
@requires(READ_INSTITUTION_ORDERS)
def list_orders() -> Any:
    """List the orders of one's institutions."""
    number = page_number()
    with reading() as session:
        rows, total = order_queries.list_institution_orders(
            session, current_actor(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    return render_template(
        "shop/procurement/list.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        may_order=current_actor().may(ORDER_ON_ACCOUNT),
        state_label=wording.state_label,
        tone=wording.tone,
    )


@bp.get("/procurement/goods")
@requires(ORDER_ON_ACCOUNT)
def goods() -> Any:
    """Look for packs and put them into the basket."""
    words = request.args.get("q", "").replace("\x00", "").strip()[:60]
    every_size = request.args.get("size") == "all"
    number = page_number()
    with reading() as session:
        found, total = queries.find_packs(
            session, words, large_only=not every_size, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    return render_template(
        "shop/procurement/goods.html",
        page=paginate(found, number, total, PAGE_SIZE),
        words=words,
        every_size=every_size,
        here=request.full_path.rstrip("?"),
        most_sellable=most_sellable,
        ladder_text=ladder_text,
        basket=read_basket(),
    )


@bp.get("/procurement/orders/new")
@requires(ORDER_ON_ACCOUNT)
def new() -> Any:
    """Ask for whom and where to, with the basket beside it."""
    form = AccountOrderForm(formdata=None)
    with reading() as session:
        last = order_queries.last_forms(
            session, order_queries.institution_order(current_actor(), *ORDER_ON_ACCOUNT.roles), most=1
        )
        region = registry_queries.find_region(session, last[0].delivery.region_code) if last else None
        codes = registry_queries.codes_down_to(session, region) if region is not None else ()
    if last:
        form.fill_from(last[0], codes or (last[0].delivery.province_code,))
    else:
        form.recipient.data, form.email.data = current_user.name, current_user.email
    return _new_page(form)


def _new_page(form: AccountOrderForm, status: int = 200, refusal: Refusal | None = None) -> tuple[str, int]:
    keep_private()
    with reading() as session:
        form.offer_institutions(queries.institutions_of(session, current_actor()))
        levels, region = registry_queries.pick_region(session, form.codes)
        zone = freight_rules.zone_of(freight_queries.tariff_today(session), region.code if region else "")
    form.offer(levels)
    basket = read_basket()
    priced = rules.price_basket(basket, zone)
    form.seen_total.data = str(priced.total_fen)
    page = render_template(
        "shop/procurement/new.html",
        form=form,
        basket=basket,
        priced=priced,
        zone=zone,
        hold_days=rules.HOLD_TRANSFER.days,
        refusal_text=words_for(refusal)
        if refusal is not None and not isinstance(refusal, BasketRefused)
        else "",
        problems=refusal.problems if isinstance(refusal, BasketRefused) else (),
        problem_text=problem_text,
        ladder_hint=ladder_hint,
    )
    return page, status


@bp.post("/procurement/orders/new")
@requires(ORDER_ON_ACCOUNT)
def place() -> Any:
    """Place an order on account; the next page shows how to pay it."""
    form = AccountOrderForm()
    owner = cart_session.writing_owner()
    with reading() as session:
        institutions = queries.institutions_of(session, current_actor())
        lineage = registry_queries.picked_lineage(session, form.codes)
    form.offer_institutions(institutions)
    if request.form.get("action") == "open":
        return _new_page(form)
    fine = form.validate()
    if not form.place(lineage) or not fine:
        return _new_page(form, 422)
    institution_id = next(o.id for o in institutions if o.public_id == form.institution.data)
    key = addresses.form_key(f"{owner.user_id}:procurement", form.once.data or "")
    wish = form.to_request(idem_key=key, cart=owner, locale=locale_code(), institution_id=institution_id)
    try:
        with transaction() as session:
            placed = services.place_order(session, current_actor(), wish)
    except (FormSentBefore, NotFound):
        raise
    except Refusal as refusal:
        return _new_page(form, int(refusal.status), refusal)
    cart_session.counted(0, 0)
    return redirect(f"/procurement/orders/{placed.number}", 303)


@bp.get("/procurement/orders/<number>")
@requires(READ_INSTITUTION_ORDERS)
def show(number: str) -> Any:
    """Show an order of one's institution."""
    view = _view(number)
    with reading() as session:
        refunds = payment_queries.refunds_of_subject(session, Purpose.ORDER, view.order.id)
        claims = after_sales_queries.rights_of(session, view, settlement_queries.claim_days_on)
        travels = fulfilment_queries.travels_of(session, view.order.id, for_buyer=True)
        recalls = recall_queries.recalls_of_order(session, view.order.id)
        unowed_fen = order_queries.unowed_fen(session, view.order)
    next_tone, next_text = wording.what_next(view)
    return render_template(
        "shop/procurement/show.html",
        refunds=refunds,
        unowed_fen=unowed_fen,
        claims=claims,
        claim_wording=after_sales_wording,
        travels=travels,
        fulfilment=fulfilment_wording,
        recalls=recalls,
        recall_wording=recall_wording,
        refund_label=payment_wording.refund_label,
        refund_reason=payment_wording.refund_reason,
        refund_tone=payment_wording.refund_tone,
        amount_text=payment_wording.amount_text,
        view=view,
        order=view.order,
        next_tone=next_tone,
        next_text=next_text,
        steps=wording.timeline(view),
        state_label=wording.state_label,
        part_label=wording.part_label,
        tone=wording.tone,
        may_order=_holds(view, *ORDER_ON_ACCOUNT.roles),
        may_accept=_holds(view, *ACCEPTING),
    )


@bp.get("/procurement/orders/<number>/notice")
@requires(READ_INSTITUTION_ORDERS)
def notice(number: str) -> Any:
    """Show the payment notice on paper: bank account, amount, code."""
    view = _view(number)
    with reading() as session:
        names = order_queries.organisation_names(session, view.order.institution_id)
    account = [part.strip() for part in current_app.config["YIGOU"].bank_account.split(";")]
    return render_template(
        "shop/procurement/notice.html",
        view=view,
        order=view.order,
        institution=names,
        account=account if len(account) == 3 else None,
        in_words=money.amount_in_words(view.order.total_fen),
        state_label=wording.state_label,
    )


@bp.post("/procurement/orders/<number>/cancel")
@requires(ORDER_ON_ACCOUNT)
def cancel(number: str) -> Any:
    """Give an order up before it is paid."""
    with reading() as session:
        order = order_queries.get_institution_order(session, current_actor(), number, *ORDER_ON_ACCOUNT.roles)
    try:
        with transaction() as session:
            services.cancel_order(session, current_actor(), order.id)
    except DoneBefore as refusal:
        flash(words_for(refusal), "info")
    else:
        flash(_("The order is cancelled. Please do not transfer any more."), "good")
    return redirect(f"/procurement/orders/{number}", 303)


@bp.get("/procurement/orders/<number>/accept")
@requires(ACCEPT_DELIVERIES)
def check(number: str) -> Any:
    """Show what was sent, to be checked by two people."""
    view = _view(number, *ACCEPTING)
    wanted = request.args.get("part")
    shipped = [part for part in view.parts if part.state == PartState.SHIPPED]
    part = _part(view, wanted) if wanted is not None else next(iter(shipped), None)
    if part is None or part.state != PartState.SHIPPED:
        flash(_("Nothing of this order waits to be accepted."), "info")
        return redirect(f"/procurement/orders/{number}", 303)
    return _accept_page(view, part, acceptance_form(part.lines, current_user.name, None, part=part.public_id))


@bp.post("/procurement/orders/<number>/accept")
@requires(ACCEPT_DELIVERIES)
def accept(number: str) -> Any:
    """Accept what one supplier sent, line by line."""
    view = _view(number, *ACCEPTING)
    part = _part(view, request.form.get("part", ""))
    form = acceptance_form(part.lines, current_user.name, request.form)
    if not form.validate():
        return _accept_page(view, part, form, 422)
    with transaction() as session:
        order = order_queries.get_institution_order(session, current_actor(), number, *ACCEPTING, lock=True)
        fulfilment_services.accept_part(session, current_actor(), order, part.public_id, to_acceptance(form))
    flash(_("Accepted. What was accepted is now owed to the supplier."), "good")
    return redirect(f"/procurement/orders/{number}", 303)


def _accept_page(view: OrderView, part: PartView, form: AcceptanceForm, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "shop/procurement/accept.html",
        order=view.order,
        part=part,
        others=[p for p in view.parts if p.state == PartState.SHIPPED and p.public_id != part.public_id],
        form=form,
        numbers=[form[f"accepted_{index}"] for index in range(len(part.lines))],
        inspector=current_user.name,
    )
    return page, status


def _part(view: OrderView, public_id: str) -> PartView:
    for part in view.parts:
        if part.public_id == public_id:
            return part
    raise NotFound("part")


def _view(number: str, *roles: str) -> OrderView:
    keep_private()
    with reading() as session:
        order = order_queries.get_institution_order(session, current_actor(), number, *roles)
        return order_queries.view_order(session, order)


def _holds(view: OrderView, *roles: str) -> bool:
    return view.order.institution_id in current_actor().organisation_ids(*roles)
