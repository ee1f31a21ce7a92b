"""The pages of this package, and what must be registered with them."""

from __future__ import annotations

from flask import Blueprint

from points import checks, wording

BLUEPRINTS: tuple[Blueprint, ...] = ()

__all__ = ["BLUEPRINTS", "checks", "wording"]
