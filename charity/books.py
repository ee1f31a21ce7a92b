"""The accounts of charity: one restricted fund a campaign, never mixed with the shop or with another campaign."""

from __future__ import annotations

from ledger.values import AccountKind, AccountSpec, Policy, Unit

#: Kinds of entry that move a campaign's fund.
DONATION_RECEIVED = "donation_received"
CAMPAIGN_SPENT = "campaign_spent"


def fund_code(campaign_public_id: str) -> str:
    """Return the code of a campaign's fund."""
    return f"campaign:{campaign_public_id}:fund"


def campaign_fund(campaign_public_id: str) -> AccountSpec:
    """Return the restricted fund of a campaign (fen): gifts flow in without waiting, spending never below zero."""
    return AccountSpec(fund_code(campaign_public_id), Unit.CNY, AccountKind.FUND, Policy.DEFERRED, "charity")
