"""The choices of a list as its address carries them: read, checked, and turned into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from core.errors import NotFound
from shop.catalogue.values import Category, Sort

LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter as a link; an active one leads to the list without it."""

    label: str
    url: str
    active: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for; `county` is a region code, `query` is empty outside the search."""

    path: str
    sort: Sort
    default_sort: Sort
    query: str = ""
    category: str | None = None
    county: str | None = None
    in_stock: bool = False

    @property
    def narrowed(self) -> bool:
        """Say whether some filter is on."""
        return bool(self.category or self.county or self.in_stock)

    def url(self, **changes: Any) -> str:
        """Return the address of this list with some choices changed, at its first page."""
        other = replace(self, **changes)
        pairs = [
            ("q", other.query),
            ("category", other.category),
            ("county", other.county),
            ("in_stock", "1" if other.in_stock else None),
            ("sort", other.sort.value if other.sort is not other.default_sort else None),
        ]
        told = urlencode([(key, value) for key, value in pairs if value])
        return f"{other.path}?{told}" if told else other.path

    @property
    def everything_url(self) -> str:
        """Return the address of this list without any filter."""
        return self.url(category=None, county=None, in_stock=False)


def read(path: str, arguments: Mapping[str, str], *, searching: bool = False) -> Asked:
    """Read the choices from an address; `NotFound` for a category, county or order that cannot be."""
    default = Sort.RELEVANCE if searching else Sort.NEWEST
    category = arguments.get("category") or None
    if category is not None and category not in set(Category):
        raise NotFound("category")
    county = arguments.get("county") or None
    if county is not None and not (county.isascii() and county.isdigit() and len(county) <= 12):
        raise NotFound("county")
    sort = arguments.get("sort") or default.value
    if sort not in set(Sort) or (sort == Sort.RELEVANCE and not searching):
        raise NotFound("sort")
    in_stock = arguments.get("in_stock") or ""
    if in_stock not in ("", "0", "1"):
        raise NotFound("in_stock")
    query = " ".join(arguments.get("q", "").replace("\x00", " ").split())[:LONGEST_QUERY] if searching else ""
    return Asked(path, Sort(sort), default, query, category, county, in_stock == "1")
