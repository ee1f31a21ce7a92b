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
    others = urlencode([pair for pair in request.args.items(multi=True) if pair[0] != "page"])

    def address(page: int) -> str:
        query = "&".join(part for part in (others, f"page={page}" if page > 1 else "") if part)
        return f"{request.path}?{query}" if query else request.path

    near = sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
    links: list[tuple[str, str, bool]] = []
    for index, value in enumerate(near):
        if index and value - near[index - 1] > 1:
            links.append(("…", "", False))
        links.append((str(value), address(value), value == number))
    return Page(
        items,
        number,
        pages,
        total,
        address(number - 1) if number > 1 else "",
        address(number + 1) if number < pages else "",
        tuple(links),
    )
