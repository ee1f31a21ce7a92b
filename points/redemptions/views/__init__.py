"""Pages of the till and of the household."""

from points.redemptions.views.cards import bp as cards_bp
from points.redemptions.views.household import bp as household_bp
from points.redemptions.views.till import bp as till_bp

__all__ = ["cards_bp", "household_bp", "till_bp"]
