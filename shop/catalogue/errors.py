"""What the catalogue refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from core.errors import Refusal
from shop.catalogue.values import Changes, Fault

#: The field that a problem belongs to, where it is not told.
FIELDS = {
    "slug": "slug",
    "slug taken": "slug",
    "sku taken": "sku",
    "village": "village",
    "supplier": "supplier",
    "certified": "name_zh",
}


class BadProduct(Refusal):
    """Something about a product cannot be; `problem` is the first of the `faults` (names in `rules`)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, problem: str | None = None, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults) or (Fault(FIELDS.get(problem or "", ""), problem or ""),)
        self.problem = problem or self.faults[0].problem
        super().__init__(self.problem)


class ChangedMeanwhile(Refusal):
    """Somebody changed it since the form was opened; `changes` are what it was then and is now, by field."""

    def __init__(self, version: int, changes: Changes, by: str = "", at: datetime | None = None) -> None:
        super().__init__(f"is at version {version}: {', '.join(sorted(changes))}")
        self.version = version
        self.changes = changes
        self.by = by
        self.at = at


class NotReadyForSale(Refusal):
    """A product without a pack size that can be bought is not put on sale."""


class PackClosed(Refusal):
    """A pack size that was taken out of the range is not changed any more; it can be taken in again."""


class TooManyPictures(Refusal):
    """A product shows no more pictures than `rules.MOST_PICTURES`."""
