"""What people may do in the shop."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

MANAGE_PRODUCTS = permission("shop.manage_products", N_("Manage the products of a supplier"), Role.SUPPLIER)
CERTIFY = permission("shop.certify", N_("Certify the products of a county"), Role.CERTIFIER)
