"""Paying suppliers out: proposed, approved by another person, paid or failed; and everything that keeps money back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids, jobs
from core.audit import AuditEntry
from core.db import transaction
from core.errors import Forbidden, NotFound
from core.mail import Mail
from core.permissions import GUEST, SYSTEM, Actor
from ledger import checks
from ledger import queries as ledger_queries
from ledger import services as ledger_services
from ledger.values import Fact, Leg
from payments import books as payment_books
from payments import services as payment_services
from payments.errors import BankTooLow
from payments.sandbox import rehearsals
from shop import books
from shop.fulfilment import services as fulfilment
from shop.fulfilment.values import Acceptance
from shop.orders import queries as order_queries
from shop.orders import services as orders
from shop.orders.errors import SupplierPaidOut
from shop.orders.models import OrderLine, SupplierOrder
from shop.settlement import queries, services
from shop.settlement.errors import (
    AccountChanged,
    AccountDecided,
    BatchOutdated,
    DisputeEnded,
    FormSentBefore,
    NotDisputable,
    NothingDue,
    PaidOnWrongDay,
    PeriodInThePast,
    ReferenceTaken,
    SecondPersonNeeded,
    WrongBatchState,
    WrongPayoutState,
)
from shop.settlement.models import Payout, PayoutBatch, PayoutItem, SupplierAccount
from shop.settlement.values import BatchState, NewAccount, PayoutState, Period
from tests.factories.money import fill_bank
from tests.factories.orders import make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user
from tests.factories.settlement import NUMBER, Seller, deliver, enter, make_officer, make_seller, refund


def owed(session: Session, seller: Seller) -> int:
    return queries.payable_balance(session, seller.organisation.public_id)


def due(session: Session) -> int:
    return ledger_queries.balance(session, books.payouts_due().code).settled


def propose(actor: Actor, *sellers: Seller, once: str = "") -> str:
    with transaction() as session:
        return services.propose_batch(
            session,
            actor,
            [seller.organisation.public_id for seller in sellers],
            once=once or ids.public_id(20),
        ).public_id


def approve(actor: Actor, batch: str) -> None:
    with transaction() as session:
        services.approve_batch(session, actor, batch)


def payouts(session: Session, batch: str) -> list[Payout]:
    return list(
        session.scalars(
            select(Payout)
            .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
            .where(PayoutBatch.public_id == batch)
            .order_by(Payout.id)
            .execution_options(populate_existing=True)
        )
    )


def batch_of(session: Session, public_id: str) -> PayoutBatch:
    return session.scalars(
        select(PayoutBatch)
        .where(PayoutBatch.public_id == public_id)
        .execution_options(populate_existing=True)
    ).one()


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


@pytest.fixture
def seller(session: Session) -> Seller:
    made = make_seller(session)
    session.commit()
    return made


def test_what_is_due_is_paid_out_in_full(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    deliver(seller, packs=2)
    assert owed(session, seller) == 400_00
    batch = propose(finance, seller)
    assert owed(session, seller) == 400_00
    approve(admin, batch)
    assert (owed(session, seller), due(session)) == (0, 400_00)
    (payout,) = payouts(session, batch)
    bank = ledger_queries.balance(session, payment_books.bank("operator").code).settled
    with transaction() as step:
        services.note_paid(step, finance, payout.public_id, "ICBC 1", clock.today())
    assert due(session) == 0
    assert ledger_queries.balance(session, payment_books.bank("operator").code).settled == bank - 400_00
    assert batch_of(session, batch).state == BatchState.CLOSED
    with pytest.raises(NothingDue):
        propose(finance, seller)


def test_everybody_of_the_supplier_gets_one_mail_in_their_language(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    other = make_user(session, Role.SUPPLIER, organisation=seller.organisation)
    other.locale = "en"
    session.commit()
    deliver(seller)
    batch = propose(finance, seller)
    approve(admin, batch)
    (payout,) = payouts(session, batch)
    for _ in range(2):
        with transaction() as step:
            services.note_paid(step, finance, payout.public_id, "ICBC 1", clock.today())
    jobs.run_due()
    mails = session.scalars(select(Mail).where(Mail.key.like("payout-paid:%")).order_by(Mail.locale)).all()
    assert [(mail.recipient, mail.locale) for mail in mails] == [
        (other.email, "en"),
        (seller.user.email, "zh_Hans_CN"),
    ]
    assert "¥200.00 paid out to you" in mails[0].subject
    assert "0128" in mails[0].text
    assert NUMBER not in mails[0].text


def test_who_proposed_cannot_approve(session: Session, finance: Actor, admin: Actor, seller: Seller) -> None:
    deliver(seller)
    batch = propose(finance, seller)
    with pytest.raises(SecondPersonNeeded):
        approve(finance, batch)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            text(
                "UPDATE shop_payout_batches SET state = 'approved', decided_at = now(), "
                "decided_by_user_id = proposed_by_user_id"
            )
        )
    approve(admin, batch)


def test_only_the_operator_proposes_approves_and_pays(
    session: Session, finance: Actor, seller: Seller
) -> None:
    deliver(seller)
    canteen = make_organisation(session)
    stranger = actor_of(
        make_user(session, Role.FINANCE, organisation=canteen), Role.FINANCE, organisation=canteen
    )
    session.commit()
    batch = propose(finance, seller)
    for actor in (stranger, seller.actor, GUEST):
        with pytest.raises(Forbidden):
            propose(actor, seller)
        with pytest.raises(Forbidden):
            approve(actor, batch)
        with pytest.raises(Forbidden), transaction() as step:
            services.take_bank_file(step, actor, batch)


def test_the_same_form_proposes_once_and_the_same_person_approves_once(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    deliver(seller)
    first = propose(finance, seller, once="A" * 20)
    assert propose(finance, seller, once="A" * 20) == first
    approve(admin, first)
    approve(admin, first)
    assert due(session) == 200_00


def test_the_same_form_with_other_suppliers_is_refused(
    session: Session, finance: Actor, seller: Seller
) -> None:
    other, idle = make_seller(session), make_seller(session)
    session.commit()
    deliver(seller)
    deliver(other)
    first = propose(finance, seller, idle, once="A" * 20)
    assert propose(finance, idle, seller, once="A" * 20) == first
    for changed in ((seller, idle, other), (other,), (seller,)):
        with pytest.raises(FormSentBefore):
            propose(finance, *changed, once="A" * 20)
    assert batch_of(session, propose(finance, other)).amount_fen == 200_00


def test_what_may_still_be_claimed_is_not_due(session: Session, finance: Actor, seller: Seller) -> None:
    deliver(seller, ago=timedelta(days=7))
    with pytest.raises(NothingDue):
        propose(finance, seller)
    with clock.at(clock.now() + timedelta(days=1)):
        propose(finance, seller)


def test_a_new_claim_period_holds_for_what_is_received_from_its_day_on(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    with clock.at(clock.now() - timedelta(days=20)), transaction() as step:
        tomorrow = clock.today() + timedelta(days=1)
        services.set_claim_period(step, admin, 14, tomorrow)
        for day in (tomorrow, clock.today() - timedelta(days=1)):
            with pytest.raises(PeriodInThePast):
                services.set_claim_period(step, admin, 15, day)
    deliver(seller, ago=timedelta(days=10))
    deliver(seller, ago=timedelta(days=25), price_fen=150_00)
    assert queries.claim_days_on(session, clock.today() - timedelta(days=21)) == 7
    assert queries.claim_days_on(session, clock.today()) == 14
    assert batch_of(session, propose(finance, seller)).amount_fen == 150_00


def test_what_arrived_on_the_day_other_days_are_set_keeps_its_days(session: Session, admin: Actor) -> None:
    with pytest.raises(PeriodInThePast), transaction() as step:
        services.set_claim_period(step, admin, 1, clock.today())
    assert queries.claim_days_on(session, clock.today()) == 7


def test_nothing_is_due_while_goods_may_go_back_without_a_reason(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    with clock.at(clock.now() - timedelta(days=20)), transaction() as step:
        services.set_claim_period(step, admin, 2, clock.today() + timedelta(days=1))
    deliver(seller, ago=timedelta(days=7))
    with pytest.raises(NothingDue):
        propose(finance, seller)
    with clock.at(clock.now() + timedelta(days=1)):
        propose(finance, seller)


def test_a_refund_before_the_payout_lowers_it(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    (part,) = deliver(seller)
    refund(part, 30_00, finance)
    batch = propose(finance, seller)
    assert batch_of(session, batch).amount_fen == 170_00
    approve(admin, batch)
    assert owed(session, seller) == 0


def test_a_refund_that_waits_for_a_second_person_keeps_its_part_back(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    (large,) = deliver(seller, price_fen=900_00)
    deliver(seller)
    waiting = refund(large, 600_00, finance)
    batch = propose(finance, seller)
    assert batch_of(session, batch).amount_fen == 200_00
    approve(admin, batch)
    with transaction() as step:
        payment_services.decline_refund(step, admin, waiting.public_id, "No")
    assert batch_of(session, propose(finance, seller)).amount_fen == 900_00


def test_a_refund_between_proposal_and_approval_makes_the_batch_outdated(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    (part,) = deliver(seller)
    batch = propose(finance, seller)
    refund(part, 10_00, finance)
    with pytest.raises(BatchOutdated) as refused:
        approve(admin, batch)
    assert len(refused.value.numbers) == 1
    with transaction() as step:
        services.decline_batch(step, admin, batch, "A refund came")
    assert batch_of(session, propose(finance, seller)).amount_fen == 190_00


def test_a_refund_after_the_payout_is_refused_when_nothing_is_owed(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    (part,) = deliver(seller)
    approve(admin, propose(finance, seller))
    with pytest.raises(SupplierPaidOut):
        refund(part, 10_00, finance)


def test_a_refund_after_the_payout_is_kept_back_from_the_next_one(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    (first,) = deliver(seller)
    approve(admin, propose(finance, seller))
    deliver(seller, price_fen=150_00)
    refund(first, 20_00, finance)
    batch = propose(finance, seller)
    assert batch_of(session, batch).amount_fen == 130_00
    approve(admin, batch)
    items = session.scalars(select(PayoutItem.amount_fen).order_by(PayoutItem.id)).all()
    assert list(items) == [200_00, -20_00, 150_00]
    assert owed(session, seller) == 0


def test_what_is_owed_in_addition_waits_for_the_payout_under_way(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    (part,) = deliver(seller)
    batch = propose(finance, seller)
    approve(admin, batch)
    with transaction() as step:
        dispute = services.open_dispute(step, seller.actor, part, None, "Too little", once="D" * 20)
        services.answer_dispute(step, finance, dispute.public_id, "Yes", 3_00)
    with pytest.raises(NothingDue):
        propose(finance, seller)
    (payout,) = payouts(session, batch)
    with transaction() as step:
        services.note_paid(step, finance, payout.public_id, "ICBC 1", clock.today())
    assert batch_of(session, propose(finance, seller)).amount_fen == 3_00


def test_a_disputed_part_waits_for_its_answer(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    (part,) = deliver(seller)
    batch = propose(finance, seller)
    with transaction() as step:
        dispute = services.open_dispute(
            step, seller.actor, part, None, "The freight is missing", once="D" * 20
        ).public_id
    with pytest.raises(BatchOutdated):
        approve(admin, batch)
    with transaction() as step:
        services.decline_batch(step, finance, batch, "Disputed")
    with pytest.raises(NothingDue):
        propose(finance, seller)
    with transaction() as step:
        services.answer_dispute(step, finance, dispute, "You are right.", 12_00)
    with transaction() as step:
        services.answer_dispute(step, finance, dispute, "You are right.", 12_00)
    assert owed(session, seller) == 212_00
    with pytest.raises(DisputeEnded), transaction() as step:
        services.answer_dispute(step, finance, dispute, "Something else", 0)
    assert batch_of(session, propose(finance, seller)).amount_fen == 212_00
    jobs.run_due()
    mail = session.scalars(select(Mail).where(Mail.key.like("settlement-dispute:%"))).one()
    assert "You are right." in mail.text


def test_who_may_dispute_what(session: Session, finance: Actor, seller: Seller) -> None:
    other = make_seller(session)
    session.commit()
    own, foreign = deliver(seller, other)
    line = session.scalar(
        select(OrderLine.id)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .where(SupplierOrder.public_id == foreign)
    )
    with pytest.raises(NotFound), transaction() as step:
        services.open_dispute(step, seller.actor, foreign, None, "Not mine", once="A" * 20)
    with pytest.raises(NotDisputable), transaction() as step:
        services.open_dispute(step, seller.actor, own, line, "A line of others", once="B" * 20)
    with transaction() as step:
        made = services.open_dispute(step, seller.actor, own, None, "Freight", once="C" * 20)
        again = services.open_dispute(step, seller.actor, own, None, "Freight", once="C" * 20)
        assert made.id == again.id
        with pytest.raises(NotDisputable):
            services.open_dispute(step, seller.actor, own, None, "Once more", once="D" * 20)
        with pytest.raises(FormSentBefore):
            services.open_dispute(step, seller.actor, own, None, "Another reason", once="C" * 20)
        with pytest.raises(FormSentBefore):
            services.open_dispute(step, other.actor, foreign, None, "x", once="C" * 20)
            services.open_dispute(step, seller.actor, own, line, "Freight", once="C" * 20)
    with pytest.raises(NotFound), transaction() as step:
        services.withdraw_dispute(step, other.actor, made.public_id)
    with pytest.raises(Forbidden), transaction() as step:
        services.answer_dispute(step, seller.actor, made.public_id, "I say yes", 100)
    with transaction() as step:
        services.withdraw_dispute(step, seller.actor, made.public_id)
    propose(finance, seller)


def test_no_payout_without_a_confirmed_account(session: Session, finance: Actor, admin: Actor) -> None:
    seller = make_seller(session, account=False)
    session.commit()
    deliver(seller)
    with pytest.raises(NothingDue):
        propose(finance, seller)
    with transaction() as step:
        entered = enter(step, seller).public_id
    with pytest.raises(NothingDue):
        propose(finance, seller)
    with transaction() as step:
        services.confirm_account(step, admin, entered)
        services.confirm_account(step, admin, entered)
    propose(finance, seller)


def test_a_change_of_account_is_confirmed_before_the_next_payout(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    deliver(seller)
    batch = propose(finance, seller)
    with transaction() as step:
        changed = enter(step, seller, "6217001234567894321").public_id
    with pytest.raises(BatchOutdated) as refused:
        approve(admin, batch)
    assert refused.value.suppliers == ((seller.organisation.name_zh, seller.organisation.name_en),)
    with transaction() as step:
        services.confirm_account(step, admin, changed)
    with pytest.raises(BatchOutdated):
        approve(admin, batch)
    with transaction() as step:
        services.decline_batch(step, finance, batch, "The account has changed")
    batch = propose(finance, seller)
    approve(admin, batch)
    with transaction() as step:
        (line,) = services.take_bank_file(step, finance, batch)
    assert line.number == "6217001234567894321"


def test_no_file_sends_money_to_an_account_that_is_not_the_suppliers_any_more(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    other = make_seller(session)
    session.commit()
    deliver(seller, other)
    batch = propose(finance, seller, other)
    approve(admin, batch)
    with transaction() as step:
        changed = enter(step, seller, "6217001234567894321").public_id
    names = ((seller.organisation.name_zh, seller.organisation.name_en),)
    for confirmed in (False, True):
        if confirmed:
            with transaction() as step:
                services.confirm_account(step, admin, changed)
        with pytest.raises(AccountChanged) as refused, transaction() as step:
            services.take_bank_file(step, finance, batch)
        assert refused.value.suppliers == names
    assert batch_of(session, batch).exported_at is None
    (left, _other) = payouts(session, batch)
    with transaction() as step:
        services.fail_payout(step, finance, left.public_id, "The account has changed")
    with transaction() as step:
        (line,) = services.take_bank_file(step, finance, batch)
    assert line.holder == other.organisation.name_zh
    again = propose(finance, seller)
    approve(admin, again)
    with transaction() as step:
        (line,) = services.take_bank_file(step, finance, again)
    assert line.number == "6217001234567894321"


def test_accounts_are_sealed_replaced_refused_and_reveals_are_written_down(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    with transaction() as step:
        first, second = enter(step, seller, "1234567890"), enter(step, seller, "9876543210")
        first, second = first.public_id, second.public_id
    states = dict(session.execute(select(SupplierAccount.last4, SupplierAccount.state)).all())
    assert states == {"0128": "confirmed", "7890": "replaced", "3210": "waiting"}
    assert (
        session.scalar(
            select(func.count())
            .where(text("position('9876543210' in encode(number_sealed, 'escape')) > 0"))
            .select_from(SupplierAccount)
        )
        == 0
    )
    with pytest.raises(AccountDecided), transaction() as step:
        services.confirm_account(step, admin, first)
    with pytest.raises(Forbidden), transaction() as step:
        services.reveal_account(step, seller.actor, second)
    with transaction() as step:
        assert services.reveal_account(step, finance, second) == "9876543210"
        services.refuse_account(step, finance, second, "The bank does not know it")
    told = session.scalars(
        select(AuditEntry).where(
            AuditEntry.subject_type == "supplier_account", AuditEntry.subject_id == second
        )
    ).all()
    assert [entry.action for entry in told] == [
        "bank account entered",
        "bank account revealed",
        "bank account refused",
    ]
    assert "9876543210" not in str([(entry.before, entry.after, entry.reason) for entry in told])
    deliver(seller)
    propose(finance, seller)


def test_nobody_confirms_an_account_they_entered(session: Session) -> None:
    seller = make_seller(session, account=False)
    user, _actor = make_officer(session, Role.ADMIN)
    both = Actor(user.id, user.name, (*seller.actor.grants, *_actor.grants))
    new = NewAccount("青莲合作社", "农商行", "", NUMBER, ids.public_id(20))
    account = services.enter_account(session, both, seller.organisation.id, new)
    with pytest.raises(SecondPersonNeeded):
        services.confirm_account(session, both, account.public_id)
    with pytest.raises(NotFound):
        services.enter_account(session, make_officer(session)[1], seller.organisation.id, new)


def test_the_same_form_names_one_account(session: Session, seller: Seller) -> None:
    new = NewAccount("青莲合作社", "农商行", "", NUMBER, "A" * 20)
    first = services.enter_account(session, seller.actor, seller.organisation.id, new)
    assert services.enter_account(session, seller.actor, seller.organisation.id, new).id == first.id
    for other in (
        NewAccount("青莲合作社", "农商行", "", "1234567890", "A" * 20),
        NewAccount("青莲合作社", "农商行", "", f"9{NUMBER[1:]}", "A" * 20),
        NewAccount("青莲合作社", "另一家银行", "", NUMBER, "A" * 20),
        NewAccount("青莲合作社", "农商行", "402454000018", NUMBER, "A" * 20),
    ):
        with pytest.raises(FormSentBefore):
            services.enter_account(session, seller.actor, seller.organisation.id, other)


def test_what_fails_is_owed_again(session: Session, finance: Actor, admin: Actor, seller: Seller) -> None:
    other = make_seller(session)
    session.commit()
    deliver(seller, other)
    batch = propose(finance, seller, other)
    approve(admin, batch)
    first, second = (payout.public_id for payout in payouts(session, batch))
    for _ in range(2):
        with transaction() as step:
            services.fail_payout(step, finance, first, "The bank does not know the account")
    assert due(session) == 200_00
    assert batch_of(session, batch).state == BatchState.APPROVED
    with transaction() as step:
        services.note_paid(step, finance, second, "ICBC 2", clock.today())
    assert batch_of(session, batch).state == BatchState.CLOSED
    with pytest.raises(WrongPayoutState), transaction() as step:
        services.note_paid(step, finance, first, "ICBC 3", clock.today())
    assert batch_of(session, propose(finance, seller, other)).amount_fen == 200_00


def test_what_comes_back_from_the_bank_is_owed_again(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    deliver(seller)
    batch = propose(finance, seller)
    approve(admin, batch)
    (payout,) = payouts(session, batch)
    with transaction() as step:
        services.note_paid(step, finance, payout.public_id, "ICBC 1", clock.today())
    with transaction() as step:
        services.fail_payout(step, finance, payout.public_id, "Returned: name differs", came_back=True)
    assert owed(session, seller) == 200_00
    (payout,) = payouts(session, batch)
    assert (payout.state, payout.bank_reference) == (PayoutState.FAILED, "ICBC 1")
    approve(admin, propose(finance, seller))


def test_what_a_note_of_payment_is_refused_for(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    other = make_seller(session)
    session.commit()
    deliver(seller, other)
    batch = propose(finance, seller, other)
    first, second = (payout.public_id for payout in payouts(session, batch))
    with pytest.raises(WrongPayoutState), transaction() as step:
        services.note_paid(step, finance, first, "ICBC 1", clock.today())
    with pytest.raises(WrongBatchState), transaction() as step:
        services.take_bank_file(step, finance, batch)
    approve(admin, batch)
    for day in (clock.today() + timedelta(days=1), clock.today() - timedelta(days=1)):
        with pytest.raises(PaidOnWrongDay), transaction() as step:
            services.note_paid(step, finance, first, "ICBC 1", day)
    with transaction() as step:
        services.note_paid(step, finance, first, " ICBC   1 ", clock.today())
    with pytest.raises(ReferenceTaken), transaction() as step:
        services.note_paid(step, finance, second, "ICBC 1", clock.today())
    with pytest.raises(WrongPayoutState), transaction() as step:
        services.note_paid(step, finance, first, "ICBC 9", clock.today())
    with pytest.raises(NotFound), transaction() as step:
        services.note_paid(step, finance, "NONE", "ICBC 9", clock.today())
    with pytest.raises(WrongBatchState), transaction() as step:
        services.decline_batch(step, admin, batch, "Too late")
    with transaction() as step:
        assert [line.payout for line in services.take_bank_file(step, finance, batch)] == [second]


def test_a_payout_that_failed_is_told_to_the_supplier_and_shown_until_it_is_proposed_anew(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    deliver(seller)
    batch = propose(finance, seller)
    approve(admin, batch)
    (payout,) = payouts(session, batch)
    waiting = queries.count_waiting(session)
    for _ in range(2):
        with transaction() as step:
            services.fail_payout(step, finance, payout.public_id, "户名与账号不符")
    jobs.run_due()
    jobs.run_due()
    (mail,) = session.scalars(select(Mail).where(Mail.key.startswith("payout-failed:"))).all()
    assert mail.recipient == seller.user.email
    for words in ("户名与账号不符", "¥200.00"):
        assert words in mail.text
        assert words in mail.html
    after = queries.count_waiting(session)
    assert (after.failed, after.batches) == (waiting.failed + 1, waiting.batches - 1)
    assert [row.public_id for row in queries.failed_payouts(session)] == [payout.public_id]
    propose(finance, seller)
    assert queries.count_waiting(session).failed == waiting.failed


def test_what_comes_back_is_shown_although_another_payout_was_under_way(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    deliver(seller)
    first = propose(finance, seller)
    approve(admin, first)
    (payout,) = payouts(session, first)
    with transaction() as step:
        services.note_paid(step, finance, payout.public_id, "ICBC 1", clock.today())
    deliver(seller)
    approve(admin, propose(finance, seller))
    with transaction() as step:
        services.fail_payout(step, finance, payout.public_id, "Came back", came_back=True)
    assert [row.public_id for row in queries.failed_payouts(session)] == [payout.public_id]
    propose(finance, seller)
    assert queries.failed_payouts(session) == []


def test_nothing_is_paid_from_money_that_has_not_arrived_in_the_bank(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    other = make_seller(session)
    session.commit()
    deliver(seller, other, bank_fen=0)
    first, second = propose(finance, seller), propose(finance, other)
    for batch in (first, second):
        approve(admin, batch)
    with pytest.raises(BankTooLow) as low, transaction() as step:
        services.take_bank_file(step, finance, first)
    assert (low.value.balance_fen, low.value.wanted_fen) == (0, 200_00)
    # The payment service keeps its fee, so its payout alone is not enough for both.
    rehearsals.pay_out(clock.now())
    assert ledger_queries.balance(session, "bank:operator").settled == 400_00 - 2_40
    with transaction() as step:
        services.take_bank_file(step, finance, first)
    # The first file counts as gone: the bank has been told to pay it.
    with pytest.raises(BankTooLow) as low, transaction() as step:
        services.take_bank_file(step, finance, second)
    assert low.value.wanted_fen == 400_00
    (paid,) = payouts(session, first)
    with transaction() as step:
        services.note_paid(step, finance, paid.public_id, "ICBC 1", clock.today())
    (left,) = payouts(session, second)
    with pytest.raises(BankTooLow) as low, transaction() as step:
        services.note_paid(step, finance, left.public_id, "ICBC 2", clock.today())
    assert (low.value.balance_fen, low.value.wanted_fen) == (197_60, 200_00)
    with transaction() as step:
        fill_bank(step, 2_40)
    with transaction() as step:
        services.take_bank_file(step, finance, second)
        services.note_paid(step, finance, left.public_id, "ICBC 2", clock.today())
    assert ledger_queries.balance(session, "bank:operator").settled == 0


def test_a_statement_sums_up_to_what_the_ledger_says(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    (first,) = deliver(seller, price_fen=30_00, packs=2)
    deliver(seller, price_fen=150_00)
    refund(first, 10_00, finance)
    with transaction() as step:
        dispute = services.open_dispute(step, seller.actor, first, None, "Freight", once="A" * 20).public_id
        services.answer_dispute(step, finance, dispute, "Yes", 1_00)
    today = clock.today()
    period = Period(today - timedelta(days=60), today)
    sums = queries.sum_up(session, seller.organisation.id, period)
    parts = queries.statement(session, seller.organisation.id, period, limit=10)
    assert sums.parts == len(parts) == 2
    assert sums.net_fen == owed(session, seller) == sum(part.money.net_fen for part in parts)
    for part in parts:
        assert sum(line.net_fen for line in part.lines) + part.money.corrected_fen == part.money.net_fen
        assert sum(line.refund_fen for line in part.lines) == part.money.refund_fen
    assert sums.gross_fen == 210_00
    assert sums.freight_fen == sum(line.freight_fen for part in parts for line in part.lines) > 0
    assert (sums.refund_fen, sums.corrected_fen, sums.paid_fen) == (10_00, 1_00, 0)
    batch = propose(finance, seller)
    approve(admin, batch)
    (payout,) = payouts(session, batch)
    with transaction() as step:
        services.note_paid(step, finance, payout.public_id, "ICBC 1", clock.today())
    assert queries.sum_up(session, seller.organisation.id, period).paid_fen == sums.net_fen
    stands, _days = queries.owed(session, seller.organisation.id, today)
    assert (stands.owed_fen, stands.paid_fen) == (0, sums.net_fen)
    assert queries.statement(session, seller.organisation.id, period, limit=10)[0].settled[0].batch == batch
    before = Period(today - timedelta(days=400), today - timedelta(days=100))
    assert queries.sum_up(session, seller.organisation.id, before).parts == 0


def test_a_shortage_and_a_refund_before_receipt_stand_on_their_lines(
    session: Session, finance: Actor, seller: Seller
) -> None:
    (part,) = deliver(seller, price_fen=30_00, packs=4)
    found = queries.get_own_part(session, seller.actor, part)
    (line, *_freight) = found.lines
    assert (line.gross_fen, line.refund_fen, line.net_fen, line.quantity) == (120_00, 0, 120_00, 4)
    assert line.producer_fen == 72_00
    other = make_seller(session)
    with pytest.raises(NotFound):
        queries.get_own_part(session, other.actor, part)


def test_what_is_missing_of_one_line_lowers_no_other(
    session: Session, finance: Actor, seller: Seller
) -> None:
    oil, rice = (make_variant(session, supplier=seller.organisation, price_fen=fen) for fen in (30_00, 20_00))
    placed = place(session, (oil, 2), (rice, 4))
    session.commit()
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    order = order_queries.lock_order(session, placed.order_id)
    (part,) = order_queries.lock_parts(session, order.id)
    fulfilment.ship_part(session, seller.actor, part.public_id, "中国邮政", "1234567890")
    first, second = session.scalars(select(OrderLine).order_by(OrderLine.id)).all()
    orders.refund_line(session, finance, order, second.id, 5_00, "One bag was torn", once="A" * 20)
    short = Acceptance(((first.id, 1), (second.id, 4)), ("张三",), "少一瓶")
    owed_fen = fulfilment.accept_part(session, GUEST, order, part.public_id, short)
    orders.give_back(session, finance, order, "A bottle is missing")
    found = queries.get_own_part(session, seller.actor, part.public_id)
    assert [line.refund_fen for line in found.lines] == [0, 5_00]
    assert sum(line.net_fen for line in found.lines) == owed_fen == owed(session, seller)


def test_a_part_that_owes_too_much_is_noticed(session: Session, seller: Seller) -> None:
    deliver(seller, packs=2)
    with session.begin_nested() as savepoint:
        session.execute(text("UPDATE shop_order_lines SET accepted_quantity = 1"))
        assert "S35-parts-owe-what-was-accepted" in {
            found.name for found in checks.run(session) if found.wrong
        }
        savepoint.rollback()


def test_what_is_due_when(session: Session, seller: Seller) -> None:
    deliver(seller, ago=timedelta(days=3))
    deliver(seller, ago=timedelta(days=30), price_fen=150_00)
    stands, days = queries.owed(session, seller.organisation.id, clock.today())
    assert (stands.due_fen, stands.later_fen, stands.kept_fen) == (150_00, 200_00, 0)
    assert [(day.due_on, day.amount_fen) for day in days] == [(clock.today() + timedelta(days=5), 200_00)]


def test_a_fee_would_be_noticed(session: Session, seller: Seller) -> None:
    deliver(seller)
    payable = books.supplier_payable(seller.organisation.public_id)
    with session.begin_nested() as savepoint:
        ledger_services.post(
            session, SYSTEM, Fact("fee", "test", "1"), [Leg(payable, books.corrections(), 1_00)]
        )
        wrong = {finding.name for finding in checks.run(session) if finding.wrong}
        assert {"S30-payables-are-what-is-owed", "S34-no-fee-is-kept"} <= wrong
        savepoint.rollback()


def test_a_payout_that_is_no_entry_is_noticed(
    session: Session, finance: Actor, admin: Actor, seller: Seller
) -> None:
    deliver(seller)
    approve(admin, propose(finance, seller))
    with session.begin_nested() as savepoint:
        session.execute(text("UPDATE shop_payouts SET amount_fen = amount_fen - 1"))
        wrong = {finding.name for finding in checks.run(session) if finding.wrong}
        assert {"S30-payables-are-what-is-owed", "S31-payouts-due-are-approved"} <= wrong
        assert {"S32-payouts-are-their-entries", "S33-payouts-add-up"} <= wrong
        savepoint.rollback()
