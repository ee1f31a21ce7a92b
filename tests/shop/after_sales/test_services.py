"""Claims from filing to the money, and what each clock does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock, jobs
from core.errors import NotFound
from core.mail import Mail
from core.permissions import GUEST, Actor
from ledger import services as ledger_services
from ledger.values import Fact, Leg
from payments import services as payments
from payments.errors import SecondPersonNeeded
from payments.models import Refund
from payments.values import RefundState
from shop import books
from shop.after_sales import jobs as after_sales_jobs
from shop.after_sales import queries, services
from shop.after_sales.errors import (
    ClaimOpen,
    ClaimSentBefore,
    MovedOn,
    NotReceived,
    NotReturnable,
    OwnInterest,
    PeriodOver,
    TooManyPacks,
    UnopenedOnly,
    WordsMissing,
)
from shop.after_sales.models import Claim, ClaimPhoto, ClaimStep
from shop.after_sales.values import Arrived, Move, Problem, Settlement, State, Wish
from shop.catalogue.models import Product
from shop.catalogue.values import ReturnTerms
from shop.orders import queries as order_queries
from shop.orders import services as order_services
from shop.orders.models import Order, SupplierOrder
from shop.stock.models import Stock
from tests.factories.after_sales import (
    file_claim,
    line_of,
    new_claim,
    new_return,
    officer,
    received_order,
    seller_of,
)
from tests.factories.orders import make_variant
from tests.factories.people import actor_of, make_organisation, make_user


def order_of(session: Session, price_fen: int = 20_00, packs: int = 3, **more: object) -> Order:
    return received_order(session, (make_variant(session, price_fen=price_fen, stock=10, **more), packs))  # type: ignore[arg-type]


def refunds(session: Session) -> list[tuple[str, int]]:
    return [(row.state, row.amount_fen) for row in session.scalars(select(Refund).order_by(Refund.id))]


def state_of(session: Session, claim: Claim) -> str:
    session.refresh(claim)
    return claim.state


def reply(session: Session, claim: Claim, move: Move, words: str = "") -> Claim:
    order = order_queries.lock_order(session, claim.order_id)
    return services.reply_to_answer(session, GUEST, order, claim.public_id, move, words)


def send_back(session: Session, claim: Claim) -> Claim:
    order = order_queries.lock_order(session, claim.order_id)
    return services.send_back(session, GUEST, order, claim.public_id, "SF", "SF1234567")


def on_hand(session: Session, claim: Claim) -> int:
    variant_id = queries.variant_of(session, claim)
    return session.scalar(select(Stock.on_hand).where(Stock.variant_id == variant_id)) or 0


def test_a_supplier_who_agrees_gives_the_money_back_at_once(session: Session) -> None:
    order = order_of(session)
    claim = file_claim(session, order, quantity=2, photos=(b"a", b"b"))
    assert (claim.state, claim.asked_fen) == (State.FILED, 40_00)
    assert queries.parts_with_open_claims(session, [claim.supplier_order_id, 0]) == {claim.supplier_order_id}
    services.answer_claim(session, seller_of(session, claim), claim.public_id, Move.AGREE, "")
    assert (claim.state, claim.ended_at is not None) == (State.REFUNDED, True)
    assert queries.parts_with_open_claims(session, [claim.supplier_order_id]) == set()
    assert refunds(session) == [(RefundState.APPROVED, 40_00)]
    session.commit()
    jobs.run_due()
    assert refunds(session) == [(RefundState.SUCCEEDED, 40_00)]
    assert session.scalar(select(func.count()).select_from(ClaimPhoto)) == 2


def test_the_same_form_is_one_claim_and_another_one_waits(session: Session) -> None:
    order = order_of(session)
    wish = new_claim(line_of(session, order))
    first = services.file_claim(session, GUEST, order, wish)
    assert services.file_claim(session, GUEST, order, wish).id == first.id
    with pytest.raises(ClaimSentBefore):
        services.file_claim(
            session, GUEST, order, new_claim(line_of(session, order), once=wish.once, quantity=2)
        )
    part = {"once": "P" * 20, "wants": Wish.REFUND_PART}
    other = order_of(session)
    wish = new_claim(line_of(session, other), asked_fen=5_00, **part)
    assert services.file_claim(session, GUEST, other, wish).asked_fen == 5_00
    assert services.file_claim(session, GUEST, other, wish).asked_fen == 5_00
    with pytest.raises(ClaimSentBefore):
        more = new_claim(line_of(session, other), asked_fen=6_00, **part)
        services.file_claim(session, GUEST, other, more)
    for changed in ({"words": "两袋发霉了"}, {"photos": (b"a",)}):
        with pytest.raises(ClaimSentBefore):
            services.file_claim(session, GUEST, other, replace(wish, **changed))
    with pytest.raises(ClaimOpen):
        file_claim(session, order)
    reply(session, first, Move.WITHDRAW)
    assert file_claim(session, order).id != first.id


def test_nothing_is_claimed_before_it_is_received_nor_after_its_time(session: Session) -> None:
    order = order_of(session)
    part = session.scalars(select(SupplierOrder).where(SupplierOrder.order_id == order.id)).one()
    with clock.at(clock.now() + timedelta(days=9)), pytest.raises(PeriodOver):
        file_claim(session, order)
    with pytest.raises(NotFound):
        services.file_claim(session, GUEST, order, new_claim(line_of(session, order), line_id=10**12))
    other = order_of(session)
    with pytest.raises(NotFound):
        services.file_claim(session, GUEST, order, new_claim(line_of(session, other)))
    part.state, part.accepted_fen = "shipped", None
    with pytest.raises(NotReceived):
        file_claim(session, order)
    session.rollback()


def test_an_offer_is_accepted(session: Session) -> None:
    order = order_of(session)
    claim = file_claim(session, order)
    seller = seller_of(session, claim)
    services.answer_claim(
        session, seller, claim.public_id, Move.OFFER, "半价可以吗", Settlement(10_00, False)
    )
    assert (claim.state, claim.amount_fen) == (State.OFFERED, 10_00)
    with pytest.raises(MovedOn):
        services.answer_claim(session, seller, claim.public_id, Move.REFUSE, "改主意了")
    reply(session, claim, Move.ACCEPT)
    assert claim.state == State.REFUNDED
    assert refunds(session) == [(RefundState.APPROVED, 10_00)]


def test_a_refusal_goes_to_the_operator_who_decides_once(session: Session) -> None:
    order = order_of(session)
    claim = file_claim(session, order)
    seller = seller_of(session, claim)
    with pytest.raises(WordsMissing):
        services.answer_claim(session, seller, claim.public_id, Move.REFUSE, " ")
    services.answer_claim(session, seller, claim.public_id, Move.REFUSE, "照片看不出问题")
    with pytest.raises(WordsMissing):
        reply(session, claim, Move.ESCALATE)
    reply(session, claim, Move.ESCALATE, "霉点很清楚")
    assert claim.state == State.ESCALATED
    services.decide_claim(
        session, officer(session), claim.public_id, Move.GRANT, "照片清楚", Settlement(15_00, False)
    )
    assert claim.state == State.REFUNDED
    with pytest.raises(MovedOn):
        services.decide_claim(session, officer(session), claim.public_id, Move.DISMISS, "不支持")
    assert refunds(session) == [(RefundState.APPROVED, 15_00)]


def test_the_operator_may_say_no(session: Session) -> None:
    claim = file_claim(session, order_of(session))
    services.answer_claim(session, seller_of(session, claim), claim.public_id, Move.REFUSE, "没有问题")
    reply(session, claim, Move.ESCALATE, "请看")
    services.decide_claim(session, officer(session), claim.public_id, Move.DISMISS, "照片不是这批货")
    assert claim.state == State.DISMISSED
    assert refunds(session) == []


def test_who_has_an_interest_does_not_decide(session: Session) -> None:
    person = make_user(session)
    order = received_order(session, (make_variant(session), 1), actor=actor_of(person))
    claim = file_claim(session, order, actor=actor_of(person))
    services.answer_claim(session, seller_of(session, claim), claim.public_id, Move.REFUSE, "没有问题")
    services.reply_to_answer(session, actor_of(person), order, claim.public_id, Move.ESCALATE, "请看")
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    buyer = actor_of(person, Role.FINANCE, organisation=operator)
    with pytest.raises(OwnInterest):
        services.decide_claim(session, buyer, claim.public_id, Move.GRANT, "好", Settlement(1, False))
    seller = seller_of(session, claim)
    both = Actor(seller.user_id, seller.name, (*seller.grants, *buyer.grants))
    with pytest.raises(OwnInterest):
        services.decide_claim(session, both, claim.public_id, Move.DISMISS, "不")


def test_another_suppliers_claim_is_not_there(session: Session) -> None:
    claim = file_claim(session, order_of(session))
    stranger = seller_of(
        session,
        session.scalars(select(SupplierOrder).where(SupplierOrder.order_id == order_of(session).id)).one(),
    )
    for call in (
        lambda: services.answer_claim(session, stranger, claim.public_id, Move.AGREE, ""),
        lambda: services.confirm_return(session, stranger, claim.public_id, Arrived(1)),
        lambda: services.object_to_return(session, stranger, claim.public_id, "缺货"),
        lambda: queries.get_supplier_claim(session, stranger, claim.public_id),
        lambda: queries.get_photo(session, queries.supplier_claim(stranger), claim.public_id, 1),
        lambda: services.reply_to_answer(
            session, GUEST, order_of(session), claim.public_id, Move.WITHDRAW, ""
        ),
    ):
        with pytest.raises(NotFound):
            call()


def test_goods_come_back_and_only_what_is_resaleable_goes_into_stock(session: Session) -> None:
    order = order_of(session)
    claim = services.file_claim(session, GUEST, order, new_return(line_of(session, order), quantity=3))
    assert (claim.state, claim.amount_fen, on_hand(session, claim)) == (State.TO_RETURN, 60_00, 7)
    seller = seller_of(session, claim)
    with pytest.raises(MovedOn):
        services.confirm_return(session, seller, claim.public_id, Arrived(3))
    send_back(session, claim)
    assert claim.state == State.RETURNING
    for wrong in (-1, 4):
        with pytest.raises(TooManyPacks):
            services.confirm_return(session, seller, claim.public_id, Arrived(wrong))
    services.confirm_return(session, seller, claim.public_id, Arrived(2, "一袋已拆"))
    assert (claim.state, claim.resaleable_quantity, on_hand(session, claim)) == (State.REFUNDED, 2, 9)
    assert refunds(session) == [(RefundState.APPROVED, 60_00)]
    with pytest.raises(MovedOn):
        services.confirm_return(session, seller, claim.public_id, Arrived(2))
    with pytest.raises(TooManyPacks):
        file_claim(session, order)


def test_fresh_goods_do_not_go_back_without_a_reason(session: Session) -> None:
    order = order_of(session, terms=ReturnTerms.FRESH)
    with pytest.raises(NotReturnable):
        services.file_claim(session, GUEST, order, new_return(line_of(session, order)))
    assert file_claim(session, order).state == State.FILED


def test_an_objection_to_what_came_back_goes_to_the_operator(session: Session) -> None:
    order = order_of(session)
    claim = services.file_claim(session, GUEST, order, new_return(line_of(session, order)))
    send_back(session, claim)
    services.object_to_return(session, seller_of(session, claim), claim.public_id, "袋子是空的")
    assert claim.state == State.ESCALATED
    services.decide_claim(
        session, officer(session), claim.public_id, Move.GRANT, "一半", Settlement(10_00, True)
    )
    # The goods were sent before: nobody asks for them again.
    assert claim.state == State.REFUNDED
    assert on_hand(session, claim) == 7


def test_an_offer_that_wants_the_goods_back(session: Session) -> None:
    claim = file_claim(session, order_of(session))
    seller = seller_of(session, claim)
    services.answer_claim(session, seller, claim.public_id, Move.OFFER, "", Settlement(20_00, True))
    reply(session, claim, Move.ACCEPT)
    assert claim.state == State.TO_RETURN
    send_back(session, claim)
    services.confirm_return(session, seller, claim.public_id, Arrived(0))
    assert (claim.state, on_hand(session, claim)) == (State.REFUNDED, 7)


def run_at(session: Session, claim: Claim, later: timedelta) -> str:
    session.commit()
    with clock.at(clock.now() + later):
        after_sales_jobs.run_out_clocks()
        after_sales_jobs.run_out_clocks()
    return state_of(session, claim)


def test_a_silent_supplier_hands_the_claim_to_the_operator(session: Session) -> None:
    claim = file_claim(session, order_of(session))
    assert run_at(session, claim, timedelta(hours=47)) == State.FILED
    assert run_at(session, claim, timedelta(hours=48)) == State.ESCALATED
    # The operator's clock is only shown, however late it is.
    assert run_at(session, claim, timedelta(days=90)) == State.ESCALATED
    steps = session.scalars(
        select(ClaimStep.move).where(ClaimStep.claim_id == claim.id).order_by(ClaimStep.id)
    ).all()
    assert steps == [Move.FILE, Move.RUN_OUT]


def test_a_silent_buyer_takes_the_offer_and_lets_a_refusal_rest(session: Session) -> None:
    taken, rests = file_claim(session, order_of(session)), file_claim(session, order_of(session))
    services.answer_claim(
        session, seller_of(session, taken), taken.public_id, Move.OFFER, "", Settlement(5_00, False)
    )
    services.answer_claim(session, seller_of(session, rests), rests.public_id, Move.REFUSE, "没有问题")
    assert run_at(session, taken, timedelta(days=6)) == State.OFFERED
    assert run_at(session, taken, timedelta(days=8)) == State.REFUNDED
    assert state_of(session, rests) == State.DISMISSED
    assert refunds(session) == [(RefundState.APPROVED, 5_00)]


def test_goods_that_are_not_sent_end_the_claim_and_a_silent_supplier_brings_it_to_the_operator(
    session: Session,
) -> None:
    order = order_of(session)
    claim = services.file_claim(session, GUEST, order, new_return(line_of(session, order)))
    assert run_at(session, claim, timedelta(days=8)) == State.LAPSED
    order = order_of(session)
    claim = services.file_claim(session, GUEST, order, new_return(line_of(session, order)))
    send_back(session, claim)
    assert run_at(session, claim, timedelta(days=9)) == State.RETURNING
    assert run_at(session, claim, timedelta(days=11)) == State.ESCALATED


def test_above_the_limit_a_second_person_approves_and_may_decline(session: Session) -> None:
    order = order_of(session, price_fen=800_00, packs=1)
    claim = file_claim(session, order)
    services.answer_claim(session, seller_of(session, claim), claim.public_id, Move.AGREE, "")
    assert refunds(session) == [(RefundState.REQUESTED, 800_00)]
    assert claim.refund is not None
    payments.decline_refund(session, officer(session), claim.refund, "金额再核实")
    assert (claim.state, claim.refund, claim.refunds_declined) == (State.ESCALATED, None, 1)
    decider = officer(session)
    services.decide_claim(session, decider, claim.public_id, Move.GRANT, "核实过", Settlement(600_00, False))
    assert claim.state == State.REFUNDED
    assert [state for state, _ in refunds(session)] == [RefundState.DECLINED, RefundState.REQUESTED]
    with pytest.raises(SecondPersonNeeded):
        payments.approve_refund(session, decider, claim.refund)
    payments.approve_refund(session, officer(session), claim.refund)


def test_a_supplier_who_was_paid_out_keeps_the_claim_waiting_until_they_are_owed_enough(
    session: Session,
) -> None:
    order = order_of(session)
    claim = file_claim(session, order, quantity=3)
    seller = seller_of(session, claim)
    payable = books.supplier_payable(session.get_one(Organisation, claim.supplier_id).public_id)
    part = session.get_one(SupplierOrder, claim.supplier_order_id)
    ledger_services.post(
        session,
        seller,
        Fact("payout_approved", "test", claim.public_id),
        [Leg(payable, books.payouts_due(), part.accepted_fen or 0)],
    )
    services.answer_claim(session, seller, claim.public_id, Move.AGREE, "")
    assert (claim.state, claim.problem) == (State.AGREED, Problem.SUPPLIER_PAID_OUT)
    assert refunds(session) == []
    steps = session.scalar(select(func.count()).select_from(ClaimStep))
    assert run_at(session, claim, timedelta(hours=7)) == State.AGREED
    assert session.scalar(select(func.count()).select_from(ClaimStep)) == steps
    ledger_services.post(
        session,
        seller,
        Fact("payout_failed", "test", claim.public_id),
        [Leg(books.payouts_due(), payable, part.accepted_fen or 0)],
    )
    assert run_at(session, claim, timedelta(days=1)) == State.REFUNDED
    assert refunds(session) == [(RefundState.APPROVED, 60_00)]


def test_money_that_went_back_another_way_is_not_given_twice(session: Session) -> None:
    order = order_of(session)
    claim = file_claim(session, order, quantity=3)
    order_services.refund_line(
        session, officer(session), order, claim.order_line_id, 50_00, "电话里已谈妥", once="clerk"
    )
    services.answer_claim(session, seller_of(session, claim), claim.public_id, Move.AGREE, "")
    assert (claim.state, claim.problem) == (State.AGREED, Problem.REFUNDED_BEFORE)
    services.decide_claim(
        session, officer(session), claim.public_id, Move.GRANT, "余下的", Settlement(10_00, False)
    )
    assert claim.state == State.REFUNDED
    assert sum(amount for _, amount in refunds(session)) == 60_00


def test_a_part_of_the_price_and_what_is_left_of_a_line(session: Session) -> None:
    order = order_of(session)
    first = file_claim(session, order, wants=Wish.REFUND_PART, asked_fen=5_00)
    services.answer_claim(session, seller_of(session, first), first.public_id, Move.AGREE, "")
    second = file_claim(session, order, quantity=3)
    assert second.asked_fen == 55_00


def test_each_side_is_written_to_once_in_its_language(session: Session) -> None:
    order = order_of(session)
    claim = file_claim(session, order)
    seller = seller_of(session, claim)
    session.commit()
    jobs.run_due()
    jobs.run_due()
    kept = session.scalars(select(Mail).where(Mail.key.like("claim:%")).order_by(Mail.id)).all()
    assert sorted(mail.key.split(":")[3] for mail in kept) == sorted(["buyer", *["supplier"] * len(kept[1:])])
    assert len(kept) >= 2
    assert "/shop/orders/guest/" in next(mail for mail in kept if ":buyer:" in mail.key).text
    clerk = officer(session)
    services.answer_claim(session, seller, claim.public_id, Move.REFUSE, "没有问题")
    reply(session, claim, Move.ESCALATE, "请看照片")
    session.commit()
    jobs.run_due()
    sides = [
        mail.key.split(":")[3]
        for mail in session.scalars(select(Mail).where(Mail.key.like("claim:%"), Mail.id > kept[-1].id))
    ]
    assert "operator" in sides
    assert sides.count("buyer") == 1
    assert clerk.user_id is not None


def test_steps_are_only_added(session: Session) -> None:
    file_claim(session, order_of(session))
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("UPDATE shop_claim_steps SET note = 'x'"))


NOTE = ("瓶口有一处小缺", "A small chip at the rim")


@pytest.mark.parametrize("terms", [ReturnTerms.NEAR_END, ReturnTerms.FLAWED, ReturnTerms.MADE_TO_ORDER])
def test_what_was_confirmed_at_the_purchase_does_not_go_back_without_a_reason(
    session: Session, terms: ReturnTerms
) -> None:
    order = order_of(session, terms=terms, note=NOTE)
    with pytest.raises(NotReturnable) as refused:
        services.file_claim(session, GUEST, order, new_return(line_of(session, order)))
    assert refused.value.terms is terms
    assert file_claim(session, order).state == State.FILED


@pytest.mark.parametrize("terms", [ReturnTerms.NEAR_END, ReturnTerms.FLAWED, ReturnTerms.ONLY_UNOPENED])
def test_without_the_confirmation_the_seller_cannot_refuse(session: Session, terms: ReturnTerms) -> None:
    order = order_of(session, terms=terms, note=NOTE)
    line_of(session, order).no_return_confirmed = False
    session.flush()
    claim = services.file_claim(session, GUEST, order, new_return(line_of(session, order), unopened=False))
    assert (claim.state, claim.unopened) == (State.TO_RETURN, None)


def test_made_to_order_needs_no_confirmation_to_stay(session: Session) -> None:
    order = order_of(session, terms=ReturnTerms.MADE_TO_ORDER)
    line_of(session, order).no_return_confirmed = False
    session.flush()
    with pytest.raises(NotReturnable):
        services.file_claim(session, GUEST, order, new_return(line_of(session, order)))


def test_packs_that_do_not_keep_once_opened_go_back_unopened(session: Session) -> None:
    order = order_of(session, terms=ReturnTerms.ONLY_UNOPENED)
    line = line_of(session, order)
    for unopened, opened in ((None, False), (False, True)):
        with pytest.raises(UnopenedOnly) as refused:
            services.file_claim(session, GUEST, order, new_return(line, unopened=unopened))
        assert refused.value.opened is opened
    with clock.at(clock.now() + timedelta(days=8)), pytest.raises(PeriodOver):
        services.file_claim(session, GUEST, order, new_return(line, unopened=True))
    claim = services.file_claim(session, GUEST, order, new_return(line, unopened=True))
    assert (claim.state, claim.unopened) == (State.TO_RETURN, True)


def test_an_order_keeps_the_terms_it_was_placed_on(session: Session) -> None:
    order = order_of(session)
    flawed = order_of(session, terms=ReturnTerms.FLAWED, note=NOTE)
    for bought, terms, note in ((order, "fresh", ("", "")), (flawed, "seven_days", ("别的", "Another"))):
        product = session.get_one(Product, line_of(session, bought).product_id)
        product.return_terms = terms
        product.return_note_zh, product.return_note_en = note
    session.commit()
    line = line_of(session, flawed)
    assert (line.return_terms, line.return_note_zh, line.return_note_en) == ("flawed", *NOTE)
    with pytest.raises(NotReturnable):
        services.file_claim(session, GUEST, flawed, new_return(line))
    claim = services.file_claim(session, GUEST, order, new_return(line_of(session, order)))
    assert claim.state == State.TO_RETURN


def test_packs_that_were_sent_back_are_claimed_once_whoever_decided(session: Session) -> None:
    order = order_of(session)
    claim = services.file_claim(session, GUEST, order, new_return(line_of(session, order), quantity=2))
    send_back(session, claim)
    services.object_to_return(session, seller_of(session, claim), claim.public_id, "One bag was opened")
    services.decide_claim(
        session, officer(session), claim.public_id, Move.GRANT, "Half of it", Settlement(20_00, True)
    )
    assert (state_of(session, claim), on_hand(session, claim)) == (State.REFUNDED, 7)
    with pytest.raises(TooManyPacks) as refused:
        file_claim(session, order, quantity=3)
    assert refused.value.left == 1
    assert file_claim(session, order, quantity=1).asked_fen == 20_00
