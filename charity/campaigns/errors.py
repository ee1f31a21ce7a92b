"""What campaigns refuse."""

from __future__ import annotations

from http import HTTPStatus

from charity.campaigns.values import Action, CampaignState, CheckedRequirement
from core.errors import Refusal


class NotReadyToPublish(Refusal):
    """The check-list of rules C1 to C3 has open lines."""

    def __init__(self, missing: list[CheckedRequirement]) -> None:
        super().__init__(f"missing: {', '.join(line.requirement for line in missing)}")
        self.missing = missing


class ImpossibleMove(Refusal):
    """The campaign is in no state for this action."""

    def __init__(self, state: CampaignState, action: Action) -> None:
        super().__init__(f"cannot {action} a campaign that is {state}")
        self.state = state
        self.action = action


class BadCampaign(Refusal):
    """A draft breaks a rule of its form: slug, dates, target or platform address."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
