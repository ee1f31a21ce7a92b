"""What search registers: no pages, only the indexer that runs by the clock."""

from __future__ import annotations

from flask import Blueprint

from search import jobs

BLUEPRINTS: tuple[Blueprint, ...] = ()

__all__ = ["BLUEPRINTS", "jobs"]
