"""The pages of this package, and what must be registered with them."""

from __future__ import annotations

from accounts import emails, wording
from accounts.views import bp

BLUEPRINTS = (bp,)

__all__ = ["BLUEPRINTS", "emails", "wording"]
