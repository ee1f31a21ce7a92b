"""The table of states, the clocks, and what may be claimed until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.clock import CHINA
from shop.after_sales import rules
from shop.after_sales.errors import AskedTooMuch, MovedOn, TooManyPacks, WordsMissing
from shop.after_sales.values import (
    ENDED,
    OPEN,
    ClaimKind,
    Interest,
    Move,
    NewClaim,
    Reason,
    Received,
    Side,
    State,
    Wish,
)
from shop.catalogue.values import ReturnTerms

NOON = datetime(2026, 11, 20, 12, tzinfo=CHINA)  # a Friday


def received(**changes: object) -> Received:
    values: dict[str, object] = {
        "received_at": NOON,
        "unit_price_fen": 10_00,
        "packs_left": 3,
        "fen_left": 30_00,
        "terms": ReturnTerms.SEVEN_DAYS,
        "confirmed": False,
        "consumer": True,
    }
    return Received(**{**values, **changes})  # type: ignore[arg-type]


def wish(**changes: object) -> NewClaim:
    values: dict[str, object] = {
        "once": "x",
        "line_id": 1,
        "kind": ClaimKind.QUALITY,
        "reason": Reason.DAMAGED,
        "wants": Wish.REFUND_FULL,
        "quantity": 2,
    }
    return NewClaim(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("move", list(Move))
@pytest.mark.parametrize("side", list(Side))
def test_every_state_step_and_side_gives_a_known_state_or_is_refused(
    state: State, move: Move, side: Side
) -> None:
    if rules.TABLE[state].get(move) is side:
        assert rules.after(state, move, side, goods_wanted=False) in State
    else:
        with pytest.raises(MovedOn):
            rules.after(state, move, side, goods_wanted=False)


def test_every_open_state_has_somebody_whose_turn_it_is_and_a_clock() -> None:
    for state in OPEN:
        assert state in rules.TURN
        assert rules.due_at(state, NOON) is not None
        assert any(who is rules.TURN[state] for who in rules.TABLE[state].values())
    for state in ENDED:
        assert state not in rules.TURN
        assert rules.due_at(state, NOON) is None


def test_only_the_operators_clock_decides_nothing() -> None:
    assert [state for state in OPEN if rules.clock_move(state) is None] == [State.ESCALATED]


def test_goods_that_are_wanted_back_come_before_the_money() -> None:
    for state, move, side in (
        (State.FILED, Move.AGREE, Side.SUPPLIER),
        (State.OFFERED, Move.ACCEPT, Side.BUYER),
        (State.OFFERED, Move.RUN_OUT, Side.CLOCK),
        (State.ESCALATED, Move.GRANT, Side.OPERATOR),
    ):
        assert rules.after(state, move, side, goods_wanted=True) is State.TO_RETURN
        assert rules.after(state, move, side, goods_wanted=False) is State.AGREED


def test_the_clocks() -> None:
    assert rules.due_at(State.FILED, NOON) == NOON + timedelta(hours=48)
    assert rules.due_at(State.TO_RETURN, NOON) == datetime(2026, 11, 28, tzinfo=CHINA)
    # Friday: Monday, Tuesday and Wednesday are the three working days.
    assert rules.due_at(State.ESCALATED, NOON) == datetime(2026, 11, 26, tzinfo=CHINA)
    saturday = NOON + timedelta(days=1)
    assert rules.due_at(State.ESCALATED, saturday) == datetime(2026, 11, 26, tzinfo=CHINA)
    # Late in the evening in UTC it is the next day in China.
    assert rules.end_of_day(datetime(2026, 11, 20, 17, tzinfo=UTC), 7) == datetime(2026, 11, 29, tzinfo=CHINA)


def test_rights_end_with_the_last_day() -> None:
    last = datetime(2026, 11, 27, 23, 59, 59, tzinfo=CHINA)
    now = rules.rights(received(), last, 7)
    assert now.claim_until == now.return_until == datetime(2026, 11, 28, tzinfo=CHINA)
    late = rules.rights(received(), last + timedelta(seconds=1), 7)
    assert not late.any
    assert rules.rights(received(), last + timedelta(seconds=1), 10).claim_until is not None
    assert rules.rights(received(), last + timedelta(seconds=1), 10).return_until is None


def test_fresh_goods_and_those_of_institutions_do_not_go_back_without_a_reason() -> None:
    for line in (received(terms=ReturnTerms.FRESH), received(consumer=False)):
        rights = rules.rights(line, NOON, 7)
        assert rights.return_until is None
        assert not rights.returnable
        assert rights.claim_until is not None


def test_nothing_is_left_to_claim_of_what_went_back() -> None:
    assert not rules.rights(received(packs_left=0), NOON, 7).any
    assert not rules.rights(received(fen_left=0), NOON, 7).any


def test_what_is_asked_for_is_never_more_than_is_left() -> None:
    assert rules.asked_fen(wish(), received()) == 20_00
    assert rules.asked_fen(wish(), received(fen_left=15_00)) == 15_00
    assert rules.asked_fen(wish(wants=Wish.REFUND_PART, asked_fen=1), received()) == 1
    assert rules.asked_fen(wish(wants=Wish.REFUND_FULL, asked_fen=1), received()) == 20_00
    for amount in (None, 0, -1, 20_01, 10**15):
        with pytest.raises(AskedTooMuch):
            rules.asked_fen(wish(wants=Wish.REFUND_PART, asked_fen=amount), received())
    for quantity in (0, -1, 4, 10**9):
        with pytest.raises(TooManyPacks):
            rules.asked_fen(wish(quantity=quantity), received())


def test_whoever_says_no_says_why() -> None:
    for move in (Move.REFUSE, Move.DISMISS, Move.GRANT, Move.OBJECT, Move.ESCALATE):
        with pytest.raises(WordsMissing):
            rules.check_words(move, "  ")
        rules.check_words(move, "照片看不出")
    rules.check_words(Move.AGREE, "")


def test_nobody_decides_their_own_claim() -> None:
    assert rules.interest_of(5, frozenset(), 5, 1, None) is Interest.OWN_CLAIM
    assert rules.interest_of(5, frozenset({1}), None, 1, None) is Interest.OWN_SUPPLIER
    assert rules.interest_of(5, frozenset({2}), None, 1, 2) is Interest.OWN_INSTITUTION
    assert rules.interest_of(5, frozenset({3}), None, 1, 2) is None
    assert rules.interest_of(None, frozenset(), None, 1, None) is None


def test_only_unopened_packs_go_back_once_that_was_confirmed() -> None:
    confirmed = rules.rights(received(terms=ReturnTerms.ONLY_UNOPENED, confirmed=True), NOON, 7)
    assert (confirmed.returnable, confirmed.only_unopened) == (True, True)
    assert confirmed.return_until == datetime(2026, 11, 28, tzinfo=CHINA)
    asked_of_nobody = rules.rights(received(terms=ReturnTerms.ONLY_UNOPENED), NOON, 7)
    assert (asked_of_nobody.returnable, asked_of_nobody.only_unopened) == (True, False)
    institution = rules.rights(
        received(terms=ReturnTerms.ONLY_UNOPENED, confirmed=True, consumer=False), NOON, 7
    )
    assert (institution.returnable, institution.only_unopened, institution.return_until) == (
        False,
        False,
        None,
    )


@pytest.mark.parametrize("terms", list(ReturnTerms))
@pytest.mark.parametrize("confirmed", [True, False])
def test_no_terms_touch_a_quality_claim(terms: ReturnTerms, confirmed: bool) -> None:
    last = datetime(2026, 11, 27, 23, 59, 59, tzinfo=CHINA)
    line = received(terms=terms, confirmed=confirmed)
    assert rules.rights(line, last, 7).claim_until == datetime(2026, 11, 28, tzinfo=CHINA)
    assert rules.rights(line, last + timedelta(seconds=1), 7).return_until is None
