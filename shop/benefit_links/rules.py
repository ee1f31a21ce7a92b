"""Decisions about benefit links: what may be entered, which one counts, who may answer, what is unpaid for too long."""

from __future__ import annotations

import calendar
from datetime import date

from shop.benefit_links.values import SHARING, Answer, LinkKind, NewLink, NewPayment, ShareTerms

#: Land is leased for ten years and longer; whatever is promised for more must be entered anew.
LONGEST_YEARS = 10
SHORTEST_REASON = 4
LONGEST_REASON = 500


def problem_of(new: NewLink, today: date) -> str | None:
    """Return the first thing that is wrong with a new link, or None."""
    if new.valid_until < new.valid_from:
        return "valid_until"
    if new.valid_until < today or (new.valid_until.year - new.valid_from.year) > LONGEST_YEARS:
        return "valid_until"
    if new.valid_from.year < today.year - LONGEST_YEARS:
        return "valid_from"
    if new.promised_fen <= 0:
        return "promised"
    return problem_of_share(new.share, new.kind)


def problem_of_share(share: ShareTerms | None, kind: LinkKind) -> str | None:
    """Return what is wrong with a share of sales, or None: not every kind has one, and it is of some products."""
    if share is None:
        return None
    if kind not in SHARING or not 1 <= share.bps <= 10_000:
        return "share"
    if not share.everything and not share.product_slugs:
        return "share_products"
    return None


def problem_of_payment(new: NewPayment, valid_from: date, today: date, *, asked: bool = False) -> str | None:
    """Return the first thing that is wrong with a payment, or None: it was made since the link began, not tomorrow.

    Where the household is `asked` about it, because money is kept for it, a receipt belongs to it.
    """
    if new.amount_fen <= 0:
        return "amount"
    if not valid_from <= new.paid_on <= today:
        return "paid_on"
    if asked and new.evidence is None:
        return "evidence"
    return None


def counts(answer: str, *, withdrawn: bool, valid_from: date, valid_until: date, today: date) -> bool:
    """Say whether a link counts on a day (rule E1): the household agrees, it was not taken back, the day lies in it."""
    return answer == Answer.AGREED and not withdrawn and valid_from <= today <= valid_until


def months_back(today: date, months: int) -> date:
    """Return the day so many months before; the last of its month where the month is shorter."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def is_unpaid(
    *, promised_fen: int, paid_fen: int, last_paid_on: date | None, valid_from: date, today: date, months: int
) -> bool:
    """Say whether nothing was paid for more than `months` months although the promise is not kept yet."""
    return paid_fen < promised_fen and (last_paid_on or valid_from) < months_back(today, months)


def is_reason(text: str) -> bool:
    """Say whether somebody could answer for this reason."""
    return SHORTEST_REASON <= len(text.strip()) <= LONGEST_REASON
