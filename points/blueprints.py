"""The pages of this package, and what must be registered with them."""

from __future__ import annotations

from flask import Blueprint

from core.text import N_
from points import checks, permissions, wording
from points.awards import emails as award_emails
from points.awards.views import cadre_bp, committee_bp
from points.awards.views.committee import waiting_count
from points.redemptions import emails as redemption_emails
from points.redemptions.views import cards_bp, household_bp, till_bp
from points.supermarkets.views import bp as stores_bp
from web.navigation import DeskItem, register

BLUEPRINTS: tuple[Blueprint, ...] = (stores_bp, cadre_bp, committee_bp, till_bp, household_bp, cards_bp)

register(
    DeskItem(N_("My points"), "/points/my", "coin", permissions.SEE_OWN_POINTS, order=10),
    DeskItem(N_("Points till"), "/points/till", "scan", permissions.RUN_TILL, order=10),
    DeskItem(N_("Deeds and points"), "/points/claims", "clipboard", permissions.RECORD_CLAIM, order=20),
    DeskItem(
        N_("Committee"),
        "/points/committee",
        "people",
        permissions.DECIDE_CLAIM,
        order=20,
        count=waiting_count,
    ),
)

__all__ = ["BLUEPRINTS", "award_emails", "checks", "redemption_emails", "wording"]
