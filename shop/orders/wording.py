"""Words for orders: states, what to do next, how far it has come, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from core import money
from core.audit import AuditEntry
from shop.catalogue.values import ReturnTerms
from shop.orders.errors import (
    BasketChanged,
    BasketRefused,
    DoneBefore,
    EmptyBasket,
    FormSentBefore,
    LineRefundedBefore,
    NoReturnNotConfirmed,
    NotPayable,
    StillShort,
    SupplierPaidOut,
    TooLargeForOnlinePayment,
    TooManyUnpaid,
    WrongState,
)
from shop.orders.queries import LineView, OrderView
from shop.orders.rules import HOLD_ONLINE
from shop.orders.values import Action, InVain, Kind, PartAction, PartState, PaymentMethod, State
from shop.stock.values import Goods
from shop.stock.wording import name_of, problem_text
from web.language import in_language
from web.templating import day, moment
from web.wording import explains

#: So many goods are named beside the box that confirms their terms of return; more stand in the list above it.
MOST_NAMED = 4

TONES = {
    State.PLACED: "warn",
    State.PAID: "info",
    State.SHIPPED: "info",
    State.RECEIVED: "good",
    State.CANCELLED: "neutral",
    State.EXPIRED: "neutral",
    State.NEEDS_REVIEW: "warn",
    PartState.WAITING: "neutral",
    PartState.TO_SHIP: "warn",
    InVain.NOT_ARRIVED: "warn",
    InVain.TURNED_BACK: "warn",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the timeline component."""

    label: str
    state: str
    when: str = ""
    who: str = ""
    note: str = ""


def kind_label(kind: str) -> str:
    """Say who buys."""
    return _("an institution") if kind == Kind.INSTITUTION else _("a person")


def method_label(method: str) -> str:
    """Say how an order is paid."""
    return _("bank transfer") if method == PaymentMethod.BANK_TRANSFER else _("paid online")


def state_label(state: str) -> str:
    """Return the name of an order's state, or of what it is shown as."""
    return (
        _in_vain_label(state)
        or {
            State.PLACED: _("Waiting for payment"),
            State.PAID: _("Paid"),
            State.SHIPPED: _("On its way"),
            State.RECEIVED: _("Received"),
            State.CANCELLED: _("Cancelled"),
            State.EXPIRED: _("Not paid in time"),
            State.NEEDS_REVIEW: _("Being looked at"),
        }[State(state)]
    )


def part_label(state: str) -> str:
    """Return the name of the state of one supplier's part, or of what it is shown as."""
    return (
        _in_vain_label(state)
        or {
            PartState.WAITING: _("Waiting for payment"),
            PartState.TO_SHIP: _("Being packed"),
            PartState.SHIPPED: _("On its way"),
            PartState.RECEIVED: _("Received"),
            PartState.CANCELLED: _("Will not be sent"),
        }[PartState(state)]
    )


def _in_vain_label(state: str) -> str:
    return {
        InVain.NOT_ARRIVED.value: _("Did not arrive"),
        InVain.TURNED_BACK.value: _("Nothing accepted"),
    }.get(state, "")


def tone(state: str) -> str:
    """Return the tone in which a state is shown."""
    known: dict[str, str] = {str(key): value for key, value in TONES.items()}
    return known.get(state, "neutral")


