"""Words of live sessions: how far one has come, what is planned of it, what its pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shop.stock.values import Goods

#: No session is planned to last longer, or further ahead.
LONGEST, FURTHEST = timedelta(hours=24), timedelta(days=90)

#: A session sells no more kinds of packs than this.
MOST_ITEMS = 60

#: So many days ahead the shop speaks of a session that is to come.
DAYS_AHEAD = 7

#: Why packs moved between the ordinary stock and that of a session.
SET_ASIDE, TAKEN_BACK, LEFT_OVER = (
    "set aside for a live session",
    "taken back from a live session",
    "left over from a live session",
)


class SessionState(StrEnum):
    """How far a live session has come."""

    PLANNED = "planned"
    OPEN = "open"
    ENDED = "ended"
    CALLED_OFF = "called_off"


#: States in which packs may be set aside and taken back.
RUNNING = (SessionState.PLANNED, SessionState.OPEN)


class Ineligible(StrEnum):
    """Why packs of something cannot be set aside for a session."""

    OFF_SALE = "off_sale"
    NOT_CERTIFIED = "not_certified"
    SOMEBODY_ELSES = "somebody_elses"
    OTHER_COUNTY = "other_county"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session is about and when; `watch_url` is where it can be watched, empty where only the goods are shown."""

    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    starts_at: datetime
    ends_at: datetime
    watch_url: str


@dataclass(frozen=True, slots=True)
class SessionCard:
    """A session in a list."""

    id: int
    public_id: str
    title: tuple[str, str]
    host: tuple[str, str]
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    kinds: int
    picture: str | None
    category: str


@dataclass(frozen=True, slots=True)
class LiveGoods:
    """A kind of packs in a session: `left` of `set_aside` can be bought there, `ordinary_left` of it in the shop.

    `goods` is what the session sells; the prices (fen) are those of a single pack.
    """

    goods: Goods
    set_aside: int
    ordinary_id: int
    ordinary_public_id: str
    ordinary_price_fen: int
    ordinary_left: int
    certificate_number: str = ""
    certificate_kind: str = ""
    session_price_fen: int = 0
    session_limit: int | None = None
    session_version: int = 0

    @property
    def left(self) -> int:
        """Return how many packs can be bought in the session, whether it is open or not."""
        return max(0, self.goods.available)


@dataclass(frozen=True, slots=True)
class Reached:
    """What a session's orders bring to a village: packs, and the growers' part of what is paid (fen)."""

    village: tuple[str, str]
    county_code: str
    packs: int
    growers_fen: int
