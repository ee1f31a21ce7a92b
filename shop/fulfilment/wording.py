"""Words for fulfilment: the way of a parcel, kinds of nodes, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.fulfilment.errors import (
    AcceptedTooMuch,
    NodeInUse,
    NodeMisplaced,
    NotedAsNotArrived,
    NoWayThere,
    ParcelAtItsEnd,
    ParcelExpectedElsewhere,
    ParcelNotHere,
    ParcelUnknown,
    PartCalledOff,
    PeriodInThePast,
    PersonUnknown,
    ShortageUnexplained,
    TwoInspectorsNeeded,
    WrongPickupCode,
)
from shop.fulfilment.values import NodeKind, Proof, Stop, Travel, Way
from shop.orders.queries import PartView
from shop.orders.wording import Step, part_label
from web.language import in_language
from web.templating import day, moment
from web.wording import explains


def kind_label(kind: str) -> str:
    """Return what people call a kind of node."""
    return {
        NodeKind.COUNTY: _("County depot"),
        NodeKind.TOWNSHIP: _("Township node"),
        NodeKind.VILLAGE: _("Village point"),
    }[NodeKind(kind)]


def way_steps(travel: Travel, part: PartView, *, show_people: bool = False) -> list[Step]:
    """Return how far the parcel of a part has come, as steps of the timeline; who noted it only where that is shown.

    A carrier tells us nothing of the hand-over: then what ends the way is that the goods were received.
    """
    parcel = " ".join(word for word in (part.carrier, part.tracking_number) if word)
    steps = [Step(_("Sent off"), "done", moment(travel.sent_at), note=parcel or _("through our nodes"))]
    for stop in travel.stops:
        over = travel.delivered_at is not None or part.received_at is not None
        steps.append(_stop_step(stop, travel, over, show_people))
    if travel.delivered_at is not None:
        label = _("Picked up with the code") if travel.proof == Proof.CODE else _("Handed over")
        steps.append(Step(label, "done", moment(travel.delivered_at), travel.receiver))
    elif part.received_at is not None:
        steps.append(Step(part_label(part.shown_state), "done", moment(part.received_at)))
    elif travel.pickup:
        steps.append(Step(_("Pick-up"), "now" if travel.waits_for_pickup else "next"))
    else:
        last = travel.reached == len(travel.stops)
        steps.append(Step(_("Delivery"), "now" if last else "next"))
    return steps


def _stop_step(stop: Stop, travel: Travel, over: bool, show_people: bool) -> Step:
    state = "done" if stop.at is not None else "now" if stop.position == travel.reached + 1 else "next"
    if over and stop.at is None:
        state = "next"
    return Step(
        in_language(stop.name_zh, stop.name_en),
        state,
        moment(stop.at) if stop.at is not None else "",
        stop.by if show_people and stop.at is not None else "",
        kind_label(stop.kind),
    )


def receipt_text(travel: Travel) -> str:
    """Say when receipt confirms itself, or what that waits for."""
    if travel.confirm_on is not None:
        return _("If you say nothing, it counts as received on %(day)s.", day=day(travel.confirm_on))
    if travel.pickup:
        return _("It counts as received as soon as it is picked up with your code.")
    if travel.way == Way.OWN:
        return _("The days until it counts as received begin when it is handed over.")
    return ""


def shown_pickup_code(code: str) -> str:
    """Return a pick-up code as it is read aloud: `123 456 7`."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"


@explains(TwoInspectorsNeeded)
def _two_inspectors(_refusal: TwoInspectorsNeeded) -> str:
    return _("Two different people check a delivery. Please name the second one.")


@explains(ShortageUnexplained)
def _shortage(_refusal: ShortageUnexplained) -> str:
    return _("Less was accepted than was sent: please write down what was missing or bad.")


@explains(AcceptedTooMuch)
def _too_much(_refusal: AcceptedTooMuch) -> str:
    return _("More cannot be accepted than was sent, and every line needs its number.")


@explains(NotedAsNotArrived)
def _noted_as_not_arrived(_refusal: NotedAsNotArrived) -> str:
    return _(
        "It was noted here that this reached nobody, and what you paid for it goes back. "
        "If it has come after all, please write to us."
    )


@explains(NoWayThere)
def _no_way(_refusal: NoWayThere) -> str:
    return _("None of our nodes is on the way to this address. Please send it with a carrier.")


@explains(ParcelUnknown)
def _unknown(_refusal: ParcelUnknown) -> str:
    return _(
        "No parcel with this code comes through here. Please check it: YG-, four signs, four signs, a number."
    )


@explains(ParcelExpectedElsewhere)
def _elsewhere(refusal: ParcelExpectedElsewhere) -> str:
    return _(
        "This parcel is expected at %(node)s first. Ask there to note it, then note it here.",
        node=in_language(*refusal.expected),
    )


@explains(ParcelAtItsEnd)
def _at_its_end(_refusal: ParcelAtItsEnd) -> str:
    return _("This parcel has been handed over, or its buyer has said that it arrived.")


@explains(ParcelNotHere)
def _not_here(_refusal: ParcelNotHere) -> str:
    return _("This parcel is not here, or it is handed over in another way. Note its arrival first.")


@explains(WrongPickupCode)
def _wrong_code(_refusal: WrongPickupCode) -> str:
    return _(
        "This is not the code of this parcel. The buyer finds it in our mail and on the page of the order."
    )


@explains(NodeInUse)
def _in_use(refusal: NodeInUse) -> str:
    return _(
        "%(parcels)s parcels are there or on their way there. It can be closed when they have been handed over.",
        parcels=refusal.parcels,
    )


@explains(NodeMisplaced)
def _misplaced(_refusal: NodeMisplaced) -> str:
    return _("Pick the county, the town or the village in which the node stands.")


@explains(PersonUnknown)
def _person_unknown(_refusal: PersonUnknown) -> str:
    return _("Nobody signs in with this address or number. The person needs an account first.")


@explains(PeriodInThePast)
def _in_the_past(_refusal: PeriodInThePast) -> str:
    return _("Choose a day to come: what has been promised to buyers stays.")


@explains(PartCalledOff)
def _called_off(refusal: PartCalledOff) -> str:
    return _(
        "Order %(number)s was called off before it was sent. Please do not send it.", number=refusal.number
    )
