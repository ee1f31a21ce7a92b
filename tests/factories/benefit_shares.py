"""Benefit links with a share of sales, for tests, made through the services."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import transaction
from core.permissions import Actor
from registry.models import Household, Region
from shop.benefit_links import services as links
from shop.benefit_links.models import BenefitLink, BenefitPayment
from shop.benefit_links.values import Answer, LinkKind, NewLink, NewPayment, ShareTerms
from shop.catalogue.models import Product
from tests.factories.certification import make_home, member_of
from tests.factories.settlement import Seller, variant_of

RECEIPT = "a" * 24


def make_share(
    session: Session,
    seller: Seller,
    bps: int = 500,
    *,
    price_fen: int = 200_00,
    everything: bool = False,
    agreed: bool = True,
    kind: LinkKind = LinkKind.DIVIDEND,
    days: int = 300,
) -> tuple[BenefitLink, Actor]:
    """Return a link with a share of the sales of a supplier's product, and somebody of its household, who agreed."""
    # On sale, with its certificate, before anything is delivered.
    with clock.at(clock.now() - timedelta(days=59)):
        product = session.get_one(Product, variant_of(session, seller, price_fen).product_id)
    home: Household = make_home(session, session.get_one(Region, product.village_id))
    share = ShareTerms(bps, everything, frozenset() if everything else frozenset({product.slug}))
    today = clock.today()
    link = links.add_link(
        session,
        seller.actor,
        NewLink(
            product_slug=product.slug,
            household_id=home.id,
            kind=kind,
            valid_from=today - timedelta(days=60),
            valid_until=today + timedelta(days=days),
            promised_fen=200_000,
            once=ids.public_id(20),
            share=share,
        ),
    )
    member = member_of(session, home)
    if agreed:
        links.answer_link(session, member, link.public_id, Answer.AGREED)
    return link, member


def pay(seller: Seller, link: str, amount_fen: int) -> int:
    """Record, in a step of its own, that the supplier paid the household; returns the payment's id."""
    with transaction() as session:
        once = ids.public_id(20)
        new = NewPayment(amount_fen, clock.today(), once, RECEIPT)
        links.record_link_payment(session, seller.actor, link, new)
        key = f"{seller.actor.user_id}:{once}"
        return session.scalars(select(BenefitPayment.id).where(BenefitPayment.idem_key == key)).one()


def say(member: Actor, link: str, payment: int, answer: Answer = Answer.AGREED, reason: str = "") -> int:
    """Let the household answer a payment in a step of its own; returns what was released (fen)."""
    with transaction() as session:
        return links.answer_payment(session, member, link, payment, answer, reason).released_fen
