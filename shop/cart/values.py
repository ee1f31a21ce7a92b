"""Words of carts: whose cart it is, and what it looks like now."""

from __future__ import annotations

from dataclasses import dataclass

from shop.stock.values import Goods, LineProblem, Problem

#: No cart holds more lines than this.
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class CartOwner:
    """A visitor by the secret in their session, a signed-in person, or (before the two carts are merged) both."""

    user_id: int | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A line of a cart as it stands now: what each pack costs at this quantity, and all of them, in fen."""

    goods: Goods
    quantity: int
    unit_fen: int
    line_fen: int
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Basket:
    """A cart as it stands now; sums count the lines that can be bought. What is `saved` for later is not bought."""

    lines: tuple[BasketLine, ...]
    saved: tuple[BasketLine, ...] = ()

    @property
    def problems(self) -> tuple[BasketLine, ...]:
        """Return the lines that cannot be bought as they stand."""
        return tuple(line for line in self.lines if line.problem is not None)

    @property
    def buyable(self) -> tuple[BasketLine, ...]:
        """Return the lines that can be bought."""
        return tuple(line for line in self.lines if line.problem is None)


@dataclass(frozen=True, slots=True)
class PutAgain:
    """Goods put into a cart together: how many `kinds` of them lie there now, and of which there are fewer or none, and why."""

    kinds: int
    problems: tuple[LineProblem, ...]
