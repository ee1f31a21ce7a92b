"""Decisions about gifts: limits, settling, numbers and how amounts are written out."""

from __future__ import annotations

import re
from datetime import date, timedelta

from charity.campaigns.values import Stage
from charity.donations.values import DonationState, Remark

#: The smallest gift, and the largest that is taken by card or wallet (fen).
SMALLEST_FEN = 1_00
LARGEST_FEN = 50_000_00

#: Amounts that the form suggests, in yuan; none is chosen beforehand (rule C6).
SUGGESTED_YUAN = (20, 50, 100, 200, 500)

#: How long a started payment stays open, and when an unpaid gift is given up.
PAYMENT_LIFE = timedelta(hours=2)
GIVE_UP_AFTER = timedelta(hours=24)

#: How names of organisations end or begin; whoever is named otherwise counts as a person.
_ENDS_OF_ORGANISATIONS = re.compile(
    r"(公司|集团|合作社|联合社|基金会?|协会|校友会|商会|总会|学会|联合会|委员会|工会|银行|医院|学校|小学|中学|大学|学院|幼儿园|企业|厂"
    r"|局|村委会|事务所|农场|超市"
    r"|\b(co\.?,? ?ltd\.?|ltd\.?|limited|inc\.?|llc|company|corporation|group|foundation|association|cooperative"
    r"|co-operative|school|university|hospital|bank))$",
    re.IGNORECASE,
)


def is_allowed_amount(fen: int) -> bool:
    """Say whether a gift of this size (fen) is taken."""
    return SMALLEST_FEN <= fen <= LARGEST_FEN


def names_an_organisation(name: str) -> bool:
    """Say whether a donor's name is that of a company or body, which public lists write in full (people: masked)."""
    return len(name) > 4 and _ENDS_OF_ORGANISATIONS.search(name) is not None


def settles(state: DonationState) -> bool:
    """Say whether a confirmed payment settles a gift in this state.

    Money that has arrived is always written down, even when the gift had been given up; only a settled one is done.
    """
    return state is not DonationState.SETTLED


def remark_on(stage: Stage, qualified: bool) -> Remark | None:
    """Return why the charity must look at a gift that settles now.

    The payment was begun while the campaign took gifts, so it goes into the restricted fund all the same: it was given
    for that purpose, and the fund's leftover is handled under the recorded plan.
    """
    if stage is not Stage.RUNNING:
        return Remark.AFTER_END
    return None if qualified else Remark.UNQUALIFIED


def acknowledgement_no(day: date, number: int) -> str:
    """Return the number of an acknowledgement, `YG-2026-00000123`; it is no number of a fiscal receipt (rule C8)."""
    return f"YG-{day.year}-{number:08d}"
