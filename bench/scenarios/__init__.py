"""One file a scenario: a function that takes a Bench, under `@scenario(stage, ...)`; every file here is found by itself."""

from __future__ import annotations

import importlib
import pkgutil

from bench.measuring import SCENARIOS, Scenario


def every() -> list[Scenario]:
    """Import every file of this folder and return its scenarios in their order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return sorted(SCENARIOS, key=lambda scenario: scenario.order)
