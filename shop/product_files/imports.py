"""Reading product lists: XLSX and CSV become rows of text, and what is no list is refused before it hurts."""

from __future__ import annotations

import csv
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from shop.product_files import rules
from shop.product_files.errors import FileRefused
from shop.product_files.values import REQUIRED, Column, Format, Row

#: How many cells are named when there are more of them than anybody reads.
NAMED = 8

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_GUARDED = re.compile(r"'[=+\-@\t\r\n']")
_CHUNK = 1 << 16
_PACKAGE_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def recognise(data: bytes) -> Format:
    """Say what kind of file it is by its first bytes; refuses what is neither a workbook nor a table of text."""
    if not data.strip():
        raise FileRefused("empty")
    if data.startswith(b"PK\x03\x04"):
        return Format.XLSX
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("old workbook")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Format.CSV
    if b"\x00" in data or data.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"\x1f\x8b")
    ):
        raise FileRefused("no list")
    return Format.CSV


def inspect(data: bytes, kind: Format) -> int:
    """Look through a file without keeping it; returns how many rows with something in them it has, or refuses it."""
    return _inspect_workbook(data) if kind is Format.XLSX else sum(1 for _ in _read_csv(data))


def read_rows(data: bytes, kind: Format) -> Iterator[Row]:
    """Read the rows below the header, as typed; rows with nothing in them are left out. Refuses as `inspect` does."""
    characters = 0
    for row in _read_workbook(data) if kind is Format.XLSX else _read_csv(data):
        characters += sum(map(len, row.cells.values()))
        if characters > rules.MOST_TEXT:
            raise FileRefused("too much text")
        yield row


# -- tables of text


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise FileRefused("no list")
        return text
    raise FileRefused("encoding")


def _read_csv(data: bytes) -> Iterator[Row]:
    text = _decode(data)
    first = text.split("\n", 1)[0]
    delimiter = max((",", "\t", ";"), key=first.count)
    lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    formulas: list[str] = []
    header: dict[int, Column] | None = None
    filled = 0
    try:
        for number, cells in enumerate(lines, 1):
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells)
                continue
            filled += 1
            if filled > rules.MOST_ROWS:
                raise FileRefused("rows", most=rules.MOST_ROWS)
            formulas.extend(
                f"{get_column_letter(column)}{number}"
                for column, cell in enumerate(cells, 1)
                if len(formulas) < NAMED and cell.lstrip().startswith("=")
            )
            unguarded = [cell[1:] if _GUARDED.match(cell) else cell for cell in cells]
            yield _row(number, unguarded, header)
    except csv.Error as problem:
        if "field larger" in str(problem):
            raise FileRefused("cell too long", row=lines.line_num, most=rules.MOST_CELL_CHARACTERS) from None
        raise FileRefused("quotes", row=lines.line_num) from None
    if header is None:
        raise FileRefused("empty")
    if formulas:
        raise FileRefused("formulas", cells=formulas)


# -- workbooks


@dataclass
class _Inspection:
    """What is seen while the XML of a sheet runs past; nothing of it is kept."""

    rows: int = 0
    merged: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    row_number: int = 0
    cell: str = ""
    filled: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Notice rows, cells, formulas and merged cells."""
        name = tag.rpartition(":")[2]
        if name == "c":
            self.cell = attributes.get("r", "")
        elif name in ("v", "is"):
            if not self.filled:
                self.filled = True
                self.rows += 1
                # One row is the header.
                if self.rows > rules.MOST_ROWS + 1:
                    raise FileRefused("rows", most=rules.MOST_ROWS)
        elif name == "row":
            self.filled = False
            number = attributes.get("r", str(self.row_number + 1))
            if (
                not number.isascii()
                or not number.isdigit()
                or not 0 < len(number) < 8
                or int(number) > 1_048_576
            ):
                raise FileRefused("damaged")
            self.row_number = int(number)
        elif name == "f" and len(self.formulas) < NAMED:
            self.formulas.append(self.cell or f"{self.row_number}")
        elif name == "mergeCell" and len(self.merged) < NAMED:
            self.merged.append(attributes.get("ref", "?"))


def _refuse_doctype(*_: Any) -> None:
    raise FileRefused("damaged")


def _inspect_workbook(data: bytes) -> int:
    """Check the archive and every XML in it as it runs past; returns the filled rows of the first sheet, header left out."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > rules.MOST_MEMBERS or len(names) < len(members):
                raise FileRefused("damaged")
            if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
                raise FileRefused("no list")
            unpacked = sum(member.file_size for member in members)
            packed = max(sum(member.compress_size for member in members), 1)
            if unpacked > rules.MOST_UNPACKED or (
                unpacked > 5_000_000 and unpacked > packed * rules.MOST_RATIO
            ):
                raise FileRefused("bomb", megabytes=unpacked // 1_000_000)
            if any(member.flag_bits & 1 for member in members):
                raise FileRefused("password")
            # The sheets come last, the one that is read first: too many rows are noticed before the rest is unpacked.
            readable = [m for m in members if m.filename.lower().endswith((".xml", ".rels"))]
            sheets = [m for m in readable if m.filename.startswith("xl/worksheets/")]
            for member in readable:
                if member not in sheets:
                    _run_past(archive, member, None)
            first, seen = _first_sheet(archive), _Inspection()
            _run_past(archive, archive.getinfo(first), seen)
            for member in sheets:
                if member.filename != first:
                    _run_past(archive, member, None)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        LookupError,
        expat.ExpatError,
        ElementTree.ParseError,
        ValueError,
    ) as problem:
        raise FileRefused("damaged") from problem
    if seen.merged:
        raise FileRefused("merged", cells=seen.merged)
    if seen.formulas:
        raise FileRefused("formulas", cells=seen.formulas)
    return max(seen.rows - 1, 0)


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """Return where the first sheet of a workbook lies, as the workbook itself says."""
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")).iter(
            _PACKAGE_RELATION
        )
        if relation.get("Type", "").endswith("/worksheet")
    }
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            own = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            if own in targets:
                target = targets[own]
                return target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    raise FileRefused("empty")


