"""Taking a product list in, and forgetting it when it is old."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import audit, clock, ids, jobs
from core.db import lock_keys
from core.errors import NotFound
from core.permissions import Actor
from shop.product_files import queries
from shop.product_files.errors import TooManyUploads
from shop.product_files.models import ProductUpload
from shop.product_files.values import Format, State

#: Files of one supplier that may be read or applied at a time.
MOST_AT_WORK = 3
#: How long an upload and its rows are kept.
KEPT_FOR = timedelta(days=30)
LONGEST_FILENAME = 120


def send_file(
    session: Session,
    actor: Actor,
    supplier_id: int,
    *,
    filename: str,
    kind: Format,
    file_key: str,
    rows: int,
    once: str,
) -> ProductUpload:
    """Take in a product list that was looked through (`imports.inspect`); a job tries it out, nothing is changed yet.

    A form sent twice (`once`) sends one file: the first one's `file_key` is not the given one then. Refused while too
    many files of the supplier are at work.
    """
    if supplier_id not in actor.organisation_ids(Role.SUPPLIER) or actor.user_id is None:
        raise NotFound("supplier")
    lock_keys(session, f"product list {once}")
    known = session.scalar(
        select(ProductUpload).where(ProductUpload.once == once, ProductUpload.supplier_id == supplier_id)
    )
    if known is not None:
        return known
    if queries.at_work(session, supplier_id) >= MOST_AT_WORK:
        raise TooManyUploads
    upload = ProductUpload(
        public_id=ids.public_id(),
        supplier_id=supplier_id,
        user_id=actor.user_id,
        user_name=actor.name,
        once=once,
        filename=filename[-LONGEST_FILENAME:],
        format=kind.value,
        file_key=file_key,
        state=State.WAITING.value,
        rows_total=rows,
        created_at=clock.now(),
    )
    session.add(upload)
    session.flush()
    audit.record(
        session,
        actor,
        "product list sent",
        "product list",
        upload.public_id,
        after={"filename": upload.filename, "rows": rows},
    )
    jobs.enqueue(
        session,
        "shop.check_product_file",
        {"upload_id": upload.id},
        key=f"check product file {upload.public_id}",
    )
    return upload


def forget_uploads(session: Session, limit: int = 100) -> list[str]:
    """Remove uploads older than `KEPT_FOR` with their rows; returns the keys of their files, to be removed after."""
    old = queries.old_uploads(session, clock.now() - KEPT_FOR, limit)
    if old:
        session.execute(
            delete(ProductUpload).where(ProductUpload.id.in_([upload_id for upload_id, _ in old]))
        )
    return [key for _, key in old]
