"""Sheets of labels as PDF: vectors and an embedded subset of Noto Sans SC, nothing that a printer could blur."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pylopdf_fonts_zh_cn
import segno
from fpdf import FPDF

from shop.tracing import rules
from shop.tracing.values import Label, LabelLanguage, Sheet, SheetFormat

#: Captions as (Chinese, English): a label may carry both, whatever language the page has that asked for it.
PACK = ("规格", "Pack")
BATCH = ("批号", "Batch")
MADE_ON = ("生产日期", "Made on")
BEST_BEFORE = ("保质期至", "Best before")
ORIGIN = ("产地", "Origin")
STORAGE = ("贮存", "Storage")
SUPPLIER = ("生产者", "By")
CERTIFICATE = ("证书", "Certificate")
SCAN = ("扫码溯源", "Scan to trace")

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

POINTS = 72 / 25.4
FONT = "noto"
SMALLEST = 4.5


def make_labels(
    sheet_format: SheetFormat, label: Label, count: int, start: int, made_at: datetime, title: str
) -> bytes:
    """Return so many of the same label as PDF; `start` is the first free place of the first page, counted from 1."""
    sheet = rules.SHEETS[sheet_format]
    pdf = FPDF(unit="mm", format=(sheet.page_width, sheet.page_height))
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.add_font(FONT, fname=str(pylopdf_fonts_zh_cn.sans_path()))
    pdf.set_title(title)
    pdf.set_creator("Yigou")
    pdf.set_creation_date(made_at)
    pdf.set_lang("en" if label.language is LabelLanguage.EN else "zh-CN")
    code = _Code(label.address)
    for corners in rules.places(sheet, start, count):
        pdf.add_page()
        contents = pdf.pages[pdf.page].contents
        assert isinstance(contents, bytearray)
        before = len(contents)
        # The first label of a page is drawn, which also names the font among the page's resources; the others are the
        # same strokes moved, so that they take next to no room once compressed.
        _draw(pdf, sheet, label, code)
        drawn = bytes(contents[before:])
        del contents[before:]
        for x, y in corners:
            contents += b"q 1 0 0 1 %.2f %.2f cm\n" % (x * POINTS, -y * POINTS) + drawn + b"Q\n"
    return bytes(pdf.output())


class _Code:
    """The QR code of an address as runs of dark modules."""

    def __init__(self, address: str) -> None:
        made = segno.make(address, error="m", micro=False)
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


def _draw(pdf: FPDF, sheet: Sheet, label: Label, code: _Code) -> None:
    """Draw one label into the upper left corner of the page."""
    width, height = sheet.label_width, sheet.label_height
    large = height > 50
    pad = 4.0 if large else 2.6
    side = 32.0 if large else 20.0
    right = width - pad - side
    _draw_code(pdf, code, right, pad, side, sheet.page_height)
    _centred(
        pdf,
        rules.shown_code(label.code),
        right,
        pad + side + (3.6 if large else 2.6),
        side,
        8 if large else 6.4,
    )
    _centred(
        pdf, _say(label, SCAN, " "), right, pad + side + (7.0 if large else 5.0), side, 6.4 if large else 5
    )
    room = right - pad * 1.6
    heading = _say(label, label.heading, " ")
    _write(pdf, heading, pad, pad + (2.6 if large else 1.8), room, 7.5 if large else 5.6)
    name = (
        label.product[0] if label.language is not LabelLanguage.EN else label.product[1] or label.product[0]
    )
    _write(pdf, name, pad, pad + (8.8 if large else 6.0), room, 13 if large else 9)
    lines = _lines(label, large)
    top = pad + (14.2 if large else 9.9)
    step = min((height - pad - top) / max(len(lines) - 1, 1), 4.6 if large else 3.5)
    for index, line in enumerate(lines):
        _write(pdf, line, pad, top + index * step, room, 7.5 if large else 5.8)


def _lines(label: Label, large: bool) -> list[str]:
    found: list[tuple[tuple[str, str], str]] = [(PACK, _text(label, label.pack))]
    if label.batch:
        found.append((BATCH, label.batch))
    if label.made_on is not None:
        found.append((MADE_ON, _day(label, label.made_on)))
    if label.best_before is not None:
        found.append((BEST_BEFORE, _day(label, label.best_before)))
    found.append((ORIGIN, _text(label, label.origin)))
    if label.certificate:
        found.append((CERTIFICATE, label.certificate))
    if label.storage[0]:
        found.append((STORAGE, _text(label, label.storage)))
    if large:
        found.append((SUPPLIER, _text(label, label.supplier)))
    return [f"{_say(label, caption, ' ')}  {value}" for caption, value in found if value]


def _say(label: Label, words: tuple[str, str], between: str) -> str:
    if label.language is LabelLanguage.BOTH:
        return between.join(part for part in words if part)
    return words[1] or words[0] if label.language is LabelLanguage.EN else words[0]


def _text(label: Label, words: tuple[str, str]) -> str:
    return words[1] or words[0] if label.language is LabelLanguage.EN else words[0]


def _day(label: Label, value: date) -> str:
    if label.language is LabelLanguage.ZH:
        return f"{value.year}年{value.month}月{value.day}日"
    if label.language is LabelLanguage.EN:
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    return value.isoformat()


def _draw_code(pdf: FPDF, code: _Code, x: float, y: float, side: float, page_height: float) -> None:
    """Draw the code with the four light modules around it that readers need inside `side` millimetres."""
    module = side / (code.size + 4) * POINTS
    left, top = x * POINTS + 2 * module, (page_height - y) * POINTS - 2 * module
    # One module is one unit, counted down from the upper left corner: whole numbers take the least room.
    strokes = " ".join(f"{first} {row} {length} 1 re" for row, first, length in code.runs())
    _out(pdf, f"q {module:.4f} 0 0 {-module:.4f} {left:.3f} {top:.3f} cm 0 g {strokes} f Q")


def _out(pdf: Any, operators: str) -> None:
    pdf._out(operators)


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


def _write(pdf: FPDF, words: str, x: float, baseline: float, room: float, size: float) -> None:
    fitting = _fitting(pdf, words, room, size)
    pdf.text(x, baseline, fitting)


def _centred(pdf: FPDF, words: str, x: float, baseline: float, room: float, size: float) -> None:
    fitting = _fitting(pdf, words, room, size)
    pdf.text(x + (room - pdf.get_string_width(fitting)) / 2, baseline, fitting)
