"""What every sheet that the shop prints is drawn with: Noto Sans SC, words that fit their room, QR codes as vectors."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pylopdf_fonts_zh_cn
import segno
from fpdf import FPDF

POINTS = 72 / 25.4
FONT = "noto"
SMALLEST = 4.5


def new_document(width: float, height: float, title: str, language: str, made_at: datetime) -> FPDF:
    """Return an empty PDF of pages of that size (millimetres) without margins; `language` such as `zh-CN`."""
    pdf = FPDF(unit="mm", format=(width, height))
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.add_font(FONT, fname=str(pylopdf_fonts_zh_cn.sans_path()))
    pdf.set_title(title)
    pdf.set_creator("Yigou")
    pdf.set_creation_date(made_at)
    pdf.set_lang(language)
    return pdf


class QrCode:
    """The QR code of a text as runs of dark modules."""

    def __init__(self, words: str) -> None:
        made = segno.make(words, error="m", micro=False)
        self.matrix: list[list[int]] = [[int(bit) for bit in row] for row in made.matrix]
        self.size = len(self.matrix)

    def runs(self) -> list[tuple[int, int, int]]:
        """Return row, first column and length of every horizontal run of dark modules."""
        found = []
        for row, bits in enumerate(self.matrix):
            column = 0
            while column < self.size:
                if not bits[column]:
                    column += 1
                    continue
                first = column
                while column < self.size and bits[column]:
                    column += 1
                found.append((row, first, column - first))
        return found


def draw_code(pdf: FPDF, code: QrCode, x: float, y: float, side: float, page_height: float) -> None:
    """Draw the code with the light modules around it that readers need inside `side` millimetres."""
    module = side / (code.size + 4) * POINTS
    left, top = x * POINTS + 2 * module, (page_height - y) * POINTS - 2 * module
    # One module is one unit, counted down from the upper left corner: whole numbers take the least room.
    strokes = " ".join(f"{first} {row} {length} 1 re" for row, first, length in code.runs())
    _out(pdf, f"q {module:.4f} 0 0 {-module:.4f} {left:.3f} {top:.3f} cm 0 g {strokes} f Q")


def _out(pdf: Any, operators: str) -> None:
    pdf._out(operators)


def write(pdf: FPDF, words: str, x: float, baseline: float, room: float, size: float) -> None:
    """Write words from `x` on, smaller or cut where they would not fit into `room` millimetres."""
    pdf.text(x, baseline, _fitting(pdf, words, room, size))


def write_centred(pdf: FPDF, words: str, x: float, baseline: float, room: float, size: float) -> None:
    """Write words in the middle of `room` millimetres."""
    fitting = _fitting(pdf, words, room, size)
    pdf.text(x + (room - pdf.get_string_width(fitting)) / 2, baseline, fitting)


def write_right(pdf: FPDF, words: str, right: float, baseline: float, room: float, size: float) -> None:
    """Write words that end at `right`."""
    fitting = _fitting(pdf, words, room, size)
    pdf.text(right - pdf.get_string_width(fitting), baseline, fitting)


def broken(pdf: FPDF, words: str, room: float, size: float) -> list[str]:
    """Return words broken into lines of at most `room` millimetres; Chinese breaks anywhere."""
    pdf.set_font(FONT, size=size)
    found: list[str] = []
    for paragraph in words.splitlines():
        line = ""
        for piece in _pieces(paragraph):
            if line and pdf.get_string_width(line + piece) > room:
                found.append(line.rstrip())
                line = ""
            line += piece
        found.append(line.rstrip())
    return [line for line in found if line]


def _pieces(paragraph: str) -> list[str]:
    """Cut a line where it may be broken: after spaces, around every sign that is not Latin, and in endless words."""
    return re.findall(r"[!-~]{1,24} *|[^!-~]", paragraph)


def _fitting(pdf: FPDF, words: str, room: float, size: float) -> str:
    """Choose a size at which the words fit, and cut them where even the smallest is too large."""
    while True:
        pdf.set_font(FONT, size=size)
        if pdf.get_string_width(words) <= room:
            return words
        if size <= SMALLEST:
            break
        size = max(SMALLEST, size - 0.4)
    while words and pdf.get_string_width(words + "…") > room:
        words = words[:-1]
    return words + "…"
