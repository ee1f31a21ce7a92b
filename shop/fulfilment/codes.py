"""The code with which a parcel is picked up: made from the server's key, kept nowhere."""

from __future__ import annotations

import hmac
from hashlib import sha256

from stdnum import verhoeff

from payments import gateways

#: So many digits, and one more that shows a slip of the finger.
DIGITS = 6


def pickup_code(parcel_code: str) -> str:
    """Return the seven digits that open a parcel: six nobody can guess, and a check digit (Verhoeff)."""
    mac = hmac.new(gateways.site().key, f"pick-up {parcel_code}".encode(), sha256).digest()
    digits = f"{int.from_bytes(mac[:8]) % 10**DIGITS:0{DIGITS}d}"
    return digits + str(verhoeff.calc_check_digit(digits))


def is_well_formed(code: str) -> bool:
    """Say whether these are seven digits whose check digit fits."""
    return len(code) == DIGITS + 1 and code.isascii() and code.isdigit() and bool(verhoeff.is_valid(code))


def is_code_of(parcel_code: str, code: str) -> bool:
    """Say whether this is the parcel's code, in the same time for right and wrong ones."""
    return hmac.compare_digest(pickup_code(parcel_code).encode(), code.encode())