def _run_past(archive: zipfile.ZipFile, member: zipfile.ZipInfo, seen: _Inspection | None) -> None:
    """Let the XML of a member run past `seen`; entities, which could grow without end, are refused."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    if seen is not None:
        parser.StartElementHandler = seen.start
    with archive.open(member) as source:
        while chunk := source.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _read_workbook(data: bytes) -> Iterator[Row]:
    _inspect_workbook(data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = next((s for s in book.worksheets if isinstance(s, ReadOnlyWorksheet)), None)
        if sheet is None:
            raise FileRefused("empty")
        sheet.reset_dimensions()
        yield from _rows_of(sheet.iter_rows(max_col=rules.MOST_COLUMNS + 1))
    except FileRefused:
        raise
    # What openpyxl raises for broken workbooks is whatever happens to it, up to AttributeError.
    except Exception as problem:
        raise FileRefused("damaged") from problem


def _rows_of(lines: Iterable[Sequence[Any]]) -> Iterator[Row]:
    header: dict[int, Column] | None = None
    filled = 0
    for number, line in enumerate(lines, 1):
        if not line or all(cell.value is None or cell.value == "" for cell in line):
            continue
        texts, unreadable = [], {}
        for index, cell in enumerate(line):
            text, problem = _cell_text(cell.value, cell.data_type if cell.value is not None else "n")
            texts.append(text)
            if problem:
                unreadable[index] = problem
        if header is None:
            header = _header(texts)
            continue
        filled += 1
        if filled > rules.MOST_ROWS:
            raise FileRefused("rows", most=rules.MOST_ROWS)
        yield _row(number, texts, header, unreadable)
    if header is None:
        raise FileRefused("empty")


def _cell_text(value: Any, data_type: str) -> tuple[str, str]:
    """Return a cell as text, and what is wrong with it when it is neither text nor a number any more."""
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), ""
    if isinstance(value, int):
        return str(value), "shortened" if abs(value) >= 10**15 else ""
    if isinstance(value, float):
        if value != value or abs(value) >= 1e15:
            return str(value), "shortened"
        # A spreadsheet keeps 5.2 as 5.2000000000000002; ten decimals are more than anybody typed.
        plain = format(round(Decimal(repr(value)), 10).normalize(), "f")
        return plain, ""
    if isinstance(value, (datetime, date, time, timedelta)):
        return str(value), "date"
    text = _ESCAPED.sub(_unescape, str(value))
    return text, "spreadsheet error" if data_type == "e" else ""


def _unescape(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    storable = (code >= 32 or code in (9, 10, 13)) and not 0xD800 <= code <= 0xDFFF
    return chr(code) if storable else ""


# -- both


def _header(cells: Sequence[str]) -> dict[int, Column]:
    """Return which column stands where; refuses unknown, doubled, missing and too many columns by name."""
    found: dict[int, Column] = {}
    unknown: list[str] = []
    for index, cell in enumerate(cells):
        if not cell.strip():
            continue
        if index >= rules.MOST_COLUMNS:
            raise FileRefused("columns", most=rules.MOST_COLUMNS)
        column = rules.column_named(cell[:100])
        if column is None:
            unknown.append(cell.strip()[:40])
        elif column in found.values():
            raise FileRefused("column twice", column=column.value)
        else:
            found[index] = column
    if not found:
        raise FileRefused("header")
    missing = [column.value for column in REQUIRED if column not in found.values()]
    if unknown or missing:
        raise FileRefused(
            "unknown columns" if unknown else "missing columns", names=unknown[:NAMED], missing=missing
        )
    return found


def _row(
    number: int, cells: Sequence[str], header: dict[int, Column], unreadable: dict[int, str] | None = None
) -> Row:
    """Return a row by its columns; text under no header is refused, since nobody could say what it means."""
    for index, cell in enumerate(cells):
        if index not in header and cell.strip():
            raise FileRefused("no header", cell=f"{get_column_letter(index + 1)}{number}")
        if len(cell) > rules.MOST_CELL_CHARACTERS:
            raise FileRefused("cell too long", row=number, most=rules.MOST_CELL_CHARACTERS)
    return Row(
        number,
        {column: cells[index] if index < len(cells) else "" for index, column in header.items()},
        {header[index]: problem for index, problem in (unreadable or {}).items() if index in header},
    )
