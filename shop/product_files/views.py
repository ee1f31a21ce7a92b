"""A supplier's product list as a file: taking it out, sending it in, seeing what it would do, applying it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request

from core import clock, documents
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.storage import LARGEST_UPLOAD
from shop.permissions import MANAGE_PRODUCTS
from shop.product_files import exports, imports, queries, services, wording
from shop.product_files.errors import FileRefused, NotChecked, NothingToApply, RowsAreWrong, TooManyUploads
from shop.product_files.forms import ApplyForm, FileForm
from shop.product_files.models import ProductUpload
from shop.product_files.values import EXPORTED, Action, Column, Format, Mode, State
from web.access import current_actor, requires
from web.language import in_language, locale_code
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("product_files", __name__)

PAGE_SIZE = 50
LAST_UPLOADS = 10
#: Seconds after which a page about a job at work looks again.
LOOK_AGAIN = 2


@bp.get("/supplier/products/files")
@requires(MANAGE_PRODUCTS)
def files() -> Any:
    """Offer the product list as a file, and take one in."""
    return _files_page(FileForm(formdata=None))


@bp.get("/supplier/products/files/list.<kind>")
@requires(MANAGE_PRODUCTS)
def export(kind: str) -> Any:
    """Give the products of the actor's suppliers as a file, a row for each pack size."""
    format_ = _format(kind)
    english = locale_code() == "en"
    with reading() as session:
        suppliers = [supplier for supplier, *_names in queries.own_suppliers(session, current_actor())]
        cells = list(queries.list_cells(session, suppliers, english=english))
    data = exports.write_list(cells, format_, english=english)
    return _download(data, format_, in_language("产品清单", "products"))


@bp.post("/supplier/products/files")
@requires(MANAGE_PRODUCTS)
def send() -> Any:
    """Take a product list in and let a job try it out."""
    form = FileForm()
    _offer_suppliers(form)
    if not form.validate_on_submit():
        return _files_page(form), 422
    sent = request.files.get("file")
    try:
        data = sent.read(LARGEST_UPLOAD + 1) if sent is not None else b""
        if sent is None or not sent.filename:
            raise FileRefused("none")
        if len(data) > LARGEST_UPLOAD:
            raise FileRefused("too large")
        kind = imports.recognise(data)
        rows = imports.inspect(data, kind)
    except FileRefused as refusal:
        form.add_error("file", words_for(refusal))
        return _files_page(form), int(refusal.status)
    kept = documents.keep_table(data, exports.MEDIA_TYPES[kind])
    try:
        with transaction() as session:
            upload = services.send_file(
                session,
                current_actor(),
                int(form.supplier.data),
                filename=_clean(sent.filename),
                kind=kind,
                file_key=kept.key,
                rows=rows,
                once=form.once.data or "",
            )
    except Refusal as refusal:
        documents.forget_document(kept.key)
        if not isinstance(refusal, TooManyUploads):
            raise
        form.add_error("file", words_for(refusal))
        return _files_page(form), int(refusal.status)
    if upload.file_key != kept.key:
        documents.forget_document(kept.key)
    return redirect(f"/supplier/products/files/{upload.public_id}", 303)


@bp.get("/supplier/products/files/<public_id>")
@requires(MANAGE_PRODUCTS)
def one(public_id: str) -> Any:
    """Show how an upload stands: progress, what it would do, or what it did."""
    return _upload_page(public_id, ApplyForm(formdata=None))


@bp.post("/supplier/products/files/<public_id>/apply")
@requires(MANAGE_PRODUCTS)
def apply(public_id: str) -> Any:
    """Let a job apply what was tried out."""
    form = ApplyForm()
    if not form.validate_on_submit():
        return _upload_page(public_id, form), 422
    try:
        with transaction() as session:
            services.start_applying(session, current_actor(), public_id, Mode(form.mode.data))
    except (RowsAreWrong, NothingToApply, NotChecked) as refusal:
        form.add_error("mode", words_for(refusal))
        return _upload_page(public_id, form), int(refusal.status)
    return redirect(f"/supplier/products/files/{public_id}", 303)


