"""Pictures of numbers: SVG charts that stand beside their tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import pygal
from pygal.style import Style

# pygal puts an import hook of Python 2's kind first in line, which other walkers of the list (pytest) stumble over.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

#: One colour a series; the red of the seal and of prices is not among them.
PALETTE = ("#2E6B4F", "#E3B341", "#8FB69B", "#2B5C8A", "#8A6414", "#A9B7C4", "#D9A58C", "#5A6268", "#6B4E71")
_FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


def ticks(largest: float) -> list[int]:
    """Return four to six even marks from 0 to just above the largest value: 1, 2 or 5 times a power of ten apart."""
    step = 1
    while step * 5 < largest:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return [step * number for number in range(max(1, int(-(-largest // step))) + 1)]


def mark(value: float, locale: str, sign: str = "") -> str:
    """Write a mark of the axis: 12,000 in English, 1.2万 in Chinese; `sign` stands before it."""
    if locale != "en" and value >= 10_000:
        return f"{sign}{value / 10_000:,.1f}".removesuffix(".0") + "万"
    return f"{sign}{value:,.0f}"


def bars(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float], str]],
    formatter: Callable[[float], str],
    *,
    narrow: bool = False,
) -> bytes:
    """Draw months as bars; each series is (name, values, colour); `narrow` for a phone; returns SVG."""
    size = 19 if narrow else 15
    largest = max((value for _, values, _ in series for value in values), default=0)
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="#5A6268",
        foreground_strong="#23282B",
        foreground_subtle="#E4DDD0",
        font_family=_FONT,
        label_font_size=size,
        major_label_font_size=size,
        legend_font_size=size,
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
        width=520 if narrow else 960,
        height=560 if narrow else 400,
        margin=6 if narrow else 10,
        margin_right=34 if narrow else 10,
        margin_bottom=6 if narrow else 14 + 24 * ((len(series) - 1) // 3),
        spacing=12,
        # One series needs no legend: the heading above the chart names it.
        show_legend=len(series) > 1,
        truncate_legend=-1,
        truncate_label=-1,
        rounded_bars=2,
        legend_at_bottom=True,
        legend_at_bottom_columns=1 if narrow else 3,
        legend_box_size=14,
        show_x_guides=False,
        y_labels=[{"value": value, "label": formatter(value)} for value in ticks(largest)],
        formatter=formatter,
        print_values=False,
    )
    chart.x_labels = list(labels)
    if narrow:
        chart.x_labels_major = list(labels)[-1::-3]
        chart.show_minor_x_labels = False
    for name, values, _ in series:
        chart.add(name, list(values))
    svg: str = chart.render()
    return svg.encode()
