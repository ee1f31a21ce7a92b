"""Reading campaigns: what the public may see, what an officer manages, with totals from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from charity.books import CAMPAIGN_SPENT, fund_code
from charity.campaigns import rules
from charity.campaigns.models import Campaign, CampaignMember
from charity.campaigns.rules import PublishingFacts
from charity.campaigns.values import CampaignState, Disclosure, FundraisingMode, Stage
from charity.charities.models import Charity
from charity.donations import queries as donation_queries
from core import clock
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from ledger import queries as ledger_queries
from registry import queries as registry_queries


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """A campaign in a list; amounts in fen, `received_fen` and `spent_fen` from the ledger."""

    id: int
    public_id: str
    slug: str
    state: CampaignState
    stage: Stage
    title_zh: str
    title_en: str
    summary_zh: str
    summary_en: str
    charity_zh: str
    charity_en: str
    picture: str | None
    target_fen: int
    received_fen: int
    spent_fen: int
    percent: int
    donors: int
    starts_on: date
    ends_on: date
    days_left: int
    next_disclosure: Disclosure | None


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """Everything a page about one campaign tells."""

    summary: CampaignSummary
    campaign: Campaign
    charity: Charity
    organisation: Organisation
    place_zh: str
    place_en: str
    qualified: bool

    @property
    def takes_gifts(self) -> bool:
        """Say whether a gift could be taken today: running, and the charity qualified (rule C1)."""
        return self.summary.stage is Stage.RUNNING and self.qualified


@dataclass(frozen=True, slots=True)
class LedgerMonth:
    """One month of a campaign's fund, in fen; `balance_fen` at its end."""

    month: date
    in_fen: int
    out_fen: int
    balance_fen: int


@dataclass(frozen=True, slots=True)
class Outflow:
    """One spending from a campaign's fund, in fen."""

    entry_id: int
    day: date
    amount_fen: int


def seen_by(actor: Actor, mode: FundraisingMode) -> ColumnElement[bool]:
    """Return the condition that somebody may see a campaign: never a draft, and a directed one by invitation only."""
    public = Campaign.state != CampaignState.DRAFT.value
    if mode is not FundraisingMode.DIRECTED:
        return public
    if actor.user_id is None:
        return false()
    invited = exists().where(
        CampaignMember.campaign_id == Campaign.id, CampaignMember.user_id == actor.user_id
    )
    return public & or_(invited, managed_by(actor))


def managed_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that somebody manages a campaign's charity."""
    if actor == SYSTEM:
        return true()
    return Charity.organisation_id.in_(actor.organisation_ids(Role.CHARITY_OFFICER))


def _joined() -> Select[Campaign, Charity, Organisation]:
    return (
        select(Campaign, Charity, Organisation)
        .join(Charity, Charity.id == Campaign.charity_id)
        .join(Organisation, Organisation.id == Charity.organisation_id)
    )


def _rank(today: date) -> ColumnElement[int]:
    """Order stages: running, upcoming, ended, closed, draft."""
    published = Campaign.state == CampaignState.PUBLISHED.value
    return case(
        (published & (Campaign.starts_on <= today) & (Campaign.ends_on >= today), 1),
        (published & (Campaign.starts_on > today), 2),
        (published | (Campaign.state == CampaignState.ENDED.value), 3),
        (Campaign.state == CampaignState.CLOSED.value, 4),
        else_=5,
    )


def visible_campaigns(
    session: Session,
    actor: Actor,
    mode: FundraisingMode,
    *,
    limit: int,
    offset: int = 0,
    running_only: bool = False,
) -> list[CampaignSummary]:
    """Return the campaigns that somebody may see: running first, the one that ends soonest on top."""
    today = clock.today()
    rank = _rank(today)
    statement = _joined().where(seen_by(actor, mode))
    if running_only:
        statement = statement.where(rank == 1)
    order = case((rank <= 2, Campaign.ends_on - today), else_=today - Campaign.ends_on)
    rows = session.execute(statement.order_by(rank, order, Campaign.id).limit(limit).offset(offset)).all()
    return _summaries(session, [(row[0], row[2]) for row in rows], today)


def count_visible_campaigns(session: Session, actor: Actor, mode: FundraisingMode) -> int:
    """Count the campaigns that somebody may see."""
    statement = select(func.count()).select_from(Campaign).join(Charity, Charity.id == Campaign.charity_id)
    return session.scalar(statement.where(seen_by(actor, mode))) or 0


def get_visible_campaign(session: Session, actor: Actor, slug: str, mode: FundraisingMode) -> CampaignFile:
    """Return a campaign that somebody may see, else `NotFound`."""
    row = session.execute(_joined().where(Campaign.slug == slug, seen_by(actor, mode))).one_or_none()
    if row is None:
        raise NotFound("campaign")
    return _file(session, row[0], row[1], row[2])


def managed_campaigns(session: Session, actor: Actor) -> list[CampaignSummary]:
    """Return the campaigns of the charities that an officer works for, drafts first, then as the public sees them."""
    today = clock.today()
    drafts_first = case((Campaign.state == CampaignState.DRAFT.value, 0), else_=1)
    rows = session.execute(
        _joined()
        .where(managed_by(actor))
        .order_by(drafts_first, _rank(today), Campaign.ends_on.desc(), Campaign.id)
    ).all()
    return _summaries(session, [(row[0], row[2]) for row in rows], today)


