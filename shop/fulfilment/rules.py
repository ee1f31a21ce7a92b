"""Decisions about accepting goods."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shop.fulfilment.errors import AcceptedTooMuch, ShortageUnexplained, TwoInspectorsNeeded
from shop.fulfilment.values import Acceptance


def check_acceptance(acceptance: Acceptance, sent: Mapping[int, int], *, two_people: bool) -> None:
    """Refuse an acceptance that names other lines than were sent, more than was sent, or too few people.

    `sent` is packs by line id.
    """
    accepted = dict(acceptance.accepted)
    if len(accepted) != len(acceptance.accepted) or set(accepted) != set(sent):
        raise AcceptedTooMuch
    if any(not 0 <= accepted[line_id] <= sent[line_id] for line_id in sent):
        raise AcceptedTooMuch
    if any(accepted[line_id] < sent[line_id] for line_id in sent) and not acceptance.note.strip():
        raise ShortageUnexplained
    if two_people and len({_plain(name) for name in acceptance.inspectors if _plain(name)}) < 2:
        raise TwoInspectorsNeeded


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", name).casefold()
