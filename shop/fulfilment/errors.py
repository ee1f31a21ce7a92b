"""What fulfilment refuses."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class TwoInspectorsNeeded(Refusal):
    """Goods for an institution are accepted by two different people (B8)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ShortageUnexplained(Refusal):
    """Less was accepted than was sent, and nobody said why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AcceptedTooMuch(Refusal):
    """More was accepted than was sent, or lines are missing."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotedAsNotArrived(Refusal):
    """The operator has noted that it reached nobody, and what was paid for it goes back."""


class PartCalledOff(Refusal):
    """What a supplier was told to send was called off before it was sent."""

    status = HTTPStatus.GONE

    def __init__(self, number: str) -> None:
        super().__init__(f"order {number} was called off")
        self.number = number


class NoWayThere(Refusal):
    """No open node stands on the way to this address."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ParcelUnknown(Refusal):
    """No parcel on its way has this code, or it does not come through this node."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ParcelExpectedElsewhere(Refusal):
    """The scan is out of order: another node has to note the parcel first."""

    def __init__(self, expected: tuple[str, str]) -> None:
        super().__init__(expected[0])
        self.expected = expected


class ParcelAtItsEnd(Refusal):
    """The parcel was handed over, or its buyer has said that it arrived."""


class ParcelNotHere(Refusal):
    """The parcel does not lie at this node, so nobody can be given it here."""


class WrongPickupCode(Refusal):
    """The pick-up code is another parcel's, or invented."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NodeInUse(Refusal):
    """Parcels lie at the node or are on their way to it."""

    def __init__(self, parcels: int) -> None:
        super().__init__(f"{parcels} parcels")
        self.parcels = parcels


class NodeMisplaced(Refusal):
    """A node stands in a county, a town or a village, not in a whole province."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class PersonUnknown(Refusal):
    """Nobody signs in under this name; `field` says for which task."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class PeriodInThePast(Refusal):
    """Days until receipt confirms itself can only be set for days to come."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
