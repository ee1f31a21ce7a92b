"""Amounts in fen: formatting, parsing and exact splitting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

#: No single amount a person types may exceed this (fen): one billion yuan.
LARGEST_FEN = 100_000_000_000

_YUAN = re.compile(r"^[0-9]{1,10}(\.[0-9]{1,2})?$")


def format_fen(amount: int) -> str:
    """Write an amount in fen as yuan, `123456` -> `¥1,234.56`, `-5` -> `−¥0.05` with a true minus sign."""
    sign = "−" if amount < 0 else ""
    yuan, fen = divmod(abs(amount), 100)
    return f"{sign}¥{yuan:,}.{fen:02d}"


def format_yuan(amount: int) -> str:
    """Write an amount in fen as whole yuan where it is whole, `1200000` -> `¥12,000`."""
    return format_fen(amount).removesuffix(".00")


def parse_yuan(text: str) -> int:
    """Read a plain positive decimal in yuan (ASCII digits, at most two decimals) as fen, or raise ValueError."""
    cleaned = text.strip().removeprefix("¥").replace(",", "")
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
