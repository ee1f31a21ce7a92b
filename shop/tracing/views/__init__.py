"""The pages of tracing: what everybody sees behind a code, and the supplier's batches and labels."""

from __future__ import annotations

from shop.tracing.views.public import bp as public_bp
from shop.tracing.views.supplier import bp as supplier_bp

BLUEPRINTS = (public_bp, supplier_bp)

__all__ = ["BLUEPRINTS"]
