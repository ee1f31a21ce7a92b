"""The pages of registrations: the applicant's, and the desk's."""

from __future__ import annotations

from accounts.registrations.views.applicant import bp as applicant_bp
from accounts.registrations.views.desk import bp as desk_bp
from accounts.registrations.views.desk import waiting

BLUEPRINTS = (applicant_bp, desk_bp)

__all__ = ["BLUEPRINTS", "waiting"]
