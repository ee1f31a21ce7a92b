"""Addresses: safe places to return to inside this site, and the networks that visitors come from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from flask import request


def safe_return(target: str | None, default: str = "/") -> str:
    """Return `target` when it is a plain path on this site, else `default`; never another host."""
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    if any(ord(c) < 33 or c == "\\" or ord(c) == 127 for c in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def visitor_network() -> str:
    """Return where this request comes from as far as tries are counted: an IPv4 address, or the /64 of an IPv6 one.

    A subscriber has a whole /64 to himself and could come from another address of it with every try.
    """
    told = request.remote_addr or ""
    try:
        address = ip_address(told)
    except ValueError:
        return told
    if not isinstance(address, IPv6Address):
        return told
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))
