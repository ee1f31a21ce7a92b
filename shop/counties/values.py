"""What a county's zone tells."""

from __future__ import annotations

from dataclasses import dataclass

from shop.catalogue.values import ProductCard


@dataclass(frozen=True, slots=True)
class CountyRow:
    """A county in the list of counties; `reached_fen` are producers' shares of orders that arrived."""

    code: str
    name: str
    above: str
    products: int
    villages: int
    suppliers: int
    reached_fen: int


@dataclass(frozen=True, slots=True)
class VillageTile:
    """A village of a county: how many certified products it has, and what reached it, in fen."""

    name: str
    products: int
    reached_fen: int


@dataclass(frozen=True, slots=True)
class Town:
    """The villages of a town that sell something or were reached by something."""

    name: str
    villages: tuple[VillageTile, ...]


@dataclass(frozen=True, slots=True)
class CountyZone:
    """A county with its numbers, its best sellers and its villages; totals only, no household and no order.

    `reached_fen` are producers' shares of orders that arrived, `coming_fen` of those paid for and under way.
    """

    code: str
    name: str
    above: str
    products: int
    local_products: int
    suppliers: int
    reached_fen: int
    coming_fen: int
    towns: tuple[Town, ...]
    cards: tuple[ProductCard, ...]

    @property
    def villages(self) -> int:
        """Return how many villages have products on sale."""
        return sum(1 for town in self.towns for village in town.villages if village.products)

    @property
    def empty(self) -> bool:
        """Say whether there is nothing to tell yet."""
        return not self.products and not self.reached_fen and not self.coming_fen
