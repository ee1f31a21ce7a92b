"""What people may do in the shop."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

MANAGE_PRODUCTS = permission("shop.manage_products", N_("Manage the products of a supplier"), Role.SUPPLIER)
HOLD_SESSIONS = permission(
    "shop.hold_sessions",
    N_("Hold live sessions, or set packs aside for them"),
    Role.SUPPLIER,
    Role.CERTIFIER,
    Role.ADMIN,
)
CORRECT_TERMS = permission("shop.correct_terms", N_("Correct on which terms products go back"), Role.ADMIN)
CERTIFY = permission("shop.certify", N_("Certify the products of a county"), Role.CERTIFIER)
SET_CERTIFICATION = permission("shop.set_certification", N_("Set the rules of certification"), Role.ADMIN)
ANSWER_LINKS = permission(
    "shop.answer_links", N_("Answer what suppliers say about the own household"), Role.HOUSEHOLD
)
ANSWER_LINKS_FOR = permission(
    "shop.answer_links_for", N_("Answer for households of a village what suppliers say"), Role.CADRE
)

SHIP_ORDERS = permission("shop.ship_orders", N_("Send the orders of a supplier"), Role.SUPPLIER)
ORDER_ON_ACCOUNT = permission("shop.order_on_account", N_("Order for an institution"), Role.REQUESTER)
READ_INSTITUTION_ORDERS = permission(
    "shop.read_institution_orders",
    N_("See what an institution has ordered"),
    Role.REQUESTER,
    Role.APPROVER,
    Role.RECEIVER,
)
ACCEPT_DELIVERIES = permission(
    "shop.accept_deliveries", N_("Accept deliveries for an institution"), Role.REQUESTER, Role.RECEIVER
)
SET_FREIGHT = permission("shop.set_freight", N_("Write the freight table"), Role.ADMIN)
MANAGE_VOUCHERS = permission(
    "shop.manage_vouchers", N_("Make, open and withdraw vouchers"), Role.FINANCE, Role.ADMIN
)
HANDLE_ORDERS = permission(
    "shop.handle_orders", N_("See every order, call it off, give money back"), Role.FINANCE, Role.ADMIN
)
HAND_OVER = permission("shop.hand_over", N_("Note parcels at a node and hand them over"), Role.NODE_KEEPER)
MANAGE_NODES = permission("shop.manage_nodes", N_("Set up nodes and the days of receipt"), Role.ADMIN)
ANSWER_REVIEWS = permission("shop.answer_reviews", N_("Answer reviews of a supplier's goods"), Role.SUPPLIER)
MODERATE_REVIEWS = permission("shop.moderate_reviews", N_("Hide reviews of products"), Role.ADMIN)

SEE_SETTLEMENT = permission(
    "shop.see_settlement",
    N_("See what a supplier is owed, dispute it, name the account it is paid into"),
    Role.SUPPLIER,
)
PAY_SUPPLIERS = permission(
    "shop.pay_suppliers", N_("Propose, approve and note payouts to suppliers"), Role.FINANCE, Role.ADMIN
)
SET_CLAIM_PERIOD = permission(
    "shop.set_claim_period", N_("Set for how many days buyers may claim"), Role.ADMIN
)
