"""Reading the catalogue: cards of a list, the page of a product, a supplier's own list, what can be found."""

from __future__ import annotations

from shop.catalogue.queries.cards import (
    facets,
    on_sale,
    product_cards,
    related_cards,
    shelves,
    title_matches,
    weekly_ids,
)
from shop.catalogue.queries.documents import search_documents, searchable_ids
from shop.catalogue.queries.lists import (
    Found,
    ProductList,
    ask_index,
    find_products,
    read_list,
    suggest_products,
)
from shop.catalogue.queries.prices import dear_packs, median_prices, price_history
from shop.catalogue.queries.product_page import get_product_page
from shop.catalogue.queries.suppliers import own_product_id, visible_products

__all__ = [
    "Found",
    "ProductList",
    "ask_index",
    "dear_packs",
    "facets",
    "find_products",
    "get_product_page",
    "median_prices",
    "on_sale",
    "own_product_id",
    "price_history",
    "product_cards",
    "read_list",
    "related_cards",
    "search_documents",
    "searchable_ids",
    "shelves",
    "suggest_products",
    "title_matches",
    "visible_products",
    "weekly_ids",
]
