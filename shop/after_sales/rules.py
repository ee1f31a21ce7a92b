"""Decisions of after sales: the whole state table, the clocks, what may be claimed until when, and for how much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from core.clock import CHINA
from shop.after_sales.errors import AskedTooMuch, MovedOn, TooManyPacks, WordsMissing
from shop.after_sales.values import ClaimKind, Interest, Move, NewClaim, Received, Rights, Side, State, Wish
from shop.catalogue.rules import RETURN_DAYS, may_go_back

#: Days after a recall within which received packs of the batch may be claimed, however long ago they came.
RECALL_DAYS = 30

#: The clocks. Silence of the supplier hands the claim to the operator, silence of the buyer takes what is offered, lets a
#: refusal rest, or ends a return; only the operator's clock is shown as overdue and decides nothing.
SUPPLIER_ANSWERS = timedelta(hours=48)
BUYER_ANSWERS_DAYS = 7
OPERATOR_WORKING_DAYS = 3
BUYER_SENDS_DAYS = 7
SUPPLIER_CONFIRMS_DAYS = 10
TRY_AGAIN = timedelta(hours=6)

MOST_PHOTOS = 5
MOST_WORDS = 1000

#: Which side may make which step in which state. What is not here is refused with 409.
TABLE: Mapping[State, Mapping[Move, Side]] = {
    State.FILED: {
        Move.AGREE: Side.SUPPLIER,
        Move.OFFER: Side.SUPPLIER,
        Move.REFUSE: Side.SUPPLIER,
        Move.WITHDRAW: Side.BUYER,
        Move.RUN_OUT: Side.CLOCK,
    },
    State.OFFERED: {
        Move.ACCEPT: Side.BUYER,
        Move.ESCALATE: Side.BUYER,
        Move.WITHDRAW: Side.BUYER,
        Move.RUN_OUT: Side.CLOCK,
    },
    State.REFUSED: {
        Move.ACCEPT: Side.BUYER,
        Move.ESCALATE: Side.BUYER,
        Move.RUN_OUT: Side.CLOCK,
    },
    State.ESCALATED: {
        Move.GRANT: Side.OPERATOR,
        Move.DISMISS: Side.OPERATOR,
        Move.WITHDRAW: Side.BUYER,
    },
    State.TO_RETURN: {
        Move.SEND_BACK: Side.BUYER,
        Move.WITHDRAW: Side.BUYER,
        Move.RUN_OUT: Side.CLOCK,
    },
    State.RETURNING: {
        Move.CONFIRM_RETURN: Side.SUPPLIER,
        Move.OBJECT: Side.SUPPLIER,
        Move.RUN_OUT: Side.CLOCK,
    },
    State.AGREED: {
        Move.GRANT: Side.OPERATOR,
        Move.DISMISS: Side.OPERATOR,
        Move.REFUND: Side.CLOCK,
    },
    State.REFUNDED: {Move.TAKEN_BACK: Side.CLOCK},
    State.DISMISSED: {},
    State.WITHDRAWN: {},
    State.LAPSED: {},
}

#: Where the steps lead that lead to one place. The others settle: to the way back of the goods, or to the money.
_LEADS: Mapping[tuple[State, Move], State] = {
    (State.FILED, Move.OFFER): State.OFFERED,
    (State.FILED, Move.REFUSE): State.REFUSED,
    (State.FILED, Move.RUN_OUT): State.ESCALATED,
    (State.FILED, Move.WITHDRAW): State.WITHDRAWN,
    (State.OFFERED, Move.ESCALATE): State.ESCALATED,
    (State.OFFERED, Move.WITHDRAW): State.WITHDRAWN,
    (State.REFUSED, Move.ACCEPT): State.DISMISSED,
    (State.REFUSED, Move.ESCALATE): State.ESCALATED,
    (State.REFUSED, Move.RUN_OUT): State.DISMISSED,
    (State.ESCALATED, Move.DISMISS): State.DISMISSED,
    (State.ESCALATED, Move.WITHDRAW): State.WITHDRAWN,
    (State.TO_RETURN, Move.SEND_BACK): State.RETURNING,
    (State.TO_RETURN, Move.WITHDRAW): State.WITHDRAWN,
    (State.TO_RETURN, Move.RUN_OUT): State.LAPSED,
    (State.RETURNING, Move.OBJECT): State.ESCALATED,
    (State.RETURNING, Move.RUN_OUT): State.ESCALATED,
    (State.AGREED, Move.DISMISS): State.DISMISSED,
    (State.REFUNDED, Move.TAKEN_BACK): State.ESCALATED,
}

#: Steps that need words: whoever says no, asks for a decision or decides says why.
NEEDS_WORDS = frozenset({Move.REFUSE, Move.GRANT, Move.DISMISS, Move.OBJECT, Move.ESCALATE})

#: Whose turn it is in a state.
TURN: Mapping[State, Side] = {
    State.FILED: Side.SUPPLIER,
    State.OFFERED: Side.BUYER,
    State.REFUSED: Side.BUYER,
    State.ESCALATED: Side.OPERATOR,
    State.TO_RETURN: Side.BUYER,
    State.RETURNING: Side.SUPPLIER,
    State.AGREED: Side.OPERATOR,
}


def after(state: State, move: Move, side: Side, *, goods_wanted: bool) -> State:
    """Return where a step of a side leads, or refuse it (`MovedOn`).

    Where it settles the claim, goods that are wanted back and have not been sent lead to `TO_RETURN`, else the money goes
    back: `AGREED`, from which the refund leads on.
    """
    if TABLE[state].get(move) is not side:
        raise MovedOn(state)
    known = _LEADS.get((state, move))
    if known is not None:
        return known
    return State.TO_RETURN if goods_wanted else State.AGREED


def steps_of(state: State, side: Side) -> frozenset[Move]:
    """Return which steps a side may make in a state."""
    return frozenset(move for move, who in TABLE[state].items() if who is side)


def clock_move(state: State) -> Move | None:
    """Return what the clock of a state does once it has run out; None where it only shows."""
    if state is State.REFUNDED:
        return None
    return next((move for move, who in TABLE[state].items() if who is Side.CLOCK), None)


def check_words(move: Move, words: str) -> None:
    """Refuse a step without the words that it needs (`WordsMissing`)."""
    if move in NEEDS_WORDS and len(words.strip()) < 2:
        raise WordsMissing


def due_at(state: State, now: datetime) -> datetime | None:
    """Return when the clock of a state that begins now runs out; None where none runs."""
    if state is State.FILED:
        return now + SUPPLIER_ANSWERS
    if state in (State.OFFERED, State.REFUSED):
        return end_of_day(now, BUYER_ANSWERS_DAYS)
    if state is State.ESCALATED:
        return after_working_days(now, OPERATOR_WORKING_DAYS)
    if state is State.TO_RETURN:
        return end_of_day(now, BUYER_SENDS_DAYS)
    if state is State.RETURNING:
        return end_of_day(now, SUPPLIER_CONFIRMS_DAYS)
    if state is State.AGREED:
        return now + TRY_AGAIN
    return None


def end_of_day(moment: datetime, days: int) -> datetime:
    """Return the end of the day in China so many days after the day of a moment."""
    return _midnight(moment.astimezone(CHINA).date() + timedelta(days=days + 1))


def after_working_days(moment: datetime, days: int) -> datetime:
    """Return the end of the so-many-th day from Monday to Friday after the day of a moment; feasts are not known here."""
    day = moment.astimezone(CHINA).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return _midnight(day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def rights(line: Received, now: datetime, claim_days: int) -> Rights:
    """Return what may be claimed of a received line now.

    After a recall there is time again. Without a reason only a consumer sends back, as `may_go_back` says. Once nothing of
    the line is left, neither is possible.
    """

    def goes_back(days: int, *, unopened: bool = True) -> bool:
        return line.consumer and may_go_back(
            line.terms, confirmed=line.confirmed, unopened=unopened, days=days
        )

    days = (now.astimezone(CHINA).date() - line.received_at.astimezone(CHINA).date()).days
    claim_until = end_of_day(line.received_at, claim_days)
    if line.recalled_at is not None:
        claim_until = max(claim_until, end_of_day(line.recalled_at, RECALL_DAYS))
    return_until = end_of_day(line.received_at, RETURN_DAYS)
    returnable = goes_back(0)
    left = line.packs_left > 0 and line.fen_left > 0
    return Rights(
        claim_until if left and now < claim_until else None,
        return_until if left and goes_back(days) else None,
        returnable,
        returnable and not goes_back(0, unopened=False),
        max(claim_until, return_until) if returnable else claim_until,
    )


def most_fen(line: Received, quantity: int) -> int:
    """Return the most (fen) that can go back for so many packs of a line."""
    return min(quantity * line.unit_price_fen, line.fen_left)


def asked_fen(new: NewClaim, line: Received) -> int:
    """Return what a claim asks for (fen): its packs' price, or the part that is named (`TooManyPacks`, `AskedTooMuch`)."""
    if not 1 <= new.quantity <= line.packs_left:
        raise TooManyPacks(line.packs_left)
    most = most_fen(line, new.quantity)
    if new.wants is not Wish.REFUND_PART or new.kind is ClaimKind.RETURN:
        return most
    if new.asked_fen is None or not 1 <= new.asked_fen <= most:
        raise AskedTooMuch(most)
    return new.asked_fen


def interest_of(
    user_id: int | None,
    organisations: frozenset[int],
    filer: int | None,
    supplier: int,
    institution: int | None,
) -> Interest | None:
    """Return why this person may not decide a claim, or None (rule J1)."""
    if user_id is not None and user_id == filer:
        return Interest.OWN_CLAIM
    if supplier in organisations:
        return Interest.OWN_SUPPLIER
    if institution is not None and institution in organisations:
        return Interest.OWN_INSTITUTION
    return None
