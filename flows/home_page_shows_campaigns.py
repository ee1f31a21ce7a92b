"""The home page shows the two running campaigns that end soonest; where this site takes no public gifts, none."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from charity.campaigns import queries
from charity.campaigns.values import FundraisingMode
from charity.campaigns.views import showing
from core.permissions import GUEST
from shop.home import sections
from shop.home.values import CampaignTeaser


@sections.register
def show_campaigns(session: Session) -> Sequence[CampaignTeaser]:
    """Return the campaigns for the home page, as everybody may see them.

    A directed campaign is for its members only, and in outbound mode only the designated platform knows what came in.
    """
    mode = showing.fundraising_mode()
    if mode is not FundraisingMode.CHARITY_OWN_SITE:
        return []
    found = queries.visible_campaigns(session, GUEST, mode, limit=sections.MOST_CAMPAIGNS, running_only=True)
    return [
        CampaignTeaser(
            url=card.url,
            title=card.title,
            charity=card.charity,
            raised_text=card.raised_text,
            target_text=card.target_text,
            percent=card.percent,
            donors_text=card.donors_text,
            next_text=card.next_text,
            image_url=card.image_url,
        )
        for card in showing.cards_of(found)
    ]
