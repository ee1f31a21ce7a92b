"""What other packages put on the home page; they register it from flows/, so that the shop need not know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from shop.home.values import CampaignTeaser, Number

Campaigns = Callable[[Session], Sequence[CampaignTeaser]]
Numbers = Callable[[Session], Sequence[Number]]

MOST_CAMPAIGNS = 2

_campaigns: list[Campaigns] = []
_numbers: list[Numbers] = []


def register(provider: Campaigns) -> Campaigns:
    """Show the campaigns that `provider` returns in the language of the request; the number of its statements is constant."""
    if provider not in _campaigns:
        _campaigns.append(provider)
    return provider


def register_numbers(provider: Numbers) -> Numbers:
    """Show the numbers that `provider` returns between those of the shop and those of the books."""
    if provider not in _numbers:
        _numbers.append(provider)
    return provider


def campaigns(session: Session) -> list[CampaignTeaser]:
    """Return the campaigns to show, at most `MOST_CAMPAIGNS`."""
    return [teaser for provider in _campaigns for teaser in provider(session)][:MOST_CAMPAIGNS]


def numbers(session: Session) -> list[Number]:
    """Return the numbers that other packages tell."""
    return [number for provider in _numbers for number in provider(session)]
