"""Money that goes back: never more than was paid, never twice, never lost, whatever gets lost on the way."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, events, ids, jobs
from core.db import reading, transaction
from core.errors import Forbidden, NotFound
from core.permissions import GUEST, SYSTEM, Actor
from ledger import checks
from ledger import queries as ledger_queries
from payments import books, gateways, queries, rules, services
from payments.errors import (
    BankReferenceTaken,
    BankTooLow,
    GatewayFailed,
    LimitInThePast,
    LimitRaisedToday,
    NothingToMatch,
    NotOurCurrency,
    RefundSentBefore,
    RefundTooLarge,
    ReviewClosed,
    SecondPersonNeeded,
    WrongRefundState,
)
from payments.events import (
    HeldMoneyDecided,
    HeldMoneyMatched,
    HeldMoneyReturned,
    RefundDeclined,
    RefundSucceeded,
)
from payments.models import BankTransfer, Dispute, PaymentIntent, Reconciliation, Refund
from payments.sandbox import rehearsals
from payments.stripe.gateway import StripeGateway
from payments.values import PaymentState, RefundAction, RefundState, ResolutionKind
from tests.factories.money import fill_bank
from tests.factories.people import actor_of, make_organisation, make_user
from tests.fakes import stripe_server
from tests.fakes.stripe_server import FakeStripe, sign
from tests.payments.conftest import PREPAID, Heard, OpenIntent

SECRET = "whsec_test_0123456789"


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    """Run the server and send every payment through it."""
    with stripe_server.running() as fake:
        gateway = StripeGateway(stripe_server.KEY, (SECRET,), fake.base, timeout=(1.0, 0.4), retries=0)
        gateways.use(gateways.site(), gateway)
        yield fake


@pytest.fixture(autouse=True)
def _quiet(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    def remember(_session: Session, event: Any) -> None:
        heard.all.append(event)

    for kind in (RefundSucceeded, RefundDeclined, HeldMoneyDecided, HeldMoneyReturned):
        monkeypatch.setitem(events._handlers, kind, [remember])


def officers(session: Session) -> tuple[Actor, Actor]:
    """Return two finance officers of the operator."""
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    people = [make_user(session, Role.FINANCE, organisation=operator) for _ in range(2)]
    first, second = (actor_of(person, Role.FINANCE, organisation=operator) for person in people)
    return first, second


def pay_at_stripe(stripe: FakeStripe, open_intent: OpenIntent, **changes: Any) -> PaymentIntent:
    intent = open_intent(**changes)
    services.begin_checkout(intent.public_id)
    session_id = list(stripe.sessions)[-1]
    stripe.pay(session_id)
    with clock.at(clock.now() + timedelta(minutes=2)):
        services.settle_intent(intent.public_id)
    return intent


def ask(
    intent: PaymentIntent, amount: int = 3980, *, actor: Actor = GUEST, once: str = "", owed: bool = False
) -> Refund:
    with transaction() as session:
        return services.request_refund(
            session,
            actor,
            f"payment:{intent.public_id}",
            amount,
            "Spoiled on the way",
            [(PREPAID, amount)],
            once=once or ids.public_id(20),
            owed=owed,
        )


def now_of(refund: Refund) -> Refund:
    with reading() as session:
        found = queries.find_refund(session, refund.public_id)
    assert found is not None
    return found


def later(minutes: int = 2) -> Any:
    return clock.at(clock.now() + timedelta(minutes=minutes))


def deliver(app: Flask, body: bytes) -> int:
    headers = {"Stripe-Signature": sign(body, SECRET)}
    return app.test_client().post("/payments/events/stripe", data=body, headers=headers).status_code


def together(*calls: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except Exception as problem:
            return problem

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


# --- rules -------------------------------------------------------------------------------------------------

ALLOWED = {
    ("requested", "approve"): "approved",
    ("requested", "decline"): "declined",
    ("approved", "send"): "sent",
    ("approved", "pay_by_hand"): "succeeded",
    ("sent", "send"): "sent",
    ("sent", "succeed"): "succeeded",
    ("sent", "fail"): "failed",
    ("sent", "review"): "needs_review",
    ("succeeded", "fail"): "failed",
    ("failed", "try_again"): "approved",
    ("failed", "pay_by_hand"): "succeeded",
    ("needs_review", "succeed"): "succeeded",
    ("needs_review", "try_again"): "approved",
    ("needs_review", "pay_by_hand"): "succeeded",
}


@pytest.mark.parametrize("state", list(RefundState))
@pytest.mark.parametrize("action", list(RefundAction))
def test_each_state_of_a_refund_leads_where_the_table_says(state: RefundState, action: RefundAction) -> None:
    target = ALLOWED.get((state.value, action.value))
    if target is None:
        with pytest.raises(WrongRefundState):
            rules.refund_after(state, action)
    else:
        assert rules.refund_after(state, action) == target


# --- one at a time -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("session")
class TestStripe:
    """Through the official client, over HTTP."""

    def test_a_refund_goes_back_once(self, stripe: FakeStripe, open_intent: OpenIntent, heard: Heard) -> None:
        intent = pay_at_stripe(stripe, open_intent)
        refund = ask(intent, 1500)
        assert refund.state == RefundState.APPROVED
        jobs.run_due()
        (told,) = stripe.refunds.values()
        assert (told["amount"], told["metadata"]["refund"]) == (1500, f"{refund.public_id}.1")
        assert now_of(refund).state == RefundState.SUCCEEDED
        assert services.send_refund(refund.public_id) is RefundState.SUCCEEDED
        assert len(stripe.refunds) == 1
        assert [event.amount_fen for event in heard.of(RefundSucceeded)] == [1500]

    def test_more_than_was_paid_is_refused(self, stripe: FakeStripe, open_intent: OpenIntent) -> None:
        intent = pay_at_stripe(stripe, open_intent)
        ask(intent, 3000)
        with pytest.raises(RefundTooLarge) as refused:
            ask(intent, 981)
        assert refused.value.left_fen == 980
        ask(intent, 980)

    def test_the_same_form_gives_the_same_refund(self, stripe: FakeStripe, open_intent: OpenIntent) -> None:
        intent = pay_at_stripe(stripe, open_intent)
        first, again = ask(intent, 1000, once="A"), ask(intent, 1000, once="A")
        assert first.id == again.id
        with pytest.raises(RefundSentBefore):
            ask(intent, 1001, once="A")

    @pytest.mark.parametrize(
        "trouble", [{"lose_answer": True}, {"delay": 0.8}, {"status": 500}, {"status": 429}]
    )
    def test_a_lost_answer_is_asked_for_again_and_paid_once(
        self, stripe: FakeStripe, open_intent: OpenIntent, heard: Heard, trouble: dict[str, Any]
    ) -> None:
        intent = pay_at_stripe(stripe, open_intent)
        refund = ask(intent)
        stripe.trouble(**trouble)
        with pytest.raises(GatewayFailed):
            services.send_refund(refund.public_id)
        assert now_of(refund).state == RefundState.SENT
        stripe.keys.clear()  # Stripe forgets a key after a day; the refund is found by its name.
        with later():
            assert services.sweep_refunds() == 1
        assert len(stripe.refunds) == 1
        assert len(heard.of(RefundSucceeded)) == 1

    def test_what_the_provider_refuses_goes_to_a_person(
        self, stripe: FakeStripe, open_intent: OpenIntent, session: Session
    ) -> None:
        intent = pay_at_stripe(stripe, open_intent)
        stripe.create_refund(f"payment_intent={next(iter(stripe.payments))}&amount=3980", "made-by-hand")
        refund = ask(intent)
        assert services.send_refund(refund.public_id) is RefundState.NEEDS_REVIEW
        first, _ = officers(session)
        with pytest.raises(BankTooLow) as low, transaction() as step:
            services.note_paid_by_hand(step, first, refund.public_id, "BANK-1", clock.today())
        assert (low.value.balance_fen, low.value.wanted_fen) == (0, refund.amount_fen)
        with transaction() as step:
            fill_bank(step, refund.amount_fen)
        with transaction() as step:
            services.note_paid_by_hand(step, first, refund.public_id, "BANK-1", clock.today())
        assert now_of(refund).state == RefundState.SUCCEEDED

    def test_a_refund_that_failed_is_tried_anew_under_a_new_key(
        self, app: Flask, stripe: FakeStripe, open_intent: OpenIntent, session: Session, heard: Heard
    ) -> None:
        intent = pay_at_stripe(stripe, open_intent)
        refund = ask(intent)
        services.send_refund(refund.public_id)
        (refund_id,) = stripe.refunds
        stripe.settle_refund(refund_id, "failed")
        assert deliver(app, stripe.event_of("refund.failed", stripe.refunds[refund_id])) == 200
        jobs.run_due()
        assert now_of(refund).state == RefundState.FAILED
        first, _ = officers(session)
        with transaction() as step:
            services.try_refund_again(step, first, refund.public_id)
        assert services.send_refund(refund.public_id) is RefundState.SUCCEEDED
        assert len(stripe.refunds) == 2
        assert len(heard.of(RefundSucceeded)) == 2

    def test_a_refund_that_came_back_after_it_had_arrived_is_paid_by_hand(
        self, stripe: FakeStripe, open_intent: OpenIntent, session: Session
    ) -> None:
        refund = ask(pay_at_stripe(stripe, open_intent))
        assert services.send_refund(refund.public_id) is RefundState.SUCCEEDED
        (refund_id,) = stripe.refunds
        stripe.settle_refund(refund_id, "failed")
        services.settle_refunds_of("stripe", next(iter(stripe.payments)))
        assert now_of(refund).state == RefundState.FAILED
        first, _ = officers(session)
        with transaction() as step:
            fill_bank(step, refund.amount_fen)
        with transaction() as step:
            services.note_paid_by_hand(step, first, refund.public_id, "BANK-2", clock.today())
        assert now_of(refund).state == RefundState.SUCCEEDED
        with reading() as step:
            found = ledger_queries.balances(step, ["refunds:operator:due", "bank:operator"])
        assert [found[code].settled for code in found] == [0, 0]
        assert services.reconcile_day("stripe", clock.today()) == []
        # What the provider says of the old try later changes nothing: the money went another way.
        services.settle_refunds_of("stripe", next(iter(stripe.payments)))
        assert now_of(refund).state == RefundState.SUCCEEDED
        with reading() as step:
            assert [finding.name for finding in checks.run(step) if finding.wrong] == []

    def test_a_pending_refund_is_settled_by_its_event_or_by_the_sweeper(
        self, app: Flask, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        stripe.refund_status = "pending"
        for by_event in (True, False):
            intent = pay_at_stripe(stripe, open_intent, subject_id=1 + by_event)
            refund = ask(intent)
            assert services.send_refund(refund.public_id) is RefundState.SENT
            refund_id = list(stripe.refunds)[-1]
            stripe.settle_refund(refund_id, "succeeded")
            if by_event:
                content = {
                    "id": "ch_1",
                    "object": "charge",
                    "payment_intent": stripe.refunds[refund_id]["payment_intent"],
                }
                assert deliver(app, stripe.event_of("charge.refunded", content)) == 200
                jobs.run_due()
            else:
                with later():
                    services.sweep_refunds()
            assert now_of(refund).state == RefundState.SUCCEEDED

    def test_a_dispute_is_written_down_and_its_money_moves_with_it(
        self, app: Flask, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        intent = pay_at_stripe(stripe, open_intent)
        (payment_id,) = stripe.payments
        dispute_id = stripe.open_dispute(payment_id)
        for kind in ("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.created"):
            assert deliver(app, stripe.event_of(kind, stripe.disputes[dispute_id])) == 200
        jobs.run_due()
        with reading() as step:
            (dispute,) = step.scalars(select(Dispute)).all()
        assert (dispute.taken_fen, dispute.moves) == (3980, 1)
        with pytest.raises(RefundTooLarge):
            ask(intent, 1)
        stripe.decide_dispute(dispute_id, "won")
        deliver(app, stripe.event_of("charge.dispute.closed", stripe.disputes[dispute_id]))
        deliver(app, stripe.event_of("charge.dispute.funds_reinstated", stripe.disputes[dispute_id]))
        jobs.run_due()
        with reading() as step:
            (dispute,) = step.scalars(select(Dispute)).all()
        assert (dispute.status, dispute.taken_fen, dispute.moves) == ("won", 0, 2)
        ask(intent, 1)

    def test_an_answer_about_a_dispute_that_comes_late_undoes_no_newer_one(
        self, stripe: FakeStripe, open_intent: OpenIntent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pay_at_stripe(stripe, open_intent)
        dispute_id = stripe.open_dispute(next(iter(stripe.payments)))
        services.settle_dispute("stripe", dispute_id)
        ask_stripe = StripeGateway.dispute

        def slowly(gateway: StripeGateway, dispute_id: str) -> Any:
            told = ask_stripe(gateway, dispute_id)
            monkeypatch.setattr(StripeGateway, "dispute", ask_stripe)
            stripe.decide_dispute(dispute_id, "won")
            assert services.settle_dispute("stripe", dispute_id) == "won"
            return told

        monkeypatch.setattr(StripeGateway, "dispute", slowly)
        assert services.settle_dispute("stripe", dispute_id) == "won"
        with reading() as step:
            (dispute,) = step.scalars(select(Dispute)).all()
        assert (dispute.status, dispute.taken_fen, dispute.moves) == ("won", 0, 2)

    def test_a_dispute_of_which_no_event_comes_is_asked_about(
        self, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        pay_at_stripe(stripe, open_intent)
        pay_at_stripe(stripe, open_intent, subject_id=2)
        gone, kept = (stripe.open_dispute(payment_id) for payment_id in stripe.payments)
        for dispute_id in (gone, kept):
            services.settle_dispute("stripe", dispute_id)
        del stripe.disputes[gone]
        stripe.decide_dispute(kept, "won")
        with later(30):
            assert services.sweep_disputes() == 0
        for minutes, answered in ((61, 1), (200, 0)):
            with later(minutes):
                assert services.sweep_disputes() == answered
        with reading() as step:
            told = step.execute(select(Dispute.provider_dispute_id, Dispute.status, Dispute.taken_fen))
            assert {tuple(row) for row in told} == {(gone, "needs_response", 3980), (kept, "won", 0)}

    def test_a_dispute_of_which_nobody_ever_told_is_found(
        self, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        for subject in (1, 2):
            pay_at_stripe(stripe, open_intent, subject_id=subject)
        first, second = stripe.payments
        # Another site takes money through the same account.
        stripe.payments["pi_other"] = {**stripe.payments[first], "id": "pi_other"}
        stripe.open_dispute("pi_other")
        unheard = stripe.open_dispute(first)
        services.settle_dispute("stripe", stripe.open_dispute(second))
        assert services.sweep_disputes() == 1
        assert services.sweep_disputes() == 0
        with reading() as step:
            found = step.scalars(select(Dispute).where(Dispute.provider_dispute_id == unheard)).one()
        assert (found.taken_fen, found.status) == (3980, "needs_response")

    def test_money_of_a_dispute_that_was_won_is_waited_for(
        self, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        pay_at_stripe(stripe, open_intent)
        dispute_id = stripe.open_dispute(next(iter(stripe.payments)))
        stripe.disputes[dispute_id]["status"] = "won"
        assert services.settle_dispute("stripe", dispute_id) == "won"
        stripe.decide_dispute(dispute_id, "won")
        with later(61):
            assert services.sweep_disputes() == 1
        with reading() as step:
            assert step.scalars(select(Dispute.taken_fen)).one() == 0

    def test_a_silent_provider_is_asked_about_one_dispute_and_left_alone(
        self, stripe: FakeStripe, open_intent: OpenIntent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for subject in (1, 2, 3):
            pay_at_stripe(stripe, open_intent, subject_id=subject)
        for payment_id in list(stripe.payments):
            services.settle_dispute("stripe", stripe.open_dispute(payment_id))
        asked: list[str] = []

        def silent(_gateway: StripeGateway, dispute_id: str) -> Any:
            asked.append(dispute_id)
            raise GatewayFailed("no answer")

        monkeypatch.setattr(StripeGateway, "dispute", silent)
        with later(61):
            assert services.sweep_disputes() == 0
        assert len(asked) == 1

    def test_a_lost_dispute_is_a_loss(self, app: Flask, stripe: FakeStripe, open_intent: OpenIntent) -> None:
        pay_at_stripe(stripe, open_intent)
        dispute_id = stripe.open_dispute(next(iter(stripe.payments)), "lost")
        deliver(app, stripe.event_of("charge.dispute.closed", stripe.disputes[dispute_id]))
        jobs.run_due()
        with reading() as step:
            (dispute,) = step.scalars(select(Dispute)).all()
        assert dispute.lost_at is not None

    def test_foreign_money_goes_back_without_touching_our_books(
        self, stripe: FakeStripe, open_intent: OpenIntent, session: Session
    ) -> None:
        intent = open_intent()
        services.begin_checkout(intent.public_id)
        stripe.pay(next(iter(stripe.sessions)), currency="usd", amount=600)
        assert services.settle_intent(intent.public_id) is PaymentState.NEEDS_REVIEW
        first, second = officers(session)
        with transaction() as step:
            services.resolve_review(
                step, first, f"payment:{intent.public_id}", ResolutionKind.RETURN, "Paid in dollars", once="R"
            )
        jobs.run_due()
        assert not stripe.refunds
        with transaction() as step:
            waiting = step.scalars(select(Refund)).one()
            assert waiting.state == RefundState.REQUESTED
            services.approve_refund(step, second, waiting.public_id)
        jobs.run_due()
        (told,) = stripe.refunds.values()
        assert (told["amount"], told["currency"]) == (600, "usd")
        stripe.settle_refund(told["id"], "failed")
        assert services.settle_refunds_of("stripe", next(iter(stripe.payments))) == 1
        with reading() as step:
            refund = step.scalars(select(Refund)).one()
        with pytest.raises(NotOurCurrency), transaction() as step:
            services.note_paid_by_hand(step, first, refund.public_id, "OUT-1", clock.today())
        assert now_of(refund).state == RefundState.FAILED

    def test_the_comparison_names_what_differs(
        self, stripe: FakeStripe, open_intent: OpenIntent, heard: Heard
    ) -> None:
        intent = pay_at_stripe(stripe, open_intent)
        refund = ask(intent, 1000)
        services.send_refund(refund.public_id)
        assert services.reconcile_day("stripe", clock.today()) == []
        forgotten = open_intent(subject_id=2)
        services.begin_checkout(forgotten.public_id)
        stripe.pay(list(stripe.sessions)[-1])
        stripe.create_refund(f"payment_intent={next(iter(stripe.payments))}&amount=500", "dashboard")
        kinds = [found["kind"] for found in services.reconcile_day("stripe", clock.today())]
        assert kinds == ["missing_here", "refund_missing_here"]
        with reading() as step:
            (row,) = step.scalars(select(Reconciliation)).all()
        assert (row.provider_count, row.our_count, row.ledger_in_fen) == (2, 1, 3980)
        assert (row.provider_out_fen, row.our_out_fen, row.ledger_out_fen) == (1500, 1000, 1000)


@pytest.mark.usefixtures("session")
class TestSecondPerson:
    """Above the limit, somebody else approves."""

    def test_above_the_limit_a_second_person_approves(
        self, open_intent: OpenIntent, session: Session
    ) -> None:
        first, second = officers(session)
        intent = open_intent(amount_fen=80_000)
        rehearsals.pay_intent(intent.public_id)
        refund = ask(intent, 50_001, actor=first)
        assert refund.state == RefundState.REQUESTED
        assert services.send_refund(refund.public_id) is RefundState.REQUESTED
        with pytest.raises(SecondPersonNeeded), transaction() as step:
            services.approve_refund(step, first, refund.public_id)
        with pytest.raises(Forbidden), transaction() as step:
            services.approve_refund(step, GUEST, refund.public_id)
        with transaction() as step:
            services.approve_refund(step, second, refund.public_id)
        jobs.run_due()
        assert now_of(refund).state == RefundState.SUCCEEDED

    def test_nobody_passes_the_limit_in_small_steps(self, open_intent: OpenIntent, session: Session) -> None:
        first, second = officers(session)
        intent = open_intent(amount_fen=200_000)
        rehearsals.pay_intent(intent.public_id)
        assert ask(intent, 30_000, actor=first).state == RefundState.APPROVED
        assert ask(intent, 20_000, actor=first).state == RefundState.APPROVED
        refund = ask(intent, 1, actor=first)
        assert refund.state == RefundState.REQUESTED
        # Somebody else begins anew, and so does everybody with another payment.
        assert ask(intent, 50_000, actor=second).state == RefundState.APPROVED
        with transaction() as step:
            services.approve_refund(step, second, refund.public_id)
        assert ask(intent, 1, actor=first).state == RefundState.REQUESTED
        other = open_intent(2, amount_fen=80_000)
        rehearsals.pay_intent(other.public_id)
        assert ask(other, 50_000, actor=first).state == RefundState.APPROVED

    def test_what_is_declined_lies_again_where_it_lay(
        self, open_intent: OpenIntent, session: Session, heard: Heard
    ) -> None:
        first, second = officers(session)
        intent = open_intent(amount_fen=80_000)
        rehearsals.pay_intent(intent.public_id)
        refund = ask(intent, 80_000, actor=first)
        with pytest.raises(RefundTooLarge):
            ask(intent, 1)
        with transaction() as step:
            services.decline_refund(step, second, refund.public_id, "Not spoiled")
        assert len(heard.of(RefundDeclined)) == 1
        ask(intent, 50_000)

    def test_the_limit_is_dated(self, open_intent: OpenIntent, session: Session) -> None:
        first, _ = officers(session)
        with transaction() as step:
            services.set_refund_limit(step, first, 1_000, clock.today() + timedelta(days=3))
        with pytest.raises(LimitInThePast), transaction() as step:
            services.set_refund_limit(step, first, 1_000, clock.today() - timedelta(days=1))
        with pytest.raises(LimitRaisedToday), transaction() as step:
            services.set_refund_limit(step, first, 50_001, clock.today())
        intent = open_intent()
        rehearsals.pay_intent(intent.public_id)
        assert ask(intent, 1_001).state == RefundState.APPROVED
        with clock.at(clock.now() + timedelta(days=3)):
            assert ask(intent, 1_001).state == RefundState.REQUESTED

    def test_a_bank_transfer_goes_back_by_hand(self, session: Session) -> None:
        first, _ = officers(session)
        with transaction() as step:
            transfer = services.record_bank_transfer(step, first, "NOBODY", 12_345, clock.today(), "IN-1")
        paid_by = f"bank_transfer:{transfer.public_id}"
        with transaction() as step:
            services.resolve_review(step, first, paid_by, ResolutionKind.RETURN, "Not for us", once="X")
        with pytest.raises(ReviewClosed), transaction() as step:
            services.resolve_review(step, first, paid_by, ResolutionKind.CLOSE, "Again", once="Y")
        with reading() as step:
            (refund,) = step.scalars(select(Refund)).all()
        assert (refund.provider, refund.state) == ("bank", RefundState.APPROVED)
        with transaction() as step:
            services.note_paid_by_hand(step, first, refund.public_id, "OUT-1", clock.today())
            services.note_paid_by_hand(step, first, refund.public_id, " OUT-1 ", clock.today())
        assert now_of(refund).state == RefundState.SUCCEEDED
        with transaction() as step:
            other = services.record_bank_transfer(step, first, "NOBODY", 100, clock.today(), "IN-2")
            services.resolve_review(
                step, first, f"bank_transfer:{other.public_id}", ResolutionKind.RETURN, "Not for us", once="Z"
            )
        with reading() as step:
            second_refund = step.scalars(select(Refund).order_by(Refund.id.desc())).first()
        assert second_refund is not None
        with pytest.raises(BankReferenceTaken), transaction() as step:
            services.note_paid_by_hand(step, first, second_refund.public_id, "OUT-1", clock.today())

    def test_money_that_matches_nothing_stays_held_and_closed_with_a_note(self, session: Session) -> None:
        first, second = officers(session)
        with transaction() as step:
            transfer = services.record_bank_transfer(step, first, "NOBODY", 60_000, clock.today(), "IN-1")
        paid_by = f"bank_transfer:{transfer.public_id}"
        with pytest.raises(NothingToMatch), transaction() as step:
            services.resolve_review(
                step,
                first,
                paid_by,
                ResolutionKind.MATCH,
                "For the rice",
                once="M",
                reference="20260101-0001",
            )
        with transaction() as step:
            proposal = services.resolve_review(
                step, first, paid_by, ResolutionKind.CLOSE, "Unknown", once="C"
            )
        assert proposal.state == "proposed"
        with transaction() as step:
            other = services.record_bank_transfer(step, first, "NOBODY", 60_000, clock.today(), "IN-2")
        elsewhere = f"bank_transfer:{other.public_id}"
        with pytest.raises(RefundSentBefore), transaction() as step:
            services.resolve_review(step, first, elsewhere, ResolutionKind.CLOSE, "Unknown", once="C")
        with pytest.raises(NotFound), transaction() as step:
            services.decide_proposal(step, second, elsewhere, proposal.public_id, confirm=True)
        with pytest.raises(SecondPersonNeeded), transaction() as step:
            services.decide_proposal(step, first, paid_by, proposal.public_id, confirm=True)
        with transaction() as step:
            services.decide_proposal(step, second, paid_by, proposal.public_id, confirm=True)
        with reading() as step:
            kept = step.get_one(BankTransfer, transfer.id)
        assert kept.review_closed_at is not None
        assert kept.held_fen == 60_000

    def test_a_match_takes_what_the_order_costs_and_leaves_the_rest_held(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, _ = officers(session)

        def flow(step: Session, event: HeldMoneyMatched) -> None:
            event.taken.append(9_000)
            if not event.only_look:
                from ledger import services as ledger
                from ledger.values import Fact, Leg

                fact = Fact("order_paid", "tests", event.number)
                ledger.post(step, SYSTEM, fact, [Leg(books.held(event.payee), PREPAID, 9_000)])

        monkeypatch.setitem(events._handlers, HeldMoneyMatched, [flow])
        with transaction() as step:
            transfer = services.record_bank_transfer(step, first, "NOBODY", 10_000, clock.today(), "IN-1")
            services.resolve_review(
                step,
                first,
                f"bank_transfer:{transfer.public_id}",
                ResolutionKind.MATCH,
                "The buyer sent the notice",
                once="M",
                reference="N",
            )
        with reading() as step:
            kept = step.scalars(select(BankTransfer)).one()
        assert (kept.held_fen, kept.review_closed_at) == (1_000, None)


# --- many at once ------------------------------------------------------------------------------------------


@pytest.mark.concurrency
@pytest.mark.usefixtures("live_database")
class TestTogether:
    """With real connections."""

    def test_two_clerks_at_once_give_one_refund(self, open_intent: OpenIntent, heard: Heard) -> None:
        intent = open_intent()
        rehearsals.pay_intent(intent.public_id)
        outcomes = together(*[lambda: ask(intent)] * 8)
        assert len([found for found in outcomes if isinstance(found, Refund)]) == 1
        assert all(isinstance(found, (Refund, RefundTooLarge)) for found in outcomes), outcomes
        (refund,) = [found for found in outcomes if isinstance(found, Refund)]
        together(*[lambda: services.send_refund(refund.public_id)] * 6, jobs.run_due)
        assert now_of(refund).state == RefundState.SUCCEEDED
        assert len(heard.of(RefundSucceeded)) == 1

    def test_the_same_form_sent_at_once_gives_one_refund(self, open_intent: OpenIntent) -> None:
        intent = open_intent()
        rehearsals.pay_intent(intent.public_id)
        outcomes = together(*[lambda: ask(intent, 100, once="SAME")] * 8)
        assert len({found.id for found in outcomes}) == 1, outcomes

    def test_partial_refunds_in_parallel_never_exceed_what_was_paid(self, open_intent: OpenIntent) -> None:
        intent = open_intent(amount_fen=1_000)
        rehearsals.pay_intent(intent.public_id)
        outcomes = together(*[lambda: ask(intent, 300)] * 8)
        assert len([found for found in outcomes if isinstance(found, Refund)]) == 3

    def test_every_event_of_a_refund_five_times_in_every_order_pays_once(
        self, app: Flask, stripe: FakeStripe, open_intent: OpenIntent, heard: Heard
    ) -> None:
        kinds = ("refund.created", "refund.updated", "charge.refunded")
        for number, order in enumerate(permutations(kinds), start=1):
            intent = pay_at_stripe(stripe, open_intent, subject_id=number)
            refund = ask(intent)
            stripe.refund_status = "pending"
            assert services.send_refund(refund.public_id) is RefundState.SENT
            refund_id = list(stripe.refunds)[-1]
            stripe.settle_refund(refund_id, "succeeded")
            bodies = []
            for kind in order:
                content = dict(stripe.refunds[refund_id])
                if kind == "charge.refunded":
                    content = {"id": "ch_1", "object": "charge", "payment_intent": content["payment_intent"]}
                bodies += [stripe.event_of(kind, content, f"evt_{number}_{kind}")] * 5

            def swept() -> int:
                with later():
                    return services.sweep_refunds()

            random.shuffle(bodies)
            outcomes = together(*[lambda b=b: deliver(app, b) for b in bodies], swept, jobs.run_due)
            assert set(outcomes[: len(bodies)]) == {200}, outcomes
            jobs.run_due()
            assert now_of(refund).state == RefundState.SUCCEEDED
        assert len(heard.of(RefundSucceeded)) == 6
