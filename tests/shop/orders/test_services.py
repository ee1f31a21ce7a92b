"""Placing, paying and ending orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock, jobs
from core.errors import NotFound
from core.mail import Mail
from core.permissions import GUEST, SYSTEM, Actor
from ledger import queries as ledger_queries
from ledger.values import AccountKind, AccountSpec, Policy, Unit
from payments import services as payment_services
from payments.models import PaymentIntent
from payments.sandbox import services as sandbox
from payments.values import Purpose
from registry.models import Region
from shop.catalogue import services as catalogue
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import ReturnTerms
from shop.certification import services as certification
from shop.certification.models import Certificate
from shop.orders import emails, queries, rules, services
from shop.orders import jobs as order_jobs
from shop.orders.errors import (
    BasketChanged,
    BasketRefused,
    EmptyBasket,
    FormSentBefore,
    NoReturnNotConfirmed,
    NotPayable,
    TooLargeForOnlinePayment,
    WrongState,
)
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import Invoice, InvoiceKind, Outcome, Pickup, PlacedOrder, Received
from shop.stock import queries as stock_queries
from shop.stock import services as stock
from shop.stock.models import StockHold
from shop.stock.values import Problem
from tests.conftest import StatementCounter
from tests.factories.orders import DELIVERY, certifier_of, make_request, make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user

#: Money from nowhere; the real ways are walked in tests/journeys.
MONEY = AccountSpec("tests:money", Unit.CNY, AccountKind.ASSET, Policy.OPEN, "tests")


def pay(
    session: Session, placed: PlacedOrder, *, amount: int | None = None, reference: str = "P1"
) -> Outcome:
    """Let the money of an order arrive."""
    order = session.get_one(Order, placed.order_id)
    return services.mark_order_paid(
        session,
        order.id,
        Received(amount or order.total_fen, "tests", reference, clock.now()),
        MONEY,
    )


def close_intents(session: Session, placed: PlacedOrder) -> None:
    session.execute(
        update(PaymentIntent)
        .where(PaymentIntent.subject_id == placed.order_id)
        .values(state="cancelled", cancelled_at=clock.now())
    )


def the_order(session: Session, placed: PlacedOrder) -> Order:
    return session.scalars(
        select(Order).where(Order.id == placed.order_id).execution_options(populate_existing=True)
    ).one()


def test_an_order_freezes_what_was_promised(session: Session) -> None:
    one, two = make_variant(session, price_fen=30_00), make_variant(session, price_fen=20_00)
    placed = place(session, (one, 2), (two, 1))
    order = the_order(session, placed)
    assert (order.goods_fen, order.freight_fen, order.total_fen) == (80_00, 22_00, 102_00)
    assert (order.hold_expires_at - order.placed_at) == rules.HOLD_ONLINE
    assert session.scalar(select(func.count()).select_from(SupplierOrder)) == 2
    session.execute(update(Variant).values(price_fen=1, producer_fen=1, logistics_fen=0, other_fen=0))
    lines = session.scalars(select(OrderLine)).all()
    assert sorted(line.line_fen for line in lines) == [20_00, 60_00]


def test_one_short_line_refuses_the_whole_basket_and_names_every_short_one(session: Session) -> None:
    full, short, none = (make_variant(session, stock=n) for n in (10, 2, 0))
    with pytest.raises(BasketRefused) as refused:
        place(session, (full, 3), (short, 3), (none, 1))
    assert {(p.goods.variant_id, p.problem, p.goods.available) for p in refused.value.problems} == {
        (short.id, Problem.SHORT, 2),
        (none.id, Problem.SOLD_OUT, 0),
    }
    assert stock_queries.available(session, [full.id, short.id]) == {full.id: 10, short.id: 2}


def test_what_the_lock_reveals_is_named_alike(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    variant = make_variant(session, stock=2)
    seen = stock_queries.goods_by_id(session, [variant.id])
    place(session, (variant, 1))
    monkeypatch.setattr(stock_queries, "goods_by_id", lambda *_: seen)
    with pytest.raises(BasketRefused) as refused:
        place(session, (variant, 2))
    assert [(p.problem, p.goods.available) for p in refused.value.problems] == [(Problem.SHORT, 1)]


def test_the_same_variant_twice_passes_the_same_guard(session: Session) -> None:
    variant = make_variant(session, stock=3)
    with pytest.raises(BasketRefused):
        place(session, (variant, 2), (variant, 2))


def test_a_product_without_a_certificate_is_not_sold(session: Session) -> None:
    bare, revoked, ended = (
        make_variant(session, certified=False),
        make_variant(session),
        make_variant(session),
    )
    number = session.scalars(
        select(Certificate.number).where(Certificate.product_id == revoked.product_id)
    ).one()
    county = session.get_one(Region, session.get_one(Product, revoked.product_id).county_id)
    certification.revoke_certificate(session, certifier_of(county), number, "检测不合格，依据第 7 条")
    for variant in (bare, revoked):
        with pytest.raises(BasketRefused) as refused:
            place(session, (variant, 1))
        assert refused.value.problems[0].problem is Problem.NOT_CERTIFIED
    with clock.at(clock.now() + timedelta(days=366)), pytest.raises(BasketRefused):
        place(session, (ended, 1))


def test_what_is_off_sale_or_split_is_not_sold(session: Session) -> None:
    gone, packed = make_variant(session), make_variant(session, multiple=6)
    catalogue.unlist_product(session, SYSTEM, gone.product_id)
    with pytest.raises(BasketRefused) as refused:
        place(session, (gone, 1), (packed, 4))
    assert {p.problem for p in refused.value.problems} == {Problem.GONE, Problem.MULTIPLE}
    with pytest.raises(NotFound):
        place(session, (10**9, 1))
    with pytest.raises(EmptyBasket):
        place(session)


def test_fresh_goods_need_their_confirmation(session: Session) -> None:
    fresh = make_variant(session, terms=ReturnTerms.FRESH)
    with pytest.raises(NoReturnNotConfirmed):
        place(session, (fresh, 1), no_return_confirmed=False)
    assert the_order(session, place(session, (fresh, 1))).no_return_confirmed


def test_terms_of_return_cost_no_statement(session: Session, statements: StatementCounter) -> None:
    place(session, (make_variant(session), 1))
    counted = []
    for terms in ((ReturnTerms.SEVEN_DAYS,), (ReturnTerms.FLAWED,), tuple(ReturnTerms)):
        goods = [(make_variant(session, terms=one, note=("有缺", "A chip")), 1) for one in terms]
        session.flush()
        with statements:
            place(session, *goods)
        counted.append(len(statements))
    assert len(set(counted)) == 1, counted


def test_nobody_is_charged_another_total_than_was_shown(session: Session) -> None:
    variant = make_variant(session, price_fen=100_00)
    with pytest.raises(BasketChanged) as changed:
        place(session, (variant, 1), seen_total_fen=90_00)
    assert changed.value.total_fen == 100_00
    place(session, (variant, 1), seen_total_fen=100_00)


def test_more_than_a_provider_takes_is_refused(session: Session) -> None:
    dear = make_variant(session, price_fen=500_000_00, stock=5)
    with pytest.raises(TooLargeForOnlinePayment):
        place(session, (dear, 2))


def test_the_same_form_gives_the_same_order(session: Session) -> None:
    variant = make_variant(session, stock=5)
    request = make_request((variant, 2))
    first = services.place_order(session, GUEST, request)
    again = services.place_order(session, GUEST, request)
    assert (again.number, again.payment_intent, again.replayed) == (first.number, first.payment_intent, True)
    assert stock_queries.available(session, [variant.id]) == {variant.id: 3}
    other = make_request((variant, 1), idem_key=request.idem_key, guest_secret=request.guest_secret)
    with pytest.raises(FormSentBefore):
        services.place_order(session, GUEST, other)


def test_money_marks_an_order_paid_once(session: Session) -> None:
    variant = make_variant(session, stock=5)
    placed = place(session, (variant, 2))
    close_intents(session, placed)
    assert pay(session, placed) is Outcome.PAID
    assert pay(session, placed) is Outcome.ALREADY
    order = the_order(session, placed)
    assert order.state == "paid"
    assert ledger_queries.balance(session, "orders:prepaid").settled == order.total_fen
    assert {part.state for part in session.scalars(select(SupplierOrder))} == {"to_ship"}
    assert stock.lock_stock(session, [variant.id]) == {variant.id: 3}


def test_a_second_payment_for_a_paid_order_waits_apart(session: Session) -> None:
    placed = place(session, (make_variant(session), 1))
    pay(session, placed, reference="P1")
    pay(session, placed, reference="P2")
    pay(session, placed, reference="P2")
    total = the_order(session, placed).total_fen
    assert ledger_queries.balance(session, "orders:prepaid").settled == total
    assert ledger_queries.balance(session, "orders:unapplied").settled == total
    assert the_order(session, placed).state == "paid"


def test_another_amount_is_never_paid(session: Session) -> None:
    placed = place(session, (make_variant(session), 1))
    assert pay(session, placed, amount=1) is Outcome.NEEDS_REVIEW
    order = the_order(session, placed)
    assert (order.state, order.paid_at) == ("needs_review", None)
    assert ledger_queries.balance(session, "orders:prepaid").settled == 0
    assert ledger_queries.balance(session, "orders:unapplied").settled == 1


def expire(session: Session, placed: PlacedOrder) -> None:
    close_intents(session, placed)
    assert services.expire_order(session, placed.order_id)


def test_money_for_an_expired_order_finishes_it_while_the_goods_are_there(session: Session) -> None:
    variant = make_variant(session, stock=2)
    placed = place(session, (variant, 2))
    with clock.at(clock.now() + timedelta(minutes=31)):
        expire(session, placed)
        assert stock_queries.available(session, [variant.id]) == {variant.id: 2}
        assert pay(session, placed) is Outcome.PAID
    assert the_order(session, placed).state == "paid"
    assert stock_queries.available(session, [variant.id]) == {variant.id: 0}


def test_money_for_goods_that_others_have_goes_to_a_person(session: Session) -> None:
    variant = make_variant(session, stock=2)
    late = place(session, (variant, 2))
    with clock.at(clock.now() + timedelta(minutes=31)):
        expire(session, late)
        place(session, (variant, 1))
        assert pay(session, late) is Outcome.NEEDS_REVIEW
        assert pay(session, late) is Outcome.ALREADY
    order = the_order(session, late)
    assert order.state == "needs_review"
    assert ledger_queries.balance(session, "orders:prepaid").settled == order.total_fen
    assert stock_queries.available(session, [variant.id]) == {variant.id: 1}


def test_money_for_a_cancelled_order_goes_to_a_person(session: Session) -> None:
    variant = make_variant(session, stock=2)
    placed = place(session, (variant, 2))
    close_intents(session, placed)
    services.cancel_order(session, GUEST, placed.order_id)
    assert pay(session, placed) is Outcome.NEEDS_REVIEW
    assert stock_queries.available(session, [variant.id]) == {variant.id: 2}


def test_an_order_that_may_still_be_paid_is_neither_cancelled_nor_ended(session: Session) -> None:
    variant = make_variant(session, stock=2)
    placed = place(session, (variant, 2))
    with pytest.raises(WrongState):
        services.cancel_order(session, GUEST, placed.order_id)
    assert services.expire_order(session, placed.order_id) is False
    with clock.at(clock.now() + timedelta(days=3)):
        assert services.expire_order(session, placed.order_id) is False
        assert stock_queries.available(session, [variant.id]) == {variant.id: 0}


def test_the_sweeper_ends_orders_that_nobody_paid(session: Session) -> None:
    variant = make_variant(session, stock=2)
    placed = place(session, (variant, 2))
    assert order_jobs.expire_unpaid_orders() == 0
    payment_services.begin_checkout(placed.payment_intent or "")
    with clock.at(clock.now() + timedelta(hours=72)):
        assert order_jobs.expire_unpaid_orders() == 1
        assert order_jobs.expire_unpaid_orders() == 0
    order = the_order(session, placed)
    assert order.state == "expired"
    assert {h.status for h in session.scalars(select(StockHold))} == {"released"}
    with pytest.raises(WrongState):
        services.open_payment(session, GUEST, order)


def test_the_sweeper_finishes_an_order_whose_confirmation_was_lost(session: Session) -> None:
    variant = make_variant(session, stock=2)
    placed = place(session, (variant, 2))
    url = payment_services.begin_checkout(placed.payment_intent or "")
    sandbox.pay(session, url.rsplit("/", 1)[1], tell=False)
    session.flush()
    with clock.at(clock.now() + timedelta(minutes=45)):
        assert order_jobs.expire_unpaid_orders() == 0
    assert the_order(session, placed).state == "paid"


def test_a_declined_order_stays_payable_until_its_time(session: Session) -> None:
    variant = make_variant(session, stock=2)
    placed = place(session, (variant, 2))
    close_intents(session, placed)
    order = the_order(session, placed)
    fresh = services.open_payment(session, GUEST, order)
    assert fresh != placed.payment_intent
    assert services.open_payment(session, GUEST, order) == fresh
    assert stock_queries.available(session, [variant.id]) == {variant.id: 0}
    with clock.at(order.hold_expires_at), pytest.raises(NotPayable):
        services.open_payment(session, GUEST, order)


def test_a_hold_for_a_transfer_lapses_by_the_clock(session: Session) -> None:
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    cook = actor_of(
        make_user(session, Role.REQUESTER, organisation=school), Role.REQUESTER, organisation=school
    )
    variant = make_variant(session, stock=2)
    placed = place(session, (variant, 2), actor=cook, institution_id=school.id, guest_secret=None)
    order = the_order(session, placed)
    assert placed.payment_intent is None
    assert order.payment_code is not None
    assert stock_queries.available(session, [variant.id]) == {variant.id: 0}
    with clock.at(order.hold_expires_at + timedelta(seconds=1)):
        assert stock_queries.available(session, [variant.id]) == {variant.id: 2}
        place(session, (variant, 1))
        assert pay(session, placed, reference="T1") is Outcome.NEEDS_REVIEW


def test_only_a_requester_orders_for_an_institution(session: Session) -> None:
    school, other = (make_organisation(session, OrganisationKind.INSTITUTION) for _ in range(2))
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    variant = make_variant(session)
    cook = actor_of(make_user(session), Role.REQUESTER, organisation=school)
    checker = actor_of(make_user(session), Role.APPROVER, organisation=school)
    seller = actor_of(make_user(session), Role.REQUESTER, organisation=supplier)
    for actor, institution in ((cook, other), (checker, school), (seller, supplier), (GUEST, school)):
        with pytest.raises(NotFound):
            place(session, (variant, 1), actor=actor, institution_id=institution.id, guest_secret=None)


def test_an_unfitting_payment_stops_the_clock(session: Session) -> None:
    variant = make_variant(session, stock=2)
    placed = place(session, (variant, 2))
    services.note_payment_under_review(session, placed.order_id, "3 fen were paid instead of 4")
    close_intents(session, placed)
    with clock.at(clock.now() + timedelta(days=2)):
        assert order_jobs.expire_unpaid_orders() == 0
    assert stock_queries.available(session, [variant.id]) == {variant.id: 0}
    assert the_order(session, placed).state == "needs_review"


def test_orders_are_seen_by_their_owner_only(session: Session) -> None:
    owner, other = Actor(make_user(session).id, "a"), Actor(make_user(session).id, "b")
    variant = make_variant(session)
    number = place(session, (variant, 1), actor=owner, guest_secret=None).number
    guest = place(session, (variant, 1), guest_secret="s" * 43)
    assert queries.get_own_order(session, owner, number).number == number
    for actor, wanted in ((other, number), (GUEST, number), (GUEST, guest.number), (owner, guest.number)):
        with pytest.raises(NotFound):
            queries.get_own_order(session, actor, wanted)
    assert queries.get_guest_order(session, "s" * 43).number == guest.number
    with pytest.raises(NotFound):
        queries.get_guest_order(session, "t" * 43)


def test_mail_of_a_paid_order_no_longer_asks_for_money(session: Session) -> None:
    placed = place(session, (make_variant(session), 1))
    pay(session, placed)
    jobs.run_due()
    assert [mail.key.split(":")[0] for mail in session.scalars(select(Mail))] == ["order-paid"]
    assert payment_services.cancel_open_intents(Purpose.ORDER, placed.order_id) == "cancelled"


def written_to(session: Session, **changes: object) -> dict[str, Mail]:
    """Place and pay an order and return its mails by what they are about."""
    placed = place(session, (make_variant(session), 1), **changes)
    jobs.run_due()
    pay(session, placed)
    jobs.run_due()
    jobs.run_due()
    return {mail.key.split(":")[0]: mail for mail in session.scalars(select(Mail))}


def test_mails_say_where_the_goods_go_and_whom_the_invoice_names(session: Session) -> None:
    code = "91370406MA3C5H7P0X"
    mails = written_to(session, invoice=Invoice(InvoiceKind.COMPANY, "枣庄青莲食品有限公司", code))
    for about in ("order-placed", "order-paid"):
        for words in ("枣庄青莲食品有限公司", code, DELIVERY.region + DELIVERY.address, "运费"):
            assert words in mails[about].text, (about, words)
            assert words in mails[about].html, (about, words)
        # What it is about stands above the text: the subject, with the number of the order.
        assert f">{mails[about].subject}</h1>" in mails[about].html


def test_mails_name_the_pick_up_point_and_its_hours(session: Session) -> None:
    point = Pickup("NODE", "青莲村服务点", "Qinglian point", "青莲村 1 号", "08:00-18:00")
    mails = written_to(session, delivery=replace(DELIVERY, address="", pickup=point), locale="en")
    for words in ("Qinglian point", "青莲村 1 号", "08:00-18:00", "To be picked up at"):
        assert words in mails["order-paid"].text
        assert words in mails["order-placed"].html
    assert "Invoice" not in mails["order-paid"].text


def test_mails_of_many_orders_cost_as_many_statements_as_of_one(
    session: Session, statements: StatementCounter
) -> None:
    def paid(orders: int) -> tuple[list[int], list[dict[str, object]]]:
        suppliers, payloads = [], []
        for _ in range(orders):
            bought = [make_variant(session), make_variant(session)]
            placed = place(session, *((variant, 1) for variant in bought))
            pay(session, placed, reference=placed.number)
            for part in queries.view_order(session, the_order(session, placed)).parts:
                supplier = session.get_one(Organisation, part.supplier_id)
                make_user(session, Role.SUPPLIER, organisation=supplier)
                suppliers.append(part.supplier_id)
            payloads.append({"about": "paid", "order_id": placed.order_id, "part_id": None})
        session.commit()
        return suppliers, payloads

    counted = []
    for orders in (1, 4):
        suppliers, payloads = paid(orders)
        assert len(set(suppliers)) == 2 * orders
        before = session.scalar(select(func.count()).select_from(Mail)) or 0
        with statements:
            assert emails.write_mails(payloads) == {}
        counted.append(len(statements))
        assert session.scalar(select(func.count()).select_from(Mail)) == before + 3 * orders
    assert counted[0] == counted[1] <= 4, statements.statements


def test_a_mail_that_cannot_be_composed_fails_alone_and_is_told_once_it_can(session: Session) -> None:
    broken, whole = (place(session, (make_variant(session), 1)) for _ in range(2))
    jobs.run_due()
    for placed in (broken, whole):
        pay(session, placed, reference=placed.number)
    order = the_order(session, broken)
    supplier = session.get_one(Organisation, queries.view_order(session, order).parts[0].supplier_id)
    make_user(session, Role.SUPPLIER, organisation=supplier)
    delivery, order.delivery = order.delivery, {}
    session.commit()
    payloads = [
        {"about": "paid", "order_id": placed_id, "part_id": None}
        for placed_id in (broken.order_id, whole.order_id, 2**40)
    ]
    failed = emails.write_mails(payloads)
    assert sorted(failed) == [0, 2]
    assert isinstance(failed[2], NotFound)

    def told() -> list[str]:
        keys = session.scalars(select(Mail.key).where(~Mail.key.startswith("order-placed")))
        return sorted(key.split(":")[0] for key in keys)

    assert told() == ["order-new", "order-paid"]
    order.delivery = delivery
    session.commit()
    assert emails.write_mails(payloads[:2]) == {}
    assert told() == ["order-new", "order-paid", "order-paid"]


def test_marking_an_order_paid_costs_the_same_whatever_is_in_it(
    session: Session, statements: StatementCounter
) -> None:
    counted = []
    # The first of all also opens accounts.
    for parts in (1, 1, 4):
        placed = place(session, *((make_variant(session), 2) for _ in range(parts)))
        order = the_order(session, placed)
        session.commit()
        with statements:
            assert pay(session, placed, reference=placed.number) is Outcome.PAID
        counted.append(len(statements))
        assert (order.state, order.paid_by, order.payment_intent) == ("paid", f"tests:{placed.number}", None)
        states = session.scalars(select(SupplierOrder.state).where(SupplierOrder.order_id == placed.order_id))
        assert list(states) == ["to_ship"] * parts
    assert counted[1] == counted[2] <= 9, statements.statements
