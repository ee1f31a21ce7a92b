"""Decisions of complaints: until when an answer is due, and the code that leads to it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from core.clock import CHINA
from publicity import rules

#: Days for an answer where nothing else was set.
ANSWER_DAYS = 15
SHORTEST, LONGEST = 1, 60

LONGEST_TEXT = 2000
LONGEST_ANSWER = 2000


def due_on(created_at: datetime, answer_days: int) -> date:
    """Return the last day for an answer; the day on which the complaint came does not count (Civil Code, article 201)."""
    return created_at.astimezone(CHINA).date() + timedelta(days=answer_days)


def tracking_code(once: str) -> str:
    """Return the code that belongs to a form's single-use token; the same form sent twice shows the same code."""
    return "JB" + rules.tracking_code("complaint:" + once)[2:]