def what_next(view: OrderView) -> tuple[str, str]:
    """Return (tone, sentence): what happens next with an order, or what its buyer should do."""
    order = view.order
    state = State(order.state)
    if state is State.PLACED and order.payment_method == PaymentMethod.BANK_TRANSFER:
        return "warn", _(
            "Please transfer exactly %(amount)s under the code %(code)s by %(day)s. The goods are kept for you until then.",
            amount=money.format_fen(order.total_fen),
            code=order.payment_code,
            day=day(order.hold_expires_at),
        )
    if state is State.PLACED and view.payable:
        return "warn", _(
            "Please pay by %(time)s. Until then the goods are kept for you, also when a card was declined.",
            time=moment(order.hold_expires_at),
        )
    if state is State.PAID and any(part.shipped_at is not None for part in view.parts):
        return "info", _(
            "Part of it has been sent, the rest is being packed; we write to you when it is on its way."
        )
    if state is State.SHIPPED and order.kind == Kind.INSTITUTION:
        return "info", _(
            "The goods are on their way. When they arrive, two people check and accept them here."
        )
    if view.shown_state == InVain.TURNED_BACK:
        return "info", _("Nothing of it was accepted. What you paid goes back the way it came.")
    if view.shown_state == InVain.NOT_ARRIVED:
        return "warn", _(
            "This order did not arrive. What you paid goes back the way it came, freight included."
        )
    if state is State.RECEIVED and any(part.nothing_accepted for part in view.parts):
        return "info", _(
            "Not everything of it arrived or was accepted, as you see below. What you paid for the rest goes back."
        )
    return {
        State.PLACED: (
            "info",
            _("The time to pay is over. We are making sure that no payment is under way."),
        ),
        State.PAID: (
            "info",
            _("Thank you. The co-operatives are packing; we write to you when it is on its way."),
        ),
        State.SHIPPED: (
            "info",
            _("It is on its way. When it has arrived, please say so here: then the growers are paid."),
        ),
        State.RECEIVED: ("good", _("Everything has arrived, and the growers' money is booked. Thank you.")),
        State.CANCELLED: (
            "info",
            _("This order was cancelled. What you paid goes back the way it came.")
            if order.paid_at is not None
            else _("This order was cancelled. Nothing was charged."),
        ),
        State.EXPIRED: (
            "info",
            _("Nobody paid in time, so the goods are for others again. Nothing was charged."),
        ),
        State.NEEDS_REVIEW: (
            "warn",
            _(
                "Money has arrived that does not fit this order. It is written down and safe; we look at it and write to you."
            ),
        ),
    }[state]


def timeline(view: OrderView) -> list[Step]:
    """Return how far an order has come, as steps for the timeline."""
    order = view.order
    steps = [Step(_("Ordered"), "done", moment(order.placed_at))]
    if order.state in (State.CANCELLED, State.EXPIRED):
        if order.paid_at is not None:
            steps.append(_paid_step(view))
        return [*steps, Step(state_label(order.state), "now", moment(order.closed_at))]
    if order.state == State.NEEDS_REVIEW:
        return [*steps, Step(state_label(order.state), "now")]
    if order.paid_at is None:
        return [*steps, Step(_("Payment"), "now"), Step(_("Shipping"), "next"), Step(_("Arrival"), "next")]
    steps.append(_paid_step(view))
    for part in view.parts:
        who = in_language(part.supplier_zh, part.supplier_en)
        if part.state == PartState.CANCELLED:
            steps.append(Step(_("Will not be sent"), "done", who=who))
        elif part.shipped_at is None:
            steps.append(Step(_("Being packed"), "now", who=who))
        else:
            parcel = " ".join(word for word in (part.carrier, part.tracking_number) if word)
            steps.append(Step(_("Shipped"), "done", moment(part.shipped_at), who, parcel))
    for part in view.parts:
        who = in_language(part.supplier_zh, part.supplier_en)
        if part.state == PartState.CANCELLED:
            continue
        if part.received_at is not None:
            seen_by = (
                _("Checked by %(names)s", names=_("; ").join(part.inspectors))
                if len(part.inspectors) > 1
                else ""
            )
            arrived = part_label(part.shown_state) if part.nothing_accepted else _("Arrived")
            steps.append(Step(arrived, "done", moment(part.received_at), who, seen_by))
        else:
            steps.append(Step(_("Arrival"), "now" if part.shipped_at else "next", who=who))
    return steps


def _paid_step(view: OrderView) -> Step:
    return Step(_("Paid"), "done", moment(view.order.paid_at), note=money.format_fen(view.order.total_fen))


def line_choice(line: LineView, refunded_fen: int) -> str:
    """Return a line as it stands in a list to choose from."""
    name = f"{in_language(line.name_zh, line.name_en)} × {line.quantity} · {money.format_fen(line.line_fen)}"
    if not refunded_fen:
        return name
    return _("%(line)s (%(amount)s went back)", line=name, amount=money.format_fen(refunded_fen))


