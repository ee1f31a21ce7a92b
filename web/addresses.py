"""Addresses inside this site: safe places to return to."""

from __future__ import annotations

from urllib.parse import urlsplit


def safe_return(target: str | None, default: str = "/") -> str:
    """Return `target` when it is a plain path on this site, else `default`; never another host."""
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    if any(ord(c) < 33 or c == "\\" or ord(c) == 127 for c in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target
