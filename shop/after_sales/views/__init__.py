"""The pages of after sales, by who reads them."""

from __future__ import annotations

from shop.after_sales.views.buyer import bp as buyer
from shop.after_sales.views.operator import bp as operator
from shop.after_sales.views.supplier import bp as supplier

BLUEPRINTS = (buyer, supplier, operator)

__all__ = ["BLUEPRINTS"]
