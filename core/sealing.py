"""Sealing what may be read only on purpose, such as account numbers: AES-256-GCM under a key made from the site's secret."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12

_cipher: AESGCM | None = None


class SealBroken(Exception):
    """What was sealed cannot be read: it was changed, moved to another row, or sealed under another secret."""


def use(secret: str) -> None:
    """Seal and open with a key that is made from this secret and serves nothing else."""
    global _cipher
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"yigou sealing 1").derive(
        secret.encode()
    )
    _cipher = AESGCM(key)


def seal(text: str, bound_to: str) -> bytes:
    """Return the sealed text; it opens only where the same `bound_to` is named, mostly the row's identifier."""
    nonce = os.urandom(_NONCE)
    return nonce + _ready().encrypt(nonce, text.encode(), bound_to.encode())


def open_sealed(sealed: bytes, bound_to: str) -> str:
    """Return what was sealed, or raise `SealBroken`."""
    try:
        return _ready().decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode()).decode()
    except (InvalidTag, ValueError) as problem:
        raise SealBroken from problem


def _ready() -> AESGCM:
    if _cipher is None:
        raise RuntimeError("core.sealing.use() was not called")
    return _cipher
