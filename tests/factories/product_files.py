"""Suppliers with products, and product lists as files, for tests of the round trip."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

import openpyxl
from sqlalchemy.orm import Session

from accounts.models import Organisation, User
from accounts.values import Role
from core import documents, ids, jobs
from core.db import reading, transaction
from core.permissions import Actor
from registry.models import Region
from shop.product_files import exports, imports, queries, services
from shop.product_files.models import ProductUpload
from shop.product_files.values import Column, Format, Mode
from tests.factories.people import actor_of, make_organisation, make_user, make_village


def make_supplier(session: Session, village: Region | None = None) -> tuple[Organisation, User, Actor]:
    """Return a supplier with a person who keeps its products."""
    village = village or make_village(session)
    supplier = make_organisation(session, region=village)
    user = make_user(session, Role.SUPPLIER, organisation=supplier)
    return supplier, user, actor_of(user, Role.SUPPLIER, organisation=supplier)


def export(supplier: Organisation, kind: Format = Format.XLSX, *, english: bool = False) -> bytes:
    """Return the product list of a supplier as the page gives it."""
    with reading() as session:
        cells = list(queries.list_cells(session, [supplier.id], english=english))
    return exports.write_list(cells, kind, english=english)


def sheet(data: bytes) -> list[list[Any]]:
    """Return the cells of the first sheet of a workbook."""
    return [
        list(row) for row in openpyxl.load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True)
    ]


def as_csv(rows: Sequence[Mapping[Column, str]], columns: Sequence[Column] | None = None) -> bytes:
    """Return rows as a CSV with English headers, as somebody would write it."""
    columns = columns or list(rows[0])
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow([column.spec.en for column in columns])
    for row in rows:
        table.writerow([row.get(column, "") for column in columns])
    return out.getvalue().encode()


def row(name: str = "山楂干", label: str = "500g 袋装", **changes: str) -> dict[Column, str]:
    """Return a row of a new product that can be added as it stands; the village is that of `make_village`."""
    cells = {
        "sku": "",
        "slug": "",
        "name_zh": name,
        "name_en": "Dried hawthorn",
        "category": "休闲零食",
        "village_code": "370406101201",
        "label_zh": label,
        "label_en": "500 g bag",
        "net_grams": "500",
        "pieces": "",
        "price": "20",
        "producer": "12",
        "logistics": "5",
        "other": "3",
        "pack_multiple": "1",
        "ladder": "10:18.50; 50:17",
        "on_sale": "是",
        "stock_change": "30",
        "stock_reason": "新收入库",
        **changes,
    }
    return {Column(key): text for key, text in cells.items()}


def send(actor: Actor, supplier: Organisation, data: bytes, once: str | None = None) -> ProductUpload:
    """Send a file as the page does, and let the job try it out."""
    kind = imports.recognise(data)
    rows = imports.inspect(data, kind)
    kept = documents.keep_table(data, "text/csv")
    with transaction() as session:
        upload = services.send_file(
            session,
            actor,
            supplier.id,
            filename=f"list.{kind.value}",
            kind=kind,
            file_key=kept.key,
            rows=rows,
            once=once or ids.public_id(20),
        )
    jobs.run_due()
    return upload_now(upload.id)


def apply(actor: Actor, upload: ProductUpload, mode: Mode = Mode.GOOD_ROWS) -> ProductUpload:
    """Apply an upload as the page does, and let the job do it."""
    with transaction() as session:
        services.start_applying(session, actor, upload.public_id, mode)
    jobs.run_due()
    return upload_now(upload.id)


def upload_now(upload_id: int) -> ProductUpload:
    """Return an upload as it stands now."""
    with reading() as session:
        return session.get_one(ProductUpload, upload_id)


def faults_of(upload: ProductUpload) -> list[tuple[int, str, str]]:
    """Return what is wrong with the rows of an upload: row, column, problem."""
    with reading() as session:
        rows = queries.rows_turned_away(session, upload.id)
        return [(r.number, str(column), problem) for r in rows for column, problem, _data in r.faults]
