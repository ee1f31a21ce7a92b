"""The pages of benefit links: the supplier's, the household's, and the cadre's who answers for others."""

from __future__ import annotations

from shop.benefit_links.views.household import bp as household_bp
from shop.benefit_links.views.household import unanswered
from shop.benefit_links.views.supplier import bp as supplier_bp

BLUEPRINTS = (supplier_bp, household_bp)

__all__ = ["BLUEPRINTS", "unanswered"]
