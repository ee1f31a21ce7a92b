"""Two people, or a person and a clock, at one claim at one moment: one result, and the money at most once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core import clock, ids
from core.db import reading, transaction
from core.permissions import GUEST, Actor
from payments import services as payments
from payments.errors import WrongRefundState
from payments.models import Refund
from payments.sandbox import rehearsals
from shop.after_sales import queries, services
from shop.after_sales.errors import ClaimOpen, MovedOn, RecalledGoods
from shop.after_sales.jobs import run_out_clocks
from shop.after_sales.models import Claim, ClaimStep
from shop.after_sales.values import Arrived, Move, Settlement, State
from shop.catalogue.models import Product
from shop.fulfilment import services as fulfilment
from shop.orders import queries as order_queries
from shop.orders import services as order_services
from shop.orders.errors import LineRefundedBefore
from shop.orders.models import OrderLine, SupplierOrder
from shop.recalls import services as recalls
from shop.stock.models import Stock, StockMovement
from tests.factories.after_sales import line_of, new_claim, new_return, officer, seller_of
from tests.factories.orders import make_variant, place
from tests.factories.tracing import make_batch
from tests.factories.tracing import seller_of as batch_seller
from tests.shop.orders.test_concurrency import at_once
from tests.shop.settlement.test_concurrency import until_somebody_waits

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]


class Case:
    """A received order of three packs at ¥20.00 in a database that really commits, and those who act on it."""

    def __init__(self, price_fen: int = 20_00) -> None:
        with transaction() as session:
            placed = place(session, (make_variant(session, stock=10, price_fen=price_fen), 3))
            self.clerks = [officer(session), officer(session)]
        assert placed.payment_intent is not None
        rehearsals.pay_intent(placed.payment_intent)
        self.order_id = placed.order_id
        with transaction() as session:
            order = order_queries.lock_order(session, self.order_id)
            (part,) = order_queries.lock_parts(session, order.id)
            self.seller = seller_of(session, part)
            fulfilment.ship_part(session, self.seller, part.public_id, "Post", "1")
            fulfilment.confirm_receipt(session, GUEST, order, part.public_id)
            self.line_id = line_of(session, order).id
            self.claim, self.claim_id = "", 0

    def file(self, once: str, *, back: bool = False) -> str:
        with transaction() as session:
            order = order_queries.lock_order(session, self.order_id)
            line = line_of(session, order)
            wish = new_return(line, once=once) if back else new_claim(line, once=once, quantity=3)
            claim = services.file_claim(session, GUEST, order, wish)
            self.claim, self.claim_id = claim.public_id, claim.id
            return claim.public_id

    def answer(self, move: Move, settlement: Settlement | None = None) -> str:
        with transaction() as session:
            return services.answer_claim(
                session, self.seller, self.claim, move, "照片看不清", settlement
            ).state

    def reply(self, move: Move) -> str:
        with transaction() as session:
            order = order_queries.lock_order(session, self.order_id)
            return services.reply_to_answer(session, GUEST, order, self.claim, move, "请看照片").state

    def decide(self, clerk: Actor, move: Move, amount_fen: int = 30_00) -> str:
        with transaction() as session:
            settlement = Settlement(amount_fen, False)
            return services.decide_claim(session, clerk, self.claim, move, "照片清楚", settlement).state

    def refund_line(self, clerk: Actor, amount_fen: int) -> str:
        with transaction() as session:
            order = order_queries.lock_order(session, self.order_id)
            order_services.refund_line(
                session, clerk, order, self.line_id, amount_fen, "电话里谈妥", once=ids.public_id(20)
            )
            return "by hand"

    def state(self) -> State:
        with reading() as session:
            return State(session.get_one(Claim, self.claim_id).state)

    def refunded_fen(self) -> int:
        with reading() as session:
            return order_queries.refunded_lines(session, self.order_id).get(self.line_id, 0)

    def steps(self) -> list[str]:
        with reading() as session:
            found = select(ClaimStep.move).where(ClaimStep.claim_id == self.claim_id).order_by(ClaimStep.id)
            return list(session.scalars(found))


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(r if isinstance(r, str) else type(r).__name__ for r in results)


def test_one_form_sent_many_times_and_two_tabs_are_one_claim() -> None:
    case = Case()
    once, other = ids.public_id(20), ids.public_id(20)
    results = at_once([*[lambda: case.file(once)] * 6, *[lambda: case.file(other)] * 2])
    good = {result for result in results if isinstance(result, str)}
    assert len(good) == 1
    assert all(isinstance(result, str | ClaimOpen) for result in results)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 1


def test_two_operators_decide_at_once() -> None:
    def one_round() -> None:
        case = Case()
        case.file(ids.public_id(20))
        case.answer(Move.REFUSE)
        case.reply(Move.ESCALATE)
        first, second = case.clerks
        results = at_once(
            [
                lambda: case.decide(first, Move.GRANT),
                lambda: case.decide(second, Move.GRANT, 20_00),
                lambda: case.decide(second, Move.DISMISS),
                lambda: case.reply(Move.WITHDRAW),
            ]
        )
        assert kinds(results)[MovedOn.__name__] == 3
        amounts = {State.REFUNDED: (20_00, 30_00), State.DISMISSED: (0,), State.WITHDRAWN: (0,)}
        assert case.refunded_fen() in amounts[case.state()]

    for _ in range(3):
        one_round()


def test_a_refund_by_hand_and_a_claim_at_once_never_exceed_the_line() -> None:
    def one_round() -> None:
        case = Case()
        case.file(ids.public_id(20))
        results = at_once([lambda: case.answer(Move.AGREE), lambda: case.refund_line(case.clerks[0], 60_00)])
        assert case.refunded_fen() == 60_00
        assert kinds(results) in (
            Counter({State.REFUNDED.value: 1, LineRefundedBefore.__name__: 1}),
            Counter({State.AGREED.value: 1, "by hand": 1}),
        )

    for _ in range(3):
        one_round()


def test_the_clock_and_an_answer_at_once_are_one_step() -> None:
    def one_round() -> None:
        case = Case()
        case.file(ids.public_id(20))

        def late(call: Callable[[], Any]) -> Callable[[], Any]:
            def run() -> Any:
                with clock.at(clock.now() + timedelta(hours=49)):
                    return call()

            return run

        results = at_once(
            [
                late(run_out_clocks),
                late(run_out_clocks),
                late(lambda: case.answer(Move.AGREE)),
                late(run_out_clocks),
            ]
        )
        assert len(case.steps()) == 2
        if case.state() is State.REFUNDED:
            assert case.refunded_fen() == 60_00
            assert [r for r in results if isinstance(r, int)] == [0, 0, 0]
        else:
            assert case.state() is State.ESCALATED
            assert kinds(results)[MovedOn.__name__] == 1
            assert case.refunded_fen() == 0

    for _ in range(3):
        one_round()


def test_two_people_of_a_supplier_confirm_a_return_at_once() -> None:
    case = Case()
    case.file(ids.public_id(20), back=True)
    with transaction() as session:
        order = order_queries.lock_order(session, case.order_id)
        services.send_back(session, GUEST, order, case.claim, "SF", "SF1234567")

    def confirm() -> str:
        with transaction() as session:
            return services.confirm_return(session, case.seller, case.claim, Arrived(1)).state

    def objects() -> str:
        with transaction() as session:
            return services.object_to_return(session, case.seller, case.claim, "袋子是空的").state

    results = at_once([confirm, confirm, confirm, objects])
    assert kinds(results)[MovedOn.__name__] == 3
    with reading() as session:
        moves = session.scalars(
            select(StockMovement.change).where(StockMovement.once == f"claim:{case.claim}")
        ).all()
    assert moves == ([1] if case.state() is State.REFUNDED else [])
    assert case.refunded_fen() == (20_00 if case.state() is State.REFUNDED else 0)


def test_what_comes_back_while_its_batch_is_recalled_is_not_sold_again() -> None:
    case = Case()
    with transaction() as session:
        line = session.get_one(OrderLine, case.line_id)
        supplier_id = session.get_one(SupplierOrder, line.supplier_order_id).supplier_id
        code = make_batch(session, session.get_one(Product, line.product_id), packs=10)
    case.file(ids.public_id(20), back=True)
    with transaction() as session:
        order = order_queries.lock_order(session, case.order_id)
        services.send_back(session, GUEST, order, case.claim, "SF", "SF1234567")

    def confirm() -> str:
        with transaction() as session:
            return services.confirm_return(session, case.seller, case.claim, Arrived(1)).state

    with ThreadPoolExecutor(2) as pool:
        with transaction() as session:
            recalls.recall_batch(session, batch_seller(supplier_id), code, "水分超标")
            confirmed = pool.submit(confirm)
            pool.submit(until_somebody_waits).result()
        with pytest.raises(RecalledGoods):
            confirmed.result()
    with reading() as session:
        assert session.get_one(Stock, line.variant_id).on_hand == 0


def test_a_declined_refund_and_its_approval_at_once() -> None:
    case = Case(price_fen=300_00)
    case.file(ids.public_id(20))
    case.answer(Move.AGREE)
    with reading() as session:
        refund = session.get_one(Claim, case.claim_id).refund or ""

    def approve() -> str:
        with transaction() as session:
            return payments.approve_refund(session, case.clerks[0], refund).state

    def decline() -> str:
        with transaction() as session:
            return payments.decline_refund(session, case.clerks[1], refund, "再核实").state

    results = at_once([approve, decline, approve, decline])
    assert kinds(results)[WrongRefundState.__name__] == 3
    with reading() as session:
        state = session.scalars(select(Refund.state).where(Refund.public_id == refund)).one()
        assert queries.parts_with_open_claims(
            session, [session.get_one(Claim, case.claim_id).supplier_order_id]
        ) == ({session.get_one(Claim, case.claim_id).supplier_order_id} if state == "declined" else set())
    assert case.state() is (State.ESCALATED if state == "declined" else State.REFUNDED)
