"""What people may do in the shop."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

MANAGE_PRODUCTS = permission("shop.manage_products", N_("Manage the products of a supplier"), Role.SUPPLIER)
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
HANDLE_ORDERS = permission(
    "shop.handle_orders", N_("See every order, call it off, give money back"), Role.FINANCE, Role.ADMIN
)
