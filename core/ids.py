"""Public identifiers that nobody can count or guess, and secrets that open a door."""

from __future__ import annotations

import hashlib
import secrets

from core.text import half_width

#: Crockford's alphabet: no I, L, O or U to be misread on paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# For each byte the letter of its last five bits: every letter as often as any other.
_LETTERS = ALPHABET.encode() * 8


def public_id(length: int = 12) -> str:
    """Return a random identifier for an address (5 bits a character: 12 make 60 bits)."""
    return secrets.token_bytes(length).translate(_LETTERS).decode()


def spoken_code(prefix: str, groups: int = 2, size: int = 4) -> str:
    """Return a code people copy from paper, such as `HK-7K3M-92QF`."""
    return "-".join([prefix, *(public_id(size) for _ in range(groups))])


def read_spoken_code(text: str) -> str:
    """Undo the usual slips of copying a code: case, spaces, full-width letters, O for 0, I and L for 1."""
    cleaned = half_width(text).strip().upper().replace(" ", "").replace("—", "-").replace("_", "-")
    return cleaned.replace("O", "0").replace("I", "1").replace("L", "1")


def secret() -> str:
    """Return a secret of 256 bits for a link or a session."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """Return what is stored of a secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(value.encode()).hexdigest()
