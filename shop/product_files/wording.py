"""Words of product files: why a file or a cell was refused and what to do, and rows as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from core import money
from shop.product_files import rules
from shop.product_files.errors import (
    FileRefused,
    NotChecked,
    NothingToApply,
    RowsAreWrong,
    TooManyUploads,
)
from shop.product_files.models import UploadedRow
from shop.product_files.values import Column, State
from web.language import in_language, locale_code
from web.wording import explains

#: Characters of a cell that a page shows.
SHOWN = 60


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A cell that would change, as a page shows it."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of an upload as a page shows it; `reasons` say what is wrong and what to do."""

    number: int
    title: str
    label: str
    price: str
    changes: tuple[ShownChange, ...]
    reasons: tuple[str, ...]


def column_name(column: str) -> str:
    """Return what a column is called in the language of the page."""
    spec = Column(column).spec
    return in_language(spec.zh, spec.en)


def shown_row(row: UploadedRow) -> ShownRow:
    """Put a row into words."""
    english = locale_code() == "en"
    cells = row.cells
    name = cells.get(Column.NAME_EN if english else Column.NAME_ZH) or cells.get(Column.NAME_ZH) or ""
    label = cells.get(Column.LABEL_EN if english else Column.LABEL_ZH) or cells.get(Column.LABEL_ZH) or ""
    return ShownRow(
        row.number,
        _short(name) or _short(cells.get(Column.SKU, "")),
        _short(label),
        _short(cells.get(Column.PRICE, "")),
        tuple(
            ShownChange(column_name(column), _cell(column, before, english), _cell(column, after, english))
            for column, before, after in row.changes
        ),
        reasons(row),
    )


def reasons(row: UploadedRow) -> tuple[str, ...]:
    """Say what is wrong with a row, cell by cell."""
    return tuple(fault_text(column, problem, data) for column, problem, data in row.faults)


def _cell(column: str, written: str, english: bool) -> str:
    return _short(rules.displayed(Column(column), written, english=english))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def state_label(state: str) -> str:
    """Return how an upload stands in a word or two."""
    return {
        State.WAITING: _("Waiting to be read"),
        State.CHECKING: _("Being read"),
        State.REFUSED: _("Could not be read"),
        State.CHECKED: _("Read; not applied yet"),
        State.APPLYING: _("Being applied"),
        State.APPLIED: _("Brought in"),
        State.TURNED_BACK: _("Nothing was applied"),
    }[State(state)]


def state_tone(state: str) -> str:
    """Return the tone in which the state of an upload is shown."""
    tones = {State.REFUSED: "bad", State.TURNED_BACK: "bad", State.APPLIED: "good", State.CHECKED: "warn"}
    return tones.get(State(state), "info")


def progress_label(state: str, done: int, total: int) -> str:
    """Say how far a job has come."""
    if state == State.APPLYING:
        return _("%(done)s of %(total)s rows applied", done=f"{done:,}", total=f"{total:,}")
    return _("%(done)s of %(total)s rows read", done=f"{done:,}", total=f"{total:,}")


def turned_back_text(problem: Mapping[str, Any] | None) -> str:
    """Say why nothing of an upload was applied."""
    if problem and problem.get("problem") == "no longer yours":
        return _("Nothing was applied: you may no longer change the products of this supplier.")
    return _("Nothing was applied: the rows below are in the way. Mend them and send the file again.")


def shown_only_text(numbers: list[int]) -> str:
    """Say that the column of the stock on hand is not read; empty when nobody seems to have meant it."""
    if not numbers:
        return ""
    return _(
        "In rows %(rows)s the stock on hand differs from ours. That column is only shown; to change the stock, "
        "fill in the stock change and its reason.",
        rows=", ".join(map(str, numbers[:8])) + ("…" if len(numbers) > 8 else ""),
    )


def fault_text(column: str, problem: str, data: Mapping[str, Any]) -> str:
    """Say what is wrong with a cell, beginning with its column, and what to do."""
    text = _problem_text(problem, data)
    return _("%(column)s: %(text)s", column=column_name(column), text=text) if column else text


