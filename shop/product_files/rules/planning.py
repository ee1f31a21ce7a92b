"""What the rows of a file would do to a supplier's products; nothing is changed here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from shop.catalogue import rules as catalogue
from shop.catalogue.values import Fault as CatalogueFault
from shop.catalogue.values import PriceStep, ProductEdit, ReturnTerms, VariantEdit
from shop.product_files.rules.cells import NOT_FRESH, Unreadable, read_cell, tidy, write_cell
from shop.product_files.values import (
    EXPORTED,
    OF_PACK,
    OF_PRODUCT,
    Action,
    CellChange,
    Column,
    Fault,
    Kind,
    Known,
    KnownPack,
    KnownProduct,
    Part,
    Plan,
    PlannedRow,
    Row,
)

#: What a certificate was given for; it is not changed while one is in force.
CERTIFIED_COLUMNS = frozenset({Column.NAME_ZH, Column.CATEGORY, Column.VILLAGE_CODE})
LONGEST_REASON = 200

#: Columns of a product that its rows repeat and may not contradict one another in.
_SHARED = (*OF_PRODUCT, Column.ON_SALE)
_FIELD_COLUMNS = {column.spec.field: column for column in Column if column.spec.field}
_FAULT_COLUMNS = {
    **_FIELD_COLUMNS,
    "size": Column.NET_GRAMS,
    "price": Column.PRICE,
    "producer": Column.PRODUCER,
    "stock": Column.STOCK_CHANGE,
}
_NO_PACK = VariantEdit("", "", "", None, None, 0, 0, 0, 0)


def product_cells(product: KnownProduct, pack: KnownPack | None, *, english: bool) -> dict[Column, str]:
    """Return how a product and one of its pack sizes stand in a list, cell by cell."""
    written = {column: _written(column, getattr(product.edit, column.spec.field)) for column in OF_PRODUCT}
    written[Column.VILLAGE_CODE] = product.village_code
    written[Column.VILLAGE_NAME] = product.village_names[english] or product.village_names[0]
    written[Column.SLUG] = product.slug
    written[Column.ON_SALE] = write_cell(Kind.YES, product.listed)
    written[Column.CERTIFICATE] = product.certificate
    if pack is not None:
        written |= {column: _written(column, getattr(pack.edit, column.spec.field)) for column in OF_PACK}
        written[Column.SKU] = pack.edit.sku
        written[Column.STOCK] = str(pack.on_hand)
    return {column: written.get(column, "") for column in EXPORTED}


def plan_rows(rows: Sequence[Row], known: Known) -> Plan:
    """Say what each row would do; a product's cells may be changed on any of its rows, but not in two ways."""
    index = _Index(known)
    drafts = [_Draft(row) for row in rows]
    _refuse_twice(drafts)
    for draft in drafts:
        index.match(draft)
    by_unit: dict[str, list[_Draft]] = defaultdict(list)
    for draft in drafts:
        by_unit[draft.unit].append(draft)
    for together in by_unit.values():
        _plan_product(together, known)
        _plan_packs(together)
    planned, unchanged, shown_only = [], 0, []
    units = {unit: number for number, unit in enumerate(by_unit, 1)}
    for draft in drafts:
        if draft.shows_other_stock():
            shown_only.append(draft.row.number)
        made = draft.planned(units[draft.unit])
        if made is None:
            unchanged += 1
        else:
            planned.append(made)
    return Plan(tuple(planned), unchanged, tuple(shown_only))


