"""Words of after sales: reasons, wishes, states, clocks, steps, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _

from core import clock, money
from shop.after_sales import errors
from shop.after_sales.values import (
    ClaimFile,
    ClaimKind,
    ClaimRow,
    Interest,
    LineClaim,
    Move,
    Problem,
    Reason,
    Side,
    State,
    Step,
    Wish,
)
from shop.catalogue.values import ReturnTerms
from web.language import in_language
from web.templating import day, moment
from web.wording import explains

TONES = {
    State.FILED: "info",
    State.OFFERED: "warn",
    State.REFUSED: "warn",
    State.ESCALATED: "warn",
    State.TO_RETURN: "warn",
    State.RETURNING: "info",
    State.AGREED: "warn",
    State.REFUNDED: "good",
}


def kind_label(kind: ClaimKind) -> str:
    """Return what kind of claim it is."""
    return {ClaimKind.QUALITY: _("Quality claim"), ClaimKind.RETURN: _("Return without a reason")}[kind]


def reason_label(reason: Reason) -> str:
    """Return what was not right."""
    return {
        Reason.DAMAGED: _("Broken or torn on the way"),
        Reason.SPOILED: _("Spoiled or gone off"),
        Reason.WRONG_GOODS: _("Something else was sent"),
        Reason.SHORT_WEIGHT: _("Less than stands on the pack"),
        Reason.NOT_AS_DESCRIBED: _("Not as described"),
        Reason.OTHER: _("Something else is wrong"),
        Reason.NO_REASON: _("No reason needed"),
    }[reason]


def wish_label(wish: Wish) -> str:
    """Return what a buyer wants."""
    return {
        Wish.REFUND_FULL: _("The whole price of these packs back"),
        Wish.REFUND_PART: _("A part of the price back"),
        Wish.RETURN_REFUND: _("Send them back for the whole price"),
    }[wish]


def state_label(state: State) -> str:
    """Return how far a claim has come."""
    return {
        State.FILED: _("With the supplier"),
        State.OFFERED: _("The supplier has made an offer"),
        State.REFUSED: _("Refused by the supplier"),
        State.ESCALATED: _("The operator is deciding"),
        State.TO_RETURN: _("To be sent back"),
        State.RETURNING: _("On its way back"),
        State.AGREED: _("Agreed, refund held up"),
        State.REFUNDED: _("Settled with a refund"),
        State.DISMISSED: _("Ended without a refund"),
        State.WITHDRAWN: _("Claim withdrawn"),
        State.LAPSED: _("Not sent back in time"),
    }[state]


def tone(state: State) -> str:
    """Return the tone in which a state is shown."""
    return TONES.get(state, "neutral")


def side_label(side: Side) -> str:
    """Return who made a step."""
    return {
        Side.BUYER: _("Buyer"),
        Side.SUPPLIER: _("Supplier"),
        Side.OPERATOR: _("Operator"),
        Side.CLOCK: _("by itself"),
    }[side]


def until(due: datetime) -> str:
    """Say until when something is possible: a day that is meant whole, else the minute."""
    local = due.astimezone(clock.CHINA)
    whole_day = (local.hour, local.minute, local.second) == (0, 0, 0)
    return day(local - timedelta(seconds=1)) if whole_day else moment(due)


def is_overdue(row: ClaimRow) -> bool:
    """Say whether the operator should have decided by now."""
    return row.state is State.ESCALATED and row.due_at is not None and row.due_at <= clock.now()


def clock_text(row: ClaimRow | LineClaim) -> str:
    """Say in a few words what the clock of a claim runs for; empty where none runs."""
    if row.due_at is None:
        return ""
    when = until(row.due_at)
    if row.state is State.ESCALATED and row.due_at <= clock.now():
        return _("overdue since %(when)s", when=when)
    return {
        State.FILED: _("supplier answers by %(when)s", when=when),
        State.OFFERED: _("buyer answers by %(when)s", when=when),
        State.REFUSED: _("buyer answers by %(when)s", when=when),
        State.ESCALATED: _("operator decides by %(when)s", when=when),
        State.TO_RETURN: _("buyer sends it back by %(when)s", when=when),
        State.RETURNING: _("supplier confirms by %(when)s", when=when),
        State.AGREED: _("tried again at %(when)s", when=when),
    }.get(row.state, "")


def next_text(file: ClaimFile, side: Side) -> str:
    """Say to one side what happens next with a claim, and what its clock does."""
    row = file.row
    when = until(row.due_at) if row.due_at is not None else ""
    amount = money.format_fen(row.amount_fen)
    if row.state is State.FILED:
        if side is Side.SUPPLIER:
            return _(
                "Please answer by %(when)s. After that the claim goes to the operator by itself.", when=when
            )
        return _(
            "The supplier answers by %(when)s. After that the claim goes to the operator by itself.",
            when=when,
        )
    if row.state is State.OFFERED:
        offer = (
            _("The supplier offers %(amount)s once the goods are back.", amount=amount)
            if file.goods_back
            else _("The supplier offers %(amount)s; the goods stay with the buyer.", amount=amount)
        )
        if side is Side.BUYER:
            return _(
                "%(offer)s Accept it, or let the operator decide, by %(when)s. After that it counts as accepted.",
                offer=offer,
                when=when,
            )
        return _(
            "%(offer)s The buyer answers by %(when)s. After that it counts as accepted.",
            offer=offer,
            when=when,
        )
    if row.state is State.REFUSED:
        if side is Side.BUYER:
            return _(
                "The supplier has refused. Let it rest, or let the operator decide, by %(when)s. After that the claim ends.",
                when=when,
            )
        return _(
            "The buyer lets it rest or asks the operator by %(when)s. After that the claim ends.", when=when
        )
    if row.state is State.ESCALATED:
        if is_overdue(row):
            return _("The operator should have decided by %(when)s. It is not forgotten.", when=when)
        return _("The operator looks at both sides and decides by %(when)s.", when=when)
    if row.state is State.TO_RETURN:
        if side is Side.BUYER:
            return _(
                "Send the goods back by %(when)s and enter the number of the parcel here. After that the claim ends. %(amount)s goes back once the supplier has them.",
                when=when,
                amount=amount,
            )
        return _("The buyer sends the goods back by %(when)s. After that the claim ends.", when=when)
    if row.state is State.RETURNING:
        if side is Side.SUPPLIER:
            return _(
                "Please say by %(when)s what came back. After that the operator decides without you.",
                when=when,
            )
        return _("The supplier says by %(when)s what came back. After that the operator decides.", when=when)
    if row.state is State.AGREED:
        return problem_text(file.problem)
    return {
        State.REFUNDED: _("%(amount)s goes back the way it was paid.", amount=amount),
        State.DISMISSED: _("The claim has ended; no money goes back for it."),
        State.WITHDRAWN: _("The buyer has withdrawn the claim."),
        State.LAPSED: _("The goods were not sent back in time, so the claim has ended."),
    }[row.state]


def problem_text(problem: str) -> str:
    """Say why an agreed amount could not go back yet."""
    return {
        Problem.SUPPLIER_PAID_OUT: _(
            "It is agreed, but the supplier has been paid out already and what is still owed to them does not cover it. "
            "The refund is tried again every six hours; the operator settles it with the supplier."
        ),
        Problem.REFUNDED_BEFORE: _(
            "It is agreed, but meanwhile part of this line has gone back another way, and less is left of it. "
            "The operator looks at it."
        ),
        Problem.ORDER_MOVED_ON: _(
            "It is agreed, but the order does not allow a refund now. The operator looks at it."
        ),
    }[Problem(problem)]


def step_label(step: Step) -> str:
    """Return what happened in a step."""
    amount = money.format_fen(step.amount_fen or 0)
    if step.move is Move.RUN_OUT:
        return {
            State.ESCALATED: _("Time was up: it goes to the operator"),
            State.DISMISSED: _("Time was up: the refusal stands"),
            State.LAPSED: _("Time was up: not sent back"),
        }.get(step.state, _("Time was up: the offer counts as accepted"))
    if step.move in (Move.OFFER, Move.GRANT):
        if step.goods_back and step.state in (State.OFFERED, State.TO_RETURN):
            return (
                _("The supplier offers %(amount)s once the goods are back", amount=amount)
                if step.move is Move.OFFER
                else _("The operator decides: %(amount)s once the goods are back", amount=amount)
            )
        return (
            _("The supplier offers %(amount)s", amount=amount)
            if step.move is Move.OFFER
            else _("The operator decides: %(amount)s goes back", amount=amount)
        )
    return {
        Move.FILE: _("Claim filed"),
        Move.AGREE: _("The supplier agrees"),
        Move.REFUSE: _("The supplier refuses"),
        Move.ACCEPT: _("The buyer accepts"),
        Move.ESCALATE: _("The buyer asks the operator to decide"),
        Move.DISMISS: _("The operator decides: nothing goes back"),
        Move.SEND_BACK: _("The buyer has sent the goods back"),
        Move.CONFIRM_RETURN: _("The supplier has the goods back"),
        Move.OBJECT: _("The supplier objects to what came back"),
        Move.WITHDRAW: _("The buyer withdraws the claim"),
        Move.REFUND: _("The agreed refund could be made"),
        Move.TAKEN_BACK: _("A second person did not approve the refund"),
    }[step.move]


def return_address_text(file: ClaimFile) -> str:
    """Say where goods are sent back to."""
    place = file.goes_back_to
    if place is not None:
        return _(
            "To %(recipient)s, %(phone)s, %(address)s. Write the number of the order on the parcel.",
            recipient=place.recipient,
            phone=place.phone,
            address=place.address,
        )
    supplier = in_language(*file.row.supplier)
    who = f"{supplier} ({file.supplier_contact})" if file.supplier_contact else supplier
    return _(
        "To %(supplier)s. Ask them where to, and write the number of the order on the parcel.", supplier=who
    )


@explains(errors.NotReceived)
def _not_received(_refusal: errors.NotReceived) -> str:
    return _("This has not been received yet. Confirm on the order's page that it has arrived, then claim.")


@explains(errors.PeriodOver)
def _period_over(refusal: errors.PeriodOver) -> str:
    return _("The time to claim was over after %(day)s.", day=until(refusal.ended_at))


@explains(errors.NotReturnable)
def _not_returnable(refusal: errors.NotReturnable) -> str:
    return not_returnable_text(refusal.terms)


def not_returnable_text(terms: str) -> str:
    """Say why goods bought on these terms cannot be sent back without a reason, and what to do if they are not right."""
    return {
        ReturnTerms.FRESH: _(
            "Fresh goods cannot be sent back without a reason. If something is wrong with them, file a quality claim."
        ),
        ReturnTerms.MADE_TO_ORDER: _(
            "What was made to order cannot be sent back without a reason. If it is not as agreed, file a quality claim."
        ),
        ReturnTerms.NEAR_END: _(
            "When ordering you confirmed that these are near the end of their shelf life and do not go back without a "
            "reason. If something else is wrong with them, file a quality claim."
        ),
        ReturnTerms.FLAWED: _(
            "When ordering you confirmed their flaw, and that they do not go back without a reason. If something else "
            "is wrong with them, file a quality claim."
        ),
    }.get(ReturnTerms(terms)) or _(
        "What an institution orders cannot be sent back without a reason. If something is wrong with it, file a quality claim."
    )


@explains(errors.UnopenedOnly)
def _unopened_only(refusal: errors.UnopenedOnly) -> str:
    if refusal.opened:
        return _(
            "Opened packs cannot be sent back without a reason, as you confirmed when ordering. If something is wrong "
            "with them, file a quality claim."
        )
    return _("Please say whether the packs are still unopened.")


@explains(errors.ClaimOpen)
def _claim_open(_refusal: errors.ClaimOpen) -> str:
    return _("A claim about these goods is under way already. You find it on the order's page.")


@explains(errors.RecalledGoods)
def _recalled(_refusal: errors.RecalledGoods) -> str:
    return _("These goods were recalled and must not be sold again. Please enter 0.")


@explains(errors.TooManyPacks)
def _too_many(refusal: errors.TooManyPacks) -> str:
    return _("Of these packs %(left)s are left to claim.", left=refusal.left)


@explains(errors.AskedTooMuch)
def _asked_too_much(refusal: errors.AskedTooMuch) -> str:
    return _("Enter an amount up to %(most)s.", most=money.format_fen(refusal.most_fen))


@explains(errors.WordsMissing)
def _words_missing(_refusal: errors.WordsMissing) -> str:
    return _("Please say why, in a sentence that the other side can follow.")


@explains(errors.MovedOn)
def _moved_on(refusal: errors.MovedOn) -> str:
    return _(
        "This was not possible any more: the claim stands at “%(state)s” now.",
        state=state_label(refusal.state),
    )


@explains(errors.StepMadeBefore)
def _made_before(_refusal: errors.StepMadeBefore) -> str:
    return _("This had been noted already. Here you see how the claim stands now.")


@explains(errors.ClaimSentBefore)
def _sent_before(_refusal: errors.ClaimSentBefore) -> str:
    return _("This form was sent before with other contents. You find the first claim on the order's page.")


def interest_text(interest: Interest) -> str:
    """Say why somebody may not decide a claim."""
    return {
        Interest.OWN_CLAIM: _("You filed this claim yourself, so somebody else decides it."),
        Interest.OWN_SUPPLIER: _("You belong to the supplier of these goods, so somebody else decides."),
        Interest.OWN_INSTITUTION: _(
            "You belong to the institution that bought these goods, so somebody else decides."
        ),
    }[interest]


@explains(errors.OwnInterest)
def _own_interest(refusal: errors.OwnInterest) -> str:
    return interest_text(refusal.interest)
