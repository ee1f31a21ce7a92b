"""A supplier's batches and labels: recording, correcting, closing, printing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _

from core import clock, ids
from core.db import reading, transaction
from shop.permissions import MANAGE_PRODUCTS
from shop.recalls import queries as recall_queries
from shop.tracing import exports, queries, rules, services, wording
from shop.tracing.errors import (
    BadBatch,
    BadLabels,
    BatchClosed,
    BatchMovedOn,
    BatchTaken,
    FormSentBefore,
    NotCertifiedNow,
    NothingChanged,
)
from shop.tracing.forms import BatchForm, ClosingForm, CorrectionForm, LabelsForm
from shop.tracing.values import (
    BatchFile,
    Freshness,
    Label,
    LabelKind,
    LabelLanguage,
    LabelOrder,
    Printable,
    PrintableCode,
    SheetFormat,
)
from web.access import current_actor, requires
from web.language import in_language
from web.pagination import page_number, paginate
from web.templating import day
from web.wording import words_for

bp = Blueprint("batches", __name__)

PAGE_SIZE = 30


@bp.get("/supplier/batches")
@requires(MANAGE_PRODUCTS)
def batches() -> Any:
    """List a supplier's batches, the next to expire first."""
    near = request.args.get("show") == "near"
    number, actor = page_number(), current_actor()
    with reading() as session:
        rows, total = queries.visible_batches(
            session, actor, near_only=near, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
        ending = total if near else queries.visible_batches(session, actor, near_only=True, limit=1)[1]
    return render_template(
        "shop/tracing/batches.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        near=near,
        ending=ending,
        batch_label=wording.batch_label,
        batch_tone=wording.batch_tone,
        shown_code=rules.shown_code,
    )


@bp.get("/supplier/products/<slug>/batches")
@requires(MANAGE_PRODUCTS)
def of_product(slug: str) -> Any:
    """Show the batches of an own product and the form for a new one."""
    return _product_page(slug)


@bp.post("/supplier/products/<slug>/batches")
@requires(MANAGE_PRODUCTS)
def record(slug: str) -> Any:
    """Record a batch, and take its packs into the stock if wished."""
    form = BatchForm()
    _fill_variants(form, slug)
    if not form.validate_on_submit():
        return _product_page(slug, form, status=422)
    new = form.to_request(slug)
    try:
        with transaction() as session:
            code = services.record_batch(session, current_actor(), new)
    except (BadBatch, BatchTaken) as refusal:
        form.add_error(refusal.field if isinstance(refusal, BadBatch) else "number", words_for(refusal))
        return _product_page(slug, form, status=int(refusal.status))
    except FormSentBefore as refusal:
        form.once.data = ids.public_id(20)
        return _product_page(slug, form, words_for(refusal), int(refusal.status))
    flash(
        _("The batch is recorded and its packs are in the stock.")
        if new.into_stock
        else _("The batch is recorded. You can print its labels now."),
        "good",
    )
    return redirect(f"/supplier/batches/{code}", 303)


@bp.get("/supplier/batches/<code>")
@requires(MANAGE_PRODUCTS)
def one(code: str) -> Any:
    """Show an own batch with its story."""
    return _batch_page(code)


@bp.post("/supplier/batches/<code>/correct")
@requires(MANAGE_PRODUCTS)
def correct(code: str) -> Any:
    """Say anew what is known of a batch, with a reason."""
    form = CorrectionForm()
    if not form.validate_on_submit():
        return _batch_page(code, correction=form, status=422)
    try:
        with transaction() as session:
            services.correct_batch(
                session,
                current_actor(),
                code.replace("\x00", ""),
                form.seen_version,
                form.to_facts(),
                form.reason.data or "",
            )
    except BadBatch as refusal:
        form.add_error(refusal.field, words_for(refusal))
        return _batch_page(code, correction=form, status=int(refusal.status))
    except (NothingChanged, BatchClosed, BatchMovedOn) as refusal:
        return _batch_page(code, correction=form, problem=words_for(refusal), status=int(refusal.status))
    flash(_("Corrected. What stood there before stays in the story of the batch."), "good")
    return redirect(f"/supplier/batches/{code}", 303)


@bp.post("/supplier/batches/<code>/close")
@requires(MANAGE_PRODUCTS)
def close(code: str) -> Any:
    """Close a batch for good."""
    form = ClosingForm()
    if not form.validate_on_submit():
        return _batch_page(code, closing=form, status=422)
    try:
        with transaction() as session:
            services.close_batch(
                session,
                current_actor(),
                code.replace("\x00", ""),
                form.to_closing(),
                form.closing_reason.data or "",
            )
    except BadBatch as refusal:
        form.add_error("closing_reason", words_for(refusal))
        return _batch_page(code, closing=form, status=int(refusal.status))
    except BatchClosed as refusal:
        return _batch_page(code, closing=form, problem=words_for(refusal), status=int(refusal.status))
    flash(_("The batch is closed. Its page says so from now on."), "good")
    return redirect(f"/supplier/batches/{code}", 303)


@bp.get("/supplier/products/<slug>/labels")
@requires(MANAGE_PRODUCTS)
def labels(slug: str) -> Any:
    """Ask which labels to print."""
    return _labels_page(slug, None)


@bp.post("/supplier/products/<slug>/labels")
@requires(MANAGE_PRODUCTS)
def print_labels(slug: str) -> Any:
    """Answer with a sheet of labels as PDF."""
    form = LabelsForm()
    with reading() as session:
        printable = queries.get_printable(session, current_actor(), slug)
    _fill_codes(form, printable)
    if not form.validate_on_submit():
        return _labels_page(slug, form, 422)
    order = form.to_order()
    try:
        with transaction() as session:
            printable, chosen = services.prepare_labels(session, current_actor(), slug, order)
    except BadLabels as refusal:
        form.add_error(refusal.field, words_for(refusal))
        return _labels_page(slug, form, int(refusal.status))
    except NotCertifiedNow as refusal:
        form.add_error("kind", words_for(refusal))
        return _labels_page(slug, form, int(refusal.status))
    label = _label(printable, chosen, order)
    made = exports.make_labels(
        order.sheet, label, order.count, order.start, clock.now(), f"{label.product[0]} {label.batch}".strip()
    )
    return Response(
        made,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="labels-{chosen.code}.pdf"',
            "Cache-Control": "no-store",
        },
    )