@dataclass
class _Draft:
    """A row on its way to a plan."""

    row: Row
    product: KnownProduct | None = None
    pack: KnownPack | None = None
    unit: str = ""
    read: dict[Column, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    changes: list[CellChange] = field(default_factory=list)
    wanted: dict[str, Any] = field(default_factory=dict)
    adds: bool = False

    def __post_init__(self) -> None:
        for column, problem in self.row.unreadable.items():
            if column.spec.part is not Part.SHOWN:
                self.fault(column, problem)
        for column, text in self.row.cells.items():
            if column.spec.part is Part.SHOWN or column in self.row.unreadable:
                continue
            try:
                self.read[column] = read_cell(column.spec.kind, text)
            except Unreadable as problem:
                self.fault(column, problem.problem)

    def text(self, column: Column) -> str:
        """Return a cell as typed, tidied."""
        return tidy(self.row.cells.get(column, ""))

    def fault(self, column: Column | str, problem: str, **data: Any) -> None:
        """Note what is wrong, once a cell and problem."""
        found = Fault(str(column), problem, data)
        if found not in self.faults:
            self.faults.append(found)

    def change(self, column: Column, before: str, after: str) -> None:
        """Note a cell that would change."""
        self.changes.append(CellChange(column.value, before, after))

    def has_pack(self) -> bool:
        """Say whether the row speaks of a pack size, not only of its product."""
        return bool(self.text(Column.SKU)) or any(self.text(column) for column in OF_PACK)

    def shows_other_stock(self) -> bool:
        """Say whether somebody may have meant to change the stock in the column that is only shown."""
        if self.pack is None:
            return False
        try:
            shown = read_cell(Kind.WHOLE, self.row.cells.get(Column.STOCK, ""))
        except Unreadable:
            return True
        return shown is not None and shown != self.pack.on_hand and not self.text(Column.STOCK_CHANGE)

    def planned(self, unit: int) -> PlannedRow | None:
        """Return what is kept of the row; None when it changes nothing."""
        if not (self.faults or self.adds or self.changes):
            return None
        action = Action.WRONG if self.faults else Action.ADD if self.adds else Action.CHANGE
        return PlannedRow(
            self.row.number,
            unit,
            action,
            {column.value: text for column, text in self.row.cells.items()},
            tuple(self.changes),
            tuple(self.faults),
            {} if self.faults else self.wanted,
        )


class _Index:
    """Finds what a row speaks of."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.by_sku = {pack.edit.sku: (product, pack) for product in known.products for pack in product.packs}
        self.by_slug = {product.slug: product for product in known.products}
        self.by_name: dict[str, list[KnownProduct]] = defaultdict(list)
        for product in known.products:
            self.by_name[tidy(product.edit.name_zh)].append(product)

    def match(self, draft: _Draft) -> None:
        """Find the product and pack size of a row by its article number, its address, or its name and label."""
        sku, slug = draft.text(Column.SKU), draft.text(Column.SLUG)
        draft.unit = f"row {draft.row.number}"
        if sku in self.by_sku:
            draft.product, draft.pack = self.by_sku[sku]
            draft.unit = f"product {draft.product.product_id}"
            if slug and slug != draft.product.slug:
                draft.fault(Column.SLUG, "other product", slug=draft.product.slug)
            if draft.pack.closed:
                draft.fault(Column.SKU, "closed")
            return
        if sku in self.known.foreign_skus:
            draft.fault(Column.SKU, "sku taken")
        if slug:
            draft.product = self.by_slug.get(slug)
            if draft.product is None:
                draft.fault(Column.SLUG, "no such product")
                return
        elif not draft.text(Column.NAME_ZH):
            draft.fault(Column.NAME_ZH, "name")
            return
        else:
            named = self.by_name.get(draft.text(Column.NAME_ZH), [])
            if len(named) > 1:
                draft.fault(Column.SLUG, "several", count=len(named))
                return
            draft.product = named[0] if named else None
        if draft.product is None:
            draft.unit = f"new {draft.text(Column.NAME_ZH)}"
            return
        draft.unit = f"product {draft.product.product_id}"
        label = draft.text(Column.LABEL_ZH)
        same = [p for p in draft.product.packs if not p.closed and tidy(p.edit.label_zh) == label]
        if same and sku:
            draft.fault(Column.SKU, "label has number", sku=same[0].edit.sku)
        elif len(same) > 1:
            draft.fault(Column.SKU, "labels alike", label=label)
        elif same:
            draft.pack = same[0]


def _refuse_twice(drafts: Iterable[_Draft]) -> None:
    numbers: dict[str, list[_Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.text(Column.SKU):
            numbers[draft.text(Column.SKU)].append(draft)
    for same in numbers.values():
        for draft in same if len(same) > 1 else ():
            other = next(d.row.number for d in same if d is not draft)
            draft.fault(Column.SKU, "twice", row=other)


def _plan_product(together: Sequence[_Draft], known: Known) -> None:
    """Plan what the rows of one product change of it, or what product they add."""
    product = together[0].product
    matched = [draft for draft in together if not _lost(draft)]
    shared: dict[Column, dict[int, str]] = defaultdict(dict)
    for draft in matched:
        _read_not_fresh(draft)
        for column in _SHARED:
            if column not in draft.read or _left_as_is(column, draft.read[column]):
                continue
            written = write_cell(column.spec.kind, draft.read[column])
            if written != ("" if product is None else _current(product, column)):
                shared[column][draft.row.number] = written
    for column, written_by_row in shared.items():
        first = {written: number for number, written in reversed(written_by_row.items())}
        if len(first) > 1:
            for draft in matched:
                mine = written_by_row.get(draft.row.number)
                if mine is not None:
                    others = (number for written, number in first.items() if written != mine)
                    draft.fault(column, "differs", row=next(others))
    for draft in matched:
        fields: dict[str, Any] = {}
        for column in _SHARED:
            mine = shared.get(column, {}).get(draft.row.number)
            if mine is None:
                continue
            value = draft.read[column]
            if column is Column.VILLAGE_CODE:
                value = known.villages.get(value)
                if value is None:
                    draft.fault(column, "no such village")
                    continue
            if product is not None:
                if product.certificate and column in CERTIFIED_COLUMNS:
                    draft.fault(column, "certified", number=product.certificate)
                draft.change(column, _current(product, column), mine)
            if column is Column.ON_SALE:
                draft.wanted["on_sale"] = value
            else:
                fields[column.spec.field] = value
        _check_product(draft, product, fields)


def _read_not_fresh(draft: _Draft) -> None:
    """Read the no of a list that only knew whether something is fresh: what is not, keeps its terms."""
    if draft.read.get(Column.RETURN_TERMS) != NOT_FRESH:
        return
    if draft.product is not None and draft.product.edit.return_terms == ReturnTerms.FRESH:
        draft.read[Column.RETURN_TERMS] = ReturnTerms.SEVEN_DAYS.value
    else:
        del draft.read[Column.RETURN_TERMS]


def _check_product(draft: _Draft, product: KnownProduct | None, fields: Mapping[str, Any]) -> None:
    if product is not None:
        draft.wanted |= {"product_id": product.product_id, "version": product.version}
        if fields:
            draft.wanted["product"] = dict(fields)
            _note_faults(draft, catalogue.faults_of_product(replace(product.edit, **fields)))
        return
    draft.adds = True
    texts = {column.spec.field: fields.get(column.spec.field, "") for column in OF_PRODUCT}
    texts |= {
        "category": fields.get("category", ""),
        "village_id": fields.get("village_id", 0),
        "shelf_life_days": fields.get("shelf_life_days"),
        "return_terms": fields.get("return_terms", ReturnTerms.SEVEN_DAYS.value),
    }
    unread = {fault.column for fault in draft.faults}
    if not texts["category"]:
        if Column.CATEGORY not in unread:
            draft.fault(Column.CATEGORY, "needed")
        texts["category"] = "crafts"
    if not texts["village_id"] and Column.VILLAGE_CODE not in unread:
        draft.fault(Column.VILLAGE_CODE, "needed")
    draft.wanted["new_product"] = texts
    _note_faults(draft, catalogue.faults_of_product(ProductEdit(**texts)))


def _plan_packs(together: Sequence[_Draft]) -> None:
    """Plan what the rows of one product do to its pack sizes."""
    labels = Counter(
        d.text(Column.LABEL_ZH) for d in together if d.pack is None and d.has_pack() and not _lost(d)
    )
    claimed = Counter(d.pack.variant_id for d in together if d.pack is not None)
    for draft in together:
        if _lost(draft):
            continue
        label = draft.text(Column.LABEL_ZH)
        if draft.pack is None and label and labels[label] > 1:
            draft.fault(Column.LABEL_ZH, "label twice", label=label)
        if draft.pack is not None and claimed[draft.pack.variant_id] > 1:
            draft.fault(Column.SKU, "pack twice")
        if draft.pack is not None or draft.has_pack():
            _plan_pack(draft)
        _plan_stock(draft)


def _plan_pack(draft: _Draft) -> None:
    pack = draft.pack
    fields: dict[str, Any] = {}
    for column in OF_PACK:
        if column not in draft.read:
            continue
        value = draft.read[column]
        if column is Column.PACK_MULTIPLE and value is None:
            value = 1
        elif column.spec.kind is Kind.YUAN and value is None:
            value = 0
        if pack is None:
            fields[column.spec.field] = value
        elif write_cell(column.spec.kind, value) != _written(column, getattr(pack.edit, column.spec.field)):
            fields[column.spec.field] = value
            draft.change(
                column,
                _written(column, getattr(pack.edit, column.spec.field)),
                write_cell(column.spec.kind, value),
            )
    unread = {fault.column for fault in draft.faults}
    if pack is None:
        draft.adds = True
        edit = replace(_NO_PACK, sku=draft.text(Column.SKU), **fields)
        draft.wanted["new_pack"] = _stored(asdict(edit))
    elif fields:
        edit = replace(pack.edit, **fields)
        draft.wanted |= {"variant_version": pack.version, "pack": _stored(fields)}
    else:
        edit = None
    if pack is not None:
        draft.wanted["variant_id"] = pack.variant_id
    if edit is not None:
        faults = catalogue.faults_of_variant(edit)
        # A cell that could not be read is named already; what follows from its absence is no news.
        amounts = {Column.PRICE, Column.PRODUCER, Column.LOGISTICS, Column.OTHER}
        if amounts & unread:
            faults = [fault for fault in faults if fault.field not in ("price", "producer", "ladder")]
        if {Column.NET_GRAMS, Column.PIECES} & unread:
            faults = [fault for fault in faults if fault.field != "size"]
        _note_faults(draft, faults)


def _plan_stock(draft: _Draft) -> None:
    change = draft.read.get(Column.STOCK_CHANGE)
    if not change:
        return
    reason = draft.text(Column.STOCK_REASON)
    if draft.pack is None and "new_pack" not in draft.wanted:
        draft.fault(Column.STOCK_CHANGE, "no pack")
        return
    if not reason:
        draft.fault(Column.STOCK_REASON, "reason")
    elif len(reason) > LONGEST_REASON:
        draft.fault(Column.STOCK_REASON, "too long", most=LONGEST_REASON)
    elif any(ord(c) < 32 and c not in "\n\t" for c in reason):
        draft.fault(Column.STOCK_REASON, "characters")
    on_hand = draft.pack.on_hand if draft.pack is not None else 0
    if on_hand + change < 0:
        draft.fault(Column.STOCK_CHANGE, "below zero", on_hand=on_hand)
    elif abs(change) > catalogue.MOST_STOCK:
        draft.fault(Column.STOCK_CHANGE, "quantity")
    draft.change(Column.STOCK_CHANGE, "", f"{change:+d}")
    draft.wanted |= {"stock": change, "reason": reason}


def column_of_fault(field: str) -> str:
    """Return the column that a field of the catalogue's forms stands in; empty when it is none of them."""
    return str(_FAULT_COLUMNS.get(field, ""))


def _note_faults(draft: _Draft, faults: Iterable[CatalogueFault]) -> None:
    limits = {**catalogue.LONGEST, **catalogue.LONGEST_OF_PACKS}
    for fault in faults:
        data: dict[str, Any] = {}
        if fault.problem == "split" and fault.off_fen:
            data["off_fen"] = fault.off_fen
        if fault.problem == "too long":
            data["most"] = limits[fault.field]
        draft.fault(column_of_fault(fault.field), fault.problem, **data)


def _lost(draft: _Draft) -> bool:
    """Say whether it could not be told which product the row speaks of."""
    return draft.unit.startswith("row ")


def _left_as_is(column: Column, value: Any) -> bool:
    return column.spec.kind in (Kind.YES, Kind.TERMS) and value is None


def _current(product: KnownProduct, column: Column) -> str:
    if column is Column.VILLAGE_CODE:
        return product.village_code
    if column is Column.ON_SALE:
        return write_cell(Kind.YES, product.listed)
    return _written(column, getattr(product.edit, column.spec.field))


def _written(column: Column, value: Any) -> str:
    return write_cell(column.spec.kind, value)


def _stored(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of a pack size as they are kept in a row; a ladder becomes a list of numbers."""
    stored = dict(fields)
    if "ladder" in stored:
        steps: Iterable[PriceStep | Mapping[str, int]] = stored["ladder"]
        stored["ladder"] = [
            [step["from_packs"], step["price_fen"]]
            if isinstance(step, Mapping)
            else [step.from_packs, step.price_fen]
            for step in steps
        ]
    return stored
