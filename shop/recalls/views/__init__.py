"""The pages of recalls: calling a batch back, and the operator's list of who got it."""

from __future__ import annotations

from shop.recalls.views.operator import bp as operator_bp
from shop.recalls.views.operator import unseen_recalls
from shop.recalls.views.supplier import bp as supplier_bp

BLUEPRINTS = (supplier_bp, operator_bp)

__all__ = ["BLUEPRINTS", "unseen_recalls"]
