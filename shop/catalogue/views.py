"""The shop window: lists, search, one product, and a supplier's own products."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import NotFound
from search import Marker
from shop.catalogue import filters, queries, services, wording
from shop.catalogue.filters import Asked, Choice
from shop.catalogue.values import ProductCard, Sort
from shop.permissions import MANAGE_PRODUCTS
from web.access import current_actor, public, requires
from web.caching import shared
from web.language import in_language, locale_code
from web.pagination import Page, page_number, paginate

bp = Blueprint("catalogue", __name__)

PAGE_SIZE = 24
SUGGESTED_FROM = 20
MORE_FROM_VILLAGE = 4


@bp.get("/shop/products")
@public
@shared
def products() -> Any:
    """Show certified products on sale, by shelf, county, price and time."""
    asked = filters.read("/shop/products", request.args)
    number = page_number()
    with reading() as session:
        found = queries.read_list(
            session,
            wording.card_words(),
            category=asked.category,
            county_code=asked.county,
            in_stock=asked.in_stock,
            sort=asked.sort,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
    return _list_page("shop/catalogue/products.html", asked, found, number)


@bp.get("/shop/search")
@public
@shared
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
            category=asked.category,
            county_code=asked.county,
            in_stock=asked.in_stock,
            sort=asked.sort,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
            ids=hits.ids,
        )
    marker = Marker(asked.query)
    marked = tuple(
        replace(card, title=marker.mark(card.title), summary=marker.excerpt(card.summary))
        for card in found.cards
    )
    return _list_page(
        "shop/catalogue/search.html", asked, replace(found, cards=marked), number, by_index=hits.by_index
    )


@bp.get("/shop/search/suggest")
@public
@shared
def suggest() -> Any:
    """Answer with a few names while somebody types, as JSON."""
    typed = filters.read("/shop/search", {"q": request.args.get("q", "")}, searching=True).query
    by_index = queries.ask_index(typed, SUGGESTED_FROM) if typed else ()
    with reading() as session:
        found = queries.suggest_products(session, typed, by_index, english=locale_code() == "en")
    return {
        "label": _("Suggestions"),
        "status": wording.suggestion_count(len(found)),
        "suggestions": [{"title": one.title, "url": one.url} for one in found],
    }


def _list_page(template: str, asked: Asked, found: queries.ProductList, number: int, **more: Any) -> str:
    labels = wording.category_labels()
    page: Page[ProductCard] = paginate(found.cards, number, found.total, PAGE_SIZE)
    return render_template(
        template,
        asked=asked,
        page=page,
        cards=found.cards,
        total=found.total,
        shelf_labels=labels,
        count_text=wording.product_count(found.total),
        category_label=labels.get(asked.category or ""),
        county_label=in_language(found.county.name_zh, found.county.name_en) if found.county else None,
        categories=_category_choices(asked, found, labels),
        counties=_county_choices(asked, found),
        sorts=_sort_choices(asked),
        **more,
    )


def _category_choices(asked: Asked, found: queries.ProductList, labels: dict[str, str]) -> list[Choice]:
    return [
        Choice(
            label,
            asked.url(category=None if key == asked.category else key),
            key == asked.category,
            found.categories.get(key, 0),
        )
        for key, label in labels.items()
        if key in found.categories or key == asked.category
    ]


def _county_choices(asked: Asked, found: queries.ProductList) -> list[Choice]:
    counties = list(found.counties)
    if found.county is not None and found.county.code not in {county.code for county in counties}:
        counties.append(replace(found.county, count=0))
    return [
        Choice(
            in_language(county.name_zh, county.name_en),
            asked.url(county=None if county.code == asked.county else county.code),
            county.code == asked.county,
            county.count,
        )
        for county in counties
    ]


def _sort_choices(asked: Asked) -> list[Choice]:
    searching = asked.default_sort is Sort.RELEVANCE
    return [
        Choice(label, asked.url(sort=sort), sort is asked.sort)
        for sort, label in wording.sort_labels(searching=searching).items()
    ]


@bp.get("/shop/products/<slug>")
@public
@shared
def product(slug: str) -> Any:
    """Show one product: what it is, who certified it, where it grew, and where each fen of its price goes."""
    if "\x00" in slug:
        raise NotFound("product")
    words = wording.card_words()
    with reading() as session:
        found = queries.get_product_page(session, words, slug)
        neighbours = queries.product_cards(
            session, words, village_id=found.village_id, without_id=found.id, limit=MORE_FROM_VILLAGE
        )
    certificate = found.certificate
    return render_template(
        "shop/catalogue/product.html",
        product=found,
        neighbours=neighbours,
        category_label=wording.category_labels()[found.category],
        not_certified_text=wording.not_certified_text(
            certificate.state if certificate else None,
            certificate.valid_from if certificate else None,
            certificate.last_day if certificate else None,
        ),
        share_labels=wording.share_labels(),
        state_label=wording.state_label,
        state_tone=wording.state_tone,
    )


@bp.get("/supplier/products")
@requires(MANAGE_PRODUCTS)
def own_products() -> Any:
    """Show a supplier its products with their stock and how they stand."""
    number = page_number()
    with reading() as session:
        found, total = queries.visible_products(
            session,
            current_actor(),
            english=locale_code() == "en",
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
    return render_template(
        "shop/catalogue/own_products.html",
        page=paginate(found, number, total, PAGE_SIZE),
        products=found,
        labels=wording.category_labels(),
        state_label=wording.state_label,
        state_tone=wording.state_tone,
    )


@bp.post("/supplier/products/<slug>/list")
@requires(MANAGE_PRODUCTS)
def put_on_sale(slug: str) -> Any:
    """Put an own product on sale."""
    with transaction() as session:
        actor = current_actor()
        listed = services.list_product(session, actor, queries.own_product_id(session, actor, slug))
    flash(_("%(name)s is on sale.", name=in_language(listed.name_zh, listed.name_en)), "good")
    return redirect("/supplier/products", 303)


@bp.post("/supplier/products/<slug>/unlist")
@requires(MANAGE_PRODUCTS)
def take_off_sale(slug: str) -> Any:
    """Take an own product off sale; open orders go on."""
    with transaction() as session:
        actor = current_actor()
        unlisted = services.unlist_product(session, actor, queries.own_product_id(session, actor, slug))
    flash(
        _(
            "%(name)s is off sale. Orders placed before go on.",
            name=in_language(unlisted.name_zh, unlisted.name_en),
        ),
        "good",
    )
    return redirect("/supplier/products", 303)
