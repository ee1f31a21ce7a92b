"""The pages of this package, and what must be registered with them."""

from __future__ import annotations

from flask import Blueprint

import search
from core.text import N_
from shop import checks
from shop.after_sales import checks as after_sales_checks
from shop.after_sales import emails as after_sales_emails
from shop.after_sales import jobs as after_sales_jobs
from shop.after_sales import wording as after_sales_wording
from shop.after_sales.views import BLUEPRINTS as AFTER_SALES
from shop.after_sales.views.operator import claims_to_decide
from shop.after_sales.views.supplier import claims_to_answer
from shop.applications import checks as application_checks
from shop.applications import emails as application_emails
from shop.applications import jobs as application_jobs
from shop.applications import wording as application_wording
from shop.applications.views import BLUEPRINTS as APPLICATIONS
from shop.applications.views import to_decide
from shop.assortment import wording as assortment_wording
from shop.assortment.views import bp as assortment
from shop.benefit_links import checks as benefit_link_checks
from shop.benefit_links import emails as benefit_link_emails
from shop.benefit_links import jobs as benefit_link_jobs
from shop.benefit_links import wording as benefit_link_wording
from shop.benefit_links.views import BLUEPRINTS as BENEFIT_LINKS
from shop.benefit_links.views import unanswered
from shop.benefit_shares import checks as benefit_share_checks
from shop.cart import jobs as cart_jobs
from shop.cart import wording as cart_wording
from shop.cart.views import bp as cart
from shop.catalogue import checks as catalogue_checks
from shop.catalogue import queries as catalogue_queries
from shop.catalogue import wording as catalogue_wording
from shop.catalogue.views import bp as catalogue
from shop.certification import wording as certification_wording
from shop.certification.views import bp as certification
from shop.counties.views import bp as counties
from shop.freight import wording as freight_wording
from shop.freight.views import bp as freight
from shop.fulfilment import checks as fulfilment_checks
from shop.fulfilment import emails as fulfilment_emails
from shop.fulfilment import jobs as fulfilment_jobs
from shop.fulfilment import wording as fulfilment_wording
from shop.fulfilment.views import BLUEPRINTS as FULFILMENT
from shop.fulfilment.views import parcels_here, waiting_parts
from shop.home.views import bp as home
from shop.live import checks as live_checks
from shop.live import jobs as live_jobs
from shop.live import wording as live_wording
from shop.live.views import BLUEPRINTS as LIVE
from shop.orders import emails as order_emails
from shop.orders import jobs as order_jobs
from shop.orders import wording as order_wording
from shop.orders.views import BLUEPRINTS as ORDERS
from shop.orders.views.operator import orders_under_review
from shop.permissions import (
    ANSWER_LINKS,
    ANSWER_LINKS_FOR,
    ANSWER_REVIEWS,
    CERTIFY,
    CORRECT_TERMS,
    HAND_OVER,
    HANDLE_ORDERS,
    HOLD_SESSIONS,
    MANAGE_NODES,
    MANAGE_PRODUCTS,
    MANAGE_VOUCHERS,
    MODERATE_REVIEWS,
    ORDER_ON_ACCOUNT,
    PAY_SUPPLIERS,
    READ_INSTITUTION_ORDERS,
    SEE_SETTLEMENT,
    SET_CERTIFICATION,
    SET_FREIGHT,
    SHIP_ORDERS,
)
from shop.procurement.views import bp as procurement
from shop.product_files import jobs as product_file_jobs
from shop.product_files import wording as product_file_wording
from shop.product_files.views import bp as product_files
from shop.recalls import emails as recall_emails
from shop.recalls.views import BLUEPRINTS as RECALLS
from shop.recalls.views import unseen_recalls
from shop.return_terms import emails as return_terms_emails
from shop.return_terms.views import bp as return_terms
from shop.reviews import checks as review_checks
from shop.reviews import emails as review_emails
from shop.reviews import jobs as review_jobs
from shop.reviews import wording as review_wording
from shop.reviews.views import BLUEPRINTS as REVIEWS
from shop.reviews.views.operator import reported_reviews
from shop.reviews.views.supplier import waiting_reviews
from shop.sales.views import bp as sales
from shop.settlement import checks as settlement_checks
from shop.settlement import emails as settlement_emails
from shop.settlement import wording as settlement_wording
from shop.settlement.views import BLUEPRINTS as SETTLEMENT
from shop.settlement.views import waiting_for_somebody
from shop.tracing import jobs as tracing_jobs
from shop.tracing import wording as tracing_wording
from shop.tracing.views import BLUEPRINTS as TRACING
from shop.vouchers import checks as voucher_checks
from shop.vouchers import wording as voucher_wording
from shop.vouchers.views import bp as vouchers
from shop.vouchers.views import waiting_batches
from web import navigation
from web.navigation import DeskItem, Part

BLUEPRINTS: tuple[Blueprint, ...] = (
    home,
    catalogue,
    assortment,
    certification,
    counties,
    *APPLICATIONS,
    *BENEFIT_LINKS,
    *TRACING,
    *RECALLS,
    cart,
    *ORDERS,
    *AFTER_SALES,
    *FULFILMENT,
    procurement,
    freight,
    product_files,
    *SETTLEMENT,
    *REVIEWS,
    return_terms,
    sales,
    vouchers,
    *LIVE,
)

search.provide(search.Source(catalogue_queries.searchable_ids, catalogue_queries.search_documents))

