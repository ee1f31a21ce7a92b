"""Placing an order: one step, a number of statements that does not grow with the basket, the hot rows last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import audit, clock, events, ids
from core.db import lock_keys, one_or_many, table_of
from core.errors import NotFound
from core.permissions import Actor
from payments import services as payment_services
from payments.values import Purpose
from shop.cart import services as cart_services
from shop.catalogue.values import STATED, ReturnTerms
from shop.freight import queries as freight_queries
from shop.freight import rules as freight_rules
from shop.orders import queries, rules
from shop.orders.errors import (
    BasketChanged,
    BasketRefused,
    EmptyBasket,
    FormSentBefore,
    NoReturnNotConfirmed,
    TooLargeForOnlinePayment,
    TooManyUnpaid,
)
from shop.orders.events import OrderPlaced
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import (
    Kind,
    OrderRequest,
    PartState,
    PaymentMethod,
    PlacedOrder,
    PricedLine,
    PricedOrder,
    State,
)
from shop.stock import queries as stock_queries
from shop.stock import services as stock_services
from shop.stock.errors import OutOfStock
from shop.stock.values import Goods, LineProblem, Problem
from shop.vouchers import services as voucher_services

PAYEE = "operator"

# Sent with every order, so built once, over the plain tables.
_orders, _parts = table_of(Order), table_of(SupplierOrder)
_ADD_ORDER = insert(_orders).returning(_orders.c.id)
_ADD_PARTS = insert(_parts).returning(_parts.c.supplier_id, _parts.c.id)
_ADD_LINES = insert(table_of(OrderLine))


def place_order(session: Session, actor: Actor, request: OrderRequest) -> PlacedOrder:
    """Place an order: hold the goods, freeze prices and shares (fen), open its payment, empty the cart it came from.

    The whole basket or nothing: `BasketRefused` names every line that is short, gone or not certified any more. The
    price is the database's; `BasketChanged` when it is not the one that stood on the page; a `voucher` that cannot be
    used is refused (`VoucherRefused`). The same form sent again gives back the first order. An institution's order
    (`institution_id`, the actor its requester) waits for a bank transfer with a payment code.
    """
    _lock(session, actor, request)
    known = queries.find_by_key(session, request.idem_key)
    if known is not None:
        if known.request_hash != _fingerprint(request):
            raise FormSentBefore
        return PlacedOrder(known.order_id, known.number, known.payment_intent, replayed=True)
    kind = Kind.PUBLIC if request.institution_id is None else Kind.INSTITUTION
    if request.institution_id is not None:
        _require_institution(session, actor, request.institution_id)
    elif actor.user_id is not None and queries.count_unpaid(session, actor.user_id) >= rules.MOST_UNPAID:
        raise TooManyUnpaid(rules.MOST_UNPAID)
    wanted = (
        cart_services.take_all(session, request.cart)
        if request.cart is not None
        else rules.add_up(request.wanted)
    )
    if not wanted:
        raise EmptyBasket
    goods = stock_queries.goods_by_id(session, wanted)
    if len(goods) < len(wanted):
        raise NotFound("variant")
    problems = rules.problems_of(goods, wanted, on_account=kind is Kind.INSTITUTION)
    if problems:
        raise BasketRefused(problems)
    _require_within_limits(session, actor, request, goods, wanted)
    tariff = freight_queries.tariff_today(session)
    priced = rules.price_order(
        goods.values(), wanted, freight_rules.zone_of(tariff, request.delivery.province_code)
    )
    quote = None
    if request.voucher and kind is Kind.PUBLIC:
        quote = voucher_services.quote_voucher(session, actor, request.voucher, priced.goods_fen)
        priced = rules.discounted(priced, quote.discount_fen)
    _check(kind, request, priced)
    moment = clock.now()
    expires_at = moment + rules.hold_for(kind)
    number = ids.spoken_code("YG")
    payment_code = ids.spoken_code("HK") if kind is Kind.INSTITUTION else None
    intent = None if payment_code is not None else ids.public_id(16)
    order_id = _write_order(
        session,
        actor,
        request,
        kind,
        priced,
        tariff.table_id,
        moment,
        expires_at,
        number=number,
        payment_code=payment_code,
        intent=intent,
    )
    first = None
    if payment_code is not None:
        payment_services.register_payment_code(
            session, payment_code, Purpose.ORDER, order_id, priced.total_fen, payee=PAYEE
        )
    elif intent is not None:
        first = payment_services.open_first_intent(
            session,
            actor,
            Purpose.ORDER,
            order_id,
            priced.total_fen,
            PAYEE,
            description_of(number, request.locale),
            request.locale,
            return_path_of(number, request.guest_secret),
            expires_at,
            public_id=intent,
            address=request.address,
        )
    audit.record(
        session, actor, "order placed", "order", number, after={"total_fen": priced.total_fen, "kind": kind}
    )
    events.publish(session, OrderPlaced(order_id, number, priced.total_fen))
    # The rows that many people want come last, so that they are locked for as short a time as can be.
    if quote is not None:
        voucher_services.use_voucher(session, actor, quote, order_id, priced.goods_fen)
    try:
        stock_services.hold_stock(session, order_id, wanted, expires_at, payable=kind is Kind.PUBLIC)
    except OutOfStock as refusal:
        raise BasketRefused(_as_problems(goods, refusal)) from None
    return PlacedOrder(order_id, number, intent, replayed=False, first_intent=first)


def _lock(session: Session, actor: Actor, request: OrderRequest) -> None:
    """Let one form and one account place one order at a time."""
    lock_keys(
        session, request.idem_key, *([f"order of user {actor.user_id}"] if actor.user_id is not None else ())
    )


def _fingerprint(request: OrderRequest) -> str:
    """Return what tells two requests apart; what lay in the cart is not part of it, for it is gone the second time."""
    content = asdict(request)
    for name in (
        "idem_key",
        "cart",
        "guest_secret",
        "seen_total_fen",
        "locale",
        "no_return_for",
        "address",
    ):
        content.pop(name)
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _require_institution(session: Session, actor: Actor, institution_id: int) -> None:
    institution = session.get(Organisation, institution_id)
    if (
        institution is None
        or institution.kind != OrganisationKind.INSTITUTION
        or institution.closed_on is not None
        or institution_id not in actor.organisation_ids(Role.REQUESTER)
    ):
        raise NotFound("institution")


def _require_within_limits(
    session: Session,
    actor: Actor,
    request: OrderRequest,
    goods: Mapping[int, Goods],
    wanted: Mapping[int, int],
) -> None:
    """Refuse what would be more than a buyer gets of something, with what they ordered before (`BasketRefused`).

    One order of a buyer after the other: `_lock` keeps those of one account apart, this those to one phone number. Of
    baskets without such goods nothing is asked.
    """
    limits = {key: item.most_per_buyer for key, item in goods.items() if item.most_per_buyer is not None}
    if not limits:
        return
    phone = request.delivery.phone
    lock_keys(session, f"packs per buyer {phone}")
    had = queries.packs_of_buyer(session, list(limits), actor.user_id, phone)
    problems = [
        LineProblem(goods[key], wanted[key], Problem.TOO_MANY)
        for key in sorted(limits)
        if wanted[key] + had.get(key, 0) > limits[key]
    ]
    if problems:
        raise BasketRefused(problems)


def _check(kind: Kind, request: OrderRequest, priced: PricedOrder) -> None:
    # A voucher that was typed and not tried out first only makes it cheaper.
    seen = (None, priced.total_fen, priced.total_fen + priced.discount_fen)
    if request.seen_total_fen not in seen:
        assert request.seen_total_fen is not None
        raise BasketChanged(request.seen_total_fen, priced.total_fen)
    if kind is Kind.INSTITUTION:
        return
    unconfirmed = [
        line.goods
        for line in priced.lines
        if line.goods.return_terms != ReturnTerms.SEVEN_DAYS and not _confirmed(request, line.goods)
    ]
    if unconfirmed:
        raise NoReturnNotConfirmed(unconfirmed)
    if priced.total_fen > rules.MOST_ONLINE_FEN:
        raise TooLargeForOnlinePayment


def _confirmed(request: OrderRequest, goods: Goods) -> bool:
    """Say whether the buyer has confirmed on which terms these very goods go back."""
    if goods.return_terms == ReturnTerms.SEVEN_DAYS or not request.no_return_confirmed:
        return False
    return request.no_return_for is None or rules.terms_shown(goods) in request.no_return_for


def _write_order(
    session: Session,
    actor: Actor,
    request: OrderRequest,
    kind: Kind,
    priced: PricedOrder,
    freight_table_id: int,
    moment: datetime,
    expires_at: datetime,
    *,
    number: str,
    payment_code: str | None,
    intent: str | None,
) -> int:
    on_account = kind is Kind.INSTITUTION
    order_id: int = session.execute(
        _ADD_ORDER,
        {
            "number": number,
            "idem_key": request.idem_key,
            "request_hash": _fingerprint(request),
            "kind": kind.value,
            "state": State.PLACED.value,
            "payment_method": (PaymentMethod.BANK_TRANSFER if on_account else PaymentMethod.ONLINE).value,
            "payment_code": payment_code,
            "payment_intent": intent,
            "buyer_user_id": actor.user_id,
            "institution_id": request.institution_id,
            "guest_token_hash": ids.digest(request.guest_secret) if request.guest_secret else None,
            "email": request.email,
            "locale": request.locale,
            "delivery": asdict(request.delivery),
            "invoice": asdict(request.invoice) if request.invoice else None,
            "note": request.note,
            "no_return_confirmed": request.no_return_confirmed,
            "review_reason": "",
            "goods_fen": priced.goods_fen,
            "freight_fen": priced.freight_fen,
            "freight_table_id": freight_table_id,
            "discount_fen": priced.discount_fen,
            "total_fen": priced.total_fen,
            "placed_at": moment,
            "hold_expires_at": expires_at,
        },
    ).scalar_one()
    parts = session.execute(
        _ADD_PARTS,
        one_or_many(
            [
                {
                    "public_id": ids.public_id(),
                    "order_id": order_id,
                    "supplier_id": part.supplier_id,
                    "state": PartState.WAITING.value,
                    "goods_fen": part.goods_fen,
                    "freight_fen": part.freight_fen,
                    "discount_fen": part.discount_fen,
                }
                for part in priced.parts
            ]
        ),
    )
    part_ids = {row[0]: row[1] for row in parts}
    session.execute(
        _ADD_LINES,
        one_or_many(
            [
                _line_values(order_id, part_ids[part.supplier_id], line, _confirmed(request, line.goods))
                for part in priced.parts
                for line in part.lines
            ]
        ),
    )
    return order_id


def _line_values(order_id: int, part_id: int, line: PricedLine, confirmed: bool) -> dict[str, object]:
    goods, quantity, charge = line.goods, line.quantity, line.charge
    stated = goods.return_terms in STATED
    return {
        "order_id": order_id,
        "supplier_order_id": part_id,
        "variant_id": goods.variant_id,
        "product_id": goods.product_id,
        "certificate_id": goods.certificate_id,
        "village_id": goods.village_id,
        "name_zh": goods.name_zh,
        "name_en": goods.name_en,
        "label_zh": goods.label_zh,
        "label_en": goods.label_en,
        "quantity": quantity,
        "unit_price_fen": charge.price_fen,
        "line_fen": line.line_fen,
        "producer_fen": charge.producer_fen * quantity,
        "logistics_fen": charge.logistics_fen * quantity,
        "other_fen": charge.other_fen * quantity,
        "return_terms": goods.return_terms,
        "return_note_zh": goods.return_note_zh if stated else "",
        "return_note_en": goods.return_note_en if stated else "",
        "no_return_confirmed": confirmed,
    }


def description_of(number: str, locale: str) -> str:
    """Return what the buyer reads at the payment provider."""
    return f"Yigou order {number}" if locale == "en" else f"益购订单 {number}"


def return_path_of(number: str, guest_secret: str | None) -> str:
    """Return the page of the order to which a payment leads back."""
    return f"/shop/orders/guest/{guest_secret}" if guest_secret else f"/shop/orders/{number}"


def _as_problems(goods: dict[int, Goods], refusal: OutOfStock) -> list[LineProblem]:
    """Put what the lock revealed into the same words as what was seen before it."""
    found = []
    for short in refusal.short:
        item = goods[short.variant_id]
        now = replace(item, available=short.available)
        problem = Problem.SOLD_OUT if short.available < item.pack_multiple else Problem.SHORT
        found.append(LineProblem(now, short.wanted, problem))
    return found
