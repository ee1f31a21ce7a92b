"""The shop window: lists, search, one product."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from core.db import reading
from core.errors import NotFound
from search import Marker, says_nothing
from shop.catalogue import filters, queries, wording
from shop.catalogue.filters import Asked, Choice, Group
from shop.catalogue.values import NamedFacet, ProductCard, Sort
from shop.reviews import queries as review_queries
from shop.reviews import wording as review_wording
from shop.stock.queries import packs_watch, sold_out_watch
from web import kept_pages
from web.access import public
from web.caching import shared
from web.kept_pages import kept
from web.language import in_language, locale_code
from web.pagination import Page, page_number, paginate

bp = Blueprint("catalogue", __name__)

PAGE_SIZE = 24
SUGGESTED_FROM = 20
MOST_RELATED = 4
REVIEWS_SHOWN = 4

#: How long (seconds) a finished page may be kept that depends on the stock of all products, their sales, or the index.
STOCK_SECONDS, SALES_SECONDS, SEARCH_SECONDS = 2, 60, 60


@bp.get("/shop/products")
@public
@shared
@kept(*filters.PARAMETERS)
def products() -> Any:
    """Show certified products on sale, by shelf, county, price and time."""
    asked = filters.read("/shop/products", request.args)
    number = page_number()
    with reading() as session:
        found = queries.read_list(
            session,
            wording.card_words(),
            asked.narrowing,
            sort=asked.sort,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
    _keep_list(asked, found)
    return _list_page("shop/catalogue/products.html", asked, found, number)


@bp.get("/shop/search")
@public
@shared
@kept(*filters.PARAMETERS)
def find() -> Any:
    """Show what matches the words, best first; without words, the shelves to begin from."""
    asked = filters.read("/shop/search", request.args, searching=True)
    number = page_number()
    by_index = queries.ask_index(asked.query) if asked.query else ()
    with reading() as session:
        hits = (
            queries.find_products(session, asked.query, by_index)
            if asked.query
            else queries.Found((), by_index=True)
        )
        found = queries.read_list(
            session,
            wording.card_words(),
            asked.narrowing,
            sort=asked.sort,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
            ids=hits.ids,
        )
    _keep_list(asked, found)
    kept_pages.at_most(SEARCH_SECONDS if hits.by_index else 0)
    return _list_page(
        "shop/catalogue/search.html",
        asked,
        found,
        number,
        marked=partial(_marked, Marker(asked.query)),
        by_index=hits.by_index,
        empty_words=says_nothing(asked.query),
    )


@bp.get("/shop/search/suggest")
@public
@shared
@kept("q")
def suggest() -> Any:
    """Answer with a few names while somebody types, as JSON."""
    typed = filters.read("/shop/search", {"q": request.args.get("q", "")}, searching=True).query
    by_index = queries.ask_index(typed, SUGGESTED_FROM) if typed else ()
    with reading() as session:
        found = queries.suggest_products(session, typed, by_index, english=locale_code() == "en")
    kept_pages.at_most(SEARCH_SECONDS if by_index is not None else 0)
    return {
        "label": _("Suggestions"),
        "status": wording.suggestion_count(len(found)),
        "suggestions": [{"title": one.title, "url": one.url} for one in found],
    }


def _marked(marker: Marker, card: ProductCard) -> dict[str, Markup]:
    return {"title": marker.mark(card.title), "summary": marker.excerpt(card.summary)}


def _keep_list(asked: Asked, found: queries.ProductList) -> None:
    """Keep a list while its cards are true; what is sold or in stock elsewhere may change which cards there are."""
    _keep_cards(found.cards)
    if asked.in_stock:
        kept_pages.at_most(STOCK_SECONDS)
    if asked.sort is Sort.SALES:
        kept_pages.at_most(SALES_SECONDS)


def _keep_cards(cards: Sequence[ProductCard]) -> None:
    kept_pages.depends_on(sold_out_watch, [card.id for card in cards], [card.sold_out for card in cards])


def _list_page(template: str, asked: Asked, found: queries.ProductList, number: int, **more: Any) -> Any:
    page: Page[ProductCard] = paginate(found.cards, number, found.total, PAGE_SIZE)
    rendered = render_template(
        template,
        asked=asked,
        page=page,
        cards=found.cards,
        total=found.total,
        shelf_labels=wording.category_labels(),
        count_text=wording.product_count(found.total),
        category_label=wording.category_labels().get(asked.category or ""),
        county_label=_name(found.county),
        supplier_label=_name(found.supplier),
        facets=found.facets,
        groups=partial(_groups, asked, found),
        chips=_chips(asked, found),
        price_problem=wording.price_problem_text(asked.price_problem),
        sorts=_sort_choices(asked),
        **more,
    )
    return (rendered, 422) if asked.price_problem else rendered


def _name(facet: NamedFacet | None) -> str:
    return in_language(facet.name_zh, facet.name_en) if facet else ""


def _groups(asked: Asked, found: queries.ProductList) -> list[Group]:
    """Return the filters with what each choice would leave; a filter without a choice to make is left out."""
    facets = found.facets
    groups = [
        Group(
            _("Shelf"),
            _counted(asked, "category", wording.category_labels(), facets.categories),
        ),
        Group(_("County of origin"), _named(asked, "county", facets.counties, found.county)),
        Group(_("Kind of certificate"), _counted(asked, "kind", wording.kind_labels(), facets.kinds)),
        Group(_("Supplier"), _named(asked, "supplier", facets.suppliers, found.supplier)),
        Group(
            _("Pack size"),
            tuple(
                Choice(label, asked.url(size=None if size is asked.size else size), size is asked.size)
                for size, label in wording.size_labels().items()
                if facets.total or asked.narrowed
            ),
        ),
    ]
    return [
        group for group in groups if len(group.choices) > 1 or any(choice.active for choice in group.choices)
    ]


def _counted(asked: Asked, name: str, labels: dict[str, str], counts: dict[str, int]) -> tuple[Choice, ...]:
    chosen = getattr(asked, name)
    return tuple(
        Choice(
            label,
            asked.url(**{name: None if key == chosen else key}),
            key == chosen,
            counts.get(key, 0),
        )
        for key, label in labels.items()
        if key in counts or key == chosen
    )


def _named(
    asked: Asked, name: str, facets: Sequence[NamedFacet], chosen: NamedFacet | None
) -> tuple[Choice, ...]:
    shown = list(facets)
    if chosen is not None and chosen.key not in {facet.key for facet in shown}:
        shown.append(chosen)
    return tuple(
        Choice(
            _name(facet),
            asked.url(**{name: None if chosen and facet.key == chosen.key else facet.key}),
            chosen is not None and facet.key == chosen.key,
            facet.count,
        )
        for facet in shown
    )


def _chips(asked: Asked, found: queries.ProductList) -> list[Choice]:
    """Return what is chosen, each as a link to the list without it."""
    chosen: list[tuple[str | None, dict[str, Any]]] = [
        (wording.category_labels().get(asked.category or ""), {"category": None}),
        (_name(found.county), {"county": None}),
        (wording.kind_labels().get(asked.kind or ""), {"kind": None}),
        (_name(found.supplier), {"supplier": None}),
        (wording.size_labels()[asked.size] if asked.size else "", {"size": None}),
        (
            wording.price_label(asked.price_from, asked.price_to)
            if (asked.price_from or asked.price_to) and not asked.price_problem
            else "",
            {"price_from": "", "price_to": ""},
        ),
        (_("In stock") if asked.in_stock else "", {"in_stock": False}),
    ]
    return [Choice(label, asked.url(**without), active=True) for label, without in chosen if label]


def _sort_choices(asked: Asked) -> list[Choice]:
    searching = asked.default_sort is Sort.RELEVANCE
    return [
        Choice(label, asked.url(sort=sort), sort is asked.sort)
        for sort, label in wording.sort_labels(searching=searching).items()
    ]


@bp.get("/shop/products/<slug>")
@public
@shared
@kept()
def product(slug: str) -> Any:
    """Show one product: what it is, who certified it, where it grew, and where each fen of its price goes."""
    if "\x00" in slug:
        raise NotFound("product")
    words = wording.card_words()
    with reading() as session:
        found = queries.get_product_page(session, words, slug)
        neighbours, alike = queries.related_cards(
            session, words, found.id, found.village_id, found.category, MOST_RELATED
        )
        reviews = (
            review_queries.newest_of_product(session, found.id, limit=REVIEWS_SHOWN)
            if found.rating.total
            else []
        )
    kept_pages.depends_on(packs_watch, [found.id], [pack.available for pack in found.packs] or None)
    _keep_cards([*neighbours, *alike])
    certificate = found.certificate
    return render_template(
        "shop/catalogue/product.html",
        product=found,
        neighbours=neighbours,
        alike=alike,
        reviews=reviews,
        stars_label=review_wording.stars_label,
        count_label=review_wording.count_label,
        category_label=wording.category_labels()[found.category],
        not_certified_text=wording.not_certified_text(
            certificate.state if certificate else None,
            certificate.valid_from if certificate else None,
            certificate.last_day if certificate else None,
        ),
        share_labels=wording.share_labels,
        kind_labels=wording.kind_labels,
        state_label=wording.state_label,
        state_tone=wording.state_tone,
    )
