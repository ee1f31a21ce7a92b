"""Decisions about payments, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from payments import rules
from payments.values import IntentFacts, PaymentState, ProviderState, SessionStatus, TransferState

INTENT = IntentFacts(PaymentState.PENDING, "K7", 3980, "CNY")
OPEN = ProviderState("cs_1", SessionStatus.OPEN, False, None, 3980, "CNY", "K7")
PAID = replace(OPEN, status=SessionStatus.COMPLETE, paid=True, payment_id="pi_1")
PROCESSING = replace(OPEN, status=SessionStatus.COMPLETE, payment_id="pi_1")
FAILED = replace(PROCESSING, declined=True)
EXPIRED = replace(OPEN, status=SessionStatus.EXPIRED)
S = PaymentState

TABLE = {
    (S.CREATED, "open"): S.PENDING,
    (S.CREATED, "processing"): S.PENDING,
    (S.CREATED, "paid"): S.SUCCEEDED,
    (S.CREATED, "failed"): S.CANCELLED,
    (S.CREATED, "expired"): S.CANCELLED,
    (S.PENDING, "open"): S.PENDING,
    (S.PENDING, "processing"): S.PENDING,
    (S.PENDING, "paid"): S.SUCCEEDED,
    (S.PENDING, "failed"): S.CANCELLED,
    (S.PENDING, "expired"): S.CANCELLED,
    (S.CANCELLED, "open"): S.CANCELLED,
    (S.CANCELLED, "processing"): S.CANCELLED,
    (S.CANCELLED, "paid"): S.NEEDS_REVIEW,
    (S.CANCELLED, "failed"): S.CANCELLED,
    (S.CANCELLED, "expired"): S.CANCELLED,
    **{(S.SUCCEEDED, told): S.SUCCEEDED for told in ("open", "processing", "paid", "failed", "expired")},
    **{
        (S.NEEDS_REVIEW, told): S.NEEDS_REVIEW for told in ("open", "processing", "paid", "failed", "expired")
    },
}
TOLD = {"open": OPEN, "processing": PROCESSING, "paid": PAID, "failed": FAILED, "expired": EXPIRED}


@pytest.mark.parametrize(("state", "told"), TABLE)
def test_the_whole_state_table(state: PaymentState, told: str) -> None:
    assert rules.decide(replace(INTENT, state=state), TOLD[told]).state is TABLE[(state, told)]


def test_the_table_names_every_state_and_every_answer() -> None:
    assert set(TABLE) == {(state, told) for state in PaymentState for told in TOLD}


@pytest.mark.parametrize(
    "told",
    [
        replace(PAID, amount_fen=3979),
        replace(PAID, amount_fen=3981),
        replace(PAID, amount_fen=0),
        replace(PAID, currency="USD"),
        replace(PAID, reference="K8"),
        replace(PAID, reference=None),
        replace(PAID, payment_id=None),
    ],
)
def test_money_that_does_not_fit_needs_review(told: ProviderState) -> None:
    decision = rules.decide(INTENT, told)
    assert decision.state is S.NEEDS_REVIEW
    assert decision.reason


def test_a_payment_that_another_intent_holds_needs_review() -> None:
    assert rules.decide(INTENT, PAID, payment_known_elsewhere=True).state is S.NEEDS_REVIEW


def test_a_delayed_method_that_fails_counts_as_declined() -> None:
    assert rules.decide(INTENT, FAILED).declined


def test_events_wait_longer_after_each_try_and_then_for_a_person() -> None:
    waits = [rules.wait_before_try(attempts) for attempts in range(1, rules.LAST_TRY)]
    assert all(wait is not None for wait in waits)
    assert waits == sorted(waits)  # type: ignore[type-var]
    assert max(waits) <= timedelta(hours=1)  # type: ignore[type-var]
    assert rules.wait_before_try(rules.LAST_TRY) is None


def test_the_return_page_looks_less_and_less_often() -> None:
    looks = [rules.seconds_until_next_look(look) for look in range(40)]
    assert looks == sorted(looks)
    assert (looks[0], looks[-1], rules.seconds_until_next_look(-3)) == (1, 30, 1)


@pytest.mark.parametrize(
    ("expected", "is_open", "received", "reason"),
    [
        (5000, True, 5000, None),
        (5000, True, 4999, "too_little"),
        (5000, True, 5001, "too_much"),
        (5000, False, 5000, "code_closed"),
        (None, False, 5000, "unknown_code"),
    ],
)
def test_only_an_exact_transfer_to_an_open_code_matches(
    expected: int | None, is_open: bool, received: int, reason: str | None
) -> None:
    state, why = rules.match_transfer(expected, is_open, received)
    assert why == reason
    assert state is (TransferState.MATCHED if reason is None else TransferState.REVIEW)
