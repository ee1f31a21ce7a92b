"""Pages of claims: the cadre records, the committee decides."""

from points.awards.views.cadre import bp as cadre_bp
from points.awards.views.committee import bp as committee_bp

__all__ = ["cadre_bp", "committee_bp"]
