"""Use cases of after sales: filing a claim, answering, deciding, sending back, refunding, and what the clocks do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import audit, clock, events, ids
from core.permissions import SYSTEM, Actor
from payments.errors import RefundTooLarge
from shop.after_sales import queries, rules
from shop.after_sales.errors import (
    AskedTooMuch,
    ClaimOpen,
    ClaimSentBefore,
    MovedOn,
    NotReceived,
    NotReturnable,
    OwnInterest,
    PeriodOver,
    RecalledGoods,
    StepMadeBefore,
    TooManyPacks,
    UnopenedOnly,
)
from shop.after_sales.events import ClaimMoved
from shop.after_sales.models import Claim, ClaimPhoto, ClaimStep, ReturnAddress
from shop.after_sales.values import (
    ENDED,
    Arrived,
    ClaimKind,
    GoesBackTo,
    Interest,
    Move,
    NewClaim,
    Problem,
    Settlement,
    Side,
    State,
    Wish,
)
from shop.orders import services as order_services
from shop.orders.errors import LineRefundedBefore, SupplierPaidOut, WrongState
from shop.orders.models import Order
from shop.settlement import queries as settlement_queries
from shop.stock import services as stock_services

REASON = "A claim about received goods was settled."
RETURNED = "returned by a buyer"


@dataclass(frozen=True, slots=True)
class _Words:
    """Who makes a step, on which side, and what they say."""

    actor: Actor
    side: Side
    note: str = ""


def file_claim(session: Session, actor: Actor, order: Order, new: NewClaim) -> Claim:
    """File a claim about a received line of a locked order; the same form again gives the first claim.

    A quality claim goes to the supplier; goods that a consumer sends back without a reason need nobody's consent and
    wait to be sent (rule B10). The supplier is not paid out while it is open.
    """
    once = ids.digest(f"claim\n{order.number}\n{new.once}")
    known = queries.find_by_once(session, once)
    if known is not None:
        same = (known.order_line_id, known.kind, known.reason, known.wants, known.quantity) == (
            new.line_id,
            new.kind.value,
            new.reason.value,
            new.wants.value,
            new.quantity,
        )
        # What else is asked for follows from the packs.
        names_amount = new.wants is Wish.REFUND_PART and new.kind is ClaimKind.QUALITY
        shown = (new.words.strip(), new.photos[: rules.MOST_PHOTOS])
        if (
            not same
            or (names_amount and known.asked_fen != new.asked_fen)
            or queries.filed_with(session, known.id) != shown
        ):
            raise ClaimSentBefore
        return known
    found = queries.find_received(session, order, new.line_id)
    if found is None:
        raise NotReceived
    line, part, received = found
    if queries.has_open_claim(session, line.id):
        raise ClaimOpen
    now = clock.now()
    claim_days = settlement_queries.claim_days_on(
        session, received.received_at.astimezone(clock.CHINA).date()
    )
    rights = rules.rights(received, now, claim_days)
    if new.kind is ClaimKind.RETURN and not rights.returnable:
        raise NotReturnable(received.terms)
    if received.packs_left <= 0:
        raise TooManyPacks(0)
    if received.fen_left <= 0:
        raise AskedTooMuch(0)
    if (rights.return_until if new.kind is ClaimKind.RETURN else rights.claim_until) is None:
        raise PeriodOver(rights.period_ended_at)
    asks_unopened = new.kind is ClaimKind.RETURN and rights.only_unopened
    if asks_unopened and not new.unopened:
        raise UnopenedOnly(opened=new.unopened is False)
    asked = rules.asked_fen(new, received)
    goods_back = new.kind is ClaimKind.RETURN or new.wants is Wish.RETURN_REFUND
    state = State.TO_RETURN if new.kind is ClaimKind.RETURN else State.FILED
    claim = Claim(
        public_id=ids.public_id(),
        once=once,
        order_id=order.id,
        supplier_order_id=part.id,
        order_line_id=line.id,
        supplier_id=part.supplier_id,
        kind=new.kind.value,
        reason=new.reason.value,
        wants=new.wants.value,
        quantity=new.quantity,
        asked_fen=asked,
        amount_fen=asked,
        goods_back=goods_back,
        unopened=new.unopened if asks_unopened else None,
        state=state.value,
        state_since=now,
        due_at=rules.due_at(state, now),
        filed_by_user_id=actor.user_id,
        filed_at=now,
    )
    session.add(claim)
    session.flush()
    for number, data in enumerate(new.photos[: rules.MOST_PHOTOS], 1):
        session.add(ClaimPhoto(claim_id=claim.id, number=number, data=data))
    _record(session, order, claim, _Words(actor, Side.BUYER, new.words), Move.FILE)
    return claim


def answer_claim(
    session: Session,
    actor: Actor,
    public_id: str,
    move: Move,
    words: str,
    settlement: Settlement | None = None,
) -> Claim:
    """Let the supplier agree to what is asked, offer less or another way (`settlement`), or refuse with a reason."""
    order, claim = queries.lock_supplier_claim(session, actor, public_id)
    if move is Move.OFFER:
        _propose(claim, settlement)
    return _step(session, order, claim, move, _Words(actor, Side.SUPPLIER, words))


def reply_to_answer(
    session: Session, actor: Actor, order: Order, public_id: str, move: Move, words: str
) -> Claim:
    """Let the buyer of a locked order take what was answered, ask the operator to decide, or withdraw the claim.

    The same step with the same words once more is `StepMadeBefore`.
    """
    claim = queries.lock_claim_of(session, order, public_id)
    if queries.last_step_of(session, claim, Side.BUYER) == (move, words.strip()):
        raise StepMadeBefore(State(claim.state))
    return _step(session, order, claim, move, _Words(actor, Side.BUYER, words))


def send_back(
    session: Session, actor: Actor, order: Order, public_id: str, carrier: str, tracking_number: str
) -> Claim:
    """Note with whom and under which number the buyer of a locked order has sent the goods back.

    The same parcel once more is `StepMadeBefore`.
    """
    claim = queries.lock_claim_of(session, order, public_id)
    parcel = (carrier.strip(), tracking_number.strip())
    if claim.carrier and parcel == (claim.carrier, claim.tracking_number):
        raise StepMadeBefore(State(claim.state))
    _check(claim, Move.SEND_BACK, Side.BUYER)
    claim.carrier, claim.tracking_number = parcel
    return _step(session, order, claim, Move.SEND_BACK, _Words(actor, Side.BUYER))


def decide_claim(
    session: Session,
    actor: Actor,
    public_id: str,
    move: Move,
    words: str,
    settlement: Settlement | None = None,
) -> Claim:
    """Let the operator decide, once and for all: so much goes back (`settlement`), or nothing does.

    Refused to whoever has an interest of their own (rule J1). Above the limit of refunds a second person approves.
    """
    order, claim = queries.lock_any_claim(session, public_id)
    interest = _interest(actor, order, claim)
    if interest is not None:
        raise OwnInterest(interest)
    if move is Move.GRANT:
        _propose(claim, settlement)
        if claim.carrier and claim.arrived_quantity is None:
            # They were sent back and are paid for: the buyer has them no more, and nobody has seen that they can be sold.
            claim.arrived_quantity, claim.resaleable_quantity = claim.quantity, 0
    return _step(session, order, claim, move, _Words(actor, Side.OPERATOR, words))


def set_return_address(session: Session, actor: Actor, supplier_id: int, place: GoesBackTo) -> None:
    """Say where a supplier takes goods back; the same words again change nothing. The caller scoped the supplier."""
    if queries.return_address(session, supplier_id) == place:
        return
    values = {
        "recipient": place.recipient,
        "phone": place.phone,
        "address": place.address,
        "written_at": clock.now(),
        "written_by_user_id": actor.user_id,
    }
    session.execute(
        insert(ReturnAddress)
        .values(supplier_id=supplier_id, **values)
        .on_conflict_do_update(index_elements=[ReturnAddress.supplier_id], set_=values),
        execution_options={"populate_existing": True},
    )
    audit.record(
        session,
        actor,
        "return address changed",
        "organisation",
        session.get_one(Organisation, supplier_id).public_id,
    )


def find_interest(session: Session, actor: Actor, public_id: str) -> Interest | None:
    """Return why this person may not decide a claim, or None (rule J1)."""
    claim = queries.find_any(session, public_id)
    return _interest(actor, session.get_one(Order, claim.order_id), claim)


def _interest(actor: Actor, order: Order, claim: Claim) -> Interest | None:
    return rules.interest_of(
        actor.user_id,
        actor.organisation_ids(),
        claim.filed_by_user_id,
        claim.supplier_id,
        order.institution_id,
    )


def confirm_return(session: Session, actor: Actor, public_id: str, arrived: Arrived) -> Claim:
    """Let the supplier say what came back: what can be sold goes into the stock, and the money goes to the buyer.

    Fewer packs than were sent, or goods that were used, are a matter for the operator: `object_to_return`.
    """
    order, claim = queries.lock_supplier_claim(session, actor, public_id)
    _check(claim, Move.CONFIRM_RETURN, Side.SUPPLIER)
    if not 0 <= arrived.resaleable <= claim.quantity:
        raise TooManyPacks(claim.quantity)
    claim.arrived_quantity = claim.quantity
    claim.resaleable_quantity = arrived.resaleable
    if arrived.resaleable:
        stock_services.receive_stock(
            session,
            actor,
            queries.variant_of(session, claim),
            arrived.resaleable,
            RETURNED,
            once=f"claim:{claim.public_id}",
        )
        # Looked at once the stock is locked, so a recall that is under way is waited for.
        if queries.is_recalled(session, claim):
            raise RecalledGoods
    return _step(session, order, claim, Move.CONFIRM_RETURN, _Words(actor, Side.SUPPLIER, arrived.words))


def object_to_return(session: Session, actor: Actor, public_id: str, words: str) -> Claim:
    """Let the supplier say that what came back is not what was sent; the operator decides."""
    order, claim = queries.lock_supplier_claim(session, actor, public_id)
    return _step(session, order, claim, Move.OBJECT, _Words(actor, Side.SUPPLIER, words))


def run_out(session: Session, claim_id: int) -> bool:
    """Do what a clock says that has run out; False when somebody was quicker."""
    order, claim = queries.lock_by_id(session, claim_id)
    move = rules.clock_move(State(claim.state))
    if move is None or claim.due_at is None or claim.due_at > clock.now():
        return False
    _step(session, order, claim, move, _Words(SYSTEM, Side.CLOCK))
    return True


def reopen_after_declined_refund(session: Session, refund: str) -> None:
    """Hand a claim back to the operator whose refund a second person has declined."""
    claim = queries.lock_refunded_by(session, refund)
    if claim is None:
        return
    order = session.get_one(Order, claim.order_id)
    claim.refund = None
    claim.refunds_declined += 1
    _step(session, order, claim, Move.TAKEN_BACK, _Words(SYSTEM, Side.CLOCK))


def _check(claim: Claim, move: Move, side: Side) -> None:
    if rules.TABLE[State(claim.state)].get(move) is not side:
        raise MovedOn(State(claim.state))


def _propose(claim: Claim, settlement: Settlement | None) -> None:
    if settlement is None or not 1 <= settlement.amount_fen <= claim.asked_fen:
        raise AskedTooMuch(claim.asked_fen)
    claim.amount_fen = settlement.amount_fen
    claim.goods_back = settlement.goods_back


def _step(session: Session, order: Order, claim: Claim, move: Move, words: _Words) -> Claim:
    """Make a step of a claim whose order is locked; what settles it gives the money back in the same step."""
    before = State(claim.state)
    goods_wanted = claim.goods_back and not claim.carrier
    target = rules.after(before, move, words.side, goods_wanted=goods_wanted)
    rules.check_words(move, words.note)
    if target is State.AGREED and _give_money(session, order, claim, words.actor):
        target = State.REFUNDED
    if target is before and words.side is Side.CLOCK:
        # Tried again in vain: no step, another try later.
        claim.due_at = rules.due_at(target, clock.now())
        session.flush()
        return claim
    _move(claim, target)
    _record(session, order, claim, words, move)
    return claim


def _move(claim: Claim, target: State) -> None:
    now = clock.now()
    claim.state = target.value
    claim.state_since = now
    claim.due_at = rules.due_at(target, now)
    claim.ended_at = now if target in ENDED else None
    if target is not State.AGREED:
        claim.problem = ""


def _give_money(session: Session, order: Order, claim: Claim, actor: Actor) -> bool:
    """Give the agreed amount back, once for the claim; False with the problem noted when that is not possible now."""
    try:
        with session.begin_nested():
            refund = order_services.refund_line(
                session,
                actor,
                order,
                claim.order_line_id,
                claim.amount_fen,
                REASON,
                once=f"claim:{claim.public_id}:{claim.refunds_declined}",
                accepted=True,
            )
    except SupplierPaidOut:
        claim.problem = Problem.SUPPLIER_PAID_OUT.value
    except (LineRefundedBefore, RefundTooLarge):
        claim.problem = Problem.REFUNDED_BEFORE.value
    except WrongState:
        claim.problem = Problem.ORDER_MOVED_ON.value
    else:
        claim.refund = refund.public_id
        return True
    return False


def _record(session: Session, order: Order, claim: Claim, words: _Words, move: Move) -> None:
    session.flush()
    step = ClaimStep(
        claim_id=claim.id,
        move=move.value,
        state=claim.state,
        side=words.side.value,
        user_id=words.actor.user_id,
        note=words.note.strip(),
        amount_fen=claim.amount_fen,
        goods_back=claim.goods_back,
        happened_at=clock.now(),
    )
    session.add(step)
    session.flush()
    audit.record(
        session,
        words.actor,
        ACTIONS[move],
        "order",
        order.number,
        after={"claim": claim.public_id, "state": claim.state, "amount_fen": claim.amount_fen},
    )
    events.publish(session, ClaimMoved(claim.id, step.id))


#: What the audit trail calls each step.
ACTIONS = {
    Move.FILE: "claim filed",
    Move.AGREE: "claim agreed to",
    Move.OFFER: "claim answered with an offer",
    Move.REFUSE: "claim refused",
    Move.ACCEPT: "answer to a claim accepted",
    Move.ESCALATE: "claim taken to the operator",
    Move.GRANT: "claim granted",
    Move.DISMISS: "claim dismissed",
    Move.SEND_BACK: "goods sent back",
    Move.CONFIRM_RETURN: "return confirmed",
    Move.OBJECT: "return objected to",
    Move.WITHDRAW: "claim withdrawn",
    Move.RUN_OUT: "time of a claim ran out",
    Move.REFUND: "agreed claim refunded",
    Move.TAKEN_BACK: "refund of a claim declined",
}
