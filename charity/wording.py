"""Words for what charity refuses."""

from __future__ import annotations

from flask_babel import gettext as _

from charity.campaigns.errors import BadCampaign, ImpossibleMove, NotReadyToPublish
from charity.donations.errors import BadAmount, CampaignNotOpen, FormSentBefore, GivingElsewhere
from core import money
from web.wording import explains


@explains(NotReadyToPublish)
def _not_ready(refusal: NotReadyToPublish) -> str:
    count = len(refusal.missing)
    return _("The campaign cannot go public yet: %(count)s lines of the check-list are open.", count=count)


@explains(ImpossibleMove)
def _impossible(_refusal: ImpossibleMove) -> str:
    return _("The campaign is in no state for this. Load the page again and check.")


@explains(BadCampaign)
def _bad_campaign(_refusal: BadCampaign) -> str:
    return _("The draft has a mistake in its address, dates, goal or platform.")


@explains(GivingElsewhere)
def _elsewhere(_refusal: GivingElsewhere) -> str:
    return _(
        "This site takes no gifts. Please give on the designated platform that the campaign's page links to;"
        " nothing was charged here."
    )


@explains(CampaignNotOpen)
def _not_open(_refusal: CampaignNotOpen) -> str:
    return _("This campaign takes no gifts today, and nothing was charged. Other campaigns may need you.")


@explains(FormSentBefore)
def _sent_before(_refusal: FormSentBefore) -> str:
    return _("This form was sent before with other details. Please check the amount and send it again.")


@explains(BadAmount)
def _bad_amount(refusal: BadAmount) -> str:
    return _(
        "Enter an amount from %(least)s to %(most)s.",
        least=money.format_yuan(refusal.least_fen),
        most=money.format_yuan(refusal.most_fen),
    )
