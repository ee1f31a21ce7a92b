"""Money of orders that goes back: called off, a line that was not right, money that came late or twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock, ids, jobs, money
from core.db import reading, transaction
from core.mail import Mail
from core.permissions import GUEST, Actor
from ledger import queries as ledger_queries
from payments import services as payment_services
from payments.errors import RefundSentBefore
from payments.models import BankTransfer, PaymentIntent, Refund, Resolution
from payments.sandbox import rehearsals
from payments.sandbox import services as sandbox
from payments.sandbox.models import SandboxSession
from payments.values import PaymentState, RefundState, ResolutionKind
from shop import books
from shop.catalogue.models import Variant
from shop.fulfilment import services as fulfilment
from shop.fulfilment.values import Acceptance
from shop.orders import jobs as order_jobs
from shop.orders import queries, services, wording
from shop.orders.errors import LineRefundedBefore, StillShort, WrongState
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.reached import coming_fen, given_back, reached_fen
from shop.orders.values import PartState, PlacedOrder, State
from shop.stock import services as stock
from shop.stock.models import Stock
from tests.factories.orders import make_variant, place
from tests.factories.people import PASSWORD, actor_of, make_organisation, make_user
from tests.page_client import PageClient


def officer(session: Session, role: Role = Role.FINANCE) -> Actor:
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    return actor_of(make_user(session, role, organisation=operator), role, organisation=operator)


def officer_page(client: PageClient, session: Session, role: Role = Role.FINANCE) -> PageClient:
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    return PageClient(client.app, session).sign_in(make_user(session, role, organisation=operator))


def paid_order(session: Session, *wanted: tuple[Variant, int], secret: str | None = None) -> Order:
    changes = {"guest_secret": secret} if secret else {}
    placed = place(session, *wanted, **changes)
    session.commit()
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    return order_of(session, placed)


def order_of(session: Session, placed: PlacedOrder) -> Order:
    return queries.lock_order(session, placed.order_id)


def on_hand(session: Session, variant: Variant) -> int:
    return session.scalar(select(Stock.on_hand).where(Stock.variant_id == variant.id)) or 0


def parts_of(session: Session, order: Order) -> list[SupplierOrder]:
    return list(queries.lock_parts(session, order.id))


def seller(session: Session, part: SupplierOrder) -> Actor:
    supplier = session.get_one(Organisation, part.supplier_id)
    return actor_of(
        make_user(session, Role.SUPPLIER, organisation=supplier), Role.SUPPLIER, organisation=supplier
    )


def mails(session: Session) -> int:
    statement = select(func.count()).select_from(Mail).where(Mail.key.like("order-refunded:%"))
    return session.scalar(statement) or 0


def test_calling_off_a_paid_order_refunds_all_of_it_and_frees_its_goods(session: Session) -> None:
    variant = make_variant(session, stock=10)
    order = paid_order(session, (variant, 3))
    assert on_hand(session, variant) == 7
    amount = services.call_off(session, GUEST, order, "Changed my mind")
    assert amount == order.total_fen
    assert (order.state, on_hand(session, variant)) == (State.CANCELLED, 10)
    session.commit()
    jobs.run_due()
    refund = session.scalars(select(Refund)).one()
    assert (refund.state, refund.amount_fen) == (RefundState.SUCCEEDED, order.total_fen)
    jobs.run_due()
    assert mails(session) == 1
    with pytest.raises(WrongState):
        services.call_off(session, GUEST, order, "Again")


def test_what_is_on_its_way_cannot_be_called_off_but_another_part_can(session: Session) -> None:
    first, second = make_variant(session, stock=10), make_variant(session, stock=10)
    order = paid_order(session, (first, 1), (second, 2))
    sent, waiting = parts_of(session, order)
    fulfilment.ship_part(session, seller(session, sent), sent.public_id, "Post", "1")
    with pytest.raises(WrongState):
        services.call_off(session, GUEST, order, "Too late", part=sent.public_id)
    with pytest.raises(WrongState):
        services.call_off(session, GUEST, order, "All of it")
    amount = services.call_off(session, GUEST, order, "This one", part=waiting.public_id)
    assert amount == waiting.goods_fen + waiting.freight_fen
    assert order.state == State.SHIPPED
    assert [part.state for part in parts_of(session, order)] == [PartState.SHIPPED, PartState.CANCELLED]
    fulfilment.confirm_receipt(session, GUEST, order, sent.public_id)
    assert order.state == State.RECEIVED


def test_a_supplier_hears_what_was_called_off_and_does_not_send_it(
    client: PageClient, session: Session
) -> None:
    order = paid_order(session, (make_variant(session), 1), (make_variant(session), 1))
    off, stays = parts_of(session, order)
    people = [
        make_user(session, Role.SUPPLIER, organisation=session.get_one(Organisation, part.supplier_id))
        for part in (off, stays)
    ]
    session.commit()
    client.language = "en"
    client.sign_in(people[0])
    way = f"/supplier/orders/{off.public_id}"
    ship = {**client.get(way).form("/ship")["fields"], "way": "carrier", "carrier": "SF"}
    services.call_off(session, GUEST, order, "Changed my mind", part=off.public_id)
    session.commit()
    for _ in range(2):
        jobs.run_due()
    mail = session.scalars(select(Mail).where(Mail.key.like("order-called-off:%"))).one()
    assert mail.recipient == people[0].email
    assert order.number in mail.subject
    assert "张三" not in mail.text
    for page in (client.get(way, 410), client.post(f"{way}/ship", {**ship, "tracking_number": "12345"}, 410)):
        assert f"Order {order.number} was called off before it was sent." in page.text
        assert "张三" not in page.text
    client.sign_in(people[1])
    client.get(way, 404)
    client.get(f"/supplier/orders/{stays.public_id}")


def test_a_line_goes_back_in_part_before_and_after_it_is_accepted(session: Session) -> None:
    clerk = officer(session)
    order = paid_order(session, (make_variant(session, price_fen=20_00), 4))
    (part,) = parts_of(session, order)
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    assert told(session, order) == [line.producer_fen]
    services.refund_line(session, clerk, order, line.id, 10_00, "One bag was torn", once="A")
    assert told(session, order) == [line.producer_fen * 70_00 // 80_00]
    fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    owed = fulfilment.confirm_receipt(session, GUEST, order, part.public_id)
    assert owed == part.goods_fen + part.freight_fen - 10_00
    later = services.refund_line(session, clerk, order, line.id, 20_00, "Another was damp", once="B")
    assert (
        services.refund_line(session, clerk, order, line.id, 20_00, "Another was damp", once="B").id
        == later.id
    )
    with pytest.raises(RefundSentBefore):
        services.refund_line(session, clerk, order, line.id, 21_00, "Another was damp", once="B")
    with pytest.raises(LineRefundedBefore) as refused:
        services.refund_line(session, clerk, order, line.id, 50_01, "All", once="C")
    assert refused.value.left_fen == 50_00
    assert growers_part(session, line) == (
        line.producer_fen * 70_00 // 80_00,
        line.producer_fen * 50_00 // 80_00,
    )
    assert told(session, order) == [line.producer_fen * 50_00 // 80_00]
    services.refund_line(session, clerk, order, line.id, 50_00, "All of it was", once="D")
    assert told(session, order) == []
    session.commit()
    jobs.run_due()
    states = session.scalars(select(Refund.state).execution_options(populate_existing=True)).all()
    assert states == [RefundState.SUCCEEDED] * 3


def told(session: Session, order: Order) -> list[int]:
    """Return what the page of an order says that it brings to each village (fen)."""
    return [share.producer_fen for share in queries.view_order(session, order).villages]


def test_what_is_missing_counts_once_whether_its_money_goes_back_before_or_after(session: Session) -> None:
    clerk = officer(session)
    for refund_first in (True, False):
        order = paid_order(session, (make_variant(session, price_fen=20_00), 4))
        (part,) = parts_of(session, order)
        line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
        assert growers_part(session, line) == (line.producer_fen, 0)
        fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")

        def give_back(order: Order = order, line: OrderLine = line) -> None:
            services.refund_line(session, clerk, order, line.id, 20_00, "One is missing", once=f"M{order.id}")

        if refund_first:
            give_back()
        fulfilment.accept_part(
            session, GUEST, order, part.public_id, Acceptance(((line.id, 3),), ("张三",), "少一袋")
        )
        if not refund_first:
            give_back()
        assert growers_part(session, line)[1] == line.producer_fen * 60_00 // 80_00
        assert told(session, order) == [line.producer_fen * 60_00 // 80_00]


def growers_part(session: Session, line: OrderLine) -> tuple[int, int]:
    """Return what of a line is coming to its growers and what has reached them (fen)."""
    back = given_back()
    statement = select(coming_fen(back), reached_fen(back)).select_from(OrderLine)
    row = session.execute(
        statement.outerjoin(back, back.c.line_id == OrderLine.id).where(OrderLine.id == line.id)
    ).one()
    return row[0], row[1]


def test_a_refund_declined_after_the_goods_were_accepted_is_owed_to_the_supplier(session: Session) -> None:
    asker, decider = officer(session), officer(session)
    order = paid_order(session, (make_variant(session, price_fen=800_00), 1))
    (part,) = parts_of(session, order)
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    refund = services.refund_line(session, asker, order, line.id, 600_00, "Bruised", once="A")
    assert refund.state == RefundState.REQUESTED
    fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    assert fulfilment.confirm_receipt(session, GUEST, order, part.public_id) == 200_00
    payment_services.decline_refund(session, decider, refund.public_id, "The photos show nothing")
    session.refresh(part)
    assert part.accepted_fen == 800_00


def test_money_that_comes_twice_goes_back_by_itself(session: Session) -> None:
    placed = place(session, (make_variant(session), 1))
    session.commit()
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    intent = session.scalars(select(PaymentIntent)).one()
    order = order_of(session, placed)
    clerk = officer(session)
    payment_services.register_payment_code(session, "YG-7K3M-92QF", "order", order.id, order.total_fen)  # type: ignore[arg-type]
    payment_services.record_bank_transfer(
        session, clerk, "YG-7K3M-92QF", order.total_fen, clock.today(), "TWICE"
    )
    refund = session.scalars(select(Refund)).one()
    transfer = session.scalars(select(BankTransfer)).one()
    assert (refund.transfer_id, refund.state, refund.amount_fen) == (
        transfer.id,
        RefundState.APPROVED,
        order.total_fen,
    )
    assert intent.state == PaymentState.SUCCEEDED


def late_order(session: Session, variant: Variant, packs: int) -> Order:
    """Return an order whose payment succeeded after its goods had gone to others."""
    placed = place(session, (variant, packs))
    session.commit()
    assert placed.payment_intent is not None
    with clock.at(clock.now() + timedelta(minutes=31)):
        order_jobs.expire_unpaid_orders()
        paid = place(session, (variant, packs))
        session.commit()
        assert paid.payment_intent is not None
        rehearsals.pay_intent(paid.payment_intent)
    return order_of(session, placed)


def test_an_order_under_review_is_given_back_or_sent_after_all(session: Session) -> None:
    clerk = officer(session)
    for answer in ("give back", "send"):
        variant = make_variant(session, stock=2)
        order = late_order(session, variant, 2)
        assert order.state == State.EXPIRED
        with transaction() as step:
            transfer = payment_services.record_bank_transfer(
                step, clerk, f"LATE-{answer[:4].strip()}", order.total_fen, clock.today(), answer
            )

        payment_services.resolve_review(
            session,
            clerk,
            f"bank_transfer:{transfer.public_id}",
            ResolutionKind.MATCH,
            "It is for this order",
            once=ids.public_id(20),
            reference=order.number,
        )
        assert order.state == State.NEEDS_REVIEW
        assert order.paid_at is not None
        if answer == "send":
            with pytest.raises(StillShort):
                services.send_after_all(session, clerk, order, "New harvest")
            stock.receive_stock(session, clerk, variant.id, 5, "harvest")
            services.send_after_all(session, clerk, order, "New harvest")
            assert (order.state, on_hand(session, variant)) == (State.PAID, 3)
        else:
            assert services.give_back(session, clerk, order, "Nothing left") == order.total_fen
            assert order.state == State.CANCELLED
            refund = session.scalars(select(Refund)).one()
            payment_services.note_paid_by_hand(session, clerk, refund.public_id, "OUT", clock.today())


def test_held_money_matches_the_order_it_is_for(session: Session) -> None:
    clerk = officer(session)
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    cook = actor_of(make_user(session), Role.REQUESTER, organisation=school)
    variant = make_variant(session, stock=10)
    placed = place(session, (variant, 2), actor=cook, institution_id=school.id, guest_secret=None)
    order = order_of(session, placed)
    transfer = payment_services.record_bank_transfer(
        session, clerk, "THE RICE PLEASE", order.total_fen + 50, clock.today(), "IN-1"
    )
    paid_by = f"bank_transfer:{transfer.public_id}"
    payment_services.resolve_review(
        session, clerk, paid_by, ResolutionKind.MATCH, "Their cook called", once="M", reference=order.number
    )
    assert (order.state, on_hand(session, variant), transfer.held_fen) == (State.PAID, 8, 50)
    payment_services.resolve_review(session, clerk, paid_by, ResolutionKind.RETURN, "Too much", once="R")
    assert transfer.review_closed_at is not None
    assert session.scalars(select(Refund)).one().amount_fen == 50


def paid_too_little(session: Session, variant: Variant) -> tuple[Order, str]:
    """Return an order of five packs for which ¥1 too little came, and its payment."""
    placed = place(session, (variant, 5))
    session.commit()
    assert placed.payment_intent is not None
    url = payment_services.begin_checkout(placed.payment_intent)
    kept = session.scalars(
        select(SandboxSession).where(SandboxSession.session_id == url.rsplit("/", 1)[1])
    ).one()
    kept.amount_fen -= 100
    session.commit()
    with transaction() as step:
        sandbox.pay(step, kept.session_id, tell=False)
    assert payment_services.settle_intent(placed.payment_intent) is PaymentState.NEEDS_REVIEW
    order = order_of(session, placed)
    assert order.state == State.NEEDS_REVIEW
    return order, placed.payment_intent


def test_a_wrong_amount_that_goes_back_ends_its_order(session: Session) -> None:
    clerk = officer(session)
    order, intent = paid_too_little(session, make_variant(session, stock=5))
    payment_services.resolve_review(
        session, clerk, f"payment:{intent}", ResolutionKind.RETURN, "Too little", once="R"
    )
    assert order.state == State.CANCELLED
    session.commit()
    jobs.run_due()
    assert session.scalars(select(Refund.state)).one() == RefundState.SUCCEEDED


def test_a_delivery_that_was_refused_goes_back_with_its_freight(session: Session) -> None:
    clerk = officer(session)
    order = paid_order(
        session, (make_variant(session, price_fen=10_00), 3), (make_variant(session, price_fen=9_00), 1)
    )
    bad, good = parts_of(session, order)
    lines = {line.supplier_order_id: line for line in session.scalars(select(OrderLine))}
    assert bad.freight_fen > 0
    with pytest.raises(WrongState):
        services.give_back(session, clerk, order, "Nothing was refused yet")
    for part in (bad, good):
        fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    services.refund_line(session, clerk, order, lines[bad.id].id, 5_00, "It will be late", once="A")
    refused = Acceptance(((lines[bad.id].id, 0),), ("张三",), "全部霉变")
    assert fulfilment.accept_part(session, GUEST, order, bad.public_id, refused) == 0
    left = bad.goods_fen + bad.freight_fen - 5_00
    assert queries.unowed_fen(session, order) == left
    assert services.give_back(session, clerk, order, "All of it was mouldy") == left
    assert order.state == State.SHIPPED
    assert queries.refunded_lines(session, order.id) == {lines[bad.id].id: bad.goods_fen}
    with pytest.raises(WrongState):
        services.give_back(session, clerk, order, "Once more")
    assert (
        fulfilment.confirm_receipt(session, GUEST, order, good.public_id) == good.goods_fen + good.freight_fen
    )
    assert (queries.unowed_fen(session, order), prepaid(session)) == (0, 0)
    session.commit()
    jobs.run_due()
    assert set(session.scalars(select(Refund.state))) == {RefundState.SUCCEEDED}


def two_lines(session: Session) -> tuple[Order, SupplierOrder, OrderLine, OrderLine]:
    """Return a sent order of one supplier: four bags of rice at 20 yuan, two bottles of oil at 30."""
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    rice, oil = (make_variant(session, supplier=supplier, price_fen=fen) for fen in (20_00, 30_00))
    order = paid_order(session, (rice, 4), (oil, 2))
    (part,) = parts_of(session, order)
    fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    first, second = session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id)
    ).all()
    return order, part, first, second


def payable(session: Session, part: SupplierOrder) -> int:
    supplier = session.get_one(Organisation, part.supplier_id)
    return ledger_queries.balance(session, books.supplier_payable(supplier.public_id).code).settled


def test_what_went_back_of_one_line_pays_for_no_shortage_of_another(session: Session) -> None:
    clerk = officer(session)
    order, part, rice, oil = two_lines(session)
    services.refund_line(session, clerk, order, rice.id, 20_00, "Damp, agreed on the phone", once="A")
    short = Acceptance(((rice.id, 4), (oil.id, 1)), ("张三",), "少一瓶")
    owed = 60_00 + 30_00 + part.freight_fen
    assert fulfilment.accept_part(session, GUEST, order, part.public_id, short) == owed
    assert payable(session, part) == owed
    assert queries.unowed_fen(session, order) == 30_00
    assert services.give_back(session, clerk, order, "A bottle is missing") == 30_00
    assert queries.refunded_lines(session, order.id) == {rice.id: 20_00, oil.id: 30_00}


def test_what_goes_back_of_accepted_goods_leaves_what_another_line_is_short_of(session: Session) -> None:
    clerk = officer(session)
    order, part, rice, oil = two_lines(session)
    short = Acceptance(((rice.id, 4), (oil.id, 1)), ("张三",), "少一瓶")
    owed = fulfilment.accept_part(session, GUEST, order, part.public_id, short)
    services.refund_line(session, clerk, order, rice.id, 20_00, "One bag was damp", once="A")
    assert payable(session, part) == owed - 20_00
    assert queries.unowed_fen(session, order) == 30_00
    assert services.give_back(session, clerk, order, "A bottle is missing") == 30_00
    assert (prepaid(session), payable(session, part)) == (0, owed - 20_00)


def test_a_claim_about_what_was_accepted_leaves_what_its_own_line_is_short_of(session: Session) -> None:
    clerk = officer(session)
    order, part, rice, oil = two_lines(session)
    short = Acceptance(((rice.id, 3), (oil.id, 2)), ("张三",), "少一袋")
    owed = fulfilment.accept_part(session, GUEST, order, part.public_id, short)
    with pytest.raises(LineRefundedBefore) as refused:
        services.refund_line(session, clerk, order, rice.id, 70_00, "All was damp", once="A", accepted=True)
    assert refused.value.left_fen == 60_00
    services.refund_line(session, clerk, order, rice.id, 20_00, "One was damp", once="B", accepted=True)
    assert (payable(session, part), queries.unowed_fen(session, order)) == (owed - 20_00, 20_00)
    with pytest.raises(LineRefundedBefore):
        services.refund_line(session, clerk, order, rice.id, 41_00, "The rest", once="C", accepted=True)
    assert services.give_back(session, clerk, order, "A bag is missing") == 20_00
    assert queries.refunded_lines(session, order.id) == {rice.id: 40_00}


def test_what_is_short_goes_back_and_a_second_person_may_say_no(session: Session) -> None:
    asker, decider = officer(session), officer(session)
    order = paid_order(session, (make_variant(session, price_fen=800_00), 2))
    (part,) = parts_of(session, order)
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    fulfilment.accept_part(
        session, GUEST, order, part.public_id, Acceptance(((line.id, 1),), ("张三",), "少一袋")
    )
    for answer in ("no", "yes"):
        assert services.give_back(session, asker, order, "One bag is missing") == 800_00
        refund = session.scalars(select(Refund).order_by(Refund.id.desc())).first()
        assert refund is not None
        assert refund.state == RefundState.REQUESTED
        if answer == "no":
            payment_services.decline_refund(session, decider, refund.public_id, "Ask the driver first")
        else:
            payment_services.approve_refund(session, decider, refund.public_id)
    assert prepaid(session) == 0
    assert part.accepted_fen == part.goods_fen + part.freight_fen - 800_00


def test_a_part_whose_refund_was_declined_can_still_go_back(session: Session) -> None:
    asker, decider = officer(session), officer(session)
    order = paid_order(
        session, (make_variant(session, price_fen=800_00), 1), (make_variant(session, price_fen=30_00), 1)
    )
    off, sent = parts_of(session, order)
    services.call_off(session, asker, order, "The harvest failed", part=off.public_id, owed=False)
    refund = session.scalars(select(Refund)).one()
    payment_services.decline_refund(session, decider, refund.public_id, "Ask the buyer first")
    fulfilment.ship_part(session, seller(session, sent), sent.public_id, "Post", "1")
    fulfilment.confirm_receipt(session, GUEST, order, sent.public_id)
    assert order.state == State.RECEIVED
    assert prepaid(session) == off.goods_fen + off.freight_fen
    assert services.give_back(session, asker, order, "The buyer agrees") == off.goods_fen + off.freight_fen
    assert prepaid(session) == 0
    assert order.state == State.RECEIVED


def test_an_order_whose_money_went_elsewhere_leaves_the_review(session: Session) -> None:
    clerk = officer(session)
    variant = make_variant(session, stock=5)
    order, intent = paid_too_little(session, variant)
    with pytest.raises(WrongState):
        services.give_back(session, clerk, order, "Nobody has decided yet")
    assert on_hand(session, variant) == 5
    payment_services.resolve_review(
        session, clerk, f"payment:{intent}", ResolutionKind.CLOSE, "The bank keeps it", once="R"
    )
    assert order.state == State.NEEDS_REVIEW
    assert services.give_back(session, clerk, order, "Nothing has paid it") == 0
    assert order.state == State.CANCELLED
    assert session.scalars(select(Refund)).all() == []
    place(session, (variant, 5))


def prepaid(session: Session) -> int:
    """Return what lies prepaid for all orders (fen)."""
    return ledger_queries.balance(session, "orders:prepaid").settled


# --- pages -------------------------------------------------------------------------------------------------


def test_a_guest_calls_off_and_reads_of_the_refund(client: PageClient, session: Session) -> None:
    secret = ids.secret()
    order = paid_order(session, (make_variant(session), 2), secret=secret)
    path = f"/shop/orders/guest/{secret}"
    assert client.get(path).form(f"{path}/cancel")
    client.post(f"{path}/cancel")
    session.expire_all()
    assert order_of(session, PlacedOrder(order.id, order.number, None, False)).state == State.CANCELLED
    jobs.run_due()
    page = client.get(path)
    assert "已退回" in page.text
    client.post(f"/shop/orders/guest/{ids.secret()}/cancel", status=404)


def test_of_several_lines_whoever_gives_money_back_chooses_one(client: PageClient, session: Session) -> None:
    order = paid_order(session, (make_variant(session), 2), (make_variant(session), 1))
    page = officer_page(client, session)
    path = f"/operator/orders/{order.number}"
    form = page.get(path).form(f"{path}/refund")["fields"]
    assert "line" not in form
    answer = page.post(f"{path}/refund", {**form, "amount": "1.50", "why": "Torn"}, 422)
    assert "请选择一项" in answer.text
    assert not session.scalars(select(Refund)).all()


def test_the_operator_finds_an_order_and_gives_a_line_back(client: PageClient, session: Session) -> None:
    order = paid_order(session, (make_variant(session), 2))
    page = officer_page(client, session)
    assert order.number in page.get(f"/operator/orders?q={order.number}").html
    assert order.number not in page.get("/operator/orders?state=received").html
    page.get("/operator/orders?state=nonsense", 404)
    path = f"/operator/orders/{order.number}"
    form = page.get(path).form(f"{path}/refund")["fields"]
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    wish = {**form, "line": str(line.id), "amount": "1.50", "why": "Torn"}
    page.post(f"{path}/refund", {**wish, "amount": "9999"}, 422)
    page.post(f"{path}/refund", {**wish, "why": ""}, 422)
    page.post(f"{path}/refund", {**wish, "line": "999999"}, 404)
    page.post(f"{path}/refund", wish)
    page.post(f"{path}/refund", wish)
    assert session.scalars(select(Refund.amount_fen)).all() == [150]
    assert "Torn" in page.get(path).html
    refund = session.scalars(select(Refund.public_id)).one()
    page.get(f"/operator/refunds/{refund}")
    page.get("/operator/refunds?show=all")
    page.get(f"/operator/orders/by-id/{order.id}", 303)
    page.get("/operator/orders/by-id/999999", 404)


def test_above_the_limit_the_admin_approves_what_finance_asked_for(
    client: PageClient, session: Session
) -> None:
    order = paid_order(session, (make_variant(session, price_fen=300_00), 2))
    finance, admin = officer_page(client, session), officer_page(client, session, Role.ADMIN)
    path = f"/operator/orders/{order.number}"
    finance.post(f"{path}/cancel", {"reason": ""}, 422)
    finance.post(f"{path}/cancel", {"reason": "The harvest failed"})
    refund = session.scalars(select(Refund)).one()
    assert refund.state == RefundState.REQUESTED
    own = f"/operator/refunds/{refund.public_id}"
    assert f"{own}/approve" not in finance.get(own).html
    finance.post(f"{own}/approve", {"approve-password": PASSWORD}, 403)
    finance.post(f"{own}/decline", {"reason": ""}, 422)
    admin.get(own)
    admin.post(f"{own}/approve", {"approve-password": PASSWORD})
    session.expire_all()
    assert session.scalars(select(Refund.state)).one() == RefundState.SUCCEEDED
    admin.post(f"{own}/decline", {"reason": "Too late"}, 409)


def test_the_history_says_who_sent_what_and_how_much_was_accepted(
    client: PageClient, session: Session
) -> None:
    order = paid_order(session, (make_variant(session), 1), (make_variant(session), 2))
    first, second = parts_of(session, order)
    for part, number in ((first, "SF1"), (second, "SF2")):
        fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", number)
    owed = fulfilment.confirm_receipt(session, GUEST, order, second.public_id)
    name = session.get_one(Organisation, second.supplier_id).name_zh
    session.commit()
    text = officer_page(client, session).get(f"/operator/orders/{order.number}").text
    assert f"{name} · Post SF2" in text
    assert f"{name} · {money.format_fen(owed)} / {money.format_fen(owed)}" in text


def test_a_declined_cancellation_can_be_asked_for_again(client: PageClient, session: Session) -> None:
    order = paid_order(session, (make_variant(session, price_fen=300_00), 2))
    finance, admin = officer_page(client, session), officer_page(client, session, Role.ADMIN)
    path = f"/operator/orders/{order.number}"
    finance.post(f"{path}/cancel", {"reason": "The harvest failed"})
    refund = session.scalars(select(Refund.public_id)).one()
    admin.post(f"/operator/refunds/{refund}/decline", {"reason": "Ask the buyer first"})
    finance.post(f"{path}/cancel", {"reason": "The buyer agrees"})
    again = session.scalars(select(Refund.public_id).order_by(Refund.id.desc())).first()
    admin.post(f"/operator/refunds/{again}/approve", {"approve-password": PASSWORD})
    session.expire_all()
    states = session.scalars(select(Refund.state).order_by(Refund.id)).all()
    assert states == [RefundState.DECLINED, RefundState.SUCCEEDED]
    finance.post(f"{path}/cancel", {"reason": "Once more"}, 409)


def test_the_operator_gives_back_what_a_canteen_did_not_accept(client: PageClient, session: Session) -> None:
    order = paid_order(session, (make_variant(session, price_fen=20_00), 4))
    (part,) = parts_of(session, order)
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    path = f"/operator/orders/{order.number}"
    finance = officer_page(client, session)
    finance.language = "en"
    assert f"{path}/give-back" not in finance.get(path).html
    refused = Acceptance(((line.id, 0),), ("张三",), "全部霉变")
    fulfilment.accept_part(session, GUEST, order, part.public_id, refused)
    session.commit()
    assert (
        f"{money.format_fen(order.total_fen)} were paid for what was not accepted" in finance.get(path).text
    )
    wrong = finance.post(f"{path}/give-back", {"rest-reason": ""}, 422)
    assert "Please fill this in." in wrong.text
    page = finance.follow(finance.post(f"{path}/give-back", {"rest-reason": "All of it was mouldy"}))
    assert "What was paid goes back" in page.text
    assert f"{path}/give-back" not in page.html
    again = finance.post(f"{path}/give-back", {"rest-reason": "Once more"}, 409)
    assert "Once more" in again.html or f"{path}/give-back" not in again.html


def test_what_was_paid_for_a_parcel_that_reached_nobody_goes_back(
    client: PageClient, session: Session
) -> None:
    clerk = officer(session)
    lost, here = make_variant(session, price_fen=20_00), make_variant(session, price_fen=9_00)
    order = paid_order(session, (lost, 4), (here, 1))
    gone, other = parts_of(session, order)
    with pytest.raises(WrongState):
        fulfilment.note_nothing_arrived(session, clerk, order, gone.public_id, "Not even sent")
    for part in (gone, other):
        fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    line = session.scalars(select(OrderLine).where(OrderLine.supplier_order_id == gone.id)).one()
    services.refund_line(session, clerk, order, line.id, 20_00, "It comes late", once="A")
    session.commit()
    jobs.run_due()
    path = f"/operator/orders/{order.number}"
    finance = officer_page(client, session)
    finance.language = "en"
    form = {"lost-part": gone.public_id, "lost-reason": "The carrier has lost it"}
    finance.post(f"{path}/nothing-arrived", {**form, "lost-reason": ""}, 422)
    finance.post(f"{path}/nothing-arrived", {**form, "lost-part": "NOBODY"}, 404)
    page = finance.follow(finance.post(f"{path}/nothing-arrived", form))
    assert "Did not arrive" in page.text
    assert finance.get(path).text.count("Did not arrive") == 2  # of the parcel, and where its way ends
    again = finance.post(f"{path}/nothing-arrived", form, 409)
    assert "The carrier has lost it" in again.html
    session.expire_all()
    back = gone.goods_fen + gone.freight_fen
    assert gone.freight_fen > 0
    assert sum(session.scalars(select(Refund.amount_fen))) == back
    assert (payable(session, gone), prepaid(session)) == (0, order.total_fen - back)
    written = session.scalar(select(func.count()).select_from(Mail).where(Mail.key.like("parcel-received:%")))
    jobs.run_due()
    assert (
        session.scalar(select(func.count()).select_from(Mail).where(Mail.key.like("parcel-received:%")))
        == written
    )
    fulfilment.confirm_receipt(session, GUEST, queries.lock_order(session, order.id), other.public_id)
    assert order.state == State.RECEIVED


def test_a_parcel_that_reached_nobody_ends_although_all_of_it_went_back_before(session: Session) -> None:
    clerk = officer(session)
    order = paid_order(session, (make_variant(session, price_fen=150_00), 1))
    (part,) = parts_of(session, order)
    assert part.freight_fen == 0
    fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    services.refund_line(session, clerk, order, line.id, 150_00, "The carrier has lost it", once="A")
    assert fulfilment.note_nothing_arrived(session, clerk, order, part.public_id, "Lost") == 0
    assert (order.state, prepaid(session)) == (State.RECEIVED, 0)


def test_approving_a_refund_asks_for_the_password_again(client: PageClient, session: Session) -> None:
    order = paid_order(session, (make_variant(session, price_fen=300_00), 2))
    finance, admin = officer_page(client, session), officer_page(client, session, Role.ADMIN)
    finance.language = admin.language = "en"
    finance.post(f"/operator/orders/{order.number}/cancel", {"reason": "The harvest failed"})
    refund = session.scalars(select(Refund.public_id)).one()
    path = f"/operator/refunds/{refund}"
    assert "Approve the refund of ¥600.00" in admin.get(path).text
    for password in ("", "not it at all"):
        wrong = admin.post(f"{path}/approve", {"approve-password": password}, 422)
        assert ("This is not your password." if password else "Please fill this in.") in wrong.text
        assert "The harvest failed" in wrong.text
    assert all(not (form["action"] or "").endswith("/approve") for form in finance.get(path).forms)
    own = finance.post(f"{path}/approve", {"approve-password": PASSWORD}, 403)
    assert "somebody else" in own.text
    session.expire_all()
    assert session.scalars(select(Refund.state)).one() == RefundState.REQUESTED
    page = admin.follow(admin.post(f"{path}/approve", {"approve-password": PASSWORD}))
    assert "Approved. The money is on its way." in page.text
    again = admin.post(f"{path}/approve", {"approve-password": PASSWORD}, 409)
    assert "The harvest failed" in again.text


def test_guessing_the_password_at_a_refund_is_slowed_down(client: PageClient, session: Session) -> None:
    order = paid_order(session, (make_variant(session, price_fen=300_00), 2))
    finance, admin = officer_page(client, session), officer_page(client, session, Role.ADMIN)
    finance.post(f"/operator/orders/{order.number}/cancel", {"reason": "The harvest failed"})
    path = f"/operator/refunds/{session.scalars(select(Refund.public_id)).one()}"
    for _ in range(10):
        admin.post(f"{path}/approve", {"approve-password": "not it at all"}, 422)
    held = admin.post(f"{path}/approve", {"approve-password": PASSWORD}, 422)
    assert "This is not your password." not in held.text
    session.expire_all()
    assert session.scalars(select(Refund.state)).one() == RefundState.REQUESTED


def test_reviews_limits_and_comparisons_have_their_pages(client: PageClient, session: Session) -> None:
    paid_order(session, (make_variant(session), 1))
    finance, admin = officer_page(client, session), officer_page(client, session, Role.ADMIN)
    transfer = payment_services.record_bank_transfer(
        session, officer(session), "NOBODY", 100, clock.today(), "IN"
    )
    path = f"/operator/reviews/bank_transfer/{transfer.public_id}"
    assert path in finance.get("/operator/reviews").html
    form = finance.get(path).form(path)["fields"]
    finance.post(path, {**form, "kind": "match", "number": "nothing", "reason": "Perhaps"}, 422)
    finance.post(path, {**form, "kind": "close", "reason": "Interest"})
    finance.get(path)
    finance.get("/operator/reviews/bank_transfer/NOWHERE", 404)
    finance.get("/operator/reviews/nonsense/NOWHERE", 404)
    day = clock.today().isoformat()
    admin.post("/operator/refunds/limit", {"limit": "300", "valid_from": day})
    admin.post("/operator/refunds/limit", {"limit": "x", "valid_from": day}, 422)
    admin.post("/operator/refunds/limit", {"limit": "9000", "valid_from": day}, 422)
    admin.post("/operator/refunds/limit", {"limit": "9000", "valid_from": "2099-01-02"})
    assert "自 2099年1月2日 起：¥9,000.00。" in finance.get("/operator/refunds").text
    admin.post("/operator/refunds/limit", {"limit": "200", "valid_from": day}, 422)
    finance.post("/operator/refunds/limit", {"limit": "300", "valid_from": day}, 403)
    finance.post(f"/operator/reconciliation/sandbox/{day}")
    assert "没有差异" in finance.get(f"/operator/reconciliation/sandbox/{day}").text
    finance.get("/operator/reconciliation")
    assert f"{day},sandbox,1," in finance.get("/operator/reconciliation.csv").html
    finance.get("/operator/reconciliation/sandbox/yesterday", 404)
    finance.post("/operator/reconciliation/nobody/" + day, status=404)


def test_confirming_what_becomes_of_held_money_asks_for_the_password_again(
    client: PageClient, session: Session
) -> None:
    finance, admin = officer_page(client, session), officer_page(client, session, Role.ADMIN)
    finance.language = admin.language = "en"
    transfer = payment_services.record_bank_transfer(
        session, officer(session), "NOBODY", 600_00, clock.today(), "IN"
    )
    path = f"/operator/reviews/bank_transfer/{transfer.public_id}"
    form = finance.get(path).form(path)["fields"]
    finance.post(path, {**form, "kind": "close", "reason": "Nobody knows whose it is"})
    proposal = session.scalars(select(Resolution)).one()
    assert proposal.state == "proposed"
    assert "You proposed it yourself" in finance.get(path).text
    confirm = f"{path}/{proposal.public_id}/confirm"
    for password in ("", "not it at all"):
        wrong = admin.post(confirm, {"confirm-password": password}, 422)
        assert ("This is not your password." if password else "Please fill this in.") in wrong.text
        assert "Nobody knows whose it is" in wrong.text
    finance.post(confirm, {"confirm-password": PASSWORD}, 403)
    session.expire_all()
    assert session.scalars(select(Resolution.state)).one() == "proposed"
    page = admin.follow(admin.post(confirm, {"confirm-password": PASSWORD}))
    assert "Decided and written down." in page.text
    again = admin.post(confirm, {"confirm-password": PASSWORD}, 409)
    assert "Nobody knows whose it is" in again.text
    admin.post(f"{path}/{proposal.public_id}/anything", {}, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/operator/orders",
        "/operator/refunds",
        "/operator/reviews",
        "/operator/reconciliation",
        "/operator/reconciliation.csv",
    ],
)
def test_a_canteens_finance_officer_stays_outside(client: PageClient, session: Session, path: str) -> None:
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    client.sign_in(make_user(session, Role.FINANCE, organisation=school))
    client.get(path, 403)


# --- many at once ------------------------------------------------------------------------------------------


@pytest.mark.concurrency
def test_calling_off_shipping_and_a_clerk_at_once_end_in_one_of_them(live_database: Any) -> None:
    for _ in range(4):
        with transaction() as session:
            variant = make_variant(session, stock=10)
            placed = place(session, (variant, 2))
            clerk = officer(session)
        assert placed.payment_intent is not None
        rehearsals.pay_intent(placed.payment_intent)
        with transaction() as session:
            part = parts_of(session, order_of(session, placed))[0]
            sender, public_id = seller(session, part), part.public_id

        def buyer(placed: PlacedOrder = placed) -> str:
            with transaction() as step:
                services.call_off(step, GUEST, order_of(step, placed), "No")
            return "off"

        def operator(placed: PlacedOrder = placed, clerk: Actor = clerk) -> str:
            with transaction() as step:
                services.call_off(step, clerk, order_of(step, placed), "No", owed=False)
            return "off"

        def supplier(sender: Actor = sender, public_id: str = public_id) -> str:
            with transaction() as step:
                fulfilment.ship_part(step, sender, public_id, "Post", "1")
            return "sent"

        calls = [buyer, operator, supplier, buyer]
        barrier = Barrier(len(calls))

        def run(call: Any, barrier: Barrier = barrier) -> Any:
            barrier.wait()
            try:
                return call()
            except Exception as problem:
                return problem

        with ThreadPoolExecutor(len(calls)) as pool:
            outcomes = list(pool.map(run, calls))
        assert len([found for found in outcomes if isinstance(found, str)]) == 1, outcomes
        jobs.run_due()
        with reading() as session:
            refunds = session.scalars(select(Refund.state).where(Refund.subject_id == placed.order_id)).all()
        assert refunds == ([RefundState.SUCCEEDED] if "off" in outcomes else [])


def test_the_history_of_an_order_names_the_line_and_the_sum_that_went_back(
    app: Flask, session: Session
) -> None:
    order, _part, rice, _oil = two_lines(session)
    services.refund_line(session, officer(session), order, rice.id, 20_00, "一袋受潮", once="A")
    entry = queries.history(session, order.number)[-1]
    view = queries.view_order(session, order)
    with app.test_request_context("/", headers={"Accept-Language": "zh-CN"}):
        note = wording.history_note(entry, view, entry.reason)
    assert note == f"{rice.name_zh} · ¥20.00 · 一袋受潮"


def test_an_order_of_which_a_part_was_sent_says_so(app: Flask, session: Session) -> None:
    order = paid_order(session, (make_variant(session), 1), (make_variant(session), 1))
    first, _second = parts_of(session, order)
    with app.test_request_context("/", headers={"Accept-Language": "zh-CN"}):
        assert "合作社正在备货" in wording.what_next(queries.view_order(session, order))[1]
        fulfilment.ship_part(session, seller(session, first), first.public_id, "Post", "1")
        told = wording.what_next(queries.view_order(session, order))[1]
    assert "部分货品已发出，其余正在备货" in told
