"""Trying a product list out: what its rows would do is kept, nothing of the products is changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from core import clock
from shop.product_files.errors import FileRefused
from shop.product_files.models import ProductUpload, UploadedRow
from shop.product_files.values import Action, Plan, PlannedRow, State

_CHUNK = 1000


def begin_check(session: Session, upload_id: int) -> ProductUpload | None:
    """Return the upload that is to be tried out, from its beginning; None when that was done or it is gone."""
    upload = session.get(ProductUpload, upload_id, with_for_update=True)
    if upload is None or upload.state not in (State.WAITING, State.CHECKING):
        return None
    upload.state = State.CHECKING.value
    upload.rows_done = 0
    return upload


def keep_plan(session: Session, upload_id: int, plan: Plan) -> None:
    """Keep what the rows of an upload would do, all at once; a second job that comes to this changes nothing."""
    upload = session.get(ProductUpload, upload_id, with_for_update=True, populate_existing=True)
    if upload is None or upload.state != State.CHECKING:
        return
    session.execute(delete(UploadedRow).where(UploadedRow.upload_id == upload_id))
    for begin in range(0, len(plan.rows), _CHUNK):
        session.execute(
            insert(UploadedRow), [_row(upload_id, row) for row in plan.rows[begin : begin + _CHUNK]]
        )
    upload.rows_total = upload.rows_done = len(plan.rows) + plan.unchanged
    upload.adds = sum(row.action is Action.ADD for row in plan.rows)
    upload.changes = sum(row.action is Action.CHANGE for row in plan.rows)
    upload.wrong = sum(row.action is Action.WRONG for row in plan.rows)
    upload.unchanged = plan.unchanged
    upload.shown_only = list(plan.shown_only[:20])
    upload.state = State.CHECKED.value
    upload.checked_at = clock.now()


def refuse_upload(session: Session, upload_id: int, refusal: FileRefused) -> None:
    """Note that an upload cannot be read as a product list, and why."""
    upload = session.get(ProductUpload, upload_id, with_for_update=True, populate_existing=True)
    if upload is None or upload.state != State.CHECKING:
        return
    upload.state = State.REFUSED.value
    upload.problem = {"problem": refusal.problem, "data": refusal.data}
    upload.checked_at = clock.now()


def _row(upload_id: int, row: PlannedRow) -> dict[str, Any]:
    return {
        "upload_id": upload_id,
        "number": row.number,
        "unit": row.unit,
        "action": row.action.value,
        "cells": dict(row.cells),
        "changes": [[change.column, change.before, change.after] for change in row.changes],
        "faults": [[fault.column, fault.problem, dict(fault.data)] for fault in row.faults],
        "wanted": dict(row.wanted),
    }
