"""Payouts that a person made at Stripe, which lists no lines of them: booked from the statement by two people, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, ids, jobs
from core.audit import AuditEntry
from core.db import reading, transaction
from core.errors import Forbidden
from core.permissions import GUEST, Actor
from payments import queries, services
from payments.errors import (
    ArrivedOnWrongDay,
    BookingDecided,
    GatewayFailed,
    PayoutBookedBefore,
    PayoutNotPaid,
    PayoutSaysOther,
    PayoutUnclear,
    ProviderTooLow,
    RefundSentBefore,
    SecondPersonNeeded,
    UnknownPayout,
)
from payments.models import PaymentEvent, PayoutByHand
from payments.values import PayoutStatus, StatementPayout
from tests.conftest import StatementCounter
from tests.factories.people import PASSWORD, make_organisation, make_user
from tests.fakes.stripe_server import FakeStripe
from tests.page_client import PageClient
from tests.payments.conftest import OpenIntent
from tests.payments.test_payouts import BANK, CLEARING, FEES, _quiet, balances, payouts, stripe, wrong
from tests.payments.test_refunds import deliver, officers, pay_at_stripe, together

__all__ = ["_quiet", "stripe"]

LIST = "/operator/reconciliation/payouts"
NEW = f"{LIST}/new"


def line(payout_id: str, **changes: Any) -> StatementPayout:
    """Return a payout of ¥97.10, of whose payments Stripe had kept ¥2.90."""
    values = {"amount_fen": 9_710, "fee_fen": 290, "arrived_on": clock.today(), "payee": "operator"}
    return StatementPayout("stripe", payout_id, **{**values, **changes})


def propose(actor: Actor, wanted: StatementPayout, once: str = "") -> str:
    services.ask_about_payout(wanted.provider, wanted.provider_payout_id)
    with transaction() as step:
        return services.propose_booking(step, actor, wanted, once=once or ids.public_id(20)).public_id


def confirm(actor: Actor, booking: str) -> None:
    with transaction() as step:
        services.confirm_booking(step, actor, booking)


@pytest.fixture
def by_hand(stripe: FakeStripe, open_intent: OpenIntent) -> str:
    """Let a buyer pay ¥100.00, and a person pay out by hand what is left of it."""
    pay_at_stripe(stripe, open_intent, amount_fen=10_000)
    return stripe.make_payout(automatic=False)


@pytest.mark.usefixtures("session")
class TestBooking:
    """Over HTTP by the official client, against a server that lists no lines of manual payouts, as Stripe does."""

    def test_its_event_is_applied_and_the_payout_waits_for_a_person(
        self, app: Flask, stripe: FakeStripe, by_hand: str
    ) -> None:
        assert deliver(app, stripe.event_of("payout.paid", stripe.payouts[by_hand])) == 200
        jobs.run_due()
        with reading() as session:
            event = session.scalars(select(PaymentEvent).where(PaymentEvent.type == "payout.paid")).one()
            assert queries.count_payouts(session, queries.payouts_to_look_at()) == 1
        assert (event.outcome, event.failed_at) == ("payout paid", None)
        (kept,) = payouts()
        assert (kept.trouble, kept.booked_at) == ("made by hand", None)
        assert balances(CLEARING, BANK) == [10_000, 0]
        assert services.sweep_payouts() == 0, "it waits for a person, not for another look"
        (found,) = services.reconcile_day("stripe", clock.today())
        assert (found["kind"], found["there_fen"], found["here_fen"]) == ("payout_not_booked", 9_710, 0)

    def test_two_people_book_it_and_whatever_is_told_later_changes_nothing(
        self, app: Flask, session: Session, stripe: FakeStripe, by_hand: str
    ) -> None:
        first, second = officers(session)
        booking = propose(first, line(by_hand))
        assert balances(CLEARING, BANK, FEES) == [10_000, 0, 0]
        confirm(second, booking)
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]
        for kind in ("payout.created", "payout.updated", "payout.paid"):
            assert deliver(app, stripe.event_of(kind, stripe.payouts[by_hand])) == 200
        jobs.run_due()
        assert services.sweep_payouts() == 0
        assert services.settle_payout("stripe", by_hand) is PayoutStatus.PAID
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]
        assert [(p.status, p.trouble, p.fee_fen) for p in payouts()] == [("paid", None, 290)]
        assert services.reconcile_day("stripe", clock.today()) == []
        with reading() as step:
            assert queries.count_payouts(step, queries.payouts_to_look_at()) == 0
            told = step.scalars(
                select(AuditEntry.action)
                .where(AuditEntry.subject_type == "provider_payout")
                .order_by(AuditEntry.id)
            ).all()
        assert told == ["payout by hand proposed", "payout by hand booked"]
        assert wrong() == []

    def test_without_a_fee_it_stays_with_the_provider_in_the_books(
        self, session: Session, by_hand: str
    ) -> None:
        first, second = officers(session)
        confirm(second, propose(first, line(by_hand, fee_fen=0)))
        assert balances(CLEARING, BANK, FEES) == [290, 9_710, 0]
        assert wrong() == []

    def test_one_that_comes_back_lies_at_the_provider_again(
        self, app: Flask, session: Session, stripe: FakeStripe, by_hand: str
    ) -> None:
        first, second = officers(session)
        confirm(second, propose(first, line(by_hand)))
        stripe.settle_payout(by_hand, "failed")
        assert deliver(app, stripe.event_of("payout.failed", stripe.payouts[by_hand])) == 200
        jobs.run_due()
        assert balances(CLEARING, BANK, FEES) == [9_710, 0, 290]
        assert wrong() == []

    def test_one_that_never_arrived_needs_no_booking(
        self, session: Session, stripe: FakeStripe, by_hand: str
    ) -> None:
        first, second = officers(session)
        booking = propose(first, line(by_hand))
        stripe.settle_payout(by_hand, "failed")
        assert services.settle_payout("stripe", by_hand) is PayoutStatus.FAILED
        with pytest.raises(PayoutNotPaid):
            confirm(second, booking)
        assert [(p.trouble, p.booked_at) for p in payouts()] == [(None, None)]
        assert services.reconcile_day("stripe", clock.today()) == []
        assert wrong() == []

    def test_what_does_not_fit_is_refused(
        self, session: Session, stripe: FakeStripe, by_hand: str, open_intent: OpenIntent
    ) -> None:
        first, second = officers(session)
        day = timedelta(days=1)
        for changes, refusal in (
            ({"amount_fen": 9_711}, PayoutSaysOther),
            ({"fee_fen": 291}, ProviderTooLow),
            ({"payee": "charity-A"}, ProviderTooLow),
            ({"arrived_on": clock.today() + day}, ArrivedOnWrongDay),
            ({"arrived_on": clock.today() - 2 * day}, ArrivedOnWrongDay),
            ({"provider_payout_id": "po_other"}, UnknownPayout),
        ):
            values = {"payout_id": by_hand, **changes}
            wanted = line(values.pop("provider_payout_id", values.pop("payout_id")), **values)  # type: ignore[arg-type]
            with pytest.raises(refusal):
                propose(first, wanted)
        with pytest.raises(Forbidden):
            propose(GUEST, line(by_hand))
        with pytest.raises(UnknownPayout), transaction() as step:
            services.propose_booking(step, first, line("po_never_asked"), once="N")
        stripe.payouts[by_hand]["status"] = "in_transit"
        with pytest.raises(PayoutNotPaid):
            propose(first, line(by_hand))
        stripe.payouts[by_hand]["status"] = "paid"
        booking = propose(first, line(by_hand))
        with pytest.raises(PayoutBookedBefore):
            propose(second, line(by_hand))
        with pytest.raises(SecondPersonNeeded):
            confirm(first, booking)
        confirm(second, booking)
        with pytest.raises(BookingDecided):
            confirm(second, booking)
        with pytest.raises(PayoutBookedBefore):
            propose(first, line(by_hand))
        pay_at_stripe(stripe, open_intent, subject_id=2, amount_fen=10_000)
        hkd = stripe.make_payout(automatic=False)
        stripe.payouts[hkd]["currency"] = "hkd"
        with pytest.raises(PayoutUnclear):
            propose(first, line(hkd))
        stripe.trouble(status=500)
        with pytest.raises(GatewayFailed):
            propose(first, line("po_77"))

    def test_one_whose_lines_are_listed_is_booked_from_them(
        self, session: Session, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        first, _ = officers(session)
        pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        with pytest.raises(PayoutBookedBefore):
            propose(first, line(stripe.make_payout()))
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]

    def test_the_same_form_twice_is_one_and_a_declined_one_makes_room(
        self, session: Session, by_hand: str
    ) -> None:
        first, second = officers(session)
        booking = propose(first, line(by_hand, fee_fen=0), once="FORM")
        assert propose(first, line(by_hand, fee_fen=0), once="FORM") == booking
        with pytest.raises(RefundSentBefore):
            propose(first, line(by_hand), once="FORM")
        with transaction() as step:
            services.decline_booking(step, second, booking, "the fee is missing")
        with pytest.raises(BookingDecided), transaction() as step:
            services.decline_booking(step, first, booking, "once more")
        confirm(second, propose(first, line(by_hand)))
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]

    def test_the_database_itself_refuses_one_person_alone(self, session: Session, by_hand: str) -> None:
        first, _ = officers(session)
        booking = propose(first, line(by_hand))
        kept = session.scalars(select(PayoutByHand).where(PayoutByHand.public_id == booking)).one()
        with pytest.raises(IntegrityError), session.begin_nested():
            kept.state, kept.decided_at = "booked", clock.now()
            kept.decided_by_user_id = kept.proposed_by_user_id
            session.flush()


@pytest.mark.usefixtures("session")
class TestPages:
    """What the two people see."""

    @staticmethod
    def _desk(client: PageClient, session: Session, role: Role, operator: Any) -> PageClient:
        user = make_user(session, role, organisation=operator)
        session.commit()
        desk = PageClient(client.app, session, "en")
        desk.sign_in(user)
        return desk

    def test_from_the_list_to_the_bank(
        self, client: PageClient, session: Session, stripe: FakeStripe, by_hand: str
    ) -> None:
        operator = make_organisation(session, OrganisationKind.OPERATOR)
        charity = make_organisation(session, OrganisationKind.CHARITY)
        finance = self._desk(client, session, Role.FINANCE, operator)
        admin = self._desk(client, session, Role.ADMIN, operator)
        finance.follow(finance.post(LIST))
        page = finance.get(LIST)
        assert "Book it from the bank statement." in page.text
        assert f"{NEW}?number={by_hand}" in page.html
        page = finance.get(f"{NEW}?number={by_hand}&provider=stripe")
        fields = page.form(NEW)["fields"]
        assert fields["number"] == by_hand
        assert charity.name_en in page.text
        filled = {
            **fields,
            "provider": "stripe",
            "payee": "operator",
            "arrived_on": clock.today().isoformat(),
            "amount": "97.10",
            "fee": "2.90",
        }
        for changes, words in (
            ({"amount": "97.11"}, "The payment service says ¥97.10 for this number."),
            ({"fee": "3"}, "only ¥100.00 lie with the payment service"),
            ({"fee": ""}, "Please fill this in."),
            ({"fee": "-1"}, "Enter an amount"),
            ({"number": "po_0"}, "knows no payout of this number"),
            ({"number": "../po_1"}, "Letters, digits"),
            ({"payee": "charity-nobody"}, ""),
            ({"payee": f"charity-{charity.public_id}"}, "only ¥0.00 lie with the payment service"),
            ({"arrived_on": "2020-01-01"}, "This payout was sent on"),
            ({"provider": "nobody"}, ""),
        ):
            wrong_page = finance.post(NEW, {**filled, **changes}, 422)
            assert words in wrong_page.text
            kept = wrong_page.form(NEW)["fields"]
            assert kept["amount"] == changes.get("amount", "97.10"), "nothing typed is lost"
        page = finance.follow(finance.post(NEW, filled))
        assert "somebody else books it" in page.text
        with reading() as step:
            path = f"{LIST}/by-hand/{step.scalars(select(PayoutByHand.public_id)).one()}"
        finance.post(f"{path}/confirm", {"confirm-password": PASSWORD}, 403)
        assert "From the statement" in admin.get(LIST).text
        assert "¥100.00" in admin.get(path).text
        assert "This is not your password." in (
            admin.post(f"{path}/confirm", {"confirm-password": "not it at all"}, 422).text
        )
        assert balances(BANK) == [0]
        page = admin.follow(admin.post(f"{path}/confirm", {"confirm-password": PASSWORD}))
        assert "Booked: the money lies in the bank by the books." in page.text
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]
        admin.post(f"{path}/confirm", {"confirm-password": PASSWORD}, 409)
        admin.post(f"{path}/decline", {"decline-reason": "late"}, 409)
        finance.post(NEW, {**filled, "once": ids.public_id(20)}, 409)
        assert "Arrived in the bank" in finance.get(LIST).text

    def test_a_reading_is_taken_back_with_a_reason(
        self, client: PageClient, session: Session, by_hand: str
    ) -> None:
        operator = make_organisation(session, OrganisationKind.OPERATOR)
        finance = self._desk(client, session, Role.FINANCE, operator)
        first, _ = officers(session)
        path = f"{LIST}/by-hand/{propose(first, line(by_hand))}"
        finance.post(f"{path}/decline", {"decline-reason": ""}, 422)
        page = finance.follow(finance.post(f"{path}/decline", {"decline-reason": "Another account"}))
        assert "The payout waits again." in page.text
        assert "Another account" in finance.get(path).text

    @pytest.mark.parametrize("role", [Role.SUPPLIER, Role.CERTIFIER])
    def test_others_are_shown_the_door(
        self, client: PageClient, session: Session, by_hand: str, role: Role
    ) -> None:
        first, _ = officers(session)
        path = f"{LIST}/by-hand/{propose(first, line(by_hand))}"
        user = make_user(session, role)
        session.commit()
        client.sign_in(user)
        for address in (NEW, path):
            client.get(address, status=403)
        client.post(f"{path}/confirm", {"confirm-password": PASSWORD}, 403)

    def test_the_list_asks_once_for_all_bookings(
        self,
        client: PageClient,
        session: Session,
        stripe: FakeStripe,
        open_intent: OpenIntent,
        by_hand: str,
        statements: StatementCounter,
    ) -> None:
        operator = make_organisation(session, OrganisationKind.OPERATOR)
        finance = self._desk(client, session, Role.FINANCE, operator)
        first, _ = officers(session)
        propose(first, line(by_hand))
        finance.get(LIST)
        with statements:
            finance.get(LIST)
        once = len(statements)
        pay_at_stripe(stripe, open_intent, subject_id=2, amount_fen=10_000)
        propose(first, line(stripe.make_payout(automatic=False)))
        with statements:
            finance.get(LIST)
        assert len(statements) == once


@pytest.mark.concurrency
@pytest.mark.usefixtures("live_database")
class TestTogether:
    """With real connections."""

    def test_clicks_events_and_sweeps_at_once_book_it_once(
        self, app: Flask, stripe: FakeStripe, by_hand: str
    ) -> None:
        with transaction() as step:
            first, second = officers(step)
        services.ask_about_payout("stripe", by_hand)
        outcomes = together(*[lambda: propose(first, line(by_hand), "CLICKED")] * 6)
        assert len(set(outcomes)) == 1, outcomes
        booking = outcomes[0]
        body = stripe.event_of("payout.paid", stripe.payouts[by_hand], "evt_paid")
        outcomes = together(
            *[lambda: confirm(second, booking)] * 6,
            *[lambda: deliver(app, body)] * 3,
            *[lambda: services.settle_payout("stripe", by_hand)] * 3,
        )
        refused = [found for found in outcomes if isinstance(found, Exception)]
        assert [type(found) for found in refused] == [BookingDecided] * 5, refused
        jobs.run_due()
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]

    def test_two_bookings_at_once_cannot_both_take_what_lies_there_once(
        self, stripe: FakeStripe, open_intent: OpenIntent
    ) -> None:
        pay_at_stripe(stripe, open_intent, amount_fen=10_000)
        with transaction() as step:
            first, second = officers(step)
        numbers = [stripe.make_payout(automatic=False) for _ in range(2)]
        stripe.payouts[numbers[1]]["amount"] = 9_710
        bookings = [propose(first, line(number)) for number in numbers]
        outcomes = together(*[lambda booking=booking: confirm(second, booking) for booking in bookings])  # type: ignore[misc]
        refused = [found for found in outcomes if isinstance(found, Exception)]
        assert [type(found) for found in refused] == [ProviderTooLow], refused
        assert balances(CLEARING, BANK, FEES) == [0, 9_710, 290]
