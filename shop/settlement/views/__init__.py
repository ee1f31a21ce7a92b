"""The pages of settlement: the supplier's statement and account, the operator's payouts."""

from __future__ import annotations

from shop.settlement.views.operator import bp as operator_bp
from shop.settlement.views.operator import waiting_for_somebody
from shop.settlement.views.shares import bp as shares_bp
from shop.settlement.views.supplier import bp as supplier_bp

BLUEPRINTS = (supplier_bp, operator_bp, shares_bp)

__all__ = ["BLUEPRINTS", "waiting_for_somebody"]