def _label(printable: Printable, chosen: PrintableCode, order: LabelOrder) -> Label:
    batch = chosen.batch
    certified = order.kind is LabelKind.CERTIFIED and printable.certificate is not None
    return Label(
        product=printable.product,
        heading=wording.KINDS[printable.certificate.kind]
        if certified and printable.certificate is not None
        else ("", ""),
        pack=batch.pack if batch else ("", ""),
        batch=batch.number if batch else "",
        made_on=batch.made_on if batch else None,
        best_before=batch.best_before if batch else None,
        storage=batch.storage if batch else printable.storage,
        origin=printable.origin,
        supplier=printable.supplier,
        certificate=printable.certificate.number if certified and printable.certificate else "",
        code=chosen.code,
        address=f"{current_app.config['BASE_URL']}/trace/{chosen.code}",
        language=order.language,
    )


def _fill_variants(form: BatchForm, slug: str) -> Printable:
    with reading() as session:
        printable = queries.get_printable(session, current_actor(), slug)
        variants = queries.open_variants(session, printable.product_id)
    form.variant.choices = [
        (str(found.id), in_language(found.label_zh, found.label_en)) for found in variants
    ]
    return printable


def _product_page(slug: str, form: BatchForm | None = None, problem: str = "", status: int = 200) -> Any:
    form = form or BatchForm(formdata=None, once=ids.public_id(20), made_on=clock.today(), into_stock=True)
    printable = _fill_variants(form, slug)
    number = page_number()
    with reading() as session:
        rows, total = queries.visible_batches(
            session,
            current_actor(),
            product_slug=printable.slug,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
    page = render_template(
        "shop/tracing/of_product.html",
        printable=printable,
        form=form,
        problem=problem,
        page=paginate(rows, number, total, PAGE_SIZE),
        batch_label=wording.batch_label,
        batch_tone=wording.batch_tone,
        shown_code=rules.shown_code,
    )
    return page, status


def _batch_page(
    code: str,
    *,
    correction: CorrectionForm | None = None,
    closing: ClosingForm | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    with reading() as session:
        file = queries.get_own_batch(session, current_actor(), code.replace("\x00", ""))
        recall = recall_queries.find_own_recall(session, current_actor(), file.row.code)
    page = render_template(
        "shop/tracing/batch.html",
        file=file,
        row=file.row,
        shown_code=rules.shown_code(file.row.code),
        correction=correction or _correction_of(file),
        correcting=correction is not None,
        closing=closing or ClosingForm(formdata=None),
        problem=problem,
        recall=recall,
        batch_label=wording.batch_label,
        batch_tone=wording.batch_tone,
        printable=file.row.closing is None and file.row.freshness is not Freshness.OVER,
    )
    return page, status


def _correction_of(file: BatchFile) -> CorrectionForm:
    newest = file.steps[0]
    return CorrectionForm(
        formdata=None,
        version=str(newest.version),
        made_on=newest.made_on,
        best_before=newest.best_before,
        packs=newest.packs,
        storage_zh=newest.storage[0],
        storage_en=newest.storage[1],
        inspection_number=newest.inspection_number,
        inspected_on=newest.inspected_on,
    )


def _fill_codes(form: LabelsForm, printable: Printable) -> None:
    form.code.choices = [
        *(
            (
                found.code,
                _(
                    "Batch %(number)s, made on %(day)s",
                    number=found.batch.number,
                    day=day(found.batch.made_on),
                ),
            )
            for found in printable.codes
            if found.batch is not None and found.batch.freshness is not Freshness.OVER
        ),
        (services.PRODUCT_ITSELF, _("Packs without a batch")),
    ]


def _labels_page(slug: str, form: LabelsForm | None, status: int = 200) -> Any:
    with reading() as session:
        printable = queries.get_printable(session, current_actor(), slug)
    if form is None:
        asked = request.args.get("batch", "")
        form = LabelsForm(
            formdata=None,
            code=asked or (printable.codes[0].code if printable.codes else services.PRODUCT_ITSELF),
            sheet=SheetFormat.A4_3X8.value,
            count="24",
            start="1",
            kind=(LabelKind.CERTIFIED if printable.holds else LabelKind.PLAIN).value,
            language=LabelLanguage.ZH.value,
        )
    _fill_codes(form, printable)
    certificate = printable.certificate
    page = render_template(
        "shop/tracing/labels.html",
        printable=printable,
        form=form,
        warning=wording.certificate_warning(certificate) if certificate else "",
        most=rules.MOST_LABELS,
    )
    return page, status
