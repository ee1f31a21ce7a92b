"""Accepted goods, confirmed bank accounts and people who pay, for tests, made through the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.db import transaction
from core.permissions import GUEST, Actor
from payments.models import Refund
from payments.sandbox import rehearsals
from shop.catalogue.models import Product, Variant
from shop.fulfilment import services as fulfilment
from shop.orders import queries as order_queries
from shop.orders import services as orders
from shop.orders.models import OrderLine, SupplierOrder
from shop.settlement import services
from shop.settlement.models import SupplierAccount
from shop.settlement.values import NewAccount
from tests.factories.money import fill_bank
from tests.factories.orders import make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user

NUMBER = "6222021234567890128"

#: How long ago goods were received whose money is due.
LONG_AGO = timedelta(days=30)


@dataclass(frozen=True)
class Seller:
    """A supplier with somebody who acts for it."""

    organisation: Organisation
    user: User
    actor: Actor


def make_seller(session: Session, *, account: bool = True) -> Seller:
    """Return a supplier, with a confirmed account unless said otherwise."""
    organisation = make_organisation(session, OrganisationKind.SUPPLIER)
    user = make_user(session, Role.SUPPLIER, organisation=organisation)
    seller = Seller(organisation, user, actor_of(user, Role.SUPPLIER, organisation=organisation))
    if account:
        services.confirm_account(session, make_officer(session)[1], enter(session, seller).public_id)
    return seller


def enter(session: Session, seller: Seller, number: str = NUMBER) -> SupplierAccount:
    """Name an account for a supplier."""
    new = NewAccount(
        seller.organisation.name_zh, "山亭农村商业银行店子支行", "402454000018", number, ids.public_id(20)
    )
    return services.enter_account(session, seller.actor, seller.organisation.id, new)


def make_officer(session: Session, role: Role = Role.FINANCE) -> tuple[User, Actor]:
    """Return somebody of the operator who pays."""
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    user = make_user(session, role, organisation=operator, name="邵明礼")
    return user, actor_of(user, role, organisation=operator)


def deliver(
    *sellers: Seller,
    price_fen: int = 200_00,
    packs: int = 1,
    ago: timedelta = LONG_AGO,
    bank_fen: int = 100_000_00,
) -> list[str]:
    """Sell packs of each supplier in one order, and let them be received so long ago; returns the parts' public ids.

    So much lies in the bank to pay for them.
    Opens its own steps; commit what the sellers were made in before.
    """
    with clock.at(clock.now() - ago - timedelta(days=2)):
        with transaction() as session:
            wanted = [variant_of(session, seller, price_fen) for seller in sellers]
            placed = place(session, *((variant, packs) for variant in wanted))
        assert placed.payment_intent is not None
        rehearsals.pay_intent(placed.payment_intent)
    with clock.at(clock.now() - ago), transaction() as session:
        if bank_fen:
            fill_bank(session, bank_fen)
        order = order_queries.lock_order(session, placed.order_id)
        public_ids = []
        for part in order_queries.lock_parts(session, order.id):
            seller = next(one for one in sellers if one.organisation.id == part.supplier_id)
            fulfilment.ship_part(session, seller.actor, part.public_id, "中国邮政", "1234567890")
            fulfilment.confirm_receipt(session, GUEST, order, part.public_id)
            public_ids.append(part.public_id)
    return public_ids


def variant_of(session: Session, seller: Seller, price_fen: int) -> Variant:
    """Return a pack of a supplier at that price, in stock."""
    found = session.scalar(
        select(Variant)
        .join(Product, Product.id == Variant.product_id)
        .where(Product.supplier_id == seller.organisation.id, Variant.price_fen == price_fen)
        .limit(1)
    )
    return found or make_variant(session, supplier=seller.organisation, price_fen=price_fen, stock=500)


def refund(part: str, amount_fen: int, actor: Actor) -> Refund:
    """Give a part of the first line of a received part back to its buyer."""
    with transaction() as session:
        row = session.execute(
            select(SupplierOrder.order_id, OrderLine.id)
            .join(OrderLine, OrderLine.supplier_order_id == SupplierOrder.id)
            .where(SupplierOrder.public_id == part)
            .order_by(OrderLine.id)
            .limit(1)
        ).one()
        order = order_queries.lock_order(session, row.order_id)
        return orders.refund_line(
            session, actor, order, row.id, amount_fen, "One bag was damp", once=ids.public_id(20)
        )
