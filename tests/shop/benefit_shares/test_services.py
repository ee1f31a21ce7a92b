"""From a delivery to the payout: what is kept for households, goes back with refunds and is released by payments."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.models import User
from accounts.values import Role
from core import clock, ids
from core import jobs as core_jobs
from core.db import transaction
from core.errors import NotFound
from core.mail import Mail
from core.permissions import GUEST, SYSTEM, Actor, Grant
from ledger import checks
from ledger import queries as ledger_queries
from payments import services as payment_services
from shop import books
from shop.benefit_links import queries as link_queries
from shop.benefit_links import services as links
from shop.benefit_links.errors import (
    AnsweredByHousehold,
    BadLink,
    BadPayment,
    LinkEnded,
    LinkWithdrawn,
    NotImpartial,
    PaymentAgreed,
    ReasonMissing,
    ShareTooLarge,
)
from shop.benefit_links.models import BenefitLink, BenefitPayment
from shop.benefit_links.values import Answer, LinkKind, NewPayment, ShareTerms
from shop.benefit_shares import queries
from shop.benefit_shares.models import BenefitShare
from shop.catalogue import services as catalogue
from shop.catalogue.errors import BadProduct
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import VariantEdit
from shop.fulfilment import services as fulfilment
from shop.orders import queries as order_queries
from shop.settlement import queries as settlement_queries
from shop.settlement import services as settlement
from shop.settlement.models import Payout, PayoutBatch
from shop.settlement.values import Period
from tests.factories.benefit_shares import make_share, pay, say
from tests.factories.orders import make_variant, place
from tests.factories.people import make_user
from tests.factories.settlement import (
    LONG_AGO,
    Seller,
    deliver,
    make_officer,
    make_seller,
    refund,
    variant_of,
)


def held(session: Session, link: BenefitLink) -> int:
    return ledger_queries.balance(session, books.benefit_due(link.public_id).code).settled


def owed(session: Session, seller: Seller) -> int:
    return settlement_queries.payable_balance(session, seller.organisation.public_id)


@pytest.fixture
def seller(session: Session) -> Seller:
    made = make_seller(session)
    session.commit()
    return made


@pytest.fixture
def finance(session: Session) -> Actor:
    actor = make_officer(session)[1]
    session.commit()
    return actor


@pytest.fixture
def admin(session: Session) -> Actor:
    actor = make_officer(session, Role.ADMIN)[1]
    session.commit()
    return actor


def test_a_received_line_keeps_the_agreed_share(session: Session, seller: Seller) -> None:
    link, _member = make_share(session, seller, 250)
    session.commit()
    deliver(seller, packs=3)
    assert held(session, link) == 15_00
    assert owed(session, seller) == 585_00
    row = session.scalars(select(BenefitShare)).one()
    assert (row.base_fen, row.kept_fen, row.released_fen, row.share_bps) == (600_00, 15_00, 0, 250)


def test_links_without_agreement_keep_nothing(session: Session, seller: Seller) -> None:
    silent, _member = make_share(session, seller, agreed=False)
    disputed, member = make_share(session, seller)
    links.answer_link(session, member, disputed.public_id, Answer.DISPUTED, "没有说过这个份额")
    withdrawn, _member = make_share(session, seller)
    links.withdraw_link(session, seller.actor, withdrawn.public_id, "录入有误，重新登记")
    session.commit()
    deliver(seller)
    assert session.scalar(select(func.count()).select_from(BenefitShare)) == 0
    assert [held(session, link) for link in (silent, disputed, withdrawn)] == [0, 0, 0]
    assert owed(session, seller) == 200_00


def test_only_sales_of_the_named_products_and_days_count(session: Session, seller: Seller) -> None:
    one, _m = make_share(session, seller, 300)
    everything, _m = make_share(session, seller, 200, everything=True)
    over, _m = make_share(session, seller, 100, days=0)
    session.commit()
    deliver(seller)
    deliver(seller, price_fen=150_00)
    with clock.at(clock.now() + timedelta(days=40)):
        deliver(seller)
    assert held(session, one) == 12_00
    assert held(session, everything) == 11_00
    assert held(session, over) == 2_00


def test_receipt_takes_as_many_statements_for_one_link_as_for_many(session: Session, seller: Seller) -> None:
    def statements(packs: int) -> int:
        variant_ids = [variant_of(session, seller, 100_00 + 50_00 * n).id for n in range(packs)]
        session.commit()
        placed = place(session, *((session.get_one(Variant, v), 1) for v in variant_ids))
        session.commit()
        from payments.sandbox import rehearsals

        assert placed.payment_intent is not None
        rehearsals.pay_intent(placed.payment_intent)
        with transaction() as step:
            order = order_queries.lock_order(step, placed.order_id)
            (part,) = order_queries.lock_parts(step, order.id)
            fulfilment.ship_part(step, seller.actor, part.public_id, "中国邮政", "1234567890")
            number, public_id = order.id, part.public_id
        seen: list[str] = []

        def count(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(Engine, "before_cursor_execute", count)
        try:
            with transaction() as step:
                fulfilment.confirm_receipt(step, GUEST, order_queries.lock_order(step, number), public_id)
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        return len([one for one in seen if "SAVEPOINT" not in one])

    make_share(session, seller, 200, everything=True)
    few = statements(1)
    for _ in range(6):
        make_share(session, seller, 200, everything=True)
    many = statements(5)
    assert session.scalar(select(func.count()).select_from(BenefitShare)) == 1 + 5 * 7
    assert many <= few, (few, many)


def test_partial_refunds_give_the_share_back_to_the_fen(
    session: Session, seller: Seller, finance: Actor
) -> None:
    first, _m = make_share(session, seller, 333)
    second, _m = make_share(session, seller, 77)
    session.commit()
    (part,) = deliver(seller)
    random, left = Random(3), 200_00
    assert (held(session, first), held(session, second)) == (6_66, 1_54)
    while left:
        amount = min(left, random.randint(1, 45_00))
        refund(part, amount, finance)
        left -= amount
        assert held(session, first) == left * 333 // 10_000
        assert held(session, second) == left * 77 // 10_000
        assert owed(session, seller) == left - held(session, first) - held(session, second)
    assert (held(session, first), held(session, second), owed(session, seller)) == (0, 0, 0)


def test_a_declined_refund_keeps_the_share_again(
    session: Session, seller: Seller, finance: Actor, admin: Actor
) -> None:
    link, _m = make_share(session, seller, 500, price_fen=900_00)
    session.commit()
    (part,) = deliver(seller, price_fen=900_00)
    waiting = refund(part, 600_00, finance)
    assert held(session, link) == 15_00
    with transaction() as step:
        payment_services.decline_refund(step, admin, waiting.public_id, "No")
    assert held(session, link) == 45_00
    assert owed(session, seller) == 855_00


def test_what_was_paid_to_the_household_is_not_taken_back(
    session: Session, seller: Seller, finance: Actor
) -> None:
    link, member = make_share(session, seller)
    session.commit()
    (part,) = deliver(seller)
    payment = pay(seller, link.public_id, 6_00)
    assert say(member, link.public_id, payment) == 6_00
    refund(part, 150_00, finance)
    assert held(session, link) == 0
    # 200.00 less 150.00: nothing is kept any more, and the 6.00 that the household has are the supplier's loss.
    assert owed(session, seller) == 50_00
    row = session.scalars(select(BenefitShare).execution_options(populate_existing=True)).one()
    assert (row.kept_fen, row.released_fen) == (6_00, 6_00)
    refund(part, 50_00, finance)
    assert owed(session, seller) == 0


def test_a_payment_releases_once_up_to_its_amount_when_the_household_agrees(
    session: Session, seller: Seller
) -> None:
    link, member = make_share(session, seller)
    session.commit()
    deliver(seller)
    deliver(seller)
    assert held(session, link) == 20_00
    payment = pay(seller, link.public_id, 12_00)
    assert (held(session, link), owed(session, seller)) == (20_00, 380_00)
    assert say(member, link.public_id, payment) == 12_00
    assert say(member, link.public_id, payment) == 12_00
    assert (held(session, link), owed(session, seller)) == (8_00, 392_00)
    more = pay(seller, link.public_id, 500_00)
    assert say(member, link.public_id, more) == 8_00
    assert (held(session, link), owed(session, seller)) == (0, 400_00)
    with pytest.raises(PaymentAgreed):
        say(member, link.public_id, more, Answer.DISPUTED, "其实没有收到")


def test_a_disputed_payment_releases_nothing_until_the_money_came(session: Session, seller: Seller) -> None:
    link, member = make_share(session, seller)
    session.commit()
    deliver(seller)
    payment = pay(seller, link.public_id, 10_00)
    with pytest.raises(ReasonMissing):
        say(member, link.public_id, payment, Answer.DISPUTED)
    assert say(member, link.public_id, payment, Answer.DISPUTED, "一分钱也没收到") == 0
    assert held(session, link) == 10_00
    assert say(member, link.public_id, payment) == 10_00
    assert held(session, link) == 0


def test_a_household_is_asked_by_mail_whether_the_money_came(session: Session, seller: Seller) -> None:
    link, member = make_share(session, seller)
    silent, _m = make_share(session, seller)
    session.execute(
        update(User).where(User.household_id == silent.household_id).values(email=None, phone="13900139000")
    )
    reader = session.scalars(select(User).where(User.id == member.user_id)).one()
    reader.locale = "en"
    session.commit()
    pay(seller, link.public_id, 4_00)
    pay(seller, silent.public_id, 4_00)
    answered = pay(seller, link.public_id, 5_00)
    say(member, link.public_id, answered)
    core_jobs.run_due()
    mails = session.scalars(select(Mail).where(Mail.key.like("benefit-payment:%"))).all()
    assert [(mail.recipient, "¥4.00" in mail.subject) for mail in mails] == [(reader.email, True)]
    assert "/benefit-links/my" in mails[0].text
    assert seller.organisation.name_zh in mails[0].text or seller.organisation.name_en in mails[0].text


def test_a_payment_by_a_link_with_a_share_needs_a_receipt(session: Session, seller: Seller) -> None:
    link, _m = make_share(session, seller)
    bare = NewPayment(1_00, clock.today(), ids.public_id(20))
    with pytest.raises(BadPayment, match="evidence"):
        links.record_link_payment(session, seller.actor, link.public_id, bare)


def test_a_link_that_was_taken_back_is_paid_while_something_is_due(session: Session, seller: Seller) -> None:
    link, member = make_share(session, seller)
    session.commit()
    deliver(seller)
    with transaction() as step:
        links.withdraw_link(step, seller.actor, link.public_id, "合作结束了，不再分红")
    deliver(seller)
    assert held(session, link) == 10_00
    payment = pay(seller, link.public_id, 10_00)
    session.expire_all()
    (row,) = link_queries.links_of_household(session, link.household_id)
    assert (row.withdrawn, row.due_fen, [one.id for one in row.payments]) == (True, 10_00, [payment])
    assert say(member, link.public_id, payment) == 10_00
    assert link_queries.links_of_household(session, link.household_id) == []
    with pytest.raises(LinkWithdrawn):
        pay(seller, link.public_id, 1_00)


def test_who_answers_a_payment(session: Session, seller: Seller) -> None:
    link, member = make_share(session, seller)
    other, stranger = make_share(session, seller)
    product = session.get_one(Product, link.product_id)
    from registry.models import Region

    village = session.get_one(Region, product.village_id)
    cadre_user = make_user(session, Role.CADRE, region=village)
    cadre = Actor(cadre_user.id, cadre_user.name, (Grant(Role.CADRE, None, village.id, village.path),))
    partial = Actor(
        cadre_user.id,
        cadre_user.name,
        (*cadre.grants, Grant(Role.SUPPLIER, seller.organisation.id)),
    )
    session.commit()
    deliver(seller)
    payment = pay(seller, link.public_id, 4_00)
    for actor in (stranger, seller.actor, GUEST, SYSTEM):
        with pytest.raises(NotFound):
            say(actor, link.public_id, payment)
    with pytest.raises(NotFound):
        say(stranger, other.public_id, payment)
    with pytest.raises(NotFound):
        say(member, link.public_id, payment + 999)
    with pytest.raises(NotImpartial):
        say(partial, link.public_id, payment, reason="电话里问过了")
    with pytest.raises(ReasonMissing):
        say(cadre, link.public_id, payment)
    say(member, link.public_id, payment, Answer.DISPUTED, "还没有收到")
    with pytest.raises(AnsweredByHousehold):
        say(cadre, link.public_id, payment, reason="电话里问过了")
    second = pay(seller, link.public_id, 3_00)
    assert say(cadre, link.public_id, second, reason="上门问过，户主说已收到") == 3_00


def test_a_changed_share_is_asked_anew_and_what_was_kept_stays(session: Session, seller: Seller) -> None:
    link, member = make_share(session, seller)
    slug = session.get_one(Product, link.product_id).slug
    session.commit()
    deliver(seller)
    share = ShareTerms(200, product_slugs=frozenset({slug}))
    with transaction() as step:
        links.change_share(step, seller.actor, link.public_id, share)
    session.expire_all()
    assert (link.answer, link.share_bps, link.answered_at) == ("none", 200, None)
    deliver(seller)
    assert held(session, link) == 10_00
    with transaction() as step:
        links.answer_link(step, member, link.public_id, Answer.AGREED)
        links.change_share(step, seller.actor, link.public_id, share)
    deliver(seller)
    assert held(session, link) == 14_00
    with transaction() as step:
        links.change_share(step, seller.actor, link.public_id, None)
    deliver(seller)
    assert held(session, link) == 14_00


def test_a_dispute_is_not_wiped_out_by_another_share(session: Session, seller: Seller) -> None:
    link, member = make_share(session, seller)
    links.answer_link(session, member, link.public_id, Answer.DISPUTED, "说好的是百分之八")
    links.change_share(session, seller.actor, link.public_id, ShareTerms(800, everything=True))
    assert (link.answer, link.reason) == ("disputed", "说好的是百分之八")
    with pytest.raises(NotFound):
        links.change_share(session, member, link.public_id, None)
    link.valid_until = clock.today() - timedelta(days=1)
    session.flush()
    with pytest.raises(LinkEnded):
        links.change_share(session, seller.actor, link.public_id, None)


def test_all_shares_of_a_product_fit_into_the_growers_part(session: Session, seller: Seller) -> None:
    make_share(session, seller, 3_000)
    link, _m = make_share(session, seller, 2_000, everything=True, agreed=False)
    with pytest.raises(ShareTooLarge) as refused, session.begin_nested():
        make_share(session, seller, 1_001)
    assert (refused.value.room_bps, refused.value.left_bps) == (6_000, 1_000)
    make_share(session, seller, 1_000)
    links.withdraw_link(session, seller.actor, link.public_id, "录入有误，重新登记")
    make_share(session, seller, 2_000)


@pytest.mark.parametrize("kind", [LinkKind.WAGE, LinkKind.RENT])
def test_wages_and_rent_have_no_share(session: Session, seller: Seller, kind: LinkKind) -> None:
    with pytest.raises(BadLink, match="share"):
        make_share(session, seller, kind=kind)
    with pytest.raises(IntegrityError), session.begin_nested():
        link, _m = make_share(session, seller)
        session.execute(
            text("UPDATE shop_benefit_links SET kind = :kind WHERE id = :id"), {"kind": kind, "id": link.id}
        )


def test_a_share_is_of_own_products_only(session: Session, seller: Seller) -> None:
    link, _m = make_share(session, seller)
    foreign = session.get_one(Product, make_variant(session).product_id).slug
    for slugs in (frozenset({foreign}), frozenset[str](), frozenset({"no-such"})):
        with pytest.raises(BadLink, match="share_products"), session.begin_nested():
            links.change_share(session, seller.actor, link.public_id, ShareTerms(100, product_slugs=slugs))


def test_a_price_must_bear_what_households_were_promised(session: Session, seller: Seller) -> None:
    link, _m = make_share(session, seller, 5_000)
    variant = variant_of(session, seller, 200_00)

    def edit(producer: int) -> None:
        catalogue.edit_variant(
            session,
            seller.actor,
            variant.id,
            VariantEdit(
                label_zh=variant.label_zh,
                label_en=variant.label_en,
                net_grams=variant.net_grams,
                pieces=None,
                price_fen=200_00,
                producer_fen=producer,
                logistics_fen=20_00,
                other_fen=180_00 - producer,
                pack_multiple=1,
                sku=variant.sku,
                ladder=(),
            ),
            version=variant.version,
        )

    with pytest.raises(BadProduct) as refused:
        edit(99_00)
    assert [(one.field, one.problem, one.off_fen) for one in refused.value.faults] == [
        ("producer", "household shares", 1_00)
    ]
    edit(100_00)
    links.withdraw_link(session, seller.actor, link.public_id, "录入有误，重新登记")
    edit(1_00)


def test_a_closed_pack_is_not_reopened_when_shares_agreed_meanwhile_are_too_large_for_it(
    session: Session, seller: Seller
) -> None:
    variant = variant_of(session, seller, 200_00)
    catalogue.close_variant(session, seller.actor, variant.id, version=variant.version)
    # Nothing of the product is sold, so any share is borne.
    link, _m = make_share(session, seller, 7_000)
    with pytest.raises(BadProduct) as refused:
        catalogue.reopen_variant(session, seller.actor, variant.id, version=variant.version)
    assert [(one.problem, one.off_fen) for one in refused.value.faults] == [
        ("household shares, closed", 20_00)
    ]
    links.change_share(session, seller.actor, link.public_id, ShareTerms(6_000, everything=True))
    catalogue.reopen_variant(session, seller.actor, variant.id, version=variant.version)
    assert variant.closed_at is None


def test_a_line_sold_when_the_growers_had_less_stops_at_their_part(session: Session, seller: Seller) -> None:
    first, _m = make_share(session, seller, 4_000)
    second, _m = make_share(session, seller, 2_000)
    variant = variant_of(session, seller, 200_00)
    # A price from before the links: as a frozen line of an order that was placed then.
    session.execute(
        text(
            "UPDATE shop_variants SET producer_fen = 60, logistics_fen = 0, other_fen = 19940 WHERE id = :id"
        ),
        {"id": variant.id},
    )
    session.commit()
    deliver(seller)
    assert (held(session, first), held(session, second)) == (40, 20)


def test_from_a_link_to_the_payout(session: Session, seller: Seller, finance: Actor, admin: Actor) -> None:
    link, member = make_share(session, seller)
    session.commit()
    deliver(seller, packs=2)

    def propose() -> tuple[int, str]:
        with transaction() as step:
            batch = settlement.propose_batch(
                step, finance, [seller.organisation.public_id], once=ids.public_id(20)
            )
            return batch.amount_fen, batch.public_id

    amount, batch = propose()
    assert amount == 380_00
    payment = pay(seller, link.public_id, 15_00)
    say(member, link.public_id, payment)
    # What was released meanwhile does not hold the batch up; it comes with the next one.
    with transaction() as step:
        settlement.approve_batch(step, admin, batch)
    with transaction() as step:
        payout = step.scalars(select(Payout.public_id)).one()
        settlement.note_paid(step, finance, payout, "ICBC 1", clock.today())
    today = clock.today()
    received = (clock.now() - LONG_AGO).astimezone(clock.CHINA).date()
    period = Period(received, today)
    sums = settlement_queries.sum_up(session, seller.organisation.id, period)
    assert (sums.kept_fen, sums.released_fen, sums.net_fen) == (20_00, 15_00, 395_00)
    (part,) = settlement_queries.statement(session, seller.organisation.id, period, limit=9)
    assert sum(line.net_fen for line in part.lines) == part.money.net_fen == sums.net_fen
    assert part.money.open_fen == 15_00
    (benefit,) = settlement_queries.benefits_of(session, seller.organisation.id, period)
    assert (benefit.kept_fen, benefit.released_fen, benefit.due_fen) == (20_00, 15_00, 5_00)
    amount, second = propose()
    assert amount == 15_00
    told = {}
    for batch_id, public_id in session.execute(
        select(PayoutBatch.public_id, Payout.public_id).join(Payout, Payout.batch_id == PayoutBatch.id)
    ):
        (item,) = settlement_queries.get_payout(session, public_id)[1]
        told[batch_id] = (item.amount_fen, item.paid_before)
    assert told == {batch: (380_00, False), second: (15_00, True)}
    owed_now, _days = settlement_queries.owed(session, seller.organisation.id, today)
    assert owed_now.shares_fen == held(session, link) == 5_00
    ((row,), total) = queries.list_suppliers_due(session, limit=9, offset=0)
    assert (total, row.due_fen, row.kept_fen, row.ended_fen, row.payments_waiting) == (1, 5_00, 20_00, 0, 0)
    _supplier, (one,), links_total, due = queries.list_links_due(
        session, seller.organisation.public_id, limit=9, offset=0
    )
    assert (one.due_fen, links_total, due.due_fen) == (5_00, 1, 5_00)
    entries = queries.entries_of(session, link.public_id)
    assert [entry.amount_fen for entry in entries] == [-15_00, 20_00]


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        ("UPDATE shop_benefit_shares SET kept_fen = kept_fen - 1", "S23-shares-are-their-entries"),
        ("UPDATE shop_benefit_shares SET released_fen = 1", "S23-shares-are-their-entries"),
        ("UPDATE shop_benefit_shares SET share_bps = 499", "S24-shares-fit-their-lines"),
        ("UPDATE shop_benefit_shares SET back_fen = 1", "S24-shares-fit-their-lines"),
        ("UPDATE shop_benefit_shares SET kept_fen = kept_fen - 1", "S30-payables-are-what-is-owed"),
    ],
)
def test_the_checks_notice_what_does_not_agree(
    session: Session, seller: Seller, damage: str, name: str
) -> None:
    make_share(session, seller)
    session.commit()
    deliver(seller)
    assert not [found for found in checks.run(session) if found.wrong]
    with session.begin_nested() as point:
        session.execute(text(damage))
        assert name in {found.name for found in checks.run(session) if found.wrong}
        point.rollback()


def test_the_public_books_do_not_say_which_household(session: Session, seller: Seller) -> None:
    from oversight.open_books import queries as open_books

    link, _m = make_share(session, seller)
    session.commit()
    deliver(seller)
    rows = open_books.read_movements(session, None)
    kept = next(row for row in rows if row.kind == "benefit_share_kept")
    assert kept.credit.code == "benefits:due"
    assert link.public_id not in repr(rows)
    assert session.scalar(select(func.count()).select_from(BenefitPayment)) == 0
