"""Payouts of providers to the bank: booked once, less their fees, and taken back when they come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, jobs
from core.db import reading, transaction
from ledger import checks
from ledger import queries as ledger_queries
from ledger import services as ledger
from ledger.values import Fact, Leg
from payments import books, gateways, queries, rules, services
from payments.errors import BankTooLow, PayoutUnclear
from payments.models import IncomingPayout, PaymentEvent, Reconciliation
from payments.sandbox import rehearsals
from payments.sandbox import services as sandbox
from payments.sandbox.jobs import pay_out_finished_days
from payments.stripe.gateway import StripeGateway
from payments.values import PayoutPart, PayoutStatus, ProviderMove, Purpose, ResolutionKind
from tests.factories.people import make_organisation, make_user
from tests.fakes import stripe_server
from tests.fakes.stripe_server import FakeStripe
from tests.page_client import PageClient
from tests.payments.conftest import OpenIntent
from tests.payments.test_refunds import SECRET, ask, deliver, officers, pay_at_stripe, together

CLEARING, BANK, FEES = "clearing:stripe:operator", "bank:operator", "fees:stripe:operator"


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    """Run the server and send every payment through it."""
    with stripe_server.running() as fake:
        gateway = StripeGateway(stripe_server.KEY, (SECRET,), fake.base, timeout=(1.0, 1.0), retries=0)
        gateways.use(gateways.site(), gateway)
        yield fake


@pytest.fixture(autouse=True)
def _quiet(heard: object) -> None:
    """Let the stand-in flow post what is paid."""


def balances(*codes: str) -> list[int]:
    with reading() as session:
        found = ledger_queries.balances(session, codes)
    return [found[code].settled for code in codes]


def payouts() -> list[IncomingPayout]:
    with reading() as session:
        return list(session.scalars(select(IncomingPayout).order_by(IncomingPayout.id)))


def wrong() -> list[str]:
    with reading() as session:
        return [finding.name for finding in checks.run(session) if finding.wrong]


class TestRules:
    """What a payout brings whom."""

    def test_each_payee_gets_what_is_its_own_and_bears_its_fees(self) -> None:
        moves = [
            ProviderMove(10_000, 290, "pi_1"),
            ProviderMove(-2_000, 0, "pi_1"),
            ProviderMove(5_000, 145, "pi_2"),
            ProviderMove(0, 50),
        ]
        parts = rules.split_payout(12_515, moves, {"pi_1": "operator", "pi_2": "charity-A"}, {})
        assert parts == [PayoutPart("charity-A", 5_000, 145), PayoutPart("operator", 8_000, 340)]
        assert [part.net_fen for part in parts] == [4_855, 7_660]

    @pytest.mark.parametrize("amount", [9_709, 9_711, 0])
    def test_lines_that_do_not_add_up_are_refused(self, amount: int) -> None:
        with pytest.raises(PayoutUnclear):
            rules.split_payout(amount, [ProviderMove(10_000, 290, "pi_1")], {}, {})

    def test_a_payout_without_lines_is_refused(self) -> None:
        with pytest.raises(PayoutUnclear):
            rules.split_payout(0, [], {}, {})

    def test_what_came_back_is_paid_anew_to_those_whose_it_was(self) -> None:
        before = [PayoutPart("charity-A", 5_000, 145), PayoutPart("operator", 8_000, 340)]
        moves = [ProviderMove(12_515, 0, payout_id="po_1"), ProviderMove(1_000, 29, "pi_3")]
        parts = rules.split_payout(13_486, moves, {}, {"po_1": before})
        assert parts == [PayoutPart("charity-A", 4_855, 0), PayoutPart("operator", 8_660, 29)]


@pytest.mark.usefixtures("session")
class TestStripe:
    """Over HTTP by the official client."""

    def test_a_payout_moves_payments_less_fees_to_the_bank(
        self, app: Flask, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        intent = pay_at_stripe(stripe, open_intent)
        pay_at_stripe(stripe, open_intent, subject_id=2, amount_fen=10_000)
        services.send_refund(ask(intent, 1_000).public_id)
        payout_id = stripe.make_payout("in_transit", charge=40)
        assert deliver(app, stripe.event_of("payout.created", stripe.payouts[payout_id])) == 200
        jobs.run_due()
        assert [(p.status, p.booked_at) for p in payouts()] == [("in_transit", None)]
        assert balances(CLEARING, BANK) == [12_980, 0]
        stripe.settle_payout(payout_id, "paid")
        assert deliver(app, stripe.event_of("payout.paid", stripe.payouts[payout_id])) == 200
        jobs.run_due()
        fees = 115 + 290 + 40
        assert balances(CLEARING, BANK, FEES) == [0, 12_980 - fees, fees]
        (kept,) = payouts()
        assert (kept.status, kept.amount_fen, kept.fee_fen) == ("paid", 12_980 - fees, fees)
        assert wrong() == []

    def test_a_payout_that_fails_after_it_was_paid_lies_at_the_provider_again_and_is_paid_with_the_next(
        self, app: Flask, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        first = stripe.make_payout()
        for kind, status in (("payout.paid", "paid"), ("payout.failed", "failed")):
            stripe.settle_payout(first, status)
            assert deliver(app, stripe.event_of(kind, stripe.payouts[first])) == 200
            jobs.run_due()
        assert balances(CLEARING, BANK, FEES) == [9_710, 0, 290]
        with reading() as session:
            assert queries.count_payouts(session, queries.payouts_to_look_at()) == 1
        # The late news that it had been paid changes nothing any more.
        assert deliver(app, stripe.event_of("payout.paid", stripe.payouts[first])) == 200
        jobs.run_due()
        with clock.at(clock.now() + timedelta(seconds=1)):
            second = stripe.make_payout()
            stripe.payouts[second]["created"] += 2
            assert services.settle_payout("stripe", second) is PayoutStatus.PAID
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]
        assert [(p.status, p.amount_fen, p.fee_fen) for p in payouts()] == [
            ("failed", 9_710, 290),
            ("paid", 9_710, 0),
        ]
        with reading() as session:
            assert queries.count_payouts(session, queries.payouts_to_look_at()) == 0
        assert wrong() == []

    def test_a_payout_of_which_we_first_hear_that_it_failed_ends_the_same_way(
        self, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        first = stripe.make_payout()
        stripe.settle_payout(first, "failed")
        assert services.settle_payout("stripe", first) is PayoutStatus.FAILED
        assert balances(CLEARING, BANK, FEES) == [9_710, 0, 290]
        services.settle_payout("stripe", stripe.make_payout())
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]

    def test_the_sweeper_books_payouts_whose_messages_were_all_lost(
        self, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        assert services.sweep_payouts() == 0
        pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        first = stripe.make_payout()
        assert [services.sweep_payouts(), services.sweep_payouts()] == [1, 0]
        assert balances(CLEARING, BANK) == [0, 9_710]
        stripe.settle_payout(first, "failed")
        assert [services.sweep_payouts(), services.sweep_payouts()] == [1, 0]
        assert balances(CLEARING, BANK) == [9_710, 0]

    def test_a_payout_whose_lines_do_not_add_up_is_kept_with_its_reason_and_booked_later(
        self, app: Flask, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        payout_id = stripe.make_payout()
        stripe.moves[0]["fee"] += 1
        assert deliver(app, stripe.event_of("payout.paid", stripe.payouts[payout_id])) == 200
        jobs.run_due()
        (kept,) = payouts()
        assert kept.booked_at is None
        assert kept.trouble is not None
        with reading() as session:
            assert queries.count_payouts(session, queries.payouts_to_look_at()) == 1
            assert session.scalars(select(PaymentEvent.failed_at)).one() is not None
        assert balances(CLEARING, BANK) == [10_000, 0]
        found = services.reconcile_day("stripe", clock.today())
        assert [row["kind"] for row in found] == ["payout_not_booked"]
        stripe.moves[0]["fee"] -= 1
        assert services.sweep_payouts() == 1
        assert [(p.trouble, p.status) for p in payouts()] == [(None, "paid")]
        assert balances(CLEARING, BANK) == [0, 9_710]

    def test_a_payout_in_another_currency_is_not_booked(
        self, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        pay_at_stripe(stripe, open_intent)
        payout_id = stripe.make_payout()
        stripe.payouts[payout_id]["currency"] = "hkd"
        with pytest.raises(PayoutUnclear):
            services.settle_payout("stripe", payout_id)
        assert [p.trouble for p in payouts()] == ["paid out in HKD"]
        assert services.sweep_payouts() == 0

    def test_a_gift_reaches_its_charity_and_a_dispute_is_taken_from_the_payout(
        self, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        order = pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        pay_at_stripe(
            stripe,
            open_intent,
            subject_id=2,
            amount_fen=4_000,
            purpose=Purpose.DONATION,
            payee="charity-A",
        )
        with reading() as session:
            payment = queries.get_intent(session, order.public_id).provider_payment_id
        assert payment is not None
        services.settle_dispute("stripe", stripe.open_dispute(payment))
        pay_at_stripe(stripe, open_intent, subject_id=3, amount_fen=20_000)
        services.settle_payout("stripe", stripe.make_payout())
        fees = 290 + 580
        assert balances(CLEARING, BANK) == [0, 20_000 - fees]
        assert balances("clearing:stripe:charity-A", "bank:charity-A") == [0, 4_000 - 116]

    def test_a_day_is_compared_with_what_reached_the_bank(
        self, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        first = stripe.make_payout()
        today = clock.today()
        (missing,) = services.reconcile_day("stripe", today)
        assert (missing["kind"], missing["what"]) == ("payout_missing_here", first)
        assert (missing["there_fen"], missing["here_fen"]) == (9_710, 0)
        services.sweep_payouts()
        assert services.reconcile_day("stripe", today) == []
        with reading() as session:
            row = session.scalars(select(Reconciliation)).one()
        assert (row.provider_banked_fen, row.ledger_banked_fen) == (9_710, 9_710)
        stripe.settle_payout(first, "failed")
        (other,) = services.reconcile_day("stripe", today)
        assert (other["kind"], other["there_fen"], other["here_fen"]) == ("payout_other", 0, 9_710)
        services.sweep_payouts()
        assert services.reconcile_day("stripe", today) == []
        del stripe.payouts[first]
        (unknown,) = services.reconcile_day("stripe", today)
        assert (unknown["kind"], unknown["what"]) == ("payout_unknown_there", first)


@pytest.mark.usefixtures("session")
class TestSandbox:
    """The rehearsed payout of each day."""

    def test_what_came_in_is_sent_to_the_bank_on_the_next_day(
        self, open_intent: OpenIntent, deliver_to_client: None
    ) -> None:
        rehearsals.pay_intent(open_intent(amount_fen=10_000).public_id)
        pay_out_finished_days()
        assert payouts() == []
        with clock.at(clock.now() + timedelta(days=1)):
            pay_out_finished_days()
            pay_out_finished_days()
            jobs.run_due()
            jobs.run_due()
        assert balances("clearing:sandbox:operator", BANK, "fees:sandbox:operator") == [0, 9_940, 60]
        assert [(p.status, p.amount_fen) for p in payouts()] == [("paid", 9_940)]

    def test_what_was_given_back_waits_for_the_money_of_another_day(self, open_intent: OpenIntent) -> None:
        intent = open_intent(amount_fen=10_000)
        rehearsals.pay_intent(intent.public_id)
        until = clock.now() + timedelta(minutes=1)
        rehearsals.pay_out(until)
        services.send_refund(ask(intent, 4_000).public_id)
        rehearsals.pay_out(until)
        assert balances("clearing:sandbox:operator", BANK) == [-4_000, 9_940]
        rehearsals.pay_intent(open_intent(subject_id=2, amount_fen=10_000).public_id)
        rehearsals.pay_out(until)
        assert balances("clearing:sandbox:operator", BANK) == [0, 9_940 + 5_940]

    def test_one_that_failed_comes_with_the_next(
        self, open_intent: OpenIntent, deliver_to_client: None
    ) -> None:
        rehearsals.pay_intent(open_intent(amount_fen=10_000).public_id)
        until = clock.now() + timedelta(minutes=1)
        rehearsals.pay_out(until)
        with transaction() as session:
            sandbox.fail_payout(session, payouts()[0].provider_payout_id)
        jobs.run_due()
        jobs.run_due()
        assert balances("clearing:sandbox:operator", BANK) == [9_940, 0]
        with clock.at(until):
            rehearsals.pay_out(until)
        assert balances("clearing:sandbox:operator", BANK) == [0, 9_940]
        assert [(p.status, p.fee_fen) for p in payouts()] == [("failed", 60), ("paid", 0)]


@pytest.mark.usefixtures("session")
class TestOwnMoney:
    """What the operator put into its account itself."""

    def test_a_transfer_of_its_own_is_kept_and_can_be_paid_from(self, session: Session) -> None:
        first, second = officers(session)
        with transaction() as step:
            transfer = services.record_bank_transfer(step, first, "自有资金", 80_000, clock.today(), "OWN-1")
        paid_by = f"bank_transfer:{transfer.public_id}"
        with transaction() as step:
            proposal = services.resolve_review(
                step, first, paid_by, ResolutionKind.OWN, "For the fees of November", once="O"
            )
        assert (proposal.state, balances("own:operator")) == ("proposed", [0])
        with transaction() as step:
            services.decide_proposal(step, second, paid_by, proposal.public_id, confirm=True)
        assert balances("own:operator", "held:operator", BANK) == [80_000, 0, 80_000]
        with transaction() as step:
            services.require_in_bank(step, "operator", 80_000)
        with pytest.raises(BankTooLow), transaction() as step:
            services.require_in_bank(step, "operator", 80_001)


@pytest.mark.usefixtures("session")
class TestPages:
    """What the finance officer sees."""

    def test_payouts_are_listed_with_fees_and_what_to_do(
        self, client: PageClient, session: Session, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        operator = make_organisation(session, OrganisationKind.OPERATOR)
        officer = make_user(session, Role.FINANCE, organisation=operator)
        session.commit()
        client.sign_in(officer)
        assert client.get("/operator/reconciliation/payouts").status == 200
        pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        payout_id = stripe.make_payout()
        client.post("/operator/reconciliation/payouts")
        page = client.get("/operator/reconciliation/payouts").text
        for words in (payout_id, "¥100.00", "¥2.90", "¥97.10"):
            assert words in page
        stripe.settle_payout(payout_id, "failed")
        client.post("/operator/reconciliation/payouts")
        client.language = "en"
        page = client.get("/operator/reconciliation/payouts").text
        assert "The bank account is closed" in page
        client.post(f"/operator/reconciliation/stripe/{clock.today().isoformat()}")
        for day in ("0001-01-01", "2019-12-31", "9999-12-31", "2026-02-30"):
            client.post(f"/operator/reconciliation/stripe/{day}", status=404)
        assert "Nothing differs" in client.get(f"/operator/reconciliation/stripe/{clock.today()}").text
        assert "ledger_to_bank" in client.get("/operator/reconciliation.csv").html
        assert "Recorded here" not in client.get("/operator/reconciliation").text
        session.execute(update(Reconciliation).values(our_in_fen=9_999))
        session.commit()
        page = client.get("/operator/reconciliation").text
        assert "Payment service ¥100.00 Recorded here ¥99.99 Ledger ¥100.00" in page

    def test_the_service_that_does_not_answer_changes_nothing(
        self, client: PageClient, session: Session, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        operator = make_organisation(session, OrganisationKind.OPERATOR)
        officer = make_user(session, Role.FINANCE, organisation=operator)
        session.commit()
        client.sign_in(officer)
        pay_at_stripe(stripe, open_intent)
        stripe.trouble(status=500)
        client.post("/operator/reconciliation/payouts")
        assert payouts() == []

    @pytest.mark.parametrize("role", [Role.SUPPLIER, Role.CERTIFIER])
    def test_others_are_shown_the_door(self, client: PageClient, session: Session, role: Role) -> None:
        user = make_user(session, role)
        session.commit()
        client.sign_in(user)
        client.get("/operator/reconciliation/payouts", status=403)


@pytest.mark.concurrency
@pytest.mark.usefixtures("live_database")
class TestTogether:
    """With real connections."""

    def test_every_event_of_a_payout_five_times_at_once_books_it_once(
        self, app: Flask, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        payout_id = stripe.make_payout()
        kinds = ("payout.created", "payout.updated", "payout.paid")
        bodies = [stripe.event_of(kind, stripe.payouts[payout_id], f"evt_{kind}") for kind in kinds] * 5

        def sent(body: bytes) -> Any:
            return lambda: deliver(app, body)

        outcomes = together(*[sent(body) for body in bodies], *[jobs.run_due] * 2, services.sweep_payouts)
        assert [found for found in outcomes if isinstance(found, Exception)] == []
        jobs.run_due()
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]
        stripe.settle_payout(payout_id, "failed")
        body = stripe.event_of("payout.failed", stripe.payouts[payout_id], "evt_failed")
        settle = lambda: services.settle_payout("stripe", payout_id)  # noqa: E731
        outcomes = together(*[sent(body)] * 5, *[settle] * 5, services.sweep_payouts)
        assert [found for found in outcomes if isinstance(found, Exception)] == []
        jobs.run_due()
        assert balances(CLEARING, BANK, FEES) == [9_710, 0, 290]
        assert [p.status for p in payouts()] == ["failed"]

    def test_two_who_pay_at_once_cannot_both_spend_the_same_money(self) -> None:
        with transaction() as step:
            first, _ = officers(step)
            services.resolve_review(
                step,
                first,
                "bank_transfer:"
                + services.record_bank_transfer(step, first, "OWN", 10_000, clock.today(), "O").public_id,
                ResolutionKind.OWN,
                "Own",
                once="O",
            )
        spent = books.own_money("operator")

        def pay(number: int) -> Any:
            def run() -> None:
                with transaction() as step:
                    services.require_in_bank(step, "operator", 6_000)
                    fact = Fact("own_money", "tests", str(number))
                    ledger.post(step, first, fact, [Leg(spent, books.bank("operator"), 6_000)])

            return run

        outcomes = together(*[pay(number) for number in range(6)])
        assert outcomes.count(None) == 1
        assert sum(isinstance(found, BankTooLow) for found in outcomes) == 5
        assert balances(BANK) == [4_000]
