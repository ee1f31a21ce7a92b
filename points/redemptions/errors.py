"""What the till refuses; in every case nothing moved."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal
from points.redemptions.values import Missing


class UnknownCard(Refusal):
    """No open card has this code; a mistyped and a blocked one look alike to strangers."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class CardBlocked(Refusal):
    """The card was replaced or blocked."""


class CardTaken(Refusal):
    """A card with this code exists already."""


class ServesOthers(Refusal):
    """The store serves the households of another village or town."""


class KeepersOwnHousehold(Refusal):
    """No keeper serves their own household (rule J1)."""

    status = HTTPStatus.FORBIDDEN


class KeeperHadAHand(Refusal):
    """Who recorded or approved a household's points, or printed its card, does not hand out its goods (rules F2, J1)."""

    status = HTTPStatus.FORBIDDEN


class EmptyBasket(Refusal):
    """Nothing was chosen."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BadQuantity(Refusal):
    """A quantity is no whole number from 1 to the most units of a visit."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class UnknownGoods(Refusal):
    """The basket names goods that this store does not have."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotOnShelf(Refusal):
    """Goods are sold out, short or expired; every such line is named."""

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(
            ", ".join(f"{line.name_en}: {line.wanted} wanted, {line.available} there" for line in missing)
        )
        self.missing = missing


class TooFewPoints(Refusal):
    """The household has `available` points, the basket costs `wanted`."""

    def __init__(self, available: int, wanted: int) -> None:
        super().__init__(f"{available} points available, {wanted} wanted")
        self.available = available
        self.wanted = wanted

    @property
    def missing(self) -> int:
        """Return how many points are missing."""
        return self.wanted - self.available


class OnceReused(Refusal):
    """The form's token was used for another basket."""
