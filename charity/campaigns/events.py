"""Facts about campaigns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CampaignPublished:
    """A campaign went public; no flow reacts yet."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class CampaignEnded:
    """A campaign takes no more gifts; no flow reacts yet."""

    campaign_id: int
