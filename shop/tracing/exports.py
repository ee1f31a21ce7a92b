"""Sheets of labels as PDF: vectors and an embedded subset of Noto Sans SC, nothing that a printer could blur."""

from __future__ import annotations

from datetime import date, datetime

from fpdf import FPDF

from shop.paper import POINTS, QrCode, draw_code, new_document, write, write_centred
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


def make_labels(
    sheet_format: SheetFormat, label: Label, count: int, start: int, made_at: datetime, title: str
) -> bytes:
    """Return so many of the same label as PDF; `start` is the first free place of the first page, counted from 1."""
    sheet = rules.SHEETS[sheet_format]
    language = "en" if label.language is LabelLanguage.EN else "zh-CN"
    pdf = new_document(sheet.page_width, sheet.page_height, title, language, made_at)
    code = QrCode(label.address)
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


def _draw(pdf: FPDF, sheet: Sheet, label: Label, code: QrCode) -> None:
    """Draw one label into the upper left corner of the page."""
    width, height = sheet.label_width, sheet.label_height
    large = height > 50
    pad = 4.0 if large else 2.6
    side = 32.0 if large else 20.0
    right = width - pad - side
    draw_code(pdf, code, right, pad, side, sheet.page_height)
    write_centred(
        pdf,
        rules.shown_code(label.code),
        right,
        pad + side + (3.6 if large else 2.6),
        side,
        8 if large else 6.4,
    )
    write_centred(
        pdf, _say(label, SCAN, " "), right, pad + side + (7.0 if large else 5.0), side, 6.4 if large else 5
    )
    room = right - pad * 1.6
    heading = _say(label, label.heading, " ")
    write(pdf, heading, pad, pad + (2.6 if large else 1.8), room, 7.5 if large else 5.6)
    name = (
        label.product[0] if label.language is not LabelLanguage.EN else label.product[1] or label.product[0]
    )
    write(pdf, name, pad, pad + (8.8 if large else 6.0), room, 13 if large else 9)
    lines = _lines(label, large)
    top = pad + (14.2 if large else 9.9)
    step = min((height - pad - top) / max(len(lines) - 1, 1), 4.6 if large else 3.5)
    for index, line in enumerate(lines):
        write(pdf, line, pad, top + index * step, room, 7.5 if large else 5.8)


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
