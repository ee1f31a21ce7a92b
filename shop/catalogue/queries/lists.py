"""A whole list page at once: cards, their number and the choices that narrow it, in two statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

import search
from core.errors import NotFound
from registry import queries as registry_queries
from shop.catalogue.queries.cards import facets, product_cards, suggested, title_matches
from shop.catalogue.values import CardWords, CountyFacet, Facets, ProductCard, Sort, Suggestion

#: A search shows no more than this: fifty pages of twenty-four.
MOST_FOUND = 1200
MOST_SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class ProductList:
    """One page of a list; `categories` and `counties` count what each choice would leave."""

    cards: tuple[ProductCard, ...]
    total: int
    categories: dict[str, int]
    counties: tuple[CountyFacet, ...]
    county: CountyFacet | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best first; `by_index` is False when only names were compared."""

    ids: tuple[int, ...]
    by_index: bool


def read_list(
    session: Session,
    words: CardWords,
    *,
    category: str | None,
    county_code: str | None,
    in_stock: bool,
    sort: Sort,
    limit: int,
    offset: int,
    ids: Sequence[int] | None = None,
) -> ProductList:
    """Return one page of certified products on sale; `NotFound` for a county that there is not."""
    if ids is not None and not ids:
        known = Facets(())
    else:
        known = facets(session, ids=ids, in_stock=in_stock)
    county = _county(session, known, county_code) if county_code else None
    total = known.total(category, county_code)
    cards = (
        product_cards(
            session,
            words,
            category=category,
            county_id=county.county_id if county else None,
            ids=ids,
            in_stock=in_stock,
            summaries=ids is not None,
            sort=sort,
            limit=limit,
            offset=offset,
        )
        if offset < total
        else []
    )
    return ProductList(
        cards=tuple(cards),
        total=total,
        categories=known.categories(county_code),
        counties=known.counties(category),
        county=county,
    )


def _county(session: Session, known: Facets, code: str) -> CountyFacet:
    found = known.county(code)
    if found is not None:
        return found
    region = registry_queries.find_region(session, code)
    if region is None or region.level != "county":
        raise NotFound("county")
    return CountyFacet(region.id, region.code, region.name_zh, region.name_en, 0)


def ask_index(text: str, limit: int = MOST_FOUND) -> tuple[int, ...] | None:
    """Return what the index finds, best first; None when it cannot be asked.

    Called with no session open: the index may be kept in the database, and a request needs one connection at a time.
    """
    try:
        return tuple(search.engine().search(text, limit))
    except search.SearchUnavailable:
        return None


def find_products(session: Session, text: str, by_index: Sequence[int] | None) -> Found:
    """Return the products that match what was typed: what `ask_index` found, or by their names when that is nothing.

    An index that is missing, damaged or locked stops nobody from finding: names are compared in the database.
    """
    ids = by_index or title_matches(session, text, MOST_FOUND)
    return Found(tuple(ids), by_index=by_index is not None)


def suggest_products(
    session: Session, text: str, by_index: Sequence[int] | None, *, english: bool
) -> list[Suggestion]:
    """Return a few products that may be meant by what was typed so far."""
    return suggested(session, text, by_index or (), english=english, limit=MOST_SUGGESTED) if text else []
