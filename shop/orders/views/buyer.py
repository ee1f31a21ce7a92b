"""Checkout, and the pages of an order: for its owner, and for a guest who holds its secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts import services as account_services
from core import money
from core.db import reading, transaction
from core.errors import NotFound, Refusal, TooManyAttempts
from payments import queries as payment_queries
from payments import services as payment_services
from payments import wording as payment_wording
from payments.errors import AlreadyPaid
from payments.values import FirstIntent, Purpose
from registry import queries as registry_queries
from shop.after_sales import queries as after_sales_queries
from shop.after_sales import wording as after_sales_wording
from shop.after_sales.values import LineRights
from shop.cart import services as cart_services
from shop.cart import session as cart_session
from shop.cart.errors import TooManyLines
from shop.cart.values import Basket
from shop.cart.views import read_basket
from shop.catalogue.values import STATED
from shop.catalogue.wording import reason_text, terms_label
from shop.freight import queries as freight_queries
from shop.freight import rules as freight_rules
from shop.fulfilment import queries as fulfilment_queries
from shop.fulfilment import services as fulfilment_services
from shop.fulfilment import wording as fulfilment_wording
from shop.fulfilment.values import PickupPoint, Travel
from shop.orders import addresses, queries, rules, services, wording
from shop.orders.errors import BasketRefused, DoneBefore, FormSentBefore, NoReturnNotConfirmed
from shop.orders.forms import ActionForm, CheckoutForm, no_return_field
from shop.orders.models import Order
from shop.orders.values import Action, PaymentMethod, PlacedOrder, PricedOrder, State
from shop.recalls import queries as recall_queries
from shop.recalls import wording as recall_wording
from shop.recalls.values import LineRecall
from shop.settlement import queries as settlement_queries
from shop.stock.wording import limit_text, name_of, problem_text
from shop.vouchers import services as voucher_services
from shop.vouchers.errors import UnknownVoucher, VoucherRefused
from shop.vouchers.values import Quote
from web.access import current_actor, public, signed_in
from web.addresses import visitor_network
from web.language import locale_code
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("shop_orders", __name__)

PAGE_SIZE = 20
#: Of so many goods an order that is put into the cart again says why there are fewer of them or none.
TOLD = 3

#: A village may share one network address: so many wrong vouchers from one count as one.
SHARED_ADDRESS = 10


@bp.get("/shop/checkout")
@public
def checkout() -> Any:
    """Ask where the goods go; a cart that cannot be bought as it stands leads back to the cart."""
    basket = read_basket()
    if not basket.lines or basket.problems:
        return redirect("/shop/cart", 303)
    form = CheckoutForm(formdata=None)
    if current_user.is_authenticated:
        saved = _saved_forms()
        if saved:
            _fill(form, saved[0])
        else:
            form.recipient.data, form.email.data = current_user.name, current_user.email
    return _checkout_page(form, basket=basket, untouched=not current_user.is_authenticated)


def _saved_forms() -> list[queries.LastForm]:
    if not current_user.is_authenticated:
        return []
    with reading() as session:
        return queries.last_forms(session, queries.own_order(current_actor()))


def _fill(form: CheckoutForm, last: queries.LastForm) -> None:
    with reading() as session:
        region = registry_queries.find_region(session, last.delivery.region_code)
        codes = registry_queries.codes_down_to(session, region) if region is not None else ()
    form.fill_from(last, codes or (last.delivery.province_code,))


def _checkout_page(
    form: CheckoutForm,
    status: int = 200,
    refusal: Refusal | None = None,
    basket: Basket | None = None,
    *,
    untouched: bool = False,
) -> tuple[str, int]:
    keep_private()
    basket = basket or read_basket()
    with reading() as session:
        levels, region = registry_queries.pick_region(session, form.codes)
        points = fulfilment_queries.pickup_points(session, region.id) if region and form.picks_up else []
        zone = freight_rules.zone_of(freight_queries.tariff_today(session), region.code if region else "")
    form.offer(levels)
    form.offer_points(points if form.county.data else [])
    form.offer_saved(_saved_forms())
    priced = rules.price_basket(basket, zone)
    quote = _quote(form, priced)
    if quote is not None:
        priced = rules.discounted(priced, quote.discount_fen)
    form.name_excepted(priced, needed=status >= 400)
    form.seen_total.data = str(priced.total_fen)
    page = render_template(
        "shop/orders/checkout.html",
        form=form,
        untouched=levels if untouched else None,
        basket=basket,
        priced=priced,
        zone=zone,
        excepted=priced.excepted,
        terms_label=terms_label,
        reason_text=reason_text,
        no_return_field=no_return_field,
        stated=STATED,
        voucher=quote,
        hold_minutes=int(rules.HOLD_ONLINE.total_seconds() // 60),
        refusal_text=words_for(refusal)
        if refusal is not None and not isinstance(refusal, BasketRefused)
        else "",
        problems=refusal.problems if isinstance(refusal, BasketRefused) else (),
        problem_text=problem_text,
        limit_text=limit_text,
    )
    return page, status


def _quote(form: CheckoutForm, priced: PricedOrder) -> Quote | None:
    """Return what the typed voucher takes off; None without one, or with the reason beside its field."""
    code = (form.voucher.data or "").strip()
    if not code or form.voucher.errors or not priced.lines:
        return None
    try:
        with _voucher_tried(code), reading() as session:
            return voucher_services.quote_voucher(session, current_actor(), code, priced.goods_fen)
    except (VoucherRefused, TooManyAttempts) as refusal:
        form.add_error("voucher", words_for(refusal))
        return None


@contextmanager
def _voucher_tried(code: str) -> Iterator[None]:
    """Count a typed voucher against the account, or a guest's network address; only one that is unknown stays counted.

    Whoever guesses is slowed down (`TooManyAttempts`) before the code is looked up.
    """
    if not code:
        yield
        return
    user_id = current_actor().user_id
    key = f"voucher:{user_id}" if user_id is not None else f"voucher-from:{visitor_network()}"
    with transaction() as session:
        account_services.count_attempt(session, key, scale=SHARED_ADDRESS if user_id is None else 1)
    try:
        yield
    except UnknownVoucher:
        raise
    except Refusal:
        _take_back(key)
        raise
    _take_back(key)


def _take_back(key: str) -> None:
    with transaction() as session:
        account_services.forgive_one(session, key)


@bp.post("/shop/checkout")
@public
def place() -> Any:
    """Place the order and send the buyer to pay; what cannot be bought is named, and the form keeps what was typed.

    Its smaller buttons only open the next list of regions, fill in an earlier address, or try a voucher out: nothing
    typed is lost.
    """
    form = CheckoutForm()
    owner = cart_session.writing_owner()
    if request.form.get("action") == "open":
        return _checkout_page(form)
    if request.form.get("action") == "fill":
        chosen = dict(enumerate(_saved_forms())).get(_as_number(form.saved.data))
        if chosen is not None:
            _fill(form, chosen)
        return _checkout_page(form)
    if request.form.get("action") == "voucher":
        page, _status = _checkout_page(form)
        return page, 422 if form.voucher.errors else 200
    fine, pickup = _check(form)
    if not fine:
        return _checkout_page(form, 422)
    key = addresses.form_key(f"{owner.user_id}:{owner.token}", form.once.data or "")
    secret = None if owner.user_id is not None else addresses.guest_secret(key)
    wish = form.to_request(
        idem_key=key,
        cart=owner,
        locale=locale_code(),
        guest_secret=secret,
        pickup=pickup,
        address=visitor_network(),
    )
    try:
        with _voucher_tried(wish.voucher), transaction() as session:
            placed = services.place_order(session, current_actor(), wish)
    except FormSentBefore:
        raise
    except NoReturnNotConfirmed as refusal:
        return _checkout_page(form, int(refusal.status))
    except VoucherRefused as refusal:
        form.add_error("voucher", words_for(refusal))
        return _checkout_page(form, int(refusal.status))
    except TooManyAttempts as refusal:
        form.add_error("voucher", words_for(refusal))
        page, status = _checkout_page(form, int(refusal.status))
        return page, status, {"Retry-After": str(refusal.retry_after)}
    except Refusal as refusal:
        return _checkout_page(form, int(refusal.status), refusal)
    _forget_count()
    path = f"/shop/orders/guest/{secret}" if secret else f"/shop/orders/{placed.number}"
    return _to_payment(placed, path)


def _check(form: CheckoutForm) -> tuple[bool, PickupPoint | None]:
    """Check what was filled in, and return whether it is whole, and the point where the goods are fetched."""
    fine = form.validate()
    with reading() as session:
        lineage = registry_queries.picked_lineage(session, form.codes)
        points = (
            fulfilment_queries.pickup_points(session, lineage[-1].id) if lineage and form.picks_up else []
        )
    fine = form.place(lineage) and fine
    pickup = next((point for point in points if point.public_id == form.pickup.data), None)
    if form.picks_up and pickup is None:
        form.add_error(
            "pickup",
            _("Please pick one.")
            if points
            else _("There is no point in the county that was picked. Choose to have it sent to your door."),
        )
        return False, None
    return fine, pickup


def _as_number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 4 else -1


def _forget_count() -> None:
    """Let the next page count the cart anew."""
    cart_session.ask_again()


def _to_payment(placed: PlacedOrder, path: str) -> Response:
    """Lead to the payment page; whatever keeps it shut, the order is there and can be paid from its page."""
    if placed.payment_intent is None:
        return redirect(path, 303)
    return _pay(placed.first_intent or placed.payment_intent, path)


def _pay(intent: FirstIntent | str, path: str) -> Response:
    try:
        if isinstance(intent, str):
            url = payment_services.begin_checkout(intent, address=visitor_network())
        else:
            url = payment_services.go_to_checkout(intent, address=visitor_network())
        return redirect(url, 303)
    except Refusal as refusal:
        flash(words_for(refusal), "warn")
        return redirect(path, 303)


@bp.get("/shop/orders")
@signed_in
def list_own() -> Any:
    """List a person's own orders."""
    number = page_number()
    with reading() as session:
        rows, total = queries.list_own_orders(
            session, current_actor(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    page = paginate(rows, number, total, PAGE_SIZE)
    return render_template(
        "shop/orders/list.html", page=page, state_label=wording.state_label, tone=wording.tone
    )


@bp.get("/shop/orders/<number>")
@signed_in
def show(number: str) -> Any:
    """Show a person's own order."""
    with reading() as session:
        view = queries.view_own_order(session, current_actor(), number)
        beside = _beside(session, view)
    return _order_page(view, beside, f"/shop/orders/{number}")


@bp.get("/shop/orders/guest/<secret>")
@public
def show_guest(secret: str) -> Any:
    """Show the order that a guest's secret opens."""
    with reading() as session:
        view = queries.view_guest_order(session, secret)
        beside = _beside(session, view)
    return _order_page(view, beside, f"/shop/orders/guest/{secret}")


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands on the page of an order besides itself; of most orders there is nothing yet, and nothing is asked."""

    refunds: list[payment_queries.RefundRow]
    claims: dict[int, LineRights]
    travels: dict[str, Travel]
    recalls: list[LineRecall]


def _beside(session: Session, view: queries.OrderView) -> _Beside:
    order_id = view.order.id
    shipped = any(part.shipped_at is not None for part in view.parts)
    return _Beside(
        payment_queries.refunds_of_subject(session, Purpose.ORDER, order_id) if view.has_refunds else [],
        after_sales_queries.rights_of(session, view, settlement_queries.claim_days_on),
        fulfilment_queries.travels_of(session, order_id, for_buyer=True) if shipped else {},
        recall_queries.recalls_of_order(session, order_id) if view.has_recalls else [],
    )


def _order_page(view: queries.OrderView, beside: _Beside, path: str) -> str:
    keep_private()
    next_tone, next_text = wording.what_next(view)
    if any(travel.waits_for_pickup for travel in beside.travels.values()):
        next_tone, next_text = "warn", _("Your goods are there: please pick them up with the code below.")
    return render_template(
        "shop/orders/show.html",
        view=view,
        order=view.order,
        refunds=beside.refunds,
        claims=beside.claims,
        claim_wording=after_sales_wording,
        travels=beside.travels,
        fulfilment=fulfilment_wording,
        recalls=beside.recalls,
        recall_wording=recall_wording,
        refund_label=payment_wording.refund_label,
        refund_reason=payment_wording.refund_reason,
        refund_tone=payment_wording.refund_tone,
        amount_text=payment_wording.amount_text,
        path=path,
        next_tone=next_tone,
        next_text=next_text,
        steps=wording.timeline(view),
        state_label=wording.state_label,
        part_label=wording.part_label,
        tone=wording.tone,
    )


@bp.post("/shop/orders/<number>/pay")
@signed_in
def pay(number: str) -> Any:
    """Go to the payment page again while the goods are held."""
    return _once(_pay_again, number=number)


@bp.post("/shop/orders/guest/<secret>/pay")
@public
def pay_guest(secret: str) -> Any:
    """Go to the payment page again while the goods are held, as a guest."""
    return _once(_pay_again, secret=secret)


def _once(step: Callable[..., Response], **door: str) -> Response:
    """Make a step; when it had been made before (the first answer was lost), lead to the order all the same, and say so."""
    try:
        return step(**door)
    except (DoneBefore, AlreadyPaid) as refusal:
        flash(words_for(refusal), "info")
        return redirect(_path(**door), 303)


def _pay_again(**door: str) -> Response:
    keep_private()
    with transaction() as session:
        order = _open_door(session, True, **door)
        intent = services.open_payment(session, current_actor(), order, guest_secret=door.get("secret"))
    return _pay(intent, _path(**door))


@bp.post("/shop/orders/<number>/cancel")
@signed_in
def cancel(number: str) -> Any:
    """Give an order up before it is paid, or before it is sent."""
    return _once(_cancel, number=number)


@bp.post("/shop/orders/guest/<secret>/cancel")
@public
def cancel_guest(secret: str) -> Any:
    """Give an order up before it is paid or sent, as a guest."""
    return _once(_cancel, secret=secret)


def _cancel(**door: str) -> Response:
    keep_private()
    with reading() as session:
        order = _open_door(session, False, **door)
    form = ActionForm()
    if order.state == State.PAID or form.part.data:
        return _call_off(form, **door)
    rules.after(order.state, Action.CANCEL)
    outcome = payment_services.cancel_open_intents(Purpose.ORDER, order.id)
    if outcome in ("succeeded", "needs_review"):
        flash(_("The payment had gone through already, so the order was not cancelled."), "warn")
        return redirect(_path(**door), 303)
    with transaction() as session:
        services.cancel_order(session, current_actor(), order.id)
    flash(_("The order is cancelled. Nothing was charged."), "good")
    return redirect(_path(**door), 303)


def _call_off(form: ActionForm, **door: str) -> Response:
    with transaction() as session:
        order = _open_door(session, True, **door)
        amount = services.call_off(
            session,
            current_actor(),
            order,
            "The buyer called it off before it was sent.",
            part=form.part.data or "",
        )
        by_hand = order.payment_method == PaymentMethod.BANK_TRANSFER
    if by_hand:
        flash(
            _("Called off. Our finance officer transfers %(amount)s back.", amount=money.format_fen(amount)),
            "good",
        )
    else:
        flash(_("Called off. %(amount)s goes back the way it came.", amount=money.format_fen(amount)), "good")
    return redirect(_path(**door), 303)


@bp.post("/shop/orders/<number>/again")
@signed_in
def again(number: str) -> Any:
    """Put what was ordered into the cart once more."""
    return _again(number=number)


@bp.post("/shop/orders/guest/<secret>/again")
@public
def again_guest(secret: str) -> Any:
    """Put what was ordered into the cart once more, as a guest."""
    return _again(secret=secret)


def _again(**door: str) -> Response:
    keep_private()
    with reading() as session:
        packs = queries.packs_of(session, _open_door(session, False, **door).id)
    try:
        owner = cart_session.writing_owner()
        with transaction() as session:
            put = cart_services.put_again(session, owner, packs)
    except TooManyLines as refusal:
        flash(words_for(refusal), "warn")
        return redirect(_path(**door), 303)
    # As many as fit into a cookie with words of any length.
    for told in put.problems[:TOLD]:
        flash(f"{name_of(told.goods)}: {problem_text(told.goods, told.problem)}", "warn")
    if len(put.problems) > TOLD:
        flash(_("Of %(count)s more goods there are fewer or none.", count=len(put.problems) - TOLD), "warn")
    if not put.kinds:
        flash(_("Nothing of this order can be bought at the moment."), "warn")
        return redirect(_path(**door), 303)
    flash(_("What you ordered is in your cart again, at today's prices."), "good")
    return redirect("/shop/cart", 303)


@bp.post("/shop/orders/<number>/receive")
@signed_in
def receive(number: str) -> Any:
    """Say that what one supplier sent has arrived."""
    return _once(_receive, number=number)


@bp.post("/shop/orders/guest/<secret>/receive")
@public
def receive_guest(secret: str) -> Any:
    """Say that what one supplier sent has arrived, as a guest."""
    return _once(_receive, secret=secret)


def _receive(**door: str) -> Response:
    keep_private()
    form = ActionForm()
    if not form.validate() or not form.part.data:
        raise NotFound("part")
    with transaction() as session:
        order = _open_door(session, True, **door)
        fulfilment_services.confirm_receipt(session, current_actor(), order, form.part.data)
    flash(_("Thank you. The growers' money is booked."), "good")
    return redirect(_path(**door), 303)


def _open_door(session: Session, lock: bool, *, number: str = "", secret: str = "") -> Order:
    if secret:
        return queries.get_guest_order(session, secret, lock=lock)
    return queries.get_own_order(session, current_actor(), number, lock=lock)


def _path(*, number: str = "", secret: str = "") -> str:
    return f"/shop/orders/guest/{secret}" if secret else f"/shop/orders/{number}"
