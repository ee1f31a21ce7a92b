"""Pictures of the books: SVG charts that stand beside their tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pygal
from pygal.style import Style

# pygal puts an import hook of Python 2's kind first in line, which other walkers of the list (pytest) stumble over.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

#: One colour a series; the red of the seal and of prices is not among them.
PALETTE = ("#2E6B4F", "#E3B341", "#8FB69B", "#2B5C8A", "#8A6414", "#A9B7C4", "#D9A58C", "#5A6268")
_FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


def ticks(largest: float) -> list[int]:
    """Return four to six even marks from 0 to just above the largest value: 1, 2 or 5 times a power of ten apart."""
    step = 1
    while step * 5 < largest:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return [step * number for number in range(max(1, int(-(-largest // step))) + 1)]


def bars(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float], str]]) -> bytes:
    """Draw months as bars; each series is (name, values, colour); returns SVG."""
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="#5A6268",
        foreground_strong="#23282B",
        foreground_subtle="#E4DDD0",
        font_family=_FONT,
        label_font_size=15,
        major_label_font_size=15,
        legend_font_size=16,
        value_font_size=14,
        guide_stroke_color="#E4DDD0",
        major_guide_stroke_color="#E4DDD0",
        guide_stroke_dasharray="0",
        major_guide_stroke_dasharray="0",
        colors=tuple(colour for _, _, colour in series),
        opacity="1",
    )
    chart = pygal.Bar(
        style=style,
        js=[],
        disable_xml_declaration=True,
        width=960,
        height=400,
        margin=10,
        margin_bottom=44,
        spacing=12,
        rounded_bars=2,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        legend_box_size=14,
        show_x_guides=False,
        y_labels=ticks(max((value for _, values, _ in series for value in values), default=0)),
        formatter=lambda value: f"{value:,.0f}",
        print_values=False,
    )
    chart.x_labels = list(labels)
    for name, values, _ in series:
        chart.add(name, list(values))
    svg: str = chart.render()
    return svg.encode()
