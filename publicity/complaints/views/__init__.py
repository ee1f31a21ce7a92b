"""The pages of complaints: tracking for everybody, the desk for those who answer."""

from __future__ import annotations

from publicity.complaints.views.desk import bp as desk_bp
from publicity.complaints.views.desk import waiting
from publicity.complaints.views.public import bp as public_bp

BLUEPRINTS = (desk_bp, public_bp)

__all__ = ["BLUEPRINTS", "waiting"]
