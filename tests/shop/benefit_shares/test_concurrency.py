"""Two people at one moment, with real connections: a share is kept once, released once, and never passes the price."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from core.db import reading, transaction
from core.errors import Refusal
from core.permissions import GUEST, Actor
from ledger import checks
from ledger import queries as ledger_queries
from payments.sandbox import rehearsals
from shop import books
from shop.benefit_links import services as links
from shop.benefit_links.errors import ShareTooLarge
from shop.benefit_links.models import BenefitLink
from shop.benefit_links.values import Answer, ShareTerms
from shop.benefit_shares import queries as share_queries
from shop.benefit_shares.models import BenefitShare
from shop.catalogue.models import Product
from shop.fulfilment import services as fulfilment
from shop.orders import queries as order_queries
from shop.settlement import queries as settlement_queries
from tests.factories.benefit_shares import make_share, pay, say
from tests.factories.orders import place
from tests.factories.settlement import Seller, deliver, make_officer, make_seller, refund, variant_of
from tests.shop.settlement.test_concurrency import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]


def begin(bps: int = 500) -> tuple[Seller, Actor, str, Actor]:
    with transaction() as session:
        seller, finance = make_seller(session), make_officer(session)[1]
        link, member = make_share(session, seller, bps)
        return seller, finance, link.public_id, member


def held(link: str) -> int:
    with reading() as session:
        return ledger_queries.balance(session, books.benefit_due(link).code).settled


def owed(seller: Seller) -> int:
    with reading() as session:
        return settlement_queries.payable_balance(session, seller.organisation.public_id)


def books_hold() -> bool:
    with reading() as session:
        return not [found for found in checks.run(session) if found.wrong]


def test_a_receipt_sent_many_times_keeps_one_share() -> None:
    seller, _finance, link, _member = begin()
    with transaction() as session:
        placed = place(session, (variant_of(session, seller, 200_00), 1))
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    with transaction() as session:
        order = order_queries.lock_order(session, placed.order_id)
        (part,) = order_queries.lock_parts(session, order.id)
        public_id = part.public_id
        fulfilment.ship_part(session, seller.actor, public_id, "中国邮政", "1234567890")

    def confirm() -> int:
        with transaction() as session:
            order = order_queries.lock_order(session, placed.order_id)
            return fulfilment.confirm_receipt(session, GUEST, order, public_id)

    results = at_once(*[confirm] * 6)
    assert sum(result == 200_00 for result in results) == 1
    assert all(result == 200_00 or isinstance(result, Refusal) for result in results)
    assert (held(link), owed(seller)) == (10_00, 190_00)
    assert books_hold()


def test_many_answers_release_once() -> None:
    seller, _finance, link, member = begin()
    deliver(seller)
    deliver(seller)
    payment = pay(seller, link, 15_00)
    results = at_once(*[lambda: say(member, link, payment)] * 6)
    assert results == [15_00] * 6
    assert (held(link), owed(seller)) == (5_00, 395_00)
    assert books_hold()


@pytest.mark.parametrize("_time", range(4))
def test_a_refund_meets_a_release(_time: int) -> None:
    seller, finance, link, member = begin()
    (part,) = deliver(seller)
    payment = pay(seller, link, 10_00)
    given, released = at_once(
        lambda: refund(part, 100_00, finance).amount_fen, lambda: say(member, link, payment)
    )
    assert given == 100_00
    # Whoever came first: 10.00 released and none left to take back, or 5.00 given back and 5.00 released.
    assert released in (10_00, 5_00)
    assert (held(link), owed(seller)) == (0, 100_00)
    assert books_hold()


def test_two_clerks_together_never_promise_more_than_the_growers_part() -> None:
    seller, _finance, link, _member = begin(1_000)
    with transaction() as session:
        others = [make_share(session, seller, 100)[0].public_id for _ in range(3)]
        slug = session.scalars(
            select(Product.slug)
            .join(BenefitLink, BenefitLink.product_id == Product.id)
            .where(BenefitLink.public_id == link)
        ).one()

    def change(public_id: str) -> Callable[[], Any]:
        def call() -> Any:
            with transaction() as session:
                share = ShareTerms(3_000, product_slugs=frozenset({slug}))
                return links.change_share(session, seller.actor, public_id, share).share_bps

        return call

    results = at_once(*[change(public_id) for public_id in others])
    assert sum(result == 3_000 for result in results) == 1
    assert sum(isinstance(result, ShareTooLarge) for result in results) == 2
    with reading() as session:
        total = session.scalar(select(func.sum(BenefitLink.share_bps)))
    assert total is not None
    assert total <= 6_000


def test_a_receipt_meets_a_household_that_disputes() -> None:
    seller, _finance, link, member = begin()

    def dispute() -> None:
        with transaction() as session:
            links.answer_link(session, member, link, Answer.DISPUTED, "没有分过红")

    parts, disputed = at_once(lambda: deliver(seller), dispute)
    assert len(parts) == 1
    assert disputed is None
    with reading() as session:
        kept = session.scalar(select(func.coalesce(func.sum(BenefitShare.kept_fen), 0)))
    assert held(link) == kept
    assert kept in (0, 10_00)
    assert books_hold()


def test_prices_are_set_side_by_side_while_shares_wait() -> None:
    seller, _finance, _link, _member = begin()
    supplier_id = seller.organisation.id
    held, beside, waited = threading.Event(), threading.Event(), threading.Event()

    def price(enter: Callable[[], None]) -> None:
        with transaction() as session:
            share_queries.keep_terms(session, supplier_id)
            enter()

    def share() -> bool:
        assert beside.wait(10)
        with transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '200ms'"))
            try:
                share_queries.lock_terms(session, supplier_id)
            except OperationalError:
                return False
            finally:
                waited.set()
        return True

    def second() -> None:
        assert held.wait(10)
        price(beside.set)

    def first() -> None:
        def hold() -> None:
            held.set()
            # The second price is set while this one is not done, and a share is not.
            assert beside.wait(10)
            assert waited.wait(10)

        price(hold)

    _first, _second, shared = at_once(first, second, share)
    assert shared is False
