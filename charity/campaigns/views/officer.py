"""The charity officer's desk: campaigns with their check-list, and the gifts of one's own charity."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template
from flask_babel import gettext as _

from charity.campaigns import queries, rules, services
from charity.campaigns.errors import ImpossibleMove, NotReadyToPublish
from charity.campaigns.values import CampaignState, FundraisingMode
from charity.campaigns.views import showing
from charity.donations import exports
from charity.donations import queries as donation_queries
from charity.donations.values import DonationState
from charity.permissions import MANAGE_CAMPAIGNS, READ_GIFTS
from core import audit, clock
from core.db import reading, transaction
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("charity_desk", __name__)

GIFTS_PAGE = 50


@bp.get("/charity/desk")
@requires(MANAGE_CAMPAIGNS)
def desk() -> Any:
    """List the campaigns of the officer's charity with their states and sums."""
    with reading() as session:
        found = queries.managed_campaigns(session, current_actor())
    rows = [(summary, *showing.stage_words(summary.stage)) for summary in found]
    return render_template(
        "charity/desk/campaigns.html",
        rows=rows,
        received=sum(summary.received_fen for summary in found),
        spent=sum(summary.spent_fen for summary in found),
        donors=sum(summary.donors for summary in found),
        disclosure_words=showing.disclosure_words,
    )


@bp.get("/charity/desk/campaigns/<public_id>")
@requires(MANAGE_CAMPAIGNS)
def campaign(public_id: str) -> Any:
    """Show one campaign with what publishing still needs."""
    return _render(public_id)


@bp.post("/charity/desk/campaigns/<public_id>/publish")
@requires(MANAGE_CAMPAIGNS)
def publish(public_id: str) -> Any:
    """Publish a campaign when its check-list is complete."""
    outbound = showing.fundraising_mode() is FundraisingMode.OUTBOUND
    try:
        with transaction() as session:
            services.publish_campaign(session, current_actor(), public_id, outbound=outbound)
    except (NotReadyToPublish, ImpossibleMove) as refusal:
        return _refused(public_id, words_for(refusal))
    flash(_("The campaign is public now."), "good")
    return redirect(f"/charity/desk/campaigns/{public_id}", 303)


@bp.post("/charity/desk/campaigns/<public_id>/end")
@requires(MANAGE_CAMPAIGNS)
def end(public_id: str) -> Any:
    """End a campaign before or on its last day."""
    try:
        with transaction() as session:
            services.end_campaign(session, current_actor(), public_id, "ended by the charity")
    except ImpossibleMove as refusal:
        return _refused(public_id, words_for(refusal))
    flash(_("The campaign has ended. The full report is due within three months."), "good")
    return redirect(f"/charity/desk/campaigns/{public_id}", 303)


@bp.post("/charity/desk/campaigns/<public_id>/close")
@requires(MANAGE_CAMPAIGNS)
def close(public_id: str) -> Any:
    """Close an ended campaign for good."""
    try:
        with transaction() as session:
            services.close_campaign(session, current_actor(), public_id)
    except ImpossibleMove as refusal:
        return _refused(public_id, words_for(refusal))
    flash(_("The campaign is closed."), "good")
    return redirect(f"/charity/desk/campaigns/{public_id}", 303)


@bp.get("/charity/desk/campaigns/<public_id>/gifts")
@requires(READ_GIFTS)
def gifts(public_id: str) -> Any:
    """List the gifts to one campaign, with their donors."""
    number = page_number()
    with reading() as session:
        file = queries.get_managed_campaign(session, current_actor(), public_id)
        counts = donation_queries.gift_counts(session, file.campaign.id)
        found = donation_queries.gifts_of_campaign(
            session, file.campaign.id, limit=GIFTS_PAGE, offset=(number - 1) * GIFTS_PAGE
        )
    keep_private()
    total = sum(counts[state.value] for state in DonationState)
    return render_template(
        "charity/desk/gifts.html",
        file=file,
        campaign=file.campaign,
        counts=counts,
        page=paginate(found, number, total, GIFTS_PAGE),
        states=_state_words(),
    )


@bp.get("/charity/desk/campaigns/<public_id>/gifts.csv")
@requires(READ_GIFTS)
def gifts_csv(public_id: str) -> Any:
    """Export the gifts to one campaign; who exported is kept in the audit trail."""
    actor = current_actor()
    with transaction() as session:
        file = queries.get_managed_campaign(session, actor, public_id)
        audit.record(session, actor, "gifts exported", "campaign", public_id)
        headers = [
            _("Acknowledgement no."),
            _("Gift id"),
            _("State"),
            _("Amount (yuan)"),
            _("Name"),
            _("Without a name in public"),
            _("E-mail"),
            _("Donor's words"),
            _("Remark"),
            _("Begun at"),
            _("Settled at"),
        ]
        states = {state: label for state, (label, _tone) in _state_words().items()}
        body = "".join(
            exports.gifts_csv(
                headers, states, donation_queries.all_gifts_of_campaign(session, file.campaign.id)
            )
        )
    keep_private()
    name = f"gifts-{file.campaign.slug}-{clock.today().isoformat()}.csv"
    return Response(
        body, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _render(public_id: str) -> str:
    mode = showing.fundraising_mode()
    with reading() as session:
        file = queries.get_managed_campaign(session, current_actor(), public_id)
        counts = donation_queries.gift_counts(session, file.campaign.id)
    facts = queries.publishing_facts(file.campaign, file.charity, file.organisation)
    lines = rules.check_publishing(facts, clock.today(), outbound=mode is FundraisingMode.OUTBOUND)
    label, tone = showing.stage_words(file.summary.stage)
    return render_template(
        "charity/desk/campaign.html",
        file=file,
        campaign=file.campaign,
        summary=file.summary,
        state=CampaignState(file.campaign.state),
        stage_label=label,
        stage_tone=tone,
        counts=counts,
        checklist=[
            (
                showing.requirement_words(line.requirement),
                line.met,
                [showing.blank_words(name) for name in line.blank],
            )
            for line in lines
        ],
        ready=all(line.met for line in lines),
        plan=showing.plan_pairs(file),
        next_report=showing.disclosure_words(file.summary.next_disclosure),
    )


def _refused(public_id: str, words: str) -> tuple[str, int]:
    flash(words, "bad")
    return _render(public_id), 409


def _state_words() -> dict[str, tuple[str, str]]:
    return {
        DonationState.PENDING.value: (_("Awaiting payment"), "neutral"),
        DonationState.SETTLED.value: (_("Settled"), "good"),
        DonationState.CANCELLED.value: (_("Not paid"), "neutral"),
        DonationState.NEEDS_REVIEW.value: (_("Under review"), "warn"),
    }