@bp.get("/supplier/products/files/<public_id>/not-taken.<kind>")
@requires(MANAGE_PRODUCTS)
def not_taken(public_id: str, kind: str) -> Any:
    """Give the rows that were not taken as a file, each with what is wrong, to be mended and sent again."""
    format_ = _format(kind)
    with reading() as session:
        upload = queries.get_upload(session, current_actor(), public_id)
        rows = queries.rows_turned_away(session, upload.id)
    cells = [
        {
            **{Column(name): text for name, text in row.cells.items()},
            Column.REASON: " ".join(wording.reasons(row)),
        }
        for row in rows
    ]
    # Only the columns that were sent: an empty one more would empty cells when the list is sent again.
    present = {Column(name) for row in rows[:1] for name in row.cells}
    columns = (Column.REASON, *(column for column in EXPORTED if column in present))
    data = exports.write_list(cells, format_, english=locale_code() == "en", columns=columns)
    return _download(data, format_, in_language("未导入的行", "rows-not-taken"))


def _files_page(form: FileForm) -> str:
    with reading() as session:
        actor = current_actor()
        uploads = queries.visible_uploads(session, actor, limit=LAST_UPLOADS)
    if form.supplier.choices is None:
        _offer_suppliers(form)
    return render_template(
        "shop/product_files/files.html", form=form, uploads=uploads, wording=wording, columns=EXPORTED
    )


def _offer_suppliers(form: FileForm) -> None:
    with reading() as session:
        found = queries.own_suppliers(session, current_actor())
    form.supplier.choices = [(str(supplier), in_language(zh, en)) for supplier, zh, en in found]


def _upload_page(public_id: str, form: ApplyForm) -> str:
    asked = request.args.get("show", "")
    number = page_number()
    with reading() as session:
        upload = queries.get_upload(session, current_actor(), public_id)
        counts = _counts(upload)
        shown = asked if asked in counts else next((key for key, count in counts.items() if count), "")
        offset = (number - 1) * PAGE_SIZE
        if shown == "not-taken":
            rows = queries.rows_turned_away(session, upload.id, limit=PAGE_SIZE, offset=offset)
        elif shown:
            actions = {"wrong": Action.WRONG, "adds": Action.ADD, "changes": Action.CHANGE}
            rows = queries.rows_shown(session, upload.id, [actions[shown]], limit=PAGE_SIZE, offset=offset)
        else:
            rows = []
    lines = [wording.shown_row(row) for row in rows]
    return render_template(
        "shop/product_files/one.html",
        upload=upload,
        state=State(upload.state),
        at_work=State(upload.state).at_work,
        look_again=LOOK_AGAIN,
        percent=upload.rows_done * 100 // max(upload.rows_total, 1),
        counts=counts,
        shown=shown,
        rows=lines,
        page=paginate(lines, number, counts.get(shown, 0), PAGE_SIZE),
        form=form,
        wording=wording,
    )


def _counts(upload: ProductUpload) -> dict[str, int]:
    """Return how many rows each list of the page holds, in the order of the tabs."""
    if upload.state in (State.APPLIED, State.TURNED_BACK):
        return {"not-taken": upload.wrong + upload.turned_away}
    if upload.state == State.CHECKED:
        return {"wrong": upload.wrong, "changes": upload.changes, "adds": upload.adds}
    return {}


def _format(kind: str) -> Format:
    if kind not in set(Format):
        raise NotFound("format")
    return Format(kind)


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def _download(data: bytes, format_: Format, name: str) -> Response:
    filename = f"{name}-{clock.today().isoformat()}.{format_.value}"
    answer = Response(data, content_type=exports.MEDIA_TYPES[format_])
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