navigation.register(
    DeskItem(N_("My products"), "/supplier/products", "box", MANAGE_PRODUCTS, order=10, part=Part.GOODS),
    DeskItem(
        N_("My certificates"),
        "/supplier/applications",
        "seal-check",
        MANAGE_PRODUCTS,
        order=11,
        part=Part.GOODS,
    ),
    DeskItem(
        N_("Benefit links"), "/supplier/benefit-links", "people", MANAGE_PRODUCTS, order=12, part=Part.GOODS
    ),
    DeskItem(N_("Live sessions"), "/live-desk", "camera", HOLD_SESSIONS, order=37, part=Part.TRADE),
    DeskItem(
        N_("Batches and labels"), "/supplier/batches", "scan", MANAGE_PRODUCTS, order=13, part=Part.GOODS
    ),
    DeskItem(
        N_("Certification"), "/certification", "shield", CERTIFY, order=10, count=to_decide, part=Part.PUBLIC
    ),
    DeskItem(N_("Freight"), "/operator/freight", "truck", SET_FREIGHT, order=61, part=Part.RULES),
    DeskItem(
        N_("Rules of certification"),
        "/certification/settings",
        "shield",
        SET_CERTIFICATION,
        order=60,
        part=Part.RULES,
    ),
    DeskItem(
        N_("What suppliers pay us"), "/benefit-links/my", "people", ANSWER_LINKS, order=15, count=unanswered
    ),
    DeskItem(
        N_("Benefit links of the village"), "/benefit-links/village", "people", ANSWER_LINKS_FOR, order=40
    ),
    DeskItem(
        N_("Orders"),
        "/operator/orders",
        "cart",
        HANDLE_ORDERS,
        order=38,
        count=orders_under_review,
        part=Part.TRADE,
    ),
    DeskItem(
        N_("Vouchers"),
        "/operator/vouchers",
        "tag",
        MANAGE_VOUCHERS,
        order=39,
        count=waiting_batches,
        part=Part.TRADE,
    ),
    DeskItem(
        N_("Orders to send"),
        "/supplier/orders",
        "truck",
        SHIP_ORDERS,
        order=5,
        count=waiting_parts,
        part=Part.TRADE,
    ),
    DeskItem(N_("Sales"), "/supplier/sales", "book", SHIP_ORDERS, order=4, part=Part.TRADE),
    DeskItem(
        N_("Reviews"),
        "/supplier/reviews",
        "heart",
        ANSWER_REVIEWS,
        order=8,
        count=waiting_reviews,
        part=Part.TRADE,
    ),
    DeskItem(
        N_("Product reviews"),
        "/operator/product-reviews",
        "heart",
        MODERATE_REVIEWS,
        order=39,
        count=reported_reviews,
        part=Part.TRADE,
    ),
    DeskItem(
        N_("Terms of return"), "/operator/return-terms", "box", CORRECT_TERMS, order=40, part=Part.RULES
    ),
    DeskItem(N_("Settlement"), "/supplier/settlement", "coin", SEE_SETTLEMENT, order=7, part=Part.TRADE),
    DeskItem(
        N_("Payouts to suppliers"),
        "/operator/payouts",
        "coin",
        PAY_SUPPLIERS,
        order=45,
        count=waiting_for_somebody,
        part=Part.MONEY,
    ),
    DeskItem(N_("Parcels at my node"), "/handover", "scan", HAND_OVER, order=5, count=parcels_here),
    DeskItem(N_("Delivery nodes"), "/operator/nodes", "truck", MANAGE_NODES, order=40, part=Part.RULES),
    DeskItem(
        N_("Claims"),
        "/supplier/claims",
        "scale",
        SHIP_ORDERS,
        order=6,
        count=claims_to_answer,
        part=Part.TRADE,
    ),
    DeskItem(
        N_("Claims"),
        "/operator/claims",
        "scale",
        HANDLE_ORDERS,
        order=39,
        count=claims_to_decide,
        part=Part.TRADE,
    ),
    DeskItem(
        N_("Recalls"),
        "/operator/recalls",
        "warning",
        HANDLE_ORDERS,
        order=39,
        count=unseen_recalls,
        part=Part.TRADE,
    ),
    DeskItem(N_("Canteen orders"), "/procurement/orders", "clipboard", READ_INSTITUTION_ORDERS, order=5),
    DeskItem(N_("Choose for the canteen"), "/procurement/goods", "bowl", ORDER_ON_ACCOUNT, order=6),
)

__all__ = [
    "BLUEPRINTS",
    "after_sales_checks",
    "after_sales_emails",
    "after_sales_jobs",
    "after_sales_wording",
    "application_checks",
    "application_emails",
    "application_jobs",
    "application_wording",
    "assortment_wording",
    "benefit_link_checks",
    "benefit_link_emails",
    "benefit_link_jobs",
    "benefit_link_wording",
    "benefit_share_checks",
    "cart_jobs",
    "cart_wording",
    "catalogue_checks",
    "catalogue_wording",
    "certification_wording",
    "checks",
    "freight_wording",
    "fulfilment_checks",
    "fulfilment_emails",
    "fulfilment_jobs",
    "fulfilment_wording",
    "live_checks",
    "live_jobs",
    "live_wording",
    "order_emails",
    "order_jobs",
    "order_wording",
    "product_file_jobs",
    "product_file_wording",
    "recall_emails",
    "return_terms_emails",
    "review_checks",
    "review_emails",
    "review_jobs",
    "review_wording",
    "settlement_checks",
    "settlement_emails",
    "settlement_wording",
    "tracing_jobs",
    "tracing_wording",
    "voucher_checks",
    "voucher_wording",
]
