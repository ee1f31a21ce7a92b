"""A whole list page at once: cards, their number and the choices that narrow it, in two statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

import search
from accounts.models import Organisation
from accounts.values import OrganisationKind
from core.errors import NotFound
from registry import queries as registry_queries
from shop.catalogue.queries.cards import cards_by_id, facets, product_cards, suggested, title_matches
from shop.catalogue.values import (
    CardWords,
    Facets,
    NamedFacet,
    Narrowing,
    ProductCard,
    Sort,
    Suggestion,
)

#: A search shows no more than this: fifty pages of twenty-four.
MOST_FOUND = 1200
MOST_SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class ProductList:
    """One page of a list; `facets` count what each choice would leave, `county` and `supplier` are those asked for."""

    cards: tuple[ProductCard, ...]
    facets: Facets
    county: NamedFacet | None
    supplier: NamedFacet | None

    @property
    def total(self) -> int:
        """Return how many products the whole list has."""
        return self.facets.total


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best first; `by_index` is False when only names were compared."""

    ids: tuple[int, ...]
    by_index: bool


def read_list(
    session: Session,
    words: CardWords,
    narrowing: Narrowing,
    *,
    sort: Sort,
    limit: int,
    offset: int,
    ids: Sequence[int] | None = None,
) -> ProductList:
    """Return one page of certified products on sale; `NotFound` for a county or supplier that there is not."""
    known = facets(session, narrowing, ids=ids) if ids is None or ids else Facets()
    county = _county(session, known, narrowing.county) if narrowing.county else None
    supplier = _supplier(session, known, narrowing.supplier) if narrowing.supplier else None
    cards: Sequence[ProductCard] = ()
    if ids is not None and sort is Sort.RELEVANCE:
        # In the order of the search, which the database need not be told.
        fitting = set(known.fitting)
        order = [product_id for product_id in ids if product_id in fitting]
        cards = cards_by_id(session, words, order[offset : offset + limit], summaries=True)
    elif offset < known.total:
        cards = product_cards(
            session,
            words,
            category=narrowing.category,
            county_id=county.id if county else None,
            supplier_id=supplier.id if supplier else None,
            kind=narrowing.kind,
            size=narrowing.size,
            price_from=narrowing.price_from,
            price_to=narrowing.price_to,
            ids=ids,
            in_stock=narrowing.in_stock,
            summaries=ids is not None,
            sort=sort,
            limit=limit,
            offset=offset,
        )
    return ProductList(tuple(cards), known, county, supplier)


def _county(session: Session, known: Facets, code: str) -> NamedFacet:
    found = next((county for county in known.counties if county.key == code), None)
    if found is not None:
        return found
    region = registry_queries.find_region(session, code)
    if region is None or region.level != "county":
        raise NotFound("county")
    return NamedFacet(region.id, region.code, region.name_zh, region.name_en, 0)


def _supplier(session: Session, known: Facets, public_id: str) -> NamedFacet:
    found = next((supplier for supplier in known.suppliers if supplier.key == public_id), None)
    if found is not None:
        return found
    organisation = session.scalar(
        select(Organisation).where(
            Organisation.public_id == public_id, Organisation.kind == OrganisationKind.SUPPLIER.value
        )
    )
    if organisation is None:
        raise NotFound("supplier")
    return NamedFacet(organisation.id, organisation.public_id, organisation.name_zh, organisation.name_en, 0)


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
