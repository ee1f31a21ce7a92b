"""Vouchers with the database: used by placing, free again when an order ends, counted in the books."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.audit import AuditEntry
from core.permissions import GUEST, Actor
from ledger import queries as ledger_queries
from payments import services as payment_services
from payments.models import PaymentIntent
from payments.sandbox import rehearsals
from payments.values import Purpose
from shop.catalogue.models import Variant
from shop.fulfilment import services as fulfilment
from shop.fulfilment.values import Acceptance
from shop.orders import jobs as order_jobs
from shop.orders import queries as order_queries
from shop.orders import services as order_services
from shop.orders.errors import BasketChanged, LineRefundedBefore
from shop.orders.models import Order, OrderLine, OrderRefund, SupplierOrder
from shop.orders.values import Outcome, PlacedOrder
from shop.vouchers import errors, queries, services
from shop.vouchers.models import VoucherBatch, VoucherUse
from tests.factories.orders import make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user, make_village
from tests.factories.vouchers import make_codes, make_terms
from tests.shop.orders.test_refunding import officer, order_of, parts_of, seller
from tests.shop.orders.test_services import pay as money_arrives

SPENT = "vouchers:spent"


def spent(session: Session) -> int:
    return ledger_queries.balance(session, SPENT).settled


def uses(session: Session) -> list[VoucherUse]:
    return list(session.scalars(select(VoucherUse).execution_options(populate_existing=True)))


def pay(session: Session, placed: Any) -> Order:
    session.commit()
    rehearsals.pay_intent(placed.payment_intent)
    return order_of(session, placed)


def test_a_voucher_pays_a_part_and_the_suppliers_are_owed_in_full(session: Session) -> None:
    (code,) = make_codes(session, amount_fen=20_00)
    one, two = make_variant(session, price_fen=39_80), make_variant(session, price_fen=80_20)
    order = pay(session, place(session, (one, 1), (two, 1), voucher=code.lower().replace("-", " ")))
    assert (order.goods_fen, order.discount_fen, order.total_fen) == (120_00, 20_00, 100_00)
    intent = session.scalars(select(PaymentIntent)).one()
    assert intent.amount_fen == 100_00
    assert spent(session) == 20_00
    parts = parts_of(session, order)
    assert sum(part.discount_fen for part in parts) == 20_00
    owed = 0
    for part in parts:
        fulfilment.ship_part(session, seller(session, part), part.public_id, "顺丰", "SF1")
        owed += fulfilment.confirm_receipt(session, GUEST, order_of_id(session, order.id), part.public_id)
    assert owed == order.goods_fen + order.freight_fen
    assert ledger_queries.balance(session, "orders:prepaid").settled == 0


def order_of_id(session: Session, order_id: int) -> Order:
    return order_queries.lock_order(session, order_id)


def test_a_voucher_is_used_once(session: Session) -> None:
    (code,) = make_codes(session)
    variant = make_variant(session)
    place(session, (variant, 1), voucher=code)
    with pytest.raises(errors.VoucherUsed), session.begin_nested():
        place(session, (variant, 1), voucher=code)
    assert len(uses(session)) == 1


def test_a_code_for_many_counts_its_uses(session: Session) -> None:
    (code,) = make_codes(session, uses_each=3)
    variant = make_variant(session)
    placed = [place(session, (variant, 1), voucher=code) for _ in range(3)]
    with pytest.raises(errors.VoucherUsed):
        services.quote_voucher(session, GUEST, code, 100_00)
    payment_services.cancel_open_intents(Purpose.ORDER, placed[1].order_id)
    order_services.cancel_order(session, GUEST, placed[1].order_id)
    place(session, (variant, 1), voucher=code)
    assert sorted(use.seat for use in uses(session) if use.released_at is None) == [1, 2, 3]


def test_each_refusal_says_why(session: Session) -> None:
    user, other = make_user(session), make_user(session)
    actor, stranger = actor_of(user), actor_of(other)
    today = clock.today()

    def refused(kind: type[Exception], who: Any = GUEST, goods: int = 100_00, **terms: Any) -> None:
        (code,) = make_codes(session, **terms)
        with pytest.raises(kind):
            services.quote_voucher(session, who, code, goods)

    with pytest.raises(errors.UnknownVoucher):
        services.quote_voucher(session, GUEST, "YH-0000-0000-0000", 100_00)
    with pytest.raises(errors.UnknownVoucher):
        services.quote_voucher(session, GUEST, "hello\x00", 100_00)
    refused(errors.UnknownVoucher, opened=False)
    refused(errors.VoucherNotYet, valid_from=today + timedelta(days=1))
    refused(errors.VoucherOver, valid_until=today - timedelta(days=1))
    refused(errors.VoucherMinimum, goods=29_99)
    refused(errors.VoucherNeedsAccount, per_person=True)
    refused(errors.VoucherNeedsAccount, for_email=str(user.email))
    refused(errors.VoucherOfSomebodyElse, stranger, for_email=str(user.email))
    (code,) = make_codes(session, for_email=str(user.email), valid_from=today, valid_until=today)
    assert services.quote_voucher(session, actor, code, 30_00).discount_fen == 10_00


def test_each_person_uses_a_shared_code_once(session: Session) -> None:
    (code,) = make_codes(session, per_person=True, uses_each=10)
    one, two = actor_of(make_user(session)), actor_of(make_user(session))
    variant = make_variant(session)
    place(session, (variant, 1), actor=one, guest_secret=None, voucher=code)
    with pytest.raises(errors.VoucherUsedByYou), session.begin_nested():
        place(session, (variant, 1), actor=one, guest_secret=None, voucher=code)
    place(session, (variant, 1), actor=two, guest_secret=None, voucher=code)


def test_a_voucher_typed_and_not_tried_out_only_makes_it_cheaper(session: Session) -> None:
    (code,) = make_codes(session)
    variant = make_variant(session, price_fen=100_00)
    with pytest.raises(BasketChanged):
        place(session, (variant, 1), voucher=code, seen_total_fen=95_00)
    placed = place(session, (variant, 1), voucher=code, seen_total_fen=100_00)
    assert order_of(session, placed).total_fen == 90_00


def test_what_is_cancelled_or_not_paid_gives_the_voucher_back(session: Session) -> None:
    (code,) = make_codes(session)
    variant = make_variant(session)
    first = place(session, (variant, 1), voucher=code)
    payment_services.cancel_open_intents(Purpose.ORDER, first.order_id)
    order_services.cancel_order(session, GUEST, first.order_id)
    second = place(session, (variant, 1), voucher=code)
    session.commit()
    with clock.at(clock.now() + timedelta(minutes=31)):
        order_jobs.expire_unpaid_orders()
    assert order_of(session, second).state == "expired"
    place(session, (variant, 1), voucher=code)


def lapsed(session: Session, variant: Variant, code: str) -> PlacedOrder:
    placed = place(session, (variant, 1), voucher=code)
    session.commit()
    with clock.at(clock.now() + timedelta(minutes=31)):
        order_jobs.expire_unpaid_orders()
    return placed


def test_late_money_takes_the_voucher_again(session: Session) -> None:
    (code,) = make_codes(session)
    placed = lapsed(session, make_variant(session, price_fen=100_00), code)
    assert money_arrives(session, placed) is Outcome.PAID
    assert spent(session) == 10_00
    assert uses(session)[0].released_at is None


def test_late_money_whose_voucher_others_have_goes_to_a_person(session: Session) -> None:
    (code,) = make_codes(session)
    variant = make_variant(session, price_fen=100_00)
    placed = lapsed(session, variant, code)
    place(session, (variant, 1), voucher=code)
    assert money_arrives(session, placed) is Outcome.NEEDS_REVIEW
    order = order_of(session, placed)
    assert "voucher" in order.review_reason
    with pytest.raises(errors.VoucherUsed), session.begin_nested():
        order_services.send_after_all(session, officer(session), order, "goods are there")


def test_calling_off_a_part_returns_its_share_and_the_whole_frees_the_voucher(session: Session) -> None:
    (code,) = make_codes(session, amount_fen=30_00, minimum_fen=60_00)
    one, two = make_variant(session, price_fen=40_00), make_variant(session, price_fen=80_00)
    order = pay(session, place(session, (one, 1), (two, 1), voucher=code))
    first, second = parts_of(session, order)
    assert (first.discount_fen, second.discount_fen) == (10_00, 20_00)
    assert order_services.call_off(session, GUEST, order, "wrong one", part=first.public_id) == 30_00
    assert spent(session) == 20_00
    assert uses(session)[0].released_at is None
    order = order_of_id(session, order.id)
    assert order_services.call_off(session, GUEST, order, "all of it") == 60_00
    assert spent(session) == 0
    assert uses(session)[0].released_at is not None
    assert ledger_queries.balance(session, "orders:prepaid").settled == 0


def test_a_line_goes_back_in_the_proportion_in_which_it_was_paid(session: Session) -> None:
    (code,) = make_codes(session, amount_fen=25_00)
    variant = make_variant(session, price_fen=50_00)
    order = pay(session, place(session, (variant, 2), voucher=code))
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    finance = officer(session)
    refund = order_services.refund_line(session, finance, order, line.id, 40_00, "torn bag", once="one")
    assert refund.amount_fen == 30_00
    assert spent(session) == 15_00
    part = parts_of(session, order)[0]
    fulfilment.ship_part(session, seller(session, part), part.public_id, "顺丰", "SF1")
    order = order_of_id(session, order.id)
    assert fulfilment.confirm_receipt(session, GUEST, order, part.public_id) == 60_00
    payable = f"supplier:{_supplier(session, part)}:payable"
    assert ledger_queries.balance(session, payable).settled == 60_00
    refund = order_services.refund_line(session, finance, order, line.id, 60_00, "damp", once="two")
    assert refund.amount_fen == 45_00
    assert (spent(session), ledger_queries.balance(session, payable).settled) == (0, 0)
    with pytest.raises(LineRefundedBefore):
        order_services.refund_line(session, finance, order, line.id, 1, "more", once="three")
    assert refund.amount_fen + 30_00 == order.total_fen


def test_a_refused_delivery_of_many_lines_gives_the_voucher_what_it_paid(session: Session) -> None:
    (code,) = make_codes(session, amount_fen=25_00)
    village = make_village(session)
    supplier = make_organisation(session, OrganisationKind.SUPPLIER, region=village)
    one, two = (
        make_variant(session, price_fen=price, village=village, supplier=supplier) for price in (33_33, 16_67)
    )
    order = pay(session, place(session, (one, 2), (two, 1), voucher=code))
    (part,) = parts_of(session, order)
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
    fulfilment.ship_part(session, seller(session, part), part.public_id, "顺丰", "SF1")
    refused = Acceptance(tuple((line.id, 0) for line in lines), ("张三",), "全部霉变")
    fulfilment.accept_part(session, GUEST, order, part.public_id, refused)
    assert order_services.give_back(session, officer(session), order, "mouldy") == order.total_fen
    assert (spent(session), ledger_queries.balance(session, "orders:prepaid").settled) == (0, 0)


def _supplier(session: Session, part: SupplierOrder) -> str:
    return session.get_one(Organisation, part.supplier_id).public_id


def test_a_declined_refund_counts_the_voucher_again(session: Session) -> None:
    (code,) = make_codes(session, amount_fen=100_00, minimum_fen=500_00)
    variant = make_variant(session, price_fen=1_000_00)
    order = pay(session, place(session, (variant, 1), voucher=code))
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    refund = order_services.refund_line(
        session, officer(session), order, line.id, 1_000_00, "all of it", once="one"
    )
    assert (refund.amount_fen, refund.state, spent(session)) == (900_00, "requested", 0)
    payment_services.decline_refund(session, officer(session), refund.public_id, "no")
    assert spent(session) == 100_00
    assert session.scalars(select(OrderRefund.declined)).one()
    again = order_services.refund_line(
        session, officer(session), order_of_id(session, order.id), line.id, 500_00, "half", once="two"
    )
    assert (again.amount_fen, spent(session)) == (450_00, 50_00)


def test_a_batch_that_may_cost_much_is_opened_by_somebody_else(session: Session) -> None:
    finance, admin = officer(session), officer(session, Role.ADMIN)
    terms = make_terms(codes=60)
    batch = services.make_batch(session, finance, terms, once="FORM1")
    assert services.make_batch(session, finance, terms, once="FORM1").id == batch.id
    with pytest.raises(errors.BatchSentBefore):
        services.make_batch(session, finance, make_terms(codes=61), once="FORM1")
    with pytest.raises(errors.BatchNeedsSecondPerson):
        services.open_batch(session, finance, batch.public_id)
    services.open_batch(session, admin, batch.public_id)
    with pytest.raises(errors.WrongBatchState):
        services.open_batch(session, admin, batch.public_id)
    codes = queries.all_codes(session, batch.id)
    assert len(set(codes)) == 60
    services.withdraw_batch(session, finance, batch.public_id, "printed wrongly")
    with pytest.raises(errors.VoucherWithdrawn):
        services.quote_voucher(session, GUEST, codes[0], 100_00)
    told = session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_type == "vouchers").order_by(AuditEntry.id)
    ).all()
    assert told == ["vouchers made", "vouchers opened", "vouchers withdrawn"]


def test_many_small_batches_of_one_person_count_as_one(session: Session) -> None:
    finance, colleague, admin = officer(session), officer(session), officer(session, Role.ADMIN)

    def make(actor: Actor, codes: int) -> VoucherBatch:
        return services.make_batch(session, actor, make_terms(codes=codes), once=ids.public_id(20))

    first = make(finance, 30)
    services.open_batch(session, finance, first.public_id)
    assert not make(finance, 20).needs_second, "¥500 together, the limit itself"
    third = make(finance, 1)
    assert third.needs_second
    with pytest.raises(errors.BatchNeedsSecondPerson):
        services.open_batch(session, finance, third.public_id)
    services.open_batch(session, admin, third.public_id)
    assert not make(colleague, 50).needs_second, "each person counts alone"


def test_what_was_issued_alone_counts_until_thirty_days_after_it_was_opened(session: Session) -> None:
    finance, admin = officer(session), officer(session, Role.ADMIN)
    start = clock.now()

    def make(codes: int, days: int) -> VoucherBatch:
        with clock.at(start + timedelta(days=days)):
            return services.make_batch(session, finance, make_terms(codes=codes), once=ids.public_id(20))

    kept = make(50, 0)
    assert make(1, 31).needs_second, "a draft counts for as long as its maker can open it"
    with clock.at(start + timedelta(days=40)):
        services.open_batch(session, finance, kept.public_id)
        services.withdraw_batch(session, finance, kept.public_id, "its codes were out")
    assert make(1, 69).needs_second
    dropped = make(50, 70)
    assert not dropped.needs_second
    services.withdraw_batch(session, finance, dropped.public_id, "a typing error, never opened")
    shared = make(50, 70)
    assert not shared.needs_second
    services.open_batch(session, admin, shared.public_id)
    assert not make(50, 70).needs_second, "two people saw the one before"


def test_the_database_itself_refuses_a_seat_twice(session: Session) -> None:
    (code,) = make_codes(session)
    placed = place(session, (make_variant(session), 1), voucher=code)
    use = uses(session)[0]
    other = place(session, (make_variant(session), 1))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(
            VoucherUse(
                voucher_id=use.voucher_id,
                order_id=other.order_id,
                seat=1,
                discount_fen=1,
                used_at=clock.now(),
            )
        )
        session.flush()
    assert placed.order_id == use.order_id


def test_an_order_on_account_uses_no_voucher(session: Session) -> None:
    (code,) = make_codes(session)
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    cook = actor_of(
        make_user(session, Role.REQUESTER, organisation=school), Role.REQUESTER, organisation=school
    )
    variant = make_variant(session, price_fen=100_00)
    placed = place(
        session, (variant, 1), actor=cook, institution_id=school.id, guest_secret=None, voucher=code
    )
    assert order_of(session, placed).discount_fen == 0
    assert uses(session) == []
