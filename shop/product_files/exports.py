"""Product lists as files: workbooks with notes and choices, and tables of text that no spreadsheet runs as formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO

import xlsxwriter

from shop.catalogue.values import Category, ReturnTerms
from shop.product_files import rules
from shop.product_files.values import EXPORTED, SPECS, Column, Format, Kind, Part

MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_SHEET_NAMES = (("产品", "说明"), ("Products", "Notes"))
_HEADINGS = (
    ("列名", "英文列名", "怎么填", "How to fill it in"),
    ("Column", "In Chinese", "How to fill it in", "怎么填"),
)

#: Columns that stay in sight while scrolling, beside the header row.
_KEPT_IN_SIGHT = 2
_TONES = {Part.SHOWN: "#E4DDD0", Part.KEY: "#D6E4DC", Part.STOCK: "#F3E3B8"}


def write_list(
    cells: Iterable[Mapping[Column, str]],
    kind: Format,
    *,
    english: bool,
    columns: Sequence[Column] = EXPORTED,
) -> bytes:
    """Write rows of cells, given as `rules.write_cell` writes them, with headers in one language."""
    writer = _write_xlsx if kind is Format.XLSX else _write_csv
    return writer(cells, english, columns)


def _write_csv(cells: Iterable[Mapping[Column, str]], english: bool, columns: Sequence[Column]) -> bytes:
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow([_header(column, english) for column in columns])
    for row in cells:
        shown = (rules.displayed(column, row.get(column, ""), english=english) for column in columns)
        table.writerow([f"'{text}" if text.startswith(_GUARDED) else text for text in shown])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _write_xlsx(cells: Iterable[Mapping[Column, str]], english: bool, columns: Sequence[Column]) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet(_SHEET_NAMES[english][0])
    text = book.add_format({"num_format": "@", "valign": "top"})
    whole = book.add_format({"num_format": "0", "valign": "top"})
    amount = book.add_format({"num_format": "0.00", "valign": "top"})
    formats = {Kind.WHOLE: whole, Kind.SIGNED: whole, Kind.YUAN: amount}
    heads = {
        part: book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "bg_color": _TONES.get(part, "#F4EFE6"),
                "border": 1,
            }
        )
        for part in Part
    }
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.spec.width, formats.get(column.spec.kind, text))
    sheet.freeze_panes(1, _KEPT_IN_SIGHT)
    sheet.set_row(0, 32)
    for index, column in enumerate(columns):
        sheet.write_string(0, index, _header(column, english), heads[column.spec.part])
        note = column.spec.note_en if english else column.spec.note_zh
        sheet.write_comment(0, index, note, {"x_scale": 2, "y_scale": 1})
        choices = _choices(column, english)
        if choices:
            sheet.data_validation(
                1,
                index,
                rules.MOST_ROWS,
                index,
                {"validate": "list", "source": choices, "ignore_blank": True},
            )
    for number, row in enumerate(cells, 1):
        for index, column in enumerate(columns):
            written = row.get(column, "")
            kind = column.spec.kind
            if kind in formats and _is_number(written):
                sheet.write_number(number, index, float(written), formats[kind])
            elif written:
                sheet.write_string(number, index, rules.displayed(column, written, english=english), text)
    _explain(book, english, columns)
    book.close()
    return out.getvalue()


def _explain(book: xlsxwriter.Workbook, english: bool, columns: Sequence[Column]) -> None:
    """Add the sheet that says what each column is for, in both languages, the page's first."""
    sheet = book.add_worksheet(_SHEET_NAMES[english][1])
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for index, width in enumerate((26, 26, 60, 60)):
        sheet.set_column(index, index, width)
    sheet.freeze_panes(1, 0)
    for index, heading in enumerate(_HEADINGS[english]):
        sheet.write_string(0, index, heading, bold)
    for number, column in enumerate(columns, 1):
        spec = SPECS[column]
        in_zh, in_en = (spec.zh, spec.note_zh), (spec.en, spec.note_en)
        first, second = (in_en, in_zh) if english else (in_zh, in_en)
        for index, cell in enumerate((first[0], second[0], first[1], second[1])):
            sheet.write_string(number, index, cell, wrapped)


def _header(column: Column, english: bool) -> str:
    return column.spec.en if english else column.spec.zh


def _choices(column: Column, english: bool) -> list[str]:
    if column.spec.kind is Kind.YES:
        return [rules.displayed(column, word, english=english) for word in ("yes", "no")]
    if column.spec.kind is Kind.CATEGORY:
        return [rules.displayed(column, category.value, english=english) for category in Category]
    if column.spec.kind is Kind.TERMS:
        return [rules.displayed(column, terms.value, english=english) for terms in ReturnTerms]
    return []


def _is_number(written: str) -> bool:
    return written.isascii() and written.replace(".", "", 1).isdigit() and len(written) < 13
