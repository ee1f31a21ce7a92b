"""The choices of a list as its address carries them: read, checked, and turned into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from core.errors import NotFound
from shop.catalogue.values import Category, Narrowing, PackSize, Sort
from shop.certification.values import CertificateKind

LONGEST_QUERY = 100

#: What `read` looks at, and the page: a list with anything else in its address is not kept for others.
PARAMETERS = (
    *("q", "category", "county", "supplier", "kind", "size", "sort", "in_stock", "price_from", "price_to"),
    "page",
)
LONGEST_PRICE = 12
HIGHEST_PRICE_FEN = 100_000_000


#: A page has fifty links that say the same but for one choice.
_quoted = lru_cache(2_000)(quote_plus)


class PriceProblem(StrEnum):
    """Why a range of prices cannot be used."""

    NOT_AN_AMOUNT = "not an amount"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter as a link; an active one leads to the list without it."""

    label: str
    url: str
    active: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The choices of one filter, under its title."""

    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for; `query` is empty outside the search, `cut` says that more was typed than is searched for.

    `price_from` and `price_to` are as they were typed (yuan); with a `price_problem` they narrow nothing.
    """

    path: str
    sort: Sort
    default_sort: Sort
    query: str = ""
    cut: bool = False
    category: str | None = None
    county: str | None = None
    supplier: str | None = None
    kind: str | None = None
    size: PackSize | None = None
    price_from: str = ""
    price_to: str = ""
    price_problem: PriceProblem | None = None
    in_stock: bool = False

    @property
    def narrowing(self) -> Narrowing:
        """Return what the list is narrowed by, prices in fen."""
        prices = (None, None) if self.price_problem else (fen_of(self.price_from), fen_of(self.price_to))
        return Narrowing(
            self.category, self.county, self.supplier, self.kind, self.size, *prices, in_stock=self.in_stock
        )

    @property
    def narrowed(self) -> bool:
        """Say whether some filter is on."""
        return bool(self.narrowing)

    def pairs(self) -> list[tuple[str, str]]:
        """Return what an address of this list carries, and what a form that changes some of it must keep."""
        told = [
            ("q", self.query),
            ("category", self.category),
            ("county", self.county),
            ("supplier", self.supplier),
            ("kind", self.kind),
            ("size", self.size.value if self.size else None),
            ("price_from", self.price_from),
            ("price_to", self.price_to),
            ("in_stock", "1" if self.in_stock else None),
            ("sort", self.sort.value if self.sort is not self.default_sort else None),
        ]
        return [(key, value) for key, value in told if value]

    def url(self, **changes: Any) -> str:
        """Return the address of this list with some choices changed, at its first page."""
        told = "&".join(f"{key}={_quoted(value)}" for key, value in replace(self, **changes).pairs())
        return f"{self.path}?{told}" if told else self.path

    @property
    def everything_url(self) -> str:
        """Return the address of this list without any filter."""
        return Asked(self.path, self.sort, self.default_sort, self.query).url()


def fen_of(typed: str) -> int | None:
    """Return an amount typed in yuan as fen; None for nothing, and for what is no amount."""
    plain = typed.removeprefix("¥").removeprefix("￥").strip()
    if not plain or len(plain) > LONGEST_PRICE or not plain.isascii() or not set(plain) <= set("0123456789."):
        return None
    try:
        fen = Decimal(plain) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen == fen.to_integral_value() and fen <= HIGHEST_PRICE_FEN else None


def read(path: str, arguments: Mapping[str, str], *, searching: bool = False) -> Asked:
    """Read the choices from an address; `NotFound` for a choice that cannot be, such as a category there is not.

    What was typed as a price is kept as it is, right or wrong, so that it can be mended.
    """
    default = Sort.RELEVANCE if searching else Sort.NEWEST
    category = arguments.get("category") or None
    if category is not None and category not in set(Category):
        raise NotFound("category")
    county = arguments.get("county") or None
    if county is not None and not (county.isascii() and county.isdigit() and len(county) <= 12):
        raise NotFound("county")
    supplier = arguments.get("supplier") or None
    if supplier is not None and not (supplier.isascii() and supplier.isalnum() and len(supplier) <= 40):
        raise NotFound("supplier")
    kind = arguments.get("kind") or None
    if kind is not None and kind not in set(CertificateKind):
        raise NotFound("kind")
    size = arguments.get("size") or None
    if size is not None and size not in set(PackSize):
        raise NotFound("size")
    sort = arguments.get("sort") or default.value
    if sort not in set(Sort) or (sort == Sort.RELEVANCE and not searching):
        raise NotFound("sort")
    in_stock = arguments.get("in_stock") or ""
    if in_stock not in ("", "0", "1"):
        raise NotFound("in_stock")
    typed = " ".join(arguments.get("q", "").replace("\x00", " ").split()) if searching else ""
    prices = [_typed(arguments.get(key, "")) for key in ("price_from", "price_to")]
    return Asked(
        path=path,
        sort=Sort(sort),
        default_sort=default,
        query=typed[:LONGEST_QUERY],
        cut=len(typed) > LONGEST_QUERY,
        category=category,
        county=county,
        supplier=supplier,
        kind=kind,
        size=PackSize(size) if size else None,
        price_from=prices[0],
        price_to=prices[1],
        price_problem=_price_problem(*prices),
        in_stock=in_stock == "1",
    )


def _typed(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())[: 2 * LONGEST_PRICE]


def _price_problem(lowest: str, highest: str) -> PriceProblem | None:
    low, high = fen_of(lowest), fen_of(highest)
    if (lowest and low is None) or (highest and high is None):
        return PriceProblem.NOT_AN_AMOUNT
    return PriceProblem.REVERSED if low is not None and high is not None and low > high else None
