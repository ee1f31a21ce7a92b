"""The pages of charity, and what must be registered with them."""

from __future__ import annotations

from accounts.values import Role
from charity import checks, wording
from charity.campaigns import jobs as campaign_jobs
from charity.campaigns import queries as campaign_queries
from charity.campaigns.views import officer, public
from charity.charities import models as charity_models
from charity.donations import emails
from charity.donations import jobs as donation_jobs
from charity.donations import views as donation_views
from charity.permissions import MANAGE_CAMPAIGNS
from core.db import reading
from core.permissions import Actor
from core.text import N_
from web.navigation import DeskItem, register

BLUEPRINTS = (public.bp, donation_views.bp, officer.bp)


def _drafts(actor: Actor) -> int | None:
    if not actor.has_role(Role.CHARITY_OFFICER):
        return None
    with reading() as session:
        return campaign_queries.count_managed_drafts(session, actor)


register(
    DeskItem(
        label=N_("Campaigns and gifts"),
        url="/charity/desk",
        icon="heart",
        permission=MANAGE_CAMPAIGNS,
        order=40,
        count=_drafts,
    )
)

__all__ = [
    "BLUEPRINTS",
    "campaign_jobs",
    "charity_models",
    "checks",
    "donation_jobs",
    "emails",
    "wording",
]