def count_managed_drafts(session: Session, actor: Actor) -> int:
    """Count the drafts that wait for an officer."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Campaign)
            .join(Charity, Charity.id == Campaign.charity_id)
            .where(managed_by(actor), Campaign.state == CampaignState.DRAFT.value)
        )
        or 0
    )


def get_managed_campaign(session: Session, actor: Actor, public_id: str) -> CampaignFile:
    """Return a campaign of an officer's own charity, else `NotFound`."""
    row = session.execute(_joined().where(Campaign.public_id == public_id, managed_by(actor))).one_or_none()
    if row is None:
        raise NotFound("campaign")
    return _file(session, row[0], row[1], row[2])


def lock_managed_campaign(
    session: Session, actor: Actor, public_id: str
) -> tuple[Campaign, Charity, Organisation]:
    """Lock a campaign of an officer's own charity for a decision, else `NotFound`."""
    row = session.execute(
        _joined().where(Campaign.public_id == public_id, managed_by(actor)).with_for_update(of=Campaign)
    ).one_or_none()
    if row is None:
        raise NotFound("campaign")
    return row[0], row[1], row[2]


def lock_overdue_campaigns(session: Session, today: date, limit: int = 100) -> list[Campaign]:
    """Lock published campaigns whose last day is over."""
    return list(
        session.scalars(
            select(Campaign)
            .where(Campaign.state == CampaignState.PUBLISHED.value, Campaign.ends_on < today)
            .order_by(Campaign.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def publishing_facts(campaign: Campaign, charity: Charity, organisation: Organisation) -> PublishingFacts:
    """Gather what the check-list of publishing looks at."""
    return PublishingFacts(
        record_no=campaign.record_no,
        recorded_on=campaign.recorded_on,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        qualification_no=charity.qualification_no,
        qualification_valid_until=charity.qualification_valid_until,
        platform_url=campaign.platform_url,
        story_texts={"title": campaign.title_zh, "story": campaign.story_zh, "purpose": campaign.purpose_zh},
        plan_texts={
            "area": campaign.area_zh,
            "person_in_charge": campaign.person_in_charge_zh,
            "office": campaign.office_zh,
            "ways": campaign.ways_zh,
            "bank_account": campaign.bank_account,
            "beneficiary": campaign.beneficiary_zh,
            "use": campaign.use_zh,
            "cost": campaign.cost_zh,
            "leftover": campaign.leftover_zh,
        },
        charity_texts={
            "name": organisation.name_zh,
            "credit_code": organisation.credit_code or "",
            "registration_no": charity.registration_no,
            "contact": charity.contact_zh,
            "contact_phone": charity.contact_phone,
            "query": charity.query_zh,
        },
    )


def ledger_months(session: Session, campaign_public_id: str) -> list[LedgerMonth]:
    """Return what went in and out of a campaign's fund by month, newest first, with the balance at its end (fen)."""
    balance = 0
    months = []
    for moved in ledger_queries.monthly_turnover(session, fund_code(campaign_public_id)):
        balance += moved.credits - moved.debits
        months.append(LedgerMonth(moved.month, moved.credits, moved.debits, balance))
    return months[::-1]


def latest_outflows(session: Session, campaign_public_id: str, limit: int = 20) -> list[Outflow]:
    """Return the newest spendings from a campaign's fund."""
    code = fund_code(campaign_public_id)
    movements = ledger_queries.latest_movements(session, code=code, kinds=(CAMPAIGN_SPENT,), limit=limit)
    return [
        Outflow(movement.entry_id, movement.effective_at.astimezone(clock.CHINA).date(), movement.amount)
        for movement in movements
        if movement.debit == code
    ]


def _file(session: Session, campaign: Campaign, charity: Charity, organisation: Organisation) -> CampaignFile:
    today = clock.today()
    place_zh, place_en = ("", "")
    if campaign.region_id is not None:
        place_zh, place_en = registry_queries.place_names(session, campaign.region_id)
    return CampaignFile(
        _summaries(session, [(campaign, organisation)], today)[0],
        campaign,
        charity,
        organisation,
        place_zh,
        place_en,
        rules.is_qualified(charity.qualification_no, charity.qualification_valid_until, today),
    )


def _summaries(
    session: Session, rows: Sequence[tuple[Campaign, Organisation]], today: date
) -> list[CampaignSummary]:
    turnovers = ledger_queries.turnovers(session, [fund_code(campaign.public_id) for campaign, _ in rows])
    donors = donation_queries.donor_counts(session, [campaign.id for campaign, _ in rows])
    found = []
    for campaign, organisation in rows:
        state = CampaignState(campaign.state)
        turnover = turnovers[fund_code(campaign.public_id)]
        ends_on = campaign.ended_on or campaign.ends_on
        found.append(
            CampaignSummary(
                id=campaign.id,
                public_id=campaign.public_id,
                slug=campaign.slug,
                state=state,
                stage=rules.stage_of(state, campaign.starts_on, campaign.ends_on, today),
                title_zh=campaign.title_zh,
                title_en=campaign.title_en,
                summary_zh=campaign.summary_zh,
                summary_en=campaign.summary_en,
                charity_zh=organisation.name_zh,
                charity_en=organisation.name_en,
                picture=campaign.picture,
                target_fen=campaign.target_fen,
                received_fen=turnover.credits,
                spent_fen=turnover.debits,
                percent=rules.percent_of(turnover.credits, campaign.target_fen),
                donors=donors.get(campaign.id, 0),
                starts_on=campaign.starts_on,
                ends_on=ends_on,
                days_left=max(0, (ends_on - today).days + 1),
                next_disclosure=rules.next_disclosure(campaign.starts_on, ends_on, today),
            )
        )
    return found
