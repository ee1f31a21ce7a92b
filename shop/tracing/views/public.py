"""What everybody sees behind a code, typing one, and reporting that something is wrong."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import TooManyAttempts
from core.ids import public_id
from publicity.complaints import queries as complaint_queries
from publicity.complaints import services as complaints
from publicity.complaints.forms import ComplaintForm
from publicity.complaints.values import Reason, Subject
from publicity.complaints.views.public import count_try, told
from publicity.complaints.wording import OUTCOMES, REASONS
from publicity.errors import EmptyText, FormSentBefore
from registry import queries as registry_queries
from shop.applications.wording import stage_label
from shop.catalogue.wording import state_label, state_tone
from shop.tracing import queries, rules, wording
from shop.tracing.errors import UnknownTraceCode
from shop.tracing.forms import FalseLabelForm
from shop.tracing.values import Closing, CodeFault, Freshness, Trace
from web.access import current_actor, public
from web.caching import shared
from web.language import in_language, locale_code
from web.security import keep_private
from web.templating import day
from web.wording import words_for

bp = Blueprint("tracing", __name__)

#: What complaints about a product, and about a code that nothing has, are about.
PRODUCT, UNKNOWN_CODE = "product", "trace_code"
LONGEST_TYPED = 60


@bp.get("/trace")
@public
@shared
def type_code() -> Any:
    """Ask for the code of a label, and lead to its page."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return render_template("shop/tracing/type_code.html")
    code, fault = rules.read_code(typed[:200])
    if fault is not None:
        return _unknown_page(UnknownTraceCode(typed, fault))
    return redirect(f"/trace/{code}", 302)


@bp.get("/trace/<code>")
@public
@shared
def trace(code: str) -> Any:
    """Show what stands behind the code of a label at this moment."""
    known, fault = rules.read_code(code)
    if fault is None and known != code:
        return redirect(f"/trace/{known}", 302)
    try:
        with reading() as session:
            found = queries.read_trace(session, code)
            answers = complaint_queries.published_about(session, PRODUCT, found.product_slug)
    except UnknownTraceCode as refusal:
        return _unknown_page(refusal)
    certificate = found.certificate
    return render_template(
        "shop/tracing/trace.html",
        trace=found,
        certificate=certificate,
        batch=found.batch,
        shown_code=rules.shown_code(found.code),
        kind=in_language(*wording.KINDS[certificate.kind]) if certificate else "",
        warning=wording.certificate_warning(certificate) if certificate else "",
        state_label=state_label(certificate.state) if certificate else "",
        state_tone=state_tone(certificate.state) if certificate else "neutral",
        recalled=found.batch is not None and found.batch.closing is Closing.RECALLED,
        mistaken=found.batch is not None and found.batch.closing is Closing.MISTAKE,
        past=found.batch is not None and found.batch.freshness is Freshness.OVER,
        near=found.batch is not None and found.batch.freshness is Freshness.NEAR,
        stages=[
            {
                "label": stage_label(stage.stage),
                "state": "done",
                "when": day(stage.on),
                "who": in_language(*stage.office),
                "note": "",
            }
            for stage in found.stages
        ],
        answers=answers,
        reasons=REASONS,
        outcomes=OUTCOMES,
    )


@bp.get("/trace/<code>/report")
@public
def report(code: str) -> Any:
    """Show the form by which something wrong with goods is reported."""
    try:
        with reading() as session:
            found = queries.read_trace(session, code)
    except UnknownTraceCode as refusal:
        return _unknown_page(refusal)
    return _report_page(found, ComplaintForm.fresh())


@bp.post("/trace/<code>/report")
@public
def send_report(code: str) -> Any:
    """Take a report about goods and show its tracking code once."""
    try:
        with reading() as session:
            found = queries.read_trace(session, code)
    except UnknownTraceCode as refusal:
        return _unknown_page(refusal)
    form = ComplaintForm()
    return _take(
        form, _subject(found), f"/trace/{found.code}", lambda status: _report_page(found, form, status)
    )


@bp.get("/trace/report")
@public
def report_false() -> Any:
    """Show the form by which a label is reported whose code nothing has."""
    typed = _typed_code(request.args.get("code", ""))
    return _false_page(FalseLabelForm.fresh(reason=Reason.FALSE_LABEL.value), typed)


@bp.post("/trace/report")
@public
def send_false_report() -> Any:
    """Take a report about a label whose code nothing has."""
    typed = _typed_code(request.form.get("code", ""))
    form = FalseLabelForm()
    _fill_counties(form)
    with reading() as session:
        county = registry_queries.find_region(session, form.county.data or "") if form.county.data else None
    subject = Subject(
        type=UNKNOWN_CODE,
        id=typed or "-",
        title_zh=f"查无此码的标签 {typed}".strip(),
        title_en=f"A label whose code nothing has: {typed}".rstrip(": "),
        detail=typed,
        region_id=county.id if county else None,
    )
    return _take(form, subject, "/trace", lambda status: _false_page(form, typed, status))


def _take(form: ComplaintForm, subject: Subject, back: str, page: Any) -> Any:
    if not form.validate_on_submit():
        return page(422)
    try:
        count_try("complaint-from")
        with transaction() as session:
            filed = complaints.file_complaint(
                session, current_actor(), subject, form.to_request(locale_code())
            )
    except TooManyAttempts as refusal:
        form.form_errors.append(words_for(refusal))
        answer = page(int(refusal.status))
        answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer
    except FormSentBefore as refusal:
        # The next try is a new form, with what was typed.
        form.once.data = public_id(20)
        form.form_errors.append(words_for(refusal))
        return page(int(refusal.status))
    except EmptyText as refusal:
        form.add_error("text", words_for(refusal))
        return page(int(refusal.status))
    return told(filed, back)


def _subject(found: Trace) -> Subject:
    batch = found.batch
    return Subject(
        type=PRODUCT,
        id=found.product_slug,
        title_zh=found.product[0],
        title_en=found.product[1],
        detail=batch.number if batch else "",
        path=f"/trace/{found.code}",
        region_id=found.village_id,
        organisation_id=found.supplier_id,
    )


def _typed_code(text: str) -> str:
    """Return what was typed without what no page should repeat."""
    return "".join(c for c in text.strip() if c.isprintable())[:LONGEST_TYPED]


def _fill_counties(form: FalseLabelForm) -> None:
    with reading() as session:
        counties = registry_queries.counties(session)
    form.county.choices = [
        ("", _("I do not know")),
        *((county.code, in_language(county.name_zh, county.name_en)) for county in counties),
    ]


def _unknown_page(refusal: UnknownTraceCode) -> Any:
    typed = _typed_code(refusal.typed)
    page = render_template(
        "shop/tracing/unknown.html",
        typed=typed,
        mistyped=refusal.fault is CodeFault.CHECK,
        shapeless=refusal.fault is CodeFault.SHAPE,
    )
    return page, 404


def _report_page(found: Trace, form: ComplaintForm, status: int = 200) -> Any:
    keep_private()
    page = current_app.make_response(
        render_template(
            "shop/tracing/report.html",
            trace=found,
            shown_code=rules.shown_code(found.code),
            form=form,
        )
    )
    page.status_code = status
    return page


def _false_page(form: FalseLabelForm, typed: str, status: int = 200) -> Any:
    _fill_counties(form)
    keep_private()
    page = current_app.make_response(
        render_template("shop/tracing/report_false.html", form=form, typed=typed)
    )
    page.status_code = status
    return page
