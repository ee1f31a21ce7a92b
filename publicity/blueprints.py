"""The pages of publicity, and what must be registered with them."""

from __future__ import annotations

from flask import Blueprint

from publicity import checks, jobs, models, wording

BLUEPRINTS: tuple[Blueprint, ...] = ()

__all__ = ["BLUEPRINTS", "checks", "jobs", "models", "wording"]
