"""`flask search`."""

from __future__ import annotations

from flask.cli import AppGroup

commands = AppGroup("search", help="The search index.")
