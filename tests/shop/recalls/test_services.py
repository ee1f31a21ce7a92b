"""Recalling a batch: what leaves the stock, whose goods those were, and who is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock, ids, jobs
from core.audit import AuditEntry
from core.errors import NotFound
from core.mail import Mail
from core.permissions import GUEST, SYSTEM
from payments.sandbox import rehearsals
from shop.after_sales import services as claims
from shop.after_sales.errors import PeriodOver, RecalledGoods
from shop.after_sales.values import Arrived
from shop.after_sales.values import State as ClaimState
from shop.catalogue.models import Product, Variant
from shop.orders import queries as order_queries
from shop.orders import services as order_services
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import State
from shop.recalls import queries, services
from shop.recalls.models import Recall, RecalledLine
from shop.recalls.values import Touch
from shop.stock import queries as stock_queries
from shop.stock import services as stock
from shop.stock.models import Stock, StockMovement
from shop.tracing import services as tracing
from shop.tracing.errors import BadBatch, BatchClosed
from shop.tracing.values import Closing
from tests.factories.after_sales import file_claim, line_of, new_return, received_order
from tests.factories.after_sales import seller_of as claim_seller_of
from tests.factories.live import edition_of, make_live
from tests.factories.orders import make_variant, place
from tests.factories.tracing import days, make_batch, seller_of

REASON = "抽检发现水分超标"


def product_of(session: Session, variant: Variant) -> Product:
    return session.get_one(Product, variant.product_id)


def batch_of(session: Session, variant: Variant, **changes: object) -> str:
    return make_batch(session, product_of(session, variant), **changes)


def recall(session: Session, variant: Variant, code: str) -> Recall:
    actor = seller_of(product_of(session, variant).supplier_id)
    done = services.recall_batch(session, actor, code, REASON)
    return session.scalars(select(Recall).where(Recall.public_id == done.public_id)).one()


def on_hand(session: Session, variant: Variant) -> int:
    return session.scalars(select(Stock.on_hand).where(Stock.variant_id == variant.id)).one()


def touched(session: Session, found: Recall) -> dict[int, str]:
    rows = session.execute(
        select(RecalledLine.order_id, RecalledLine.touch).where(RecalledLine.recall_id == found.id)
    )
    return {row[0]: row[1] for row in rows}


def paid_order(session: Session, variant: Variant, packs: int) -> int:
    placed = place(session, (variant, packs))
    session.commit()
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    return placed.order_id


def state_of(session: Session, order_id: int) -> str:
    return session.scalars(select(Order.state).where(Order.id == order_id)).one()


def mails(session: Session, start: str = "recall:") -> list[Mail]:
    return list(session.scalars(select(Mail).where(Mail.key.startswith(start)).order_by(Mail.id)))


def test_a_recalled_batch_leaves_the_stock_and_other_packs_stay(session: Session) -> None:
    variant = make_variant(session, stock=30)
    code = batch_of(session, variant, packs=20, into_stock=True)
    assert on_hand(session, variant) == 50
    found = recall(session, variant, code)
    assert (found.packs_taken, on_hand(session, variant)) == (20, 30)
    move = session.scalars(select(StockMovement).order_by(StockMovement.id.desc())).first()
    assert move is not None
    assert (move.change, move.variant_id) == (-20, variant.id)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "batch recalled")).one()
    assert (entry.subject_id, entry.reason, entry.after) == (
        code,
        REASON,
        {"packs_taken": 20, "unpaid_orders": 0},
    )


def test_no_more_leaves_the_stock_than_is_there(session: Session) -> None:
    variant = make_variant(session, stock=7)
    found = recall(session, variant, batch_of(session, variant, packs=100))
    assert (found.packs_taken, on_hand(session, variant)) == (7, 0)
    empty = make_variant(session, stock=0)
    assert recall(session, empty, batch_of(session, empty)).packs_taken == 0


def test_the_largest_number_that_was_ever_said_of_a_batch_leaves(session: Session) -> None:
    variant = make_variant(session, stock=500)
    actor = seller_of(product_of(session, variant).supplier_id)
    code = batch_of(session, variant, packs=200)
    file = tracing.queries.get_own_batch(session, actor, code)
    step = file.steps[0]
    facts = tracing.BatchFacts(step.made_on - timedelta(days=2), 90)
    tracing.correct_batch(session, actor, code, 1, facts, "数错了")
    found = recall(session, variant, code)
    assert (found.packs_taken, found.since) == (200, step.made_on - timedelta(days=2))


def test_recalling_twice_recalls_once(session: Session) -> None:
    variant = make_variant(session, stock=50)
    code = batch_of(session, variant, packs=10)
    first = recall(session, variant, code)
    actor = seller_of(product_of(session, variant).supplier_id)
    again = services.recall_batch(session, actor, code, "another reason")
    assert (again.public_id, again.replayed) == (first.public_id, True)
    assert on_hand(session, variant) == 40
    assert session.scalar(select(func.count()).select_from(Recall)) == 1
    file = tracing.queries.get_own_batch(session, actor, code)
    assert file.row.closing_reason == REASON


def test_what_is_left_stays_with_the_oldest_unpaid_orders(session: Session) -> None:
    variant = make_variant(session, stock=20)
    first, second = place(session, (variant, 6)), place(session, (variant, 8))
    small = place(session, (variant, 3))
    found = recall(session, variant, batch_of(session, variant, packs=10))
    assert on_hand(session, variant) == 10
    assert touched(session, found) == {second.order_id: Touch.LET_GO}
    assert stock_queries.available(session, [variant.id]) == {variant.id: 1}
    assert stock.take_held_stock(session, SYSTEM, first.order_id) == []
    assert stock.take_held_stock(session, SYSTEM, small.order_id) == []
    short = stock.take_held_stock(session, SYSTEM, second.order_id)
    assert [(s.wanted, s.available) for s in short] == [(8, 1)]


def test_an_unpaid_order_without_goods_is_cancelled_and_told(session: Session) -> None:
    variant = make_variant(session, stock=4)
    other = make_variant(session, stock=9)
    placed = place(session, (variant, 3), (other, 2), email="late@example.org", locale="en")
    found = recall(session, variant, batch_of(session, variant, packs=5))
    session.commit()
    jobs.run_due()
    session.expire_all()
    assert state_of(session, placed.order_id) == State.CANCELLED
    assert stock_queries.available(session, [variant.id, other.id]) == {variant.id: 0, other.id: 9}
    (mail,) = [mail for mail in mails(session) if mail.recipient == "late@example.org"]
    assert mail.subject.startswith("Cancelled: order")
    assert "Nothing was charged." in mail.text
    session.execute(text("UPDATE core_jobs SET done_at = NULL, leased_until = NULL"))
    session.commit()
    jobs.run_due()
    assert len(mails(session, f"recall:{found.public_id}:")) == 1


def test_a_payment_that_came_first_is_never_lost(session: Session) -> None:
    variant = make_variant(session, stock=4)
    placed = place(session, (variant, 3))
    recall(session, variant, batch_of(session, variant, packs=5))
    session.commit()
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    jobs.run_due()
    session.expire_all()
    assert state_of(session, placed.order_id) == State.NEEDS_REVIEW
    assert on_hand(session, variant) == 0
    assert mails(session) == []


def test_everybody_who_got_or_will_get_it_is_told_once(session: Session) -> None:
    variant = make_variant(session, stock=60)
    supplier = product_of(session, variant).supplier_id
    code = batch_of(session, variant, packs=20, number="QL-7")
    got = received_order(session, (variant, 3))
    will = paid_order(session, variant, 2)
    found = recall(session, variant, code)
    assert touched(session, found) == {got.id: Touch.MAY_HOLD, will: Touch.MAY_HOLD}
    session.commit()
    jobs.run_due()
    told = {mail.key.rsplit(":", 1)[-1]: mail for mail in mails(session)}
    assert "请勿食用" in told[got.number].subject
    assert "QL-7" in told[got.number].text
    assert "30 天内" in told[got.number].text
    waiting = session.scalars(select(Order.number).where(Order.id == will)).one()
    assert "尚未发货" in told[waiting].text
    desks = [mail for mail in mails(session) if ":supplier:" in mail.key or ":operator:" in mail.key]
    assert [mail.key.split(":")[2] for mail in desks][:1] == ["supplier"]
    assert any("/supplier/batches/" in mail.text for mail in desks)
    before = len(mails(session))
    session.execute(text("UPDATE core_jobs SET done_at = NULL, leased_until = NULL"))
    session.commit()
    jobs.run_due()
    assert len(mails(session)) == before
    row = queries.get_recall(session, found.public_id)
    assert (row.orders, row.to_send, row.let_go, row.supplier_id) == (2, 1, 0, supplier)
    rows, total = queries.who_got_it(session, found.public_id, limit=10)
    assert total == 2
    assert [(one.order_number, one.quantity, one.told) for one in rows] == [
        (waiting, 2, True),
        (got.number, 3, True),
    ]


def test_what_was_sent_before_the_batch_was_made_is_not_of_it(session: Session) -> None:
    variant = make_variant(session, stock=60)
    before = received_order(session, (variant, 3))
    session.execute(
        text("UPDATE shop_supplier_orders SET shipped_at = :at WHERE order_id = :id"),
        {"at": clock.now() - timedelta(days=11), "id": before.id},
    )
    other = make_variant(session, stock=5)
    received_order(session, (other, 1))
    unpaid = place(session, (variant, 1))
    found = recall(session, variant, batch_of(session, variant, packs=5))
    assert touched(session, found) == {}
    assert state_of(session, unpaid.order_id) == State.PLACED


def test_many_orders_are_told_in_steps(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    from shop.recalls import emails

    monkeypatch.setattr(emails, "AT_ONCE", 2)
    variant = make_variant(session, stock=60)
    code = batch_of(session, variant)
    orders = [paid_order(session, variant, 1) for _ in range(5)]
    found = recall(session, variant, code)
    session.commit()
    for _ in range(4):
        jobs.run_due()
    numbers = session.scalars(select(Order.number).where(Order.id.in_(orders))).all()
    keys = {mail.key for mail in mails(session)}
    assert {queries.mail_key(found.public_id, number) for number in numbers} <= keys


def test_what_was_sold_out_can_be_recalled_and_a_mistake_cannot(session: Session) -> None:
    variant = make_variant(session, stock=5)
    actor = seller_of(product_of(session, variant).supplier_id)
    sold, mistaken = batch_of(session, variant), batch_of(session, variant)
    tracing.close_batch(session, actor, sold, Closing.SOLD_OUT, "卖完了")
    tracing.close_batch(session, actor, mistaken, Closing.MISTAKE, "录错")
    assert recall(session, variant, sold).packs_taken == 5
    with pytest.raises(BatchClosed):
        services.recall_batch(session, actor, mistaken, REASON)
    with pytest.raises(BadBatch):
        services.recall_batch(session, actor, batch_of(session, variant), "  ")
    with pytest.raises(ValueError, match=r"shop\.recalls"):
        tracing.close_batch(session, actor, batch_of(session, variant), Closing.RECALLED, "why")


def test_nobody_recalls_the_batch_of_another(session: Session) -> None:
    variant, other = make_variant(session, stock=5), make_variant(session)
    code = batch_of(session, variant)
    stranger = seller_of(product_of(session, other).supplier_id)
    with pytest.raises(NotFound):
        services.recall_batch(session, stranger, code, REASON)
    with pytest.raises(NotFound):
        queries.preview(session, stranger, code)
    assert queries.find_own_recall(session, stranger, code) is None
    with pytest.raises(NotFound):
        services.recall_batch(session, GUEST, code, REASON)
    assert on_hand(session, variant) == 5


def test_a_preview_says_what_then_happens(session: Session) -> None:
    variant = make_variant(session, stock=60)
    code = batch_of(session, variant, packs=20)
    received_order(session, (variant, 3))
    paid_order(session, variant, 2)
    actor = seller_of(product_of(session, variant).supplier_id)
    seen = queries.preview(session, actor, code)
    assert (seen.on_hand, seen.packs_taken, seen.orders, seen.to_send) == (55, 20, 2, 1)
    assert seen.since == days(-10)
    assert recall(session, variant, code).packs_taken == 20


def test_a_recalled_part_that_is_called_off_does_not_come_back(session: Session) -> None:
    variant = make_variant(session, stock=60)
    other = make_variant(session, stock=10)
    code = batch_of(session, variant, packs=20)
    placed = place(session, (variant, 4), (other, 2))
    session.commit()
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    recall(session, variant, code)
    assert on_hand(session, variant) == 36
    order = order_queries.lock_order(session, placed.order_id)
    order_services.call_off(session, GUEST, order, "The buyer called it off before it was sent.")
    assert (on_hand(session, variant), on_hand(session, other)) == (36, 10)


def test_after_a_recall_there_is_time_again_to_claim(session: Session) -> None:
    variant = make_variant(session, stock=60)
    order = received_order(session, (variant, 3))
    other = received_order(session, (make_variant(session), 1))
    with clock.at(clock.now() + timedelta(days=60)):
        with pytest.raises(PeriodOver):
            file_claim(session, order)
        code = batch_of(session, variant, packs=9, made_on=clock.today() - timedelta(days=70))
        recall(session, variant, code)
        assert queries.last_recall_of_lines(session, order.id).keys() == {line_of(session, order).id}
        assert file_claim(session, order).order_id == order.id
        with pytest.raises(PeriodOver):
            file_claim(session, other)
    late = received_order(session, (variant, 1))
    assert queries.recalls_of_order(session, late.id) == []


def test_the_list_of_a_recall_is_never_rewritten(session: Session) -> None:
    variant = make_variant(session, stock=60)
    code = batch_of(session, variant)
    paid_order(session, variant, 1)
    recall(session, variant, code)
    for statement in ("UPDATE shop_recalled_lines SET quantity = 9", "DELETE FROM shop_recalled_lines"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(statement))


def test_somebody_of_the_operator_looks_at_it_once(session: Session) -> None:
    variant = make_variant(session, stock=6)
    found = recall(session, variant, batch_of(session, variant))
    assert queries.count_unseen(session) == 1
    services.mark_seen(session, SYSTEM, found.public_id)
    seen = queries.get_recall(session, found.public_id).seen_at
    services.mark_seen(session, GUEST, found.public_id)
    row = queries.get_recall(session, found.public_id)
    assert (queries.count_unseen(session), row.seen_at) == (0, seen)
    with pytest.raises(NotFound):
        services.mark_seen(session, SYSTEM, ids.public_id())


def test_parts_are_asked_as_they_stand(session: Session) -> None:
    variant = make_variant(session, stock=60)
    code = batch_of(session, variant)
    order_id = paid_order(session, variant, 1)
    found = recall(session, variant, code)
    assert queries.get_recall(session, found.public_id).to_send == 1
    part = session.scalars(select(SupplierOrder).where(SupplierOrder.order_id == order_id)).one()
    order = order_queries.lock_order(session, order_id)
    order_services.call_off(session, GUEST, order, "The buyer called it off before it was sent.")
    assert part.state == "cancelled"
    assert queries.get_recall(session, found.public_id).to_send == 0


def test_what_comes_back_of_a_recalled_batch_is_not_sold_again(session: Session) -> None:
    variant = make_variant(session, price_fen=20_00, stock=10)
    order = received_order(session, (variant, 3))
    claim = claims.file_claim(session, GUEST, order, new_return(line_of(session, order), quantity=2))
    claims.send_back(
        session, GUEST, order_queries.lock_order(session, order.id), claim.public_id, "SF", "SF1"
    )
    code = batch_of(session, variant)
    recall(session, variant, code)
    seller = claim_seller_of(session, claim)
    before = on_hand(session, variant)
    with pytest.raises(RecalledGoods), session.begin_nested():
        claims.confirm_return(session, seller, claim.public_id, Arrived(1))
    claims.confirm_return(session, seller, claim.public_id, Arrived(0))
    assert (claim.state, on_hand(session, variant)) == (ClaimState.REFUNDED, before)


def test_a_recall_reaches_what_live_sessions_have_and_sold_of_the_batch(session: Session) -> None:
    variant = make_variant(session, stock=50)
    code = batch_of(session, variant, packs=45)
    live = make_live(session, variant, 30, opened=True)
    edition = edition_of(session, live)
    sold = paid_order(session, edition, 4)
    unpaid = place(session, (edition, 20))
    seller = seller_of(product_of(session, variant).supplier_id)
    preview = queries.preview(session, seller, code)
    assert (preview.on_hand, preview.packs_taken, preview.orders, preview.to_send) == (46, 45, 1, 1)
    recalled = recall(session, variant, code)
    # Twenty out of the shop, the rest out of the session: too little is left there for the unpaid order.
    assert (recalled.packs_taken, on_hand(session, variant), on_hand(session, edition)) == (45, 0, 1)
    touched = session.execute(
        select(RecalledLine.order_id, RecalledLine.touch).order_by(RecalledLine.order_id)
    )
    assert [tuple(row) for row in touched] == [
        (sold, Touch.MAY_HOLD.value),
        (unpaid.order_id, Touch.LET_GO.value),
    ]
