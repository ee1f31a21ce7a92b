"""Several held bank transfers of one payment code that pay their order together."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.db import reading, transaction
from core.errors import Refusal
from core.permissions import Actor
from payments import queries as payment_queries
from payments import services as payments
from payments.errors import CannotJoin, NothingToMatch, ReviewClosed, SecondPersonNeeded
from payments.models import BankTransfer, Refund, RefundLimit
from payments.values import ResolutionKind
from shop.orders import queries, services
from shop.orders.models import Order
from shop.orders.values import State
from tests.factories.orders import make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user
from tests.page_client import PageClient


@dataclass
class Waiting:
    """An institution's order that waits for its transfer, and two people of the operator's finance office."""

    order: Order
    clerk: Actor
    second: Actor
    clerk_user: User


def waiting(session: Session, price_fen: int = 100_00) -> Waiting:
    house = make_organisation(session, OrganisationKind.OPERATOR)
    users = [make_user(session, Role.FINANCE, organisation=house) for _ in range(2)]
    clerk, second = (actor_of(user, Role.FINANCE, organisation=house) for user in users)
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    cook = actor_of(make_user(session), Role.REQUESTER, organisation=school)
    variant = make_variant(session, stock=10, price_fen=price_fen)
    placed = place(session, (variant, 1), actor=cook, institution_id=school.id, guest_secret=None)
    return Waiting(session.get_one(Order, placed.order_id), clerk, second, users[0])


def arrive(session: Session, world: Waiting, amount_fen: int, reference: str, code: str = "") -> BankTransfer:
    return payments.record_bank_transfer(
        session, world.clerk, code or world.order.payment_code or "", amount_fen, clock.today(), reference
    )


def join(
    session: Session, world: Waiting, first: BankTransfer, *others: BankTransfer, once: str = "J"
) -> Any:
    return payments.resolve_review(
        session,
        world.clerk,
        f"bank_transfer:{first.public_id}",
        ResolutionKind.MATCH,
        "Both are for this order",
        once=once,
        reference=world.order.number,
        joined=[other.public_id for other in others],
    )


def current(session: Session, world: Waiting) -> Order:
    return queries.get_order(session, world.order.number, lock=True)


def test_two_transfers_that_are_exactly_the_sum_pay_the_order(session: Session) -> None:
    world = waiting(session)
    total = world.order.total_fen
    short, rest = arrive(session, world, total - 50, "IN-1"), arrive(session, world, 50, "IN-2")
    assert current(session, world).state == State.PLACED
    with pytest.raises(NothingToMatch):
        join(session, world, short, once="ALONE")
    join(session, world, short, rest)
    order = current(session, world)
    assert (order.state, order.paid_by) == (State.PAID, f"bank_transfer:{short.public_id}")
    assert (short.held_fen, short.joined_fen, rest.held_fen, rest.joined_fen) == (0, 50, 0, -50)
    assert rest.joined_to_id == short.id
    assert short.review_closed_at is not None
    assert rest.review_closed_at is not None


def test_what_is_too_much_stays_held_and_can_go_back(session: Session) -> None:
    world = waiting(session)
    total = world.order.total_fen
    one, two, three = (
        arrive(session, world, amount, f"IN-{amount}") for amount in (total - 5_00, 3_00, 2_70)
    )
    join(session, world, one, two, three)
    assert current(session, world).state == State.PAID
    assert (one.held_fen, one.review_closed_at) == (70, None)
    refund = payments.resolve_review(
        session,
        world.clerk,
        f"bank_transfer:{one.public_id}",
        ResolutionKind.RETURN,
        "Too much",
        once="BACK",
    )
    assert (refund.state, one.held_fen, one.refunding_fen) == ("done", 0, 70)


def test_the_whole_order_can_be_refunded_though_no_transfer_covers_it(session: Session) -> None:
    world = waiting(session)
    total = world.order.total_fen
    one, two = arrive(session, world, total - 40_00, "IN-1"), arrive(session, world, 40_00, "IN-2")
    join(session, world, one, two)
    back = services.call_off(session, world.clerk, current(session, world), "The canteen is closed")
    assert back == total
    assert one.refunding_fen == total > one.amount_fen


def test_a_repeated_form_pays_once_and_another_choice_is_refused(session: Session) -> None:
    world = waiting(session)
    total = world.order.total_fen
    one, two = arrive(session, world, total - 50, "IN-1"), arrive(session, world, 50, "IN-2")
    first = join(session, world, one, two)
    assert join(session, world, one, two).id == first.id
    with pytest.raises(Refusal):
        join(session, world, one)
    with pytest.raises(Refusal):
        join(session, world, two, one, once="K")


def test_only_open_transfers_of_one_code_pay_together(session: Session) -> None:
    world, other = waiting(session), waiting(session)
    total = world.order.total_fen
    one = arrive(session, world, total - 50, "IN-1")
    foreign = arrive(session, other, 50, "IN-2")
    unknown = arrive(session, world, 50, "IN-3", code="FOR THE RICE")
    for stranger in (foreign, unknown, one):
        with pytest.raises(CannotJoin):
            join(session, world, one, stranger, once=stranger.public_id)
    returned = arrive(session, world, 50, "IN-4")
    payments.resolve_review(
        session,
        world.clerk,
        f"bank_transfer:{returned.public_id}",
        ResolutionKind.RETURN,
        "Back",
        once="RETURN",
    )
    with pytest.raises(CannotJoin):
        join(session, world, one, returned)
    assert current(session, world).state == State.PLACED


def limited(session: Session, world: Waiting, limit_fen: int) -> None:
    session.add(
        RefundLimit(limit_fen=limit_fen, valid_from=clock.today(), set_by_user_id=None, set_at=clock.now())
    )
    session.flush()


def test_above_the_limit_a_second_person_confirms_and_nobody_decides_meanwhile(session: Session) -> None:
    world = waiting(session)
    total = world.order.total_fen
    # Each alone is below the limit: the sum counts.
    limited(session, world, total - 1)
    one, two = arrive(session, world, total - 50, "IN-1"), arrive(session, world, 50, "IN-2")
    proposal = join(session, world, one, two)
    assert (proposal.state, proposal.joined, one.held_fen) == ("proposed", [two.public_id], total - 50)
    with pytest.raises(ReviewClosed):
        payments.resolve_review(
            session,
            world.second,
            f"bank_transfer:{two.public_id}",
            ResolutionKind.RETURN,
            "Not ours",
            once="X",
        )
    paid_by = f"bank_transfer:{one.public_id}"
    with pytest.raises(SecondPersonNeeded):
        payments.decide_proposal(session, world.clerk, paid_by, proposal.public_id, confirm=True)
    payments.decide_proposal(session, world.second, paid_by, proposal.public_id, confirm=True)
    assert current(session, world).state == State.PAID
    assert (one.joined_fen, two.held_fen) == (50, 0)


def test_two_officers_who_join_them_both_ways_at_once_pay_once(live_database: Any) -> None:
    with transaction() as session:
        world = waiting(session)
        total = world.order.total_fen
        one, two = arrive(session, world, total - 50, "IN-1"), arrive(session, world, 50, "IN-2")
    outcomes: list[str] = []

    def decide(first: BankTransfer, other: BankTransfer, once: str) -> None:
        try:
            with transaction() as session:
                join(session, world, first, other, once=once)
            outcomes.append("paid")
        except Refusal:
            outcomes.append("refused")
        except BaseException as problem:
            outcomes.append(repr(problem))

    threads = [
        threading.Thread(target=decide, args=(*pair, ids.public_id(20)))
        for pair in ((one, two), (two, one)) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["paid", *["refused"] * 5]
    with reading() as session:
        assert session.get_one(Order, world.order.id).state == State.PAID
        joined = session.scalars(select(BankTransfer.joined_fen)).all()
        assert sum(joined) == 0
        assert any(joined)


def test_the_page_offers_them_and_says_what_happened(client: PageClient, session: Session) -> None:
    world = waiting(session)
    total = world.order.total_fen
    one, two = arrive(session, world, total - 50, "IN-1"), arrive(session, world, 50, "IN-2")
    session.commit()
    client.sign_in(world.clerk_user)
    path = f"/operator/reviews/bank_transfer/{one.public_id}"
    page = client.get(path)
    fields = page.form(path)["fields"]
    assert (fields["kind"], fields["joined"]) == ("match", two.public_id)
    assert "IN-2" in page.text
    wrong = client.post(path, {**fields, "joined": "NOBODY", "reason": "x"}, 422)
    assert world.order.payment_code is not None
    assert world.order.payment_code in wrong.html
    client.post(path, {**fields, "reason": "两笔都是这个订单的"})
    assert current(session, world).state == State.PAID
    assert "IN-1" in client.get(f"/operator/reviews/bank_transfer/{two.public_id}").text
    assert "IN-2" in client.get(path).text


def test_the_refund_page_lists_all_transfers_and_says_where_the_money_goes(
    session: Session, client: PageClient
) -> None:
    world = waiting(session)
    total = world.order.total_fen
    one, two = arrive(session, world, total - 40_00, "IN-1"), arrive(session, world, 40_00, "IN-2")
    join(session, world, one, two)
    services.call_off(session, world.clerk, current(session, world), "The canteen is closed")
    refund = session.scalars(select(Refund)).one()
    found = payment_queries.transfers_of_refund(session, refund.public_id)
    assert [(row.bank_reference, row.gave_fen, row.is_first) for row in found] == [
        ("IN-1", total - 40_00, True),
        ("IN-2", 40_00, False),
    ]
    assert sum(row.gave_fen for row in found) == refund.amount_fen
    officer = make_user(
        session, Role.FINANCE, organisation=make_organisation(session, OrganisationKind.OPERATOR)
    )
    client.sign_in(officer)
    page = client.get(f"/operator/refunds/{refund.public_id}").text
    assert "IN-2" in page
    assert "退回到 IN-1" in page
