"""The only importer of whoosh: one interface, chosen in the composition root."""

from __future__ import annotations

from pathlib import Path


class WhooshEngine:
    """Placeholder until the engine lands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder


def use(engine: object) -> None:
    """Choose the engine."""


def probe() -> str | None:
    """Say what is wrong."""
    return None