def action_label(action: str) -> str:
    """Return what happened to an order, as its history tells it."""
    return {
        "order placed": _("Placed"),
        "order paid": _("Paid"),
        "order cancelled": _("Cancelled before it was paid"),
        "order expired": _("Not paid in time"),
        "order needs review": _("Given to a person"),
        "money kept apart": _("Money came twice"),
        "paid order called off": _("Called off before it was sent"),
        "order given back": _("Given back"),
        "order ended, its money goes back": _("Ended, its money goes back"),
        "order sent after all": _("Sent after all"),
        "line refunded": _("Line refunded"),
        "claim filed": _("Claim filed"),
        "claim agreed to": _("The supplier agreed to a claim"),
        "claim answered with an offer": _("The supplier made an offer for a claim"),
        "claim refused": _("The supplier refused a claim"),
        "answer to a claim accepted": _("The buyer took the answer to a claim"),
        "claim taken to the operator": _("Claim taken to the operator"),
        "claim granted": _("Claim granted"),
        "claim dismissed": _("Claim dismissed"),
        "goods sent back": _("Goods sent back"),
        "return confirmed": _("Return confirmed"),
        "return objected to": _("Return objected to"),
        "claim withdrawn": _("Claim withdrawn"),
        "time of a claim ran out": _("Time of a claim ran out"),
        "agreed claim refunded": _("Agreed claim refunded"),
        "refund of a claim declined": _("Refund of a claim not approved"),
        "part shipped": _("Parcel sent"),
        "parcel taken over": _("Parcel taken over at a node"),
        "parcel handed over": _("Parcel handed over"),
        "buyer reminded of parcel": _("Buyer reminded of a parcel that waits"),
        "part accepted": _("Delivery accepted"),
    }.get(action, action)


def history_note(entry: AuditEntry, view: OrderView, reason: str) -> str:
    """Return which part or line an entry of the history is about, how it went, how much money, and the reason in words."""
    after = entry.after or {}
    part = next((part for part in view.parts if part.public_id == after.get("part")), None)
    line = next(
        (line for part in view.parts for line in part.lines if line.line_id == after.get("line")), None
    )
    amount = ""
    if part is not None and "accepted_fen" in after:
        amount = f"{money.format_fen(after['accepted_fen'])} / {money.format_fen(after['of_fen'])}"
    elif sum_fen := after.get("amount_fen") or after.get("total_fen"):
        amount = money.format_fen(sum_fen)
    notes = (
        in_language(part.supplier_zh, part.supplier_en) if part is not None else "",
        in_language(line.name_zh, line.name_en) if line is not None else "",
        " ".join(filter(None, (after.get("carrier"), after.get("tracking_number")))),
        amount,
        reason,
    )
    return " · ".join(note for note in notes if note)


def history_step(entry: AuditEntry, view: OrderView, reason: str) -> Step:
    """Return what happened to an order as a step of its history."""
    who = {"system": _("by itself"), "guest": _("guest")}.get(entry.actor_name, entry.actor_name)
    return Step(
        action_label(entry.action),
        "done",
        moment(entry.happened_at),
        who,
        history_note(entry, view, reason),
    )


@explains(LineRefundedBefore)
def _line_refunded(refusal: LineRefundedBefore) -> str:
    return _("Of this line only %(left)s can still go back.", left=money.format_fen(refusal.left_fen))


@explains(SupplierPaidOut)
def _supplier_paid_out(refusal: SupplierPaidOut) -> str:
    return _(
        "The supplier has been paid already; only %(left)s is still owed to them. Settle it with the supplier first.",
        left=money.format_fen(max(0, refusal.left_fen)),
    )


@explains(StillShort)
def _still_short(_refusal: StillShort) -> str:
    return _("The goods are still not there. Wait for new stock, or give the money back.")


@explains(EmptyBasket)
def _empty_basket(_refusal: EmptyBasket) -> str:
    return _("Your cart is empty, so there is nothing to order.")


