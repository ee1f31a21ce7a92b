"""Decisions of tracing: codes with a check character, best-before days, where labels lie on a sheet."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

from core.ids import ALPHABET, read_spoken_code
from shop.tracing.values import BatchFacts, CodeFault, Freshness, Sheet, SheetFormat

#: Characters of a code before its check character: 45 bits, and short enough to type.
BODY = 9
LENGTH = BODY + 1

LONGEST_NUMBER = 30
LONGEST_STORAGE = 200
LONGEST_INSPECTION = 60
LONGEST_REASON = 300
MOST_PACKS = 1_000_000
#: Nothing that is sold today was made earlier.
OLDEST = timedelta(days=366 * 10)
LONGEST_LIFE = timedelta(days=366 * 30)

#: A best-before day is near in the last third of the time, in the last 30 days of a long one.
NEAR_DAYS = 30

MOST_LABELS = 1200

#: The usual sheets: 24 labels of 70 by 37 mm, 10 of 105 by 57 mm, a roll of 60 by 40 mm.
SHEETS = {
    SheetFormat.A4_3X8: Sheet(210, 297, 3, 8, 70, 37, 0, 0.5),
    SheetFormat.A4_2X5: Sheet(210, 297, 2, 5, 105, 57, 0, 6),
    SheetFormat.ROLL: Sheet(60, 40, 1, 1, 60, 40, 0, 0),
}


def _times_two(value: int) -> int:
    """Multiply by x in the field of 32 elements (modulo x^5 + x^2 + 1)."""
    value <<= 1
    return value ^ 0b100101 if value & 32 else value


def check_character(body: str) -> str:
    """Return the character that follows the body of a code.

    A weighted sum in the field of 32 elements: it notices each single wrong character and each exchange of neighbours.
    """
    total = 0
    for letter in body:
        total = _times_two(total ^ ALPHABET.index(letter))
    return ALPHABET[total]


def with_check(body: str) -> str:
    """Return a whole code."""
    return body + check_character(body)


def read_code(typed: str) -> tuple[str, CodeFault | None]:
    """Return the code that somebody typed or scanned, and what is wrong with it.

    Small letters, spaces, hyphens, full-width letters, O for 0, I and L for 1 are forgiven, and so is a whole address.
    """
    bare = typed.strip().rstrip("/").rpartition("/")[2]
    code = "".join(c for c in read_spoken_code(bare) if c.isalnum())
    if len(code) != LENGTH or any(c not in ALPHABET for c in code):
        return code, CodeFault.SHAPE
    if check_character(code[:BODY]) != code[BODY:]:
        return code, CodeFault.CHECK
    return code, None


def shown_code(code: str) -> str:
    """Return a code in two groups, as it stands on labels: `7K3M9-2QF4H`."""
    return f"{code[:5]}-{code[5:]}"


def batch_number(typed: str) -> str:
    """Return a batch number as it is kept: full-width letters, case and spaces make no second batch."""
    return " ".join(unicodedata.normalize("NFKC", typed).upper().split())


def best_before(made_on: date, shelf_life_days: int | None) -> date | None:
    """Return the best-before day; the day on which it was made does not count."""
    return made_on + timedelta(days=shelf_life_days) if shelf_life_days else None


def freshness(today: date, made_on: date, until: date | None) -> Freshness:
    """Return how a batch stands today; the best-before day itself is still good."""
    if until is None:
        return Freshness.KEEPS
    left = (until - today).days
    if left < 0:
        return Freshness.OVER
    return Freshness.NEAR if left <= min(NEAR_DAYS, (until - made_on).days // 3) else Freshness.FRESH


def fault_in(facts: BatchFacts, today: date) -> tuple[str, str] | None:
    """Return the field that is wrong and why, or None."""
    if facts.made_on > today:
        return "made_on", "future"
    if facts.made_on < today - OLDEST:
        return "made_on", "too_old"
    if facts.best_before is not None:
        if facts.best_before <= facts.made_on:
            return "best_before", "not_after"
        if facts.best_before > facts.made_on + LONGEST_LIFE:
            return "best_before", "too_late"
    if not 0 < facts.packs <= MOST_PACKS:
        return "packs", "number"
    if facts.inspected_on is not None and facts.inspected_on > today:
        return "inspected_on", "future"
    if facts.inspected_on is not None and not facts.inspection_number:
        return "inspection_number", "missing"
    return None


def places(sheet: Sheet, start: int, count: int) -> list[list[tuple[float, float]]]:
    """Return the upper left corner of every label in millimetres, page by page; `start` counts from 1."""
    pages: list[list[tuple[float, float]]] = []
    for index in range(start - 1, start - 1 + count):
        page, place = divmod(index, sheet.per_page)
        row, column = divmod(place, sheet.columns)
        while len(pages) <= page:
            pages.append([])
        pages[page].append((sheet.left + column * sheet.label_width, sheet.top + row * sheet.label_height))
    return pages
