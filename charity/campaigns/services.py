"""Use cases of campaigns: drafting, publishing by the check-list, ending, closing, inviting."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from charity.campaigns import queries, rules
from charity.campaigns.errors import BadCampaign, ImpossibleMove, NotReadyToPublish
from charity.campaigns.events import CampaignEnded, CampaignPublished
from charity.campaigns.models import Campaign, CampaignMember
from charity.campaigns.values import Action, CampaignState, NewCampaign
from core import audit, clock, events, ids
from core.permissions import SYSTEM, Actor


def create_campaign(session: Session, actor: Actor, new: NewCampaign) -> Campaign:
    """Draft a campaign; nobody but its charity sees it before it is published."""
    if not rules.is_slug(new.slug):
        raise BadCampaign("slug")
    if new.starts_on > new.ends_on:
        raise BadCampaign("dates")
    if new.target_fen <= 0:
        raise BadCampaign("target")
    if new.platform_url and not rules.is_platform_url(new.platform_url):
        raise BadCampaign("platform_url")
    campaign = Campaign(
        **asdict(new), public_id=ids.public_id(), state=CampaignState.DRAFT.value, created_at=clock.now()
    )
    session.add(campaign)
    session.flush()
    audit.record(session, actor, "campaign drafted", "campaign", campaign.public_id, after={"slug": new.slug})
    return campaign


def publish_campaign(session: Session, actor: Actor, public_id: str, *, outbound: bool = False) -> Campaign:
    """Let the public see a campaign; refused (`NotReadyToPublish`) while the check-list of rules C1 to C3 has open lines.

    With `outbound`, the address of the designated platform is one of its lines.
    """
    campaign, charity, organisation = queries.lock_managed_campaign(session, actor, public_id)
    _move(campaign, Action.PUBLISH)
    facts = queries.publishing_facts(campaign, charity, organisation)
    missing = [
        line for line in rules.check_publishing(facts, clock.today(), outbound=outbound) if not line.met
    ]
    if missing:
        raise NotReadyToPublish(missing)
    campaign.published_at = clock.now()
    session.flush()
    audit.record(
        session, actor, "campaign published", "campaign", public_id, after={"record_no": campaign.record_no}
    )
    events.publish(session, CampaignPublished(campaign.id))
    return campaign


def end_campaign(session: Session, actor: Actor, public_id: str, reason: str = "") -> Campaign:
    """Stop taking gifts, today; the full report is due three months from now (rule C4)."""
    campaign, _, _ = queries.lock_managed_campaign(session, actor, public_id)
    _end(session, actor, campaign, reason)
    return campaign


def close_campaign(session: Session, actor: Actor, public_id: str) -> Campaign:
    """Close an ended campaign for good."""
    campaign, _, _ = queries.lock_managed_campaign(session, actor, public_id)
    _move(campaign, Action.CLOSE)
    campaign.closed_on = clock.today()
    session.flush()
    audit.record(session, actor, "campaign closed", "campaign", public_id)
    return campaign


def end_overdue_campaigns(session: Session) -> int:
    """End every published campaign whose last day is over; returns how many."""
    overdue = queries.lock_overdue_campaigns(session, clock.today())
    for campaign in overdue:
        _end(session, SYSTEM, campaign, "the last day of the plan is over")
    return len(overdue)


def invite_member(session: Session, actor: Actor, public_id: str, user_id: int) -> None:
    """Invite a person to a directed campaign (rule C7); inviting twice changes nothing."""
    campaign, _, _ = queries.lock_managed_campaign(session, actor, public_id)
    added = session.execute(
        insert(CampaignMember)
        .values(
            campaign_id=campaign.id, user_id=user_id, invited_by_user_id=actor.user_id, invited_at=clock.now()
        )
        .on_conflict_do_nothing()
        .returning(CampaignMember.user_id)
    ).scalar()
    if added is not None:
        audit.record(session, actor, "member invited", "campaign", public_id, after={"user_id": user_id})


def _end(session: Session, actor: Actor, campaign: Campaign, reason: str) -> None:
    _move(campaign, Action.END)
    # Its last day counts for the reports: never later than planned, never before it began.
    campaign.ended_on = max(campaign.starts_on, min(campaign.ends_on, clock.today()))
    session.flush()
    audit.record(session, actor, "campaign ended", "campaign", campaign.public_id, reason=reason)
    events.publish(session, CampaignEnded(campaign.id))


def _move(campaign: Campaign, action: Action) -> None:
    state = CampaignState(campaign.state)
    after = rules.next_state(state, action)
    if after is None:
        raise ImpossibleMove(state, action)
    campaign.state = after.value
