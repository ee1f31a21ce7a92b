"""What the ledger registers: no pages, only what runs by the clock."""

from __future__ import annotations

from flask import Blueprint

from ledger import jobs, wording

BLUEPRINTS: tuple[Blueprint, ...] = ()

__all__ = ["BLUEPRINTS", "jobs", "wording"]
