from __future__ import annotations

import contextlib
import time
import zipfile
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.product_files import exports, imports, rules
from shop.product_files.errors import FileRefused
from shop.product_files.values import EXPORTED, Column, Format, Kind

HEADER = ["货号", "产品名称（中文）", "售价（元）"]


def workbook(*rows: list[Any], change: Any = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in rows:
        sheet.append(cells)
    if change is not None:
        change(sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def shared(*rows: list[Any]) -> bytes:
    """Return a workbook that keeps its texts in one table, each once, as most spreadsheets do."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for number, cells in enumerate(rows):
        sheet.write_row(number, 0, cells)
    book.close()
    return out.getvalue()


def read(data: bytes) -> list[dict[str, str]]:
    kind = imports.recognise(data)
    imports.inspect(data, kind)
    return [{c.value: text for c, text in row.cells.items()} for row in imports.read_rows(data, kind)]


def refusal(data: bytes) -> tuple[str, dict[str, Any]]:
    with pytest.raises(FileRefused) as refused:
        read(data)
    return refused.value.problem, refused.value.data


def repacked(data: bytes, **changes: bytes) -> bytes:
    """Return a workbook with some of its files replaced; `sheet` and `workbook` name them."""
    names = {
        "sheet": "xl/worksheets/sheet1.xml",
        "workbook": "xl/workbook.xml",
        "strings": "xl/sharedStrings.xml",
    }
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            replaced = next((text for key, text in changes.items() if names.get(key) == name), None)
            new.writestr(name, old.read(name) if replaced is None else replaced)
    return out.getvalue()


def test_numbers_texts_and_empty_rows_are_read_as_they_were_meant() -> None:
    data = workbook(
        HEADER, ["007", "小米", 39.8], [None, None, None], [12, None, 5.199999999999999], [True, "x", 3]
    )
    assert read(data) == [
        {"sku": "007", "name_zh": "小米", "price": "39.8"},
        {"sku": "12", "name_zh": "", "price": "5.2"},
        {"sku": "TRUE", "name_zh": "x", "price": "3"},
    ]
    rows = list(imports.read_rows(data, Format.XLSX))
    assert [row.number for row in rows] == [2, 4, 5]


def test_dates_errors_and_shortened_numbers_are_named() -> None:
    data = workbook(HEADER, [date(2026, 3, 12), "a", "#N/A"], [1234567890123456789, "b", 1])
    first, second = imports.read_rows(data, Format.XLSX)
    assert first.unreadable[Column.SKU] == "date"
    assert second.unreadable[Column.SKU] == "shortened"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_are_read_as_chinese_and_other_spreadsheets_write_them(encoding: str, delimiter: str) -> None:
    text = delimiter.join(HEADER) + "\r\n" + delimiter.join(["A-1", '"小米，\n陈"', "39.80"]) + "\r\n\r\n"
    assert read(text.encode(encoding)) == [{"sku": "A-1", "name_zh": "小米，\n陈", "price": "39.80"}]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\x89PNG\r\n\x1a\n", "no list"),
        (b"%PDF-1.7", "no list"),
        (b"a\x00b", "no list"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old workbook"),
        (b"PK\x03\x04nonsense", "damaged"),
        (b"\xff\xff\xfd\x81\x20,", "encoding"),
        ('货号\n"A-1\n'.encode(), "quotes"),
        ("颜色,尺寸\n1,2\n".encode(), "header"),
        ("颜色,货号\n1,2\n".encode(), "unknown columns"),
        ("产品名称（中文）\n小米\n".encode(), "missing columns"),
        ("货号,Article number\n1,2\n".encode(), "column twice"),
        ("货号\nA-1,多\n".encode(), "no header"),
        ("货号\n=1+1\n".encode(), "formulas"),
        (("货号," * 70 + "\n").encode(), "column twice"),
        (("货号" + "," * 70 + "颜色\n").encode(), "columns"),
        (f"货号,产品名称\n1,{'山' * 40_000}\n".encode(), "unknown columns"),
        (f"货号\n{'9' * 40_000}\n".encode(), "cell too long"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, problem: str) -> None:
    assert refusal(data)[0] == problem


def test_unknown_and_missing_columns_are_named() -> None:
    assert refusal(workbook(["颜色", "产品地址"], [1, 2])) == (
        "unknown columns",
        {"names": ["颜色"], "missing": ["sku"]},
    )


def test_merged_cells_and_formulas_are_named() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A2:B3")

    assert refusal(workbook(HEADER, [1, 2, 3], change=merge)) == ("merged", {"cells": ["A2:B3"]})
    assert refusal(workbook(HEADER, [1, "=A2", 3], ["=1", 2, 3])) == ("formulas", {"cells": ["B2", "A3"]})


def test_formulas_on_other_sheets_do_no_harm() -> None:
    def another(sheet: Any) -> None:
        sheet.parent.create_sheet("计算").append(["=1+1"])

    assert len(read(workbook(HEADER, [1, 2, 3], change=another))) == 1


def test_a_hundred_thousand_rows_are_refused_quickly() -> None:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    for number in range(1, 100_001):
        sheet.write_row(number, 0, [f"A-{number}", "小米", 39.8])
    book.close()
    began = time.monotonic()
    assert refusal(out.getvalue()) == ("rows", {"most": 20_000})
    assert time.monotonic() - began < 3
    text = "货号\n" + "".join(f"A-{number}\n" for number in range(100_000))
    assert refusal(text.encode()) == ("rows", {"most": 20_000})


def test_twenty_thousand_rows_are_not_too_many() -> None:
    text = "货号\n" + "".join(f"A-{number}\n" for number in range(20_000))
    assert len(read(text.encode())) == 20_000


def test_a_zip_bomb_is_refused_by_what_it_says_of_itself() -> None:
    sheet = b"<worksheet><sheetData>" + b" " * 30_000_000 + b"</sheetData></worksheet>"
    assert refusal(repacked(workbook(HEADER, [1, 2, 3]), sheet=sheet))[0] == "bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    sheet = b"<worksheet><sheetData>" + b" " * 30_000_000 + b"</sheetData></worksheet>"
    data = bytearray(repacked(workbook(HEADER, [1, 2, 3]), sheet=sheet))
    size, lie = len(sheet).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert size in data
    assert refusal(bytes(data).replace(size, lie))[0] == "damaged"


@pytest.mark.parametrize("part", ["sheet", "workbook", "strings"])
def test_entities_that_grow_without_end_are_refused(part: str) -> None:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
    evil = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "lol">' + entities + b"]><w>&l9;</w>"
    data = repacked(shared(HEADER, ["a", "b", "c"]), **{part: evil})
    assert refusal(data)[0] == "damaged"
    assert refusal(repacked(data, **{part: evil.decode().encode("utf-16")}))[0] == "damaged"


@pytest.mark.parametrize("number", ["99999999", "1e9", "-1", "", "１"])
def test_row_numbers_that_no_sheet_has_are_refused(number: str) -> None:
    sheet = f'<worksheet><sheetData><row r="{number}"><c><v>1</v></c></row></sheetData></worksheet>'
    assert refusal(repacked(workbook(HEADER), sheet=sheet.encode()))[0] == "damaged"


def test_a_text_that_is_used_in_every_cell_is_too_much() -> None:
    texts = ["山" * 30_000] * 3
    assert refusal(shared(HEADER, *([texts] * 500)))[0] == "too much text"


def test_workbooks_that_are_broken_inside_are_refused() -> None:
    good = shared(HEADER, [1, 2, 3])
    for part in ("sheet", "workbook", "strings"):
        assert refusal(repacked(good, **{part: b"<broken"}))[0] == "damaged"
    assert refusal(good[: len(good) // 2])[0] == "damaged"
    flipped = bytearray(good)
    flipped[len(good) // 3] ^= 0xFF
    with contextlib.suppress(FileRefused):
        read(bytes(flipped))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_fall(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04", "货号\n".encode()):
        with contextlib.suppress(FileRefused):
            read(start + data)


storable = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc"), include_characters="\n\t", exclude_characters="\ufffe\uffff"
    ),
    max_size=60,
).map(lambda text: rules.read_cell(Kind.TEXT, text))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(storable, storable), min_size=1, max_size=4), st.sampled_from(list(Format)))
def test_every_text_comes_back_as_it_went_out(pairs: list[tuple[str, str]], kind: Format) -> None:
    rows = [
        {Column.SKU: f"A-{n}", Column.NAME_ZH: name, Column.STORY_ZH: story}
        for n, (name, story) in enumerate(pairs)
    ]
    data = exports.write_list(rows, kind, english=False)
    back = list(imports.read_rows(data, kind))
    assert [
        {column: rules.read_cell(Kind.TEXT, row.cells[column]) for column in rows[0]} for row in back
    ] == rows


def test_a_workbook_is_made_for_people() -> None:
    data = exports.write_list([{Column.SKU: "=1+1", Column.PRICE: "39.80"}], Format.XLSX, english=False)
    book = openpyxl.load_workbook(BytesIO(data))
    sheet, notes = book.worksheets
    assert [cell.value for cell in sheet[1]] == [column.spec.zh for column in EXPORTED]
    assert sheet.freeze_panes == "C2"
    assert sheet["A1"].comment.text
    assert len(sheet.data_validations.dataValidation) == 3
    assert imports.inspect(data, Format.XLSX) == 1
    assert sheet.cell(2, EXPORTED.index(Column.PRICE) + 1).value == 39.8
    assert notes.max_row == len(EXPORTED) + 1


def test_a_table_starts_no_formula() -> None:
    rows = [{Column.SKU: text} for text in ("=1", "+1", "-1", "@x", "'q")]
    text = exports.write_list(rows, Format.CSV, english=True).decode("utf-8")
    assert text.startswith("\ufeffArticle number,")
    assert [line.split(",")[0] for line in text.split("\r\n")[1:6]] == ["'=1", "'+1", "'-1", "'@x", "''q"]
