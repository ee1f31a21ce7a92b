"""Text as code and keyboards give it: msgids that are translated later, what Chinese keyboards type, card numbers in it."""

from __future__ import annotations

import re

from stdnum import luhn


def N_(msgid: str) -> str:  # the name that every gettext tool knows
    """Mark `msgid` for extraction and return it unchanged."""
    return msgid


def half_width(text: str) -> str:
    """Return text with the full-width letters, digits and signs of Chinese keyboards in their ordinary form."""
    return "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else _WIDE.get(c, c) for c in text)


_WIDE = {"￥": "¥", "\u3000": " "}


#: 13 to 19 digits, alone or in groups.
_LONG_NUMBER = re.compile(r"(?<![0-9])(?:[0-9][ -]?){12,18}[0-9](?![0-9])")
#: How the numbers of payment cards begin and how long they are then: Visa, Mastercard, American Express, UnionPay, JCB,
#: Discover, Diners. UnionPay's 18 digits are left out: identity numbers of Gansu look like them.
_CARD = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|(?:5[1-5]|2[2-7])[0-9]{14}|3[47][0-9]{13}|62(?:[0-9]{14}|[0-9]{15}|[0-9]{17})"
    r"|35[0-9]{14}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|3(?:0[0-5]|[689][0-9])[0-9]{11}"
)


def holds_card_number(text: str) -> bool:
    """Tell whether the number of a payment card stands in a text, by its beginning, its length and its check digit."""
    for found in _LONG_NUMBER.finditer(half_width(text)):
        digits = re.sub("[ -]", "", found[0])
        if _CARD.fullmatch(digits) and luhn.is_valid(digits):
            return True
    return False
