"""What happens to product lists while nobody waits: trying out, applying, forgetting."""

from __future__ import annotations

import contextlib
import contextvars
import time
from collections.abc import Callable
from typing import Any

from accounts import queries as accounts
from core import documents, jobs
from core.db import reading, transaction
from shop.product_files import imports, queries, rules, services
from shop.product_files.errors import FileRefused
from shop.product_files.models import ProductUpload
from shop.product_files.services.applying import Met
from shop.product_files.values import Column, Format, Mode, Row

#: Rows read between two signs of progress, and products applied in one step.
READ_AT_ONCE = 1000
APPLY_AT_ONCE = 100
#: Seconds after which a job that applies rows makes room for other jobs, such as mail, and goes on later.
TURN = 2.0


class _NotEverything(Exception):
    """All or nothing was asked for and some rows cannot be applied; the step is undone."""

    def __init__(self, away: list[Met]) -> None:
        super().__init__(f"{len(away)} rows")
        self.away = away


@jobs.handler("shop.check_product_file")
def check_product_file(payload: dict[str, Any]) -> None:
    """Read an uploaded list and keep what its rows would do; a second run begins anew and ends alike."""
    upload_id: int = payload["upload_id"]
    with transaction() as session:
        upload = services.begin_check(session, upload_id)
    if upload is None:
        return
    try:
        rows = _read(upload)
        with reading() as session:
            known = queries.known_for(
                session,
                upload.supplier_id,
                sorted({row.cells.get(Column.SKU, "").strip() for row in rows} - {""}),
                {_code(row) for row in rows},
            )
        plan = rules.plan_rows(rows, known)
    except FileRefused as refusal:
        with transaction() as session:
            services.refuse_upload(session, upload_id, refusal)
        return
    with transaction() as session:
        services.keep_plan(session, upload_id, plan)


def _read(upload: ProductUpload) -> list[Row]:
    try:
        data = documents.document_path(upload.file_key).read_bytes()
    except FileNotFoundError:
        raise FileRefused("gone") from None
    rows: list[Row] = []
    for row in imports.read_rows(data, Format(upload.format)):
        rows.append(row)
        if len(rows) % READ_AT_ONCE == 0:
            with transaction() as session:
                services.note_progress(session, upload.id, len(rows))
    return rows


def _code(row: Row) -> str:
    with contextlib.suppress(rules.Unreadable):
        column = Column.VILLAGE_CODE
        return rules.read_cell(column.spec.kind, row.cells.get(column, "")) or ""
    return ""


@jobs.handler("shop.apply_product_file")
def apply_product_file(payload: dict[str, Any]) -> None:
    """Apply an upload; a run that was killed goes on after the last step that was committed."""
    upload_id: int = payload["upload_id"]
    with reading() as session:
        upload = session.get(ProductUpload, upload_id)
        actor = accounts.acting_user(session, upload.user_id) if upload is not None else None
    if upload is None:
        return
    if upload.mode == Mode.ALL_OR_NOTHING:
        try:
            with transaction() as session:
                away = services.apply_everything(
                    session, actor, upload_id, APPLY_AT_ONCE, lambda done: _tell(upload_id, done)
                )
                if away:
                    raise _NotEverything(away)
        except _NotEverything as turned:
            with transaction() as session:
                services.turn_back(session, upload_id, turned.away)
        return
    began = time.monotonic()
    more = True
    while more and time.monotonic() - began < TURN:
        with transaction() as session:
            more = services.apply_some(session, actor, upload_id, APPLY_AT_ONCE)
    if more:
        with transaction() as session:
            jobs.enqueue(session, "shop.apply_product_file", {"upload_id": upload_id})


def _tell(upload_id: int, done: int) -> None:
    """Show progress while the one large step is still open: a step of its own, beside it."""

    def tell() -> None:
        with transaction() as session:
            services.note_progress(session, upload_id, done)

    beside: Callable[..., None] = contextvars.Context().run
    beside(tell)


@jobs.every(hours=1)
def forget_old_uploads() -> int:
    """Remove uploads that are a month old, and their files; returns how many."""
    with transaction() as session:
        keys = services.forget_uploads(session)
    for key in keys:
        documents.forget_document(key)
    return len(keys)
