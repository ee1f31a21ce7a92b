"""The pages of applications: the supplier's, the certifiers', the operator's settings."""

from __future__ import annotations

from shop.applications.views.certifier import bp as certifier_bp
from shop.applications.views.certifier import to_decide
from shop.applications.views.settings import bp as settings_bp
from shop.applications.views.supplier import bp as supplier_bp

BLUEPRINTS = (certifier_bp, supplier_bp, settings_bp)

__all__ = ["BLUEPRINTS", "to_decide"]
