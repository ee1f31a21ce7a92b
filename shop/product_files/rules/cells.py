"""What a cell says, and how it is written: one canonical text a value, so that an unchanged file changes nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from shop.catalogue.values import Category, PriceStep, ReturnTerms
from shop.product_files.values import SPECS, Column, Kind


class Unreadable(ValueError):
    """A cell does not say what its column asks for; `problem` names what it is not."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


#: The shelves in both languages, as a list writes them; the pages call them the same.
CATEGORY_NAMES = {
    Category.FRUIT_VEGETABLES: ("果蔬", "Fruit and vegetables"),
    Category.GRAIN_OIL: ("粮油米面", "Grain, oil and staples"),
    Category.SNACKS: ("休闲零食", "Snacks"),
    Category.DAILY_GOODS: ("日用百货", "Daily goods"),
    Category.COOKED_FOOD: ("熟食糕点", "Cooked food and pastry"),
    Category.PLANTS: ("花卉苗木", "Plants"),
    Category.CRAFTS: ("手工艺品", "Crafts"),
}
#: The terms of return in both languages, called as on the pages.
TERMS_NAMES = {
    ReturnTerms.SEVEN_DAYS: ("支持七日无理由退货", "Back within seven days"),
    ReturnTerms.FRESH: ("鲜活易腐", "Fresh and perishable"),
    ReturnTerms.MADE_TO_ORDER: ("按要求定作", "Made to order"),
    ReturnTerms.ONLY_UNOPENED: ("拆封后品质易变", "Does not keep once opened"),
    ReturnTerms.NEAR_END: ("临近保质期", "Near the end of its shelf life"),
    ReturnTerms.FLAWED: ("有瑕疵", "With a flaw"),
}
#: What the no of a list says that only knew whether something is fresh: any terms but those.
NOT_FRESH = "not fresh"
YES_NAMES = {True: ("是", "Yes"), False: ("否", "No")}

_YES = {
    **dict.fromkeys(("是", "yes", "y", "true", "1", "√", "✓", "有", "上架"), True),
    **dict.fromkeys(("否", "no", "n", "false", "0", "×", "无", "下架", "不"), False),
}
_WHOLE = re.compile(r"([0-9]{1,9}|[0-9]{1,3}(,[0-9]{3}){1,2})(\.0{1,4})?")
_AMOUNT = re.compile(r"([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.([0-9]{1,2})0*)?")
_STEP = re.compile(r"([0-9]{1,6})\s*:\s*(.+)")
_BETWEEN_STEPS = re.compile(r"[;\n、]")
_NOT_IN_NAMES = re.compile(r"[\s()\[\]*_:.,]+")


def _plain(text: str) -> str:
    """Return a text with narrow digits, letters and signs, without spaces around it."""
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()


def _folded(text: str) -> str:
    return _NOT_IN_NAMES.sub("", _plain(text)).casefold()


_CATEGORIES = {
    _folded(name): category for category, names in CATEGORY_NAMES.items() for name in (*names, category.value)
}
_TERMS = {_folded(name): terms for terms, names in TERMS_NAMES.items() for name in (*names, terms.value)}
_COLUMNS = {
    _folded(name): column
    for column, spec in SPECS.items()
    for name in (spec.zh, spec.en, column.value, *spec.formerly)
}


def column_named(header: str) -> Column | None:
    """Return the column that a header names, in either language, whatever its width, case and spaces."""
    return _COLUMNS.get(_folded(header))


def read_cell(kind: Kind, text: str) -> Any:
    """Return what a cell says: text, a whole number, fen, a category, a ladder; None when it is empty.

    Thousands separators, full-width digits and signs of the currency are understood. Raises `Unreadable`.
    """
    if kind in (Kind.TEXT, Kind.LONG):
        return tidy(text)
    plain = _plain(text)
    if not plain:
        return () if kind is Kind.LADDER else None
    if kind is Kind.WHOLE:
        return _whole(plain)
    if kind is Kind.SIGNED:
        sign, digits = (-1, plain[1:]) if plain.startswith("-") else (1, plain.removeprefix("+"))
        return sign * _whole(digits.strip(), "signed")
    if kind is Kind.YUAN:
        return _fen(plain)
    if kind is Kind.YES:
        if plain.casefold() not in _YES:
            raise Unreadable("yes or no")
        return _YES[plain.casefold()]
    if kind is Kind.CATEGORY:
        if _folded(plain) not in _CATEGORIES:
            raise Unreadable("category")
        return _CATEGORIES[_folded(plain)].value
    if kind is Kind.TERMS:
        return _terms(plain)
    if kind is Kind.LADDER:
        return _ladder(plain)
    if not re.fullmatch(r"[0-9]{12}", plain):
        raise Unreadable("village code")
    return plain


def write_cell(kind: Kind, value: Any) -> str:
    """Write a value as `read_cell` reads it; the words of yes, no and the categories are those of the program."""
    if value is None:
        return ""
    if kind is Kind.YUAN:
        return f"{value // 100}.{value % 100:02d}"
    if kind is Kind.YES:
        return "yes" if value else "no"
    if kind is Kind.LADDER:
        return "; ".join(f"{step.from_packs}:{write_cell(Kind.YUAN, step.price_fen)}" for step in value)
    if kind in (Kind.TEXT, Kind.LONG):
        return tidy(str(value))
    return str(value)


def displayed(column: Column, written: str, *, english: bool) -> str:
    """Return a written value as people read it."""
    kind = column.spec.kind
    if kind is Kind.YES and written in ("yes", "no"):
        return YES_NAMES[written == "yes"][english]
    if kind is Kind.CATEGORY and written in set(Category):
        return CATEGORY_NAMES[Category(written)][english]
    if kind is Kind.TERMS and written in set(ReturnTerms):
        return TERMS_NAMES[ReturnTerms(written)][english]
    return written


def tidy(text: str) -> str:
    """Return a text without spaces around it and with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _terms(text: str) -> str:
    if text.casefold() in _YES:
        return ReturnTerms.FRESH.value if _YES[text.casefold()] else NOT_FRESH
    if _folded(text) == _folded(NOT_FRESH):
        return NOT_FRESH
    if _folded(text) not in _TERMS:
        raise Unreadable("terms of return")
    return _TERMS[_folded(text)].value


def _whole(text: str, problem: str = "whole") -> int:
    if not text.isascii() or not _WHOLE.fullmatch(text):
        raise Unreadable(problem)
    return int(text.split(".")[0].replace(",", ""))


def _fen(text: str) -> int:
    cleaned = text.removeprefix("¥").removesuffix("元").strip()
    found = _AMOUNT.fullmatch(cleaned) if cleaned.isascii() else None
    if found is None:
        raise Unreadable("yuan")
    return int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))


def _ladder(text: str) -> tuple[PriceStep, ...]:
    steps: list[PriceStep] = []
    parts: Sequence[str] = [part.strip() for part in _BETWEEN_STEPS.split(text)]
    for part in parts:
        if not part:
            continue
        found = _STEP.fullmatch(part)
        if found is None or not found[1].isascii():
            raise Unreadable("ladder")
        try:
            steps.append(PriceStep(int(found[1]), _fen(found[2].strip())))
        except Unreadable:
            raise Unreadable("ladder") from None
    return tuple(steps)
