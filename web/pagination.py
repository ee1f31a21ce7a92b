"""One page of a list that may be long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import abort, request

T = TypeVar("T")

LAST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The items of page `number` of `pages`, with the addresses of its neighbours."""

    items: Sequence[T]
    number: int
    pages: int
    total: int
    prev_url: str
    next_url: str
    links: tuple[tuple[str, str, bool], ...]


def page_number() -> int:
    """Read `?page=`; anything that is no page is a 404."""
    text = request.args.get("page", "1")
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not 1 <= int(text) <= LAST_PAGE:
        abort(404)
    return int(text)


def paginate(items: Sequence[T], number: int, total: int, size: int) -> Page[T]:
    """Make the page of `items` that a query with limit and offset returned; a page past the end is a 404."""
    pages = max(1, min(LAST_PAGE, -(-total // size)))
    if number > pages:
        abort(404)
    near = sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
    links: list[tuple[str, str, bool]] = []
    for index, value in enumerate(near):
        if index and value - near[index - 1] > 1:
            links.append(("…", "", False))
        links.append((str(value), _address(value), value == number))
    return Page(
        items,
        number,
        pages,
        total,
        _address(number - 1) if number > 1 else "",
        _address(number + 1) if number < pages else "",
        tuple(links),
    )


def _address(number: int) -> str:
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key != "page"]
    if number > 1:
        pairs.append(("page", str(number)))
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path
