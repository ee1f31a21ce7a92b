"""Pages of live sessions: for everybody, and the desk of those who hold them or sell in them."""

from __future__ import annotations

from flask import Blueprint

from shop.live.views import desk, public

BLUEPRINTS: tuple[Blueprint, ...] = (public.bp, desk.bp)

__all__ = ["BLUEPRINTS"]
