"""The figures as a table for people and as JSON for later work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.measuring import BASELINES, Sheet


def hardware_lines(hardware: dict[str, Any]) -> list[str]:
    """Return what the numbers were taken on."""
    return [
        f"{hardware['cpu']}, {hardware['cores']} cores, {hardware['memory_gb']} GB, {hardware['system']}",
        f"Python {hardware['python']}, PostgreSQL {hardware['postgresql']}, fsync {hardware['fsync_ms']} ms,"
        f" load {hardware['load_before']} before we began",
    ]


def table(sheet: Sheet) -> list[str]:
    """Return the figures in columns, each with how often it is that of the bare page and of one SELECT."""
    lines = [f"{'':44}{'value':>12}  {'unit':<22}{'x bare':>9}{'x SELECT':>10}"]
    group = ""
    for name, metric in sheet.metrics.items():
        if name.split(".")[0] != group:
            group = name.split(".")[0]
            lines.append("")
        ratios = []
        for base in BASELINES:
            ratio = next((v for k, v in metric["ratio_to"].items() if k.startswith(f"{base}.")), None)
            ratios.append("" if ratio is None else f"{ratio:.2f}")
        value = metric["value"]
        counted = metric["unit"] == "statements" or metric["unit"].endswith(" measured")
        text = f"{value:,.0f}" if counted else f"{value:,.1f}"
        lines.append(f"{name:44}{text:>12}  {metric['unit']:<22}{ratios[0]:>9}{ratios[1]:>10}".rstrip())
    if sheet.missing:
        lines += ["", "Missing:"] + [f"  {name}: {why}" for name, why in sheet.missing.items()]
    if sheet.broken:
        lines += ["", "Broken rules:"] + [f"  {sentence}" for sentence in sheet.broken]
    return lines


def write(path: Path, hardware: dict[str, Any], sheet: Sheet, *, quick: bool, seconds: float) -> None:
    """Write the figures; later runs replace them."""
    content = {
        "hardware": hardware,
        "quick": quick,
        "seconds": round(seconds),
        "metrics": sheet.metrics,
        "missing": sheet.missing,
        "broken": sheet.broken,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    unfinished.replace(path)
