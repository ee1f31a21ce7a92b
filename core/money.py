"""Amounts in fen: formatting, writing out, parsing and exact splitting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from core.text import half_width

#: No single amount a person types may exceed this (fen): one billion yuan.
LARGEST_FEN = 100_000_000_000

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_MYRIADS = ("", "万", "亿", "兆")

_YUAN = re.compile(r"^[0-9]{1,10}(\.[0-9]{1,2})?$")


def format_fen(amount: int) -> str:
    """Write an amount in fen as yuan, `123456` -> `¥1,234.56`, `-5` -> `−¥0.05` with a true minus sign."""
    sign = "−" if amount < 0 else ""
    yuan, fen = divmod(abs(amount), 100)
    return f"{sign}¥{yuan:,}.{fen:02d}"


def format_yuan(amount: int) -> str:
    """Write an amount in fen as whole yuan where it is whole, `1200000` -> `¥12,000`."""
    return format_fen(amount).removesuffix(".00")


def amount_in_words(fen: int) -> str:
    """Write an amount in the financial numerals of Chinese papers, `12350` -> `壹佰贰拾叁元伍角整`."""
    if fen <= 0:
        raise ValueError("an amount in words is above 0")
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    words = f"{_whole_in_words(yuan)}元" if yuan else ""
    if not rest:
        return words + "整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return words + (f"{_DIGITS[cents]}分" if cents else "整")


def _whole_in_words(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    words = ""
    gap = False
    for power in range(len(groups) - 1, -1, -1):
        group = groups[power]
        if not group:
            gap = True
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group_in_words(group) + _MYRIADS[power]
        gap = False
    return words


def _group_in_words(group: int) -> str:
    words = ""
    gap = False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words


def parse_yuan(text: str) -> int:
    """Read a plain positive decimal in yuan (at most two decimals, full-width digits too) as fen, or raise ValueError."""
    cleaned = half_width(text).strip().removeprefix("¥").replace(",", "")
    if not _YUAN.match(cleaned):
        raise ValueError("not an amount in yuan")
    amount = int(Decimal(cleaned) * 100)
    if amount > LARGEST_FEN:
        raise ValueError("too large an amount")
    return amount


def split_fen(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` fen by `weights` so that the parts sum to it exactly (largest remainder, earlier part first)."""
    if total < 0 or not weights or any(weight < 0 for weight in weights):
        raise ValueError("a split needs a total of at least 0 and weights of at least 0")
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def per_mille(amount: int, rate: int) -> int:
    """Take `rate` thousandths of an amount in fen, half a fen rounded up."""
    return int((Decimal(amount) * rate / 1000).quantize(Decimal(1), ROUND_HALF_UP))