@explains(BasketRefused)
def _basket_refused(refusal: BasketRefused) -> str:
    return _(
        "Nothing was ordered or charged. These cannot be bought as they stand: %(lines)s",
        lines=lines_of(refusal),
    )


def lines_of(refusal: BasketRefused) -> str:
    """Return every line in the way, with what is left of it."""
    return " ".join(
        f"{name_of(p.goods)} × {p.quantity}: {problem_text(p.goods, p.problem)}" for p in refusal.problems
    )


@explains(BasketChanged)
def _basket_changed(refusal: BasketChanged) -> str:
    return _(
        "The total has changed from %(seen)s to %(now)s since you opened this page. Please check it and order again.",
        seen=money.format_fen(refusal.seen_fen),
        now=money.format_fen(refusal.total_fen),
    )


@explains(NoReturnNotConfirmed)
def _no_return(refusal: NoReturnNotConfirmed) -> str:
    return _(
        "Please confirm on which terms these go back: %(goods)s",
        goods=_("; ").join(name_of(goods) for goods in refusal.goods),
    )


def confirmation_text(terms: ReturnTerms, goods: Iterable[Goods]) -> str:
    """Say what a buyer confirms of goods that go back on other terms than within seven days (rule B10)."""
    names = dict.fromkeys(in_language(item.name_zh, item.name_en) for item in goods)
    what = (
        _("; ").join(names)
        if len(names) <= MOST_NAMED
        else _("the %(count)s goods named above", count=len(names))
    )
    return {
        ReturnTerms.FRESH: _(
            "I know that these fresh goods cannot be sent back without a reason: %(goods)s", goods=what
        ),
        ReturnTerms.MADE_TO_ORDER: _(
            "I know that these are made to my order and cannot be sent back without a reason: %(goods)s",
            goods=what,
        ),
        ReturnTerms.ONLY_UNOPENED: _(
            "I know that once opened these cannot be sent back without a reason; unopened I may still send them back "
            "within seven days: %(goods)s",
            goods=what,
        ),
        ReturnTerms.NEAR_END: _(
            "I know that these are near the end of their shelf life, as said above, and cannot be sent back without "
            "a reason: %(goods)s",
            goods=what,
        ),
        ReturnTerms.FLAWED: _(
            "I know the flaws named above, and that these cannot be sent back without a reason: %(goods)s",
            goods=what,
        ),
    }[terms]


@explains(TooManyUnpaid)
def _too_many_unpaid(refusal: TooManyUnpaid) -> str:
    return _(
        "%(most)s orders of yours wait for their payment already, and keep goods from others. "
        "Pay or cancel one of them first; those that are not paid end by themselves after %(minutes)s minutes.",
        most=refusal.most,
        minutes=int(HOLD_ONLINE.total_seconds() // 60),
    )


@explains(TooLargeForOnlinePayment)
def _too_large(_refusal: TooLargeForOnlinePayment) -> str:
    return _(
        "This is more than can be paid online at once. Please order in parts, or on account for your institution."
    )


@explains(FormSentBefore)
def _sent_before(_refusal: FormSentBefore) -> str:
    return _(
        "This form was sent before with other contents. Open your orders to see the first one, or start anew from the cart."
    )


@explains(NotPayable)
def _not_payable(_refusal: NotPayable) -> str:
    return _("The time to pay for this order is over. Please order again; nothing was charged.")


@explains(DoneBefore)
def _done_before(refusal: DoneBefore) -> str:
    if isinstance(refusal.action, PartAction):
        return {
            PartAction.CALL_OFF: _("This part had already been called off."),
            PartAction.RECEIVE: _("This had already been confirmed as received."),
        }[refusal.action]
    if refusal.action == Action.PAY:
        return _("This order has been paid already. You do not need to pay again.")
    return _("This order had already been cancelled.")


@explains(WrongState)
def _wrong_state(refusal: WrongState) -> str:
    try:
        label = state_label(refusal.state)
    except ValueError:
        label = part_label(refusal.state)
    return _("This is not possible now: the order stands at “%(state)s”.", state=label)
