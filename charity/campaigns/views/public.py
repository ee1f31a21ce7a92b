"""Campaign pages for everybody: the list, the story with its form, the open ledger, the recorded plan."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_login import current_user

from charity.campaigns import queries
from charity.campaigns.values import FundraisingMode
from charity.campaigns.views import showing
from charity.donations import queries as donation_queries
from charity.donations.forms import DonateForm
from core import ids
from core.db import reading
from web.access import current_actor, public
from web.caching import shared
from web.pagination import page_number, paginate
from web.security import keep_private

bp = Blueprint("campaigns", __name__)

PAGE_SIZE = 12
FEW_GIFTS = 5


@bp.get("/charity")
@public
def index() -> Any:
    """Lead to the campaigns."""
    return redirect("/charity/campaigns", 302)


@bp.get("/charity/campaigns")
@public
@shared
def campaigns() -> Any:
    """Show the campaigns: those that take gifts first, then the others; never a draft."""
    mode, actor = showing.fundraising_mode(), current_actor()
    if must_sign_in(mode):
        return to_sign_in()
    number = page_number()
    with reading() as session:
        total = queries.count_visible_campaigns(session, actor, mode)
        found = queries.visible_campaigns(
            session, actor, mode, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    return render_template(
        "charity/campaigns/campaigns.html",
        page=paginate(found, number, total, PAGE_SIZE),
        parts=showing.parts_of(found),
        totals=showing.shows_totals(mode),
    )


@bp.get("/charity/campaigns/<slug>")
@public
def story(slug: str) -> Any:
    """Tell a campaign's story, and take gifts where this site may."""
    if must_sign_in(showing.fundraising_mode()):
        return to_sign_in()
    return render_story(slug, None)


@bp.get("/charity/campaigns/<slug>/ledger")
@public
def ledger(slug: str) -> Any:
    """Open a campaign's ledger: in, out and balance by month, and the latest gifts with masked names."""
    mode = showing.fundraising_mode()
    if must_sign_in(mode):
        return to_sign_in()
    with reading() as session:
        file = queries.get_visible_campaign(session, current_actor(), slug, mode)
        months = queries.ledger_months(session, file.campaign.public_id)
        outflows = queries.latest_outflows(session, file.campaign.public_id)
        gifts = donation_queries.latest_gifts(session, file.campaign.id)
    return render_template(
        "charity/campaigns/ledger.html",
        **_frame(file, mode, "ledger"),
        months=months,
        outflows=outflows,
        gifts=gifts,
    )


@bp.get("/charity/campaigns/<slug>/plan")
@public
def plan(slug: str) -> Any:
    """Show the plan that civil affairs recorded."""
    mode = showing.fundraising_mode()
    if must_sign_in(mode):
        return to_sign_in()
    with reading() as session:
        file = queries.get_visible_campaign(session, current_actor(), slug, mode)
    return render_template(
        "charity/campaigns/plan.html", **_frame(file, mode, "plan"), pairs=showing.plan_pairs(file)
    )


def render_story(slug: str, form: DonateForm | None, status: int = 200) -> Response:
    """Render the story with a form, an empty one when none is given."""
    mode, actor = showing.fundraising_mode(), current_actor()
    with reading() as session:
        file = queries.get_visible_campaign(session, actor, slug, mode)
        gifts = donation_queries.latest_gifts(session, file.campaign.id, limit=FEW_GIFTS)
    if form is None and file.takes_gifts and mode is not FundraisingMode.OUTBOUND:
        form = DonateForm(formdata=None, once=ids.public_id(20), email=signed_in_email())
    body = render_template(
        "charity/campaigns/story.html", **_frame(file, mode, "story"), form=form, gifts=gifts
    )
    if form is not None:
        # The page carries a single-use token, and perhaps what somebody typed.
        keep_private()
    return make_response(body, status)


def must_sign_in(mode: FundraisingMode) -> bool:
    """Say whether a visitor must sign in before they see any campaign (rule C7)."""
    return mode is FundraisingMode.DIRECTED and current_actor().user_id is None


def to_sign_in() -> Any:
    """Lead to the sign-in page and back."""
    return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'))}", 302)


def signed_in_email() -> str:
    """Return the e-mail address of the signed-in person, empty for a guest."""
    return getattr(current_user, "email", None) or ""


def _frame(file: queries.CampaignFile, mode: FundraisingMode, tab: str) -> dict[str, Any]:
    return {
        "file": file,
        "campaign": file.campaign,
        "summary": file.summary,
        "card": showing.card_of(file.summary),
        "mode": mode,
        "totals": showing.shows_totals(mode),
        "tab": tab,
        "facts": showing.charity_pairs(file),
        "next_report": showing.disclosure_words(file.summary.next_disclosure),
    }
