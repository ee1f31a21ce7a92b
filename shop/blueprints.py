"""The pages of this package, and what must be registered with them."""

from __future__ import annotations

from flask import Blueprint

import search
from core.text import N_
from shop.catalogue import queries as catalogue_queries
from shop.catalogue import wording as catalogue_wording
from shop.catalogue.views import bp as catalogue
from shop.certification import wording as certification_wording
from shop.certification.views import bp as certification
from shop.certification.views import waiting_products
from shop.home.views import bp as home
from shop.permissions import CERTIFY, MANAGE_PRODUCTS
from web import navigation
from web.navigation import DeskItem

BLUEPRINTS: tuple[Blueprint, ...] = (home, catalogue, certification)

search.provide(search.Source(catalogue_queries.searchable_ids, catalogue_queries.search_documents))

navigation.register(
    DeskItem(N_("My products"), "/supplier/products", "box", MANAGE_PRODUCTS, order=10),
    DeskItem(N_("Certification"), "/certification", "shield", CERTIFY, order=10, count=waiting_products),
)

__all__ = ["BLUEPRINTS", "catalogue_wording", "certification_wording"]