def _problem_text(problem: str, data: Mapping[str, Any]) -> str:
    if problem == "split" and data.get("off_fen"):
        off = int(data["off_fen"])
        amount = money.format_fen(abs(off))
        if off > 0:
            return _(
                "the three parts are %(amount)s less than the price; they must sum to it.", amount=amount
            )
        return _("the three parts are %(amount)s more than the price; they must sum to it.", amount=amount)
    if problem == "too long":
        return _("too long; at most %(most)s characters.", most=data.get("most", ""))
    if problem == "twice":
        return _("row %(row)s has the same article number. Keep one of them.", row=data["row"])
    if problem == "differs":
        return _(
            "row %(row)s of the same product says something else. Write the same on both, or change one of them only.",
            row=data["row"],
        )
    if problem == "certified":
        return _(
            "certificate %(number)s is in force for it and speaks of the present one. Leave it as it is, or ask the "
            "county first.",
            number=data.get("number", ""),
        )
    if problem == "other product":
        return _("this article number belongs to %(slug)s. Put the address back.", slug=data["slug"])
    if problem == "label has number":
        return _("a pack size of this name has the article number %(sku)s. Write that one.", sku=data["sku"])
    if problem == "several":
        return _("several of your products have this name. Write the address of the one you mean.")
    if problem == "below zero":
        return _("only %(count)s packs are on hand; you cannot take more away.", count=data.get("on_hand", 0))
    if problem == "held":
        return _(
            "%(count)s packs are set aside for orders; they cannot be taken away.", count=data.get("held", 0)
        )
    if problem == "changed meanwhile" and data.get("by"):
        return _(
            "%(name)s has changed it since this file was read; nothing was overwritten. Export it again and "
            "change it there.",
            name=data["by"],
        )
    return _plain_problems().get(problem) or _("this cannot be; please check the cell.")


def _plain_problems() -> dict[str, str]:
    return {
        "date": _("the spreadsheet made a date of it. Set the format of the cell to text and type it again."),
        "spreadsheet error": _("the spreadsheet shows an error here. Type the value instead."),
        "shortened": _(
            "the number is too long for a spreadsheet, which has rounded it. Set the format of the cell to text "
            "and type it again."
        ),
        "yes or no": _("write yes or no."),
        "category": _("there is no such category; choose one from the list."),
        "terms of return": _("there are no such terms; choose from the list."),
        "return note": _("say here what exactly; buyers read it before they order."),
        "village code": _("a village code has twelve digits."),
        "no such village": _("there is no village with this code."),
        "village": _("the origin must be a village of a county."),
        "whole": _("write a whole number in digits, such as 12."),
        "signed": _("write a whole number, such as 20 or -5."),
        "yuan": _("write an amount in yuan, such as 39.80."),
        "ladder": _("write it like this: 10:5.20; 50:4.90."),
        "ladder length": _("at most 6 steps."),
        "ladder packs": _(
            "each step needs more packs than the one before, and more than are sold at once anyway."
        ),
        "ladder price": _(
            "each step needs a lower price than the one before, and lower than the price itself."
        ),
        "name": _("the product needs a name."),
        "needed": _("a new product needs this."),
        "label": _("every pack size needs a name."),
        "characters": _("it contains characters that cannot be stored. Type it again."),
        "price": _("a price must be above zero and below a million yuan."),
        "household shares": _(
            "households have agreed shares of these sales; the growers' part is too low to bear them."
        ),
        "split": _("the three parts cannot be below zero and must sum to the price."),
        "grams or pieces": _("give the net weight or the pieces, one of the two."),
        "size": _("the weight or the number of pieces must be above zero."),
        "quantity": _("the number is too small or too large."),
        "shelf life": _("from 1 to 36,500 days."),
        "reason": _("say why the stock changes."),
        "no pack": _("the row names no pack size whose stock could change."),
        "no such product": _("you have no product with this address. Leave the cell empty to add a new one."),
        "sku taken": _("this article number is taken. Choose another, or leave it empty."),
        "closed": _("this pack size is out of the range. Take it in again on the page of the product first."),
        "label twice": _("two rows add a pack size of this name. Keep one of them."),
        "labels alike": _("several pack sizes of this product have this name. Write the article number."),
        "pack twice": _("two rows speak of the same pack size. Keep one of them."),
        "not ready": _("a product without a pack size cannot be put on sale."),
        "added meanwhile": _(
            "A product of this name was added since this file was read; it was not added again."
        ),
        "changed meanwhile": _(
            "It was changed since this file was read; nothing was overwritten. Export it again and change it there."
        ),
        "gone": _("It is not there any more."),
        "refused": _("It could not be applied. Please try it on the page of the product."),
    }


