"""Fixtures of publicity: a county's office, and what flows would hear."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from core import events
from publicity import events as published
from tests.publicity import making

KINDS = (
    published.NoticeOpened,
    published.NoticeEnded,
    published.NoticeWithdrawn,
    published.ObjectionRaised,
    published.ObjectionAnswered,
)


@pytest.fixture
def office(session: Session) -> making.Office:
    """Return a county with its people."""
    return making.make_office(session)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stand in for the flows and remember every event, in order."""
    found: list[Any] = []
    for kind in KINDS:
        monkeypatch.setitem(events._handlers, kind, [lambda _session, event: found.append(event)])
    return found
