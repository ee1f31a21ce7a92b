"""Decisions about product files: what a cell says, what a row would do, and what is too much."""

from __future__ import annotations

from shop.product_files.rules.cells import (
    CATEGORY_NAMES,
    TERMS_NAMES,
    Unreadable,
    column_named,
    displayed,
    read_cell,
    write_cell,
)
from shop.product_files.rules.planning import (
    CERTIFIED_COLUMNS,
    LONGEST_REASON,
    column_of_fault,
    plan_rows,
    product_cells,
)

__all__ = [
    "CATEGORY_NAMES",
    "CERTIFIED_COLUMNS",
    "LONGEST_REASON",
    "MOST_CELL_CHARACTERS",
    "MOST_COLUMNS",
    "MOST_MEMBERS",
    "MOST_RATIO",
    "MOST_ROWS",
    "MOST_TEXT",
    "MOST_UNPACKED",
    "TERMS_NAMES",
    "Unreadable",
    "column_named",
    "column_of_fault",
    "displayed",
    "plan_rows",
    "product_cells",
    "read_cell",
    "write_cell",
]

#: Rows and columns of a list beyond which nothing is read.
MOST_ROWS = 20_000
MOST_COLUMNS = 60
#: Characters of one cell, and of all cells of a file.
MOST_CELL_CHARACTERS = 32_767
MOST_TEXT = 40_000_000
#: Bytes of a workbook when unpacked, how many times that may be its size on disk, and files inside it.
MOST_UNPACKED = 200_000_000
MOST_RATIO = 150
MOST_MEMBERS = 500
