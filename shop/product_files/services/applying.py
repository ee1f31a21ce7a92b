"""Applying a product list: each row once, through the use cases of the catalogue, in steps that a killed job goes on from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.values import Role
from core import audit, clock, jobs
from core.db import lock_keys
from core.errors import Refusal
from core.permissions import Actor
from shop.catalogue import rules as catalogue_rules
from shop.catalogue import services as catalogue
from shop.catalogue.errors import BadProduct, ChangedMeanwhile, NotReadyForSale, PackClosed
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import (
    NewProduct,
    NewVariant,
    PackAddition,
    PackPatch,
    ProductAddition,
    ProductPatch,
)
from shop.product_files import queries
from shop.product_files.errors import NotChecked, NothingToApply, RowsAreWrong
from shop.product_files.models import ProductUpload, UploadedRow
from shop.product_files.rules import column_of_fault
from shop.product_files.values import Column, Mode, Outcome, State
from shop.stock import services as stock
from shop.stock.errors import OutOfStock
from shop.stock.models import Stock

#: What a row may want besides changed cells.
_MORE_THAN_CELLS = frozenset({"new_pack", "new_product", "stock", "on_sale"})

#: What became of a row: its number, the outcome, and what was in the way.
Met = tuple[int, str, list[list[Any]]]


class _TurnedAway(Exception):
    """A row cannot be applied; what it did so far is undone."""

    def __init__(self, outcome: Outcome, faults: list[list[Any]]) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.faults = faults


def start_applying(session: Session, actor: Actor, public_id: str, mode: Mode) -> ProductUpload:
    """Let a job apply what was tried out; asking twice starts it once.

    Refused when nothing would change (`NothingToApply`), when all or nothing is asked for and rows are wrong
    (`RowsAreWrong`), and before the file was read to its end (`NotChecked`).
    """
    upload = queries.get_upload(session, actor, public_id, lock=True)
    if upload.state in (State.APPLYING, State.APPLIED, State.TURNED_BACK):
        return upload
    if upload.state != State.CHECKED:
        raise NotChecked
    if not upload.adds + upload.changes:
        raise NothingToApply
    if mode is Mode.ALL_OR_NOTHING and upload.wrong:
        raise RowsAreWrong(upload.wrong)
    upload.state = State.APPLYING.value
    upload.mode = mode.value
    upload.user_id, upload.user_name = actor.user_id or upload.user_id, actor.name
    upload.rows_total = upload.adds + upload.changes
    upload.rows_done = 0
    audit.record(
        session,
        actor,
        "product list applied",
        "product list",
        upload.public_id,
        after={"mode": mode.value, "adds": upload.adds, "changes": upload.changes},
    )
    jobs.enqueue(
        session,
        "shop.apply_product_file",
        {"upload_id": upload.id},
        key=f"apply product file {upload.public_id}",
    )
    return upload


def apply_some(session: Session, actor: Actor | None, upload_id: int, products: int) -> bool:
    """Apply the rows of the next so many products; what cannot be is noted at its row. Says whether more is to do."""
    upload = _lock(session, upload_id)
    if upload is None:
        return False
    if actor is None or upload.supplier_id not in actor.organisation_ids(Role.SUPPLIER):
        _finish(session, upload, State.TURNED_BACK, "no longer yours")
        return False
    units = queries.next_units(session, upload_id, products)
    _note(session, upload, _apply_units(session, actor, upload, units))
    upload.rows_done = min(upload.rows_total, upload.rows_done + sum(map(len, units)))
    if not units:
        _finish(session, upload, State.APPLIED)
    return bool(units)


def apply_everything(
    session: Session, actor: Actor | None, upload_id: int, products: int, tell: Callable[[int], object]
) -> list[Met]:
    """Apply every row in this one step; returns the rows that could not be, and then the step must not be committed.

    `tell` is called with the number of rows done, for those who wait.
    """
    upload = _lock(session, upload_id)
    if upload is None:
        return []
    if actor is None or upload.supplier_id not in actor.organisation_ids(Role.SUPPLIER):
        _finish(session, upload, State.TURNED_BACK, "no longer yours")
        return []
    done = 0
    away: list[Met] = []
    while units := queries.next_units(session, upload_id, products):
        met = _apply_units(session, actor, upload, units)
        _note(session, upload, met)
        away.extend(one for one in met if one[1] != Outcome.APPLIED)
        done += sum(map(len, units))
        tell(done)
    if not away:
        upload.rows_done = upload.rows_total
        _finish(session, upload, State.APPLIED)
    return away


def turn_back(session: Session, upload_id: int, away: Iterable[Met]) -> None:
    """Note that nothing of an upload was applied, and which rows were in the way."""
    upload = _lock(session, upload_id)
    if upload is None:
        return
    _note(session, upload, away)
    _finish(session, upload, State.TURNED_BACK, "rows in the way")


def note_progress(session: Session, upload_id: int, done: int) -> None:
    """Say how many rows of an upload were read or applied so far."""
    session.execute(
        update(ProductUpload)
        .where(ProductUpload.id == upload_id)
        .values(rows_done=func.least(ProductUpload.rows_total, done))
        .execution_options(synchronize_session=False)
    )


def _lock(session: Session, upload_id: int) -> ProductUpload | None:
    """Let one job at a time apply lists of a supplier, so that two lists do not add the same product.

    An advisory lock: the row of the upload stays free for its progress, which is written beside the step.
    """
    supplier_id = session.scalar(select(ProductUpload.supplier_id).where(ProductUpload.id == upload_id))
    lock_keys(session, f"product lists of {supplier_id}")
    upload = session.get(ProductUpload, upload_id, populate_existing=True)
    return upload if upload is not None and upload.state == State.APPLYING else None


def _finish(session: Session, upload: ProductUpload, state: State, problem: str = "") -> None:
    session.flush()
    counts = {
        row.outcome: row.rows
        for row in session.execute(
            select(UploadedRow.outcome, func.count().label("rows"))
            .where(UploadedRow.upload_id == upload.id, UploadedRow.outcome.is_not(None))
            .group_by(UploadedRow.outcome)
        )
    }
    upload.applied = counts.get(Outcome.APPLIED, 0)
    upload.turned_away = sum(counts.values()) - upload.applied
    upload.state = state.value
    upload.problem = {"problem": problem, "data": {}} if problem else None
    upload.applied_at = clock.now()


def _note(session: Session, upload: ProductUpload, outcomes: Iterable[Met]) -> None:
    """Write down what became of rows, in one statement for all of them."""
    rows = [
        {"upload_id": upload.id, "number": number, "outcome": outcome, "faults": faults}
        for number, outcome, faults in outcomes
    ]
    if rows:
        session.execute(update(UploadedRow), rows)


def _apply_units(
    session: Session, actor: Actor, upload: ProductUpload, units: Sequence[Sequence[UploadedRow]]
) -> list[Met]:
    """Apply the rows of some products: plain edits and additions together, one by one what counts or meets something."""
    patches = [patch for rows in units if (patch := _patch(rows)) is not None]
    done = catalogue.edit_many(session, actor, patches) if patches else frozenset()
    additions = [addition for rows in units if (addition := _addition(upload, rows)) is not None]
    added = catalogue.add_many(session, actor, upload.supplier_id, additions) if additions else frozenset()
    met: list[Met] = []
    for rows in units:
        if rows[0].wanted.get("product_id") in done or _once(upload, rows[0]) in added:
            met.extend((row.number, Outcome.APPLIED.value, row.faults) for row in rows)
        else:
            met.extend(_apply_product(session, actor, upload, rows))
    return met


def _once(upload: ProductUpload, first: UploadedRow) -> str:
    """Return what names the product of some rows, so that it is added once."""
    return f"{upload.public_id}:{first.unit}"


def _addition(upload: ProductUpload, rows: Sequence[UploadedRow]) -> ProductAddition | None:
    """Return the product that some rows add, when each of them adds a pack size; None else."""
    first = rows[0].wanted
    if "new_product" not in first or any("new_pack" not in row.wanted for row in rows):
        return None
    return ProductAddition(
        new=NewProduct(slug="", supplier_id=upload.supplier_id, variants=(), **first["new_product"]),
        once=_once(upload, rows[0]),
        packs=tuple(
            PackAddition(
                NewVariant(**_pack_fields(row.wanted["new_pack"]), stock=row.wanted.get("stock", 0)),
                f"{upload.public_id}:{row.number}",
                row.wanted.get("reason", ""),
            )
            for row in rows
        ),
        on_sale=next((bool(row.wanted["on_sale"]) for row in rows if "on_sale" in row.wanted), False),
    )


def _patch(rows: Sequence[UploadedRow]) -> ProductPatch | None:
    """Return what rows of one product change, when all they do is change cells; None else."""
    first = rows[0].wanted
    if "product_id" not in first or any(_MORE_THAN_CELLS & row.wanted.keys() for row in rows):
        return None
    fields: dict[str, Any] = {}
    for row in rows:
        fields |= row.wanted.get("product", {})
    packs = tuple(
        PackPatch(row.wanted["variant_id"], row.wanted["variant_version"], _pack_fields(row.wanted["pack"]))
        for row in rows
        if "pack" in row.wanted
    )
    return ProductPatch(first["product_id"], first["version"], fields, packs)


def _pack_fields(stored: dict[str, Any]) -> dict[str, Any]:
    """Return fields of a pack size as they were kept in a row, the ladder as steps again."""
    ladder = {"ladder": catalogue_rules.as_ladder(stored["ladder"])} if "ladder" in stored else {}
    return {**stored, **ladder}


def _apply_product(
    session: Session, actor: Actor, upload: ProductUpload, rows: Sequence[UploadedRow]
) -> list[Met]:
    """Apply the rows of one product; returns what became of each."""
    away: dict[int, Met] = {}
    product_id: int | None = rows[0].wanted.get("product_id")

    def attempt(touched: Iterable[UploadedRow], step: Callable[[], Any]) -> Any:
        """Take a step for some rows; a refusal undoes it and turns them away."""
        try:
            with session.begin_nested():
                return step()
        except Refusal as refusal:
            outcome, faults = _explained(refusal)
        except _TurnedAway as turned:
            outcome, faults = turned.outcome, turned.faults
        for row in touched:
            away[row.number] = (row.number, outcome.value, faults)
        return None

    if product_id is None:
        product_id = attempt(rows, lambda: _add_product(session, actor, upload, rows[0]))
    else:
        _edit_product(session, actor, product_id, rows, attempt)
    for row in rows:
        if row.number not in away and product_id is not None:
            attempt([row], lambda r=row: _apply_pack(session, actor, upload, product_id, r))  # type: ignore[misc]
    on_sale = [row for row in rows if "on_sale" in row.wanted and row.number not in away]
    if on_sale and product_id is not None:
        sell = catalogue.list_product if on_sale[0].wanted["on_sale"] else catalogue.unlist_product
        attempt(on_sale, lambda: sell(session, actor, product_id))
    session.flush()
    return [away.get(row.number, (row.number, Outcome.APPLIED.value, row.faults)) for row in rows]


def _add_product(session: Session, actor: Actor, upload: ProductUpload, first: UploadedRow) -> int:
    fields = first.wanted["new_product"]
    same = select(Product.id).where(
        Product.supplier_id == upload.supplier_id, Product.name_zh == fields["name_zh"]
    )
    if session.scalar(same.limit(1)) is not None:
        raise _TurnedAway(Outcome.STALE, [["", "added meanwhile", {}]])
    new = NewProduct(slug="", supplier_id=upload.supplier_id, variants=(), **fields)
    return catalogue.add_product(session, actor, new, once=_once(upload, first)).id


def _edit_product(
    session: Session,
    actor: Actor,
    product_id: int,
    rows: Sequence[UploadedRow],
    attempt: Callable[[Iterable[UploadedRow], Callable[[], Any]], Any],
) -> None:
    """Change a product as its rows together want it."""
    touched = [row for row in rows if row.wanted.get("product")]
    if not touched:
        return
    fields: dict[str, Any] = {}
    for row in touched:
        fields |= row.wanted["product"]

    def edit() -> None:
        product = session.get(Product, product_id)
        if product is None:
            raise _TurnedAway(Outcome.STALE, [["", "gone", {}]])
        wanted = replace(queries.edit_of(product), **fields)
        catalogue.edit_product(session, actor, product_id, wanted, version=touched[0].wanted["version"])

    attempt(touched, edit)


def _apply_pack(
    session: Session, actor: Actor, upload: ProductUpload, product_id: int, row: UploadedRow
) -> None:
    """Add or change the pack size of a row, then its stock."""
    wanted = row.wanted
    variant_id: int | None = wanted.get("variant_id")
    once = f"{upload.public_id}:{row.number}"
    if "new_pack" in wanted:
        fields = _pack_fields(wanted["new_pack"])
        variant_id = catalogue.add_variant(session, actor, product_id, NewVariant(**fields), once=once).id
    elif "pack" in wanted and variant_id is not None:
        variant = session.get(Variant, variant_id)
        if variant is None:
            raise _TurnedAway(Outcome.STALE, [["", "gone", {}]])
        fields = _pack_fields(wanted["pack"])
        edit = replace(queries.edit_of_pack(variant), **fields)
        catalogue.edit_variant(session, actor, variant_id, edit, version=wanted["variant_version"])
    if "stock" in wanted and variant_id is not None:
        _change_stock(session, actor, variant_id, wanted["stock"], wanted["reason"], once)


def _change_stock(
    session: Session, actor: Actor, variant_id: int, change: int, reason: str, once: str
) -> None:
    if change > 0:
        stock.receive_stock(session, actor, variant_id, change, reason, once=once)
        return
    stock.lock_stock(session, [variant_id])
    on_hand = session.scalar(select(Stock.on_hand).where(Stock.variant_id == variant_id)) or 0
    if on_hand + change < 0:
        raise _TurnedAway(Outcome.REFUSED, [[Column.STOCK_CHANGE, "below zero", {"on_hand": on_hand}]])
    stock.count_stock(session, actor, variant_id, on_hand + change, reason)


def _explained(refusal: Refusal) -> tuple[Outcome, list[list[Any]]]:
    """Return what a refusal makes of a row: overtaken by somebody's change, or refused, with what is wrong."""
    if isinstance(refusal, ChangedMeanwhile):
        return Outcome.STALE, [["", "changed meanwhile", {"by": refusal.by}]]
    if isinstance(refusal, PackClosed):
        return Outcome.STALE, [[Column.SKU, "closed", {}]]
    if isinstance(refusal, NotReadyForSale):
        return Outcome.REFUSED, [[Column.ON_SALE, "not ready", {}]]
    if isinstance(refusal, OutOfStock):
        return Outcome.REFUSED, [[Column.STOCK_CHANGE, "held", {"held": refusal.short[0].wanted}]]
    if isinstance(refusal, BadProduct):
        return Outcome.REFUSED, [
            [column_of_fault(fault.field), fault.problem, {"off_fen": fault.off_fen} if fault.off_fen else {}]
            for fault in refusal.faults
        ]
    return Outcome.REFUSED, [["", "refused", {}]]
