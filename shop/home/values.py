"""What the home page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class CampaignTeaser:
    """A running campaign as the card component wants it; texts are in the reader's language already."""

    url: str
    title: str
    charity: str
    raised_text: str
    target_text: str
    percent: int
    donors_text: str
    next_text: str
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """One true number for the page of the account book; `url` is where it can be doubted."""

    label: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Money that reached a village through delivered orders: producers' shares in fen, and the day of the last one."""

    village_zh: str
    village_en: str
    town_zh: str
    town_en: str
    amount_fen: int
    parcels: int
    last_day: date


@dataclass(frozen=True, slots=True)
class Books:
    """What the books say today: fen that reached villages this year, and what the last self-check found."""

    reached_fen: int
    checked_at: datetime | None
    balanced: bool