def refusal_text(problem: str, data: Mapping[str, Any]) -> str:
    """Say why a whole file cannot be read as a product list, and what to do."""
    if problem in ("merged", "formulas"):
        cells = ", ".join(data["cells"])
        if problem == "merged":
            return _(
                "The sheet has merged cells: %(cells)s. Split them, so that every row stands by itself.",
                cells=cells,
            )
        return _(
            "The sheet has formulas in %(cells)s. Copy them and paste their values instead (Paste special, Values).",
            cells=cells,
        )
    if problem == "rows":
        return _(
            "The file has more than %(most)s rows. Divide it into several files.", most=f"{data['most']:,}"
        )
    if problem == "columns":
        return _(
            "The file has more than %(most)s columns. Keep those of the product list.", most=data["most"]
        )
    if problem == "unknown columns":
        names = ", ".join(data["names"])
        return _(
            "These columns do not belong to a product list: %(names)s. Remove them, or write their names as in the "
            "exported list.",
            names=names,
        )
    if problem == "missing columns":
        return _(
            "A column is missing: %(names)s. The first row must hold the names of the columns.",
            names=", ".join(column_name(name) for name in data["missing"]),
        )
    if problem == "column twice":
        return _("The column %(name)s is there twice. Keep one of them.", name=column_name(data["column"]))
    if problem == "no header":
        return _(
            "Cell %(cell)s stands under no column name. Empty it, or name its column.", cell=data["cell"]
        )
    if problem == "cell too long":
        return _(
            "A cell in row %(row)s has more than %(most)s characters. Shorten it.",
            row=data["row"],
            most=f"{data['most']:,}",
        )
    if problem == "quotes":
        return _(
            "The quotation marks do not close near line %(row)s. Save the file anew as CSV or XLSX.",
            row=data["row"],
        )
    if problem == "bomb":
        return _(
            "Unpacked, the file would be %(size)s MB and far too large. Copy the rows into a new workbook and send that.",
            size=f"{data['megabytes']:,}",
        )
    if problem == "too large":
        return _("The file is larger than 10 MB. Divide it into several files.")
    return {
        "none": _("Choose a file."),
        "empty": _("The file is empty."),
        "header": _("The first row must hold the names of the columns, as in the exported list."),
        "no list": _("This is neither an XLSX workbook nor a CSV table."),
        "old workbook": _(
            "This is a workbook of the old kind (.xls), or it has a password. Save it as .xlsx without a password."
        ),
        "password": _("The workbook has a password. Save it without one."),
        "damaged": _("The workbook is damaged. Open it in your spreadsheet, save it as .xlsx and send that."),
        "encoding": _("The text of the file cannot be read. Save it as CSV UTF-8, or as XLSX."),
        "too much text": _("The file holds too much text. Divide it into several files."),
        "gone": _("The file is not there any more. Please send it again."),
    }.get(problem) or _("The file cannot be read as a product list.")


@explains(FileRefused)
def _file_refused(refusal: FileRefused) -> str:
    return refusal_text(refusal.problem, refusal.data)


@explains(RowsAreWrong)
def _rows_are_wrong(refusal: RowsAreWrong) -> str:
    return ngettext(
        "%(num)s row cannot be applied, so nothing would be. Mend it and send the file again, or choose the good rows.",
        "%(num)s rows cannot be applied, so nothing would be. Mend them and send the file again, or choose the good rows.",
        refusal.count,
    )


@explains(NothingToApply)
def _nothing_to_apply(_refusal: NothingToApply) -> str:
    return _("This file changes nothing.")


@explains(NotChecked)
def _not_checked(_refusal: NotChecked) -> str:
    return _("This file was not read to its end, so it cannot be applied.")


@explains(TooManyUploads)
def _too_many_uploads(_refusal: TooManyUploads) -> str:
    return _("Several of your files are being read just now. Wait until one of them is done.")
