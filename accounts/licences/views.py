"""A supplier's licences, and the guarded way to the documents of all of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file
from flask_babel import gettext as _

from accounts.licences import queries, services, wording
from accounts.licences.errors import BadLicence, FormSentBefore
from accounts.licences.forms import FIELD_OF, LicenceForm
from accounts.licences.values import LicenceFile, Standing
from accounts.models import Organisation
from accounts.permissions import MANAGE_LICENCES
from core import clock, documents, ids
from core.db import reading, transaction
from core.errors import NotFound
from core.permissions import Actor
from web.access import current_actor, requires, signed_in
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("licences", __name__)


@bp.get("/supplier/licences")
@requires(MANAGE_LICENCES)
def own() -> Any:
    """Show a supplier its licences and what became of older ones."""
    keep_private()
    today = clock.today()
    with reading() as session:
        groups = [
            (found, queries.licences_of(session, found.id, today))
            for found in queries.own_suppliers(session, current_actor())
        ]
    return render_template(
        "accounts/licences/own.html", groups=groups, wording=wording, replaced=Standing.REPLACED
    )


@bp.get("/supplier/licences/new")
@requires(MANAGE_LICENCES)
def new() -> Any:
    """Show the form of a licence, or of the one that renews another."""
    form = LicenceForm(formdata=None, once=ids.public_id(20))
    renewed = request.args.get("renew", "").replace("\x00", "")
    if renewed:
        with reading() as session:
            licence = queries.get_own(session, current_actor(), renewed)
        form.renews.data = licence.public_id
        form.kind.data = licence.kind
        form.number.data = licence.number
    return _new_page(form)


@bp.post("/supplier/licences/new")
@requires(MANAGE_LICENCES)
def add() -> Any:
    """Hand a licence in."""
    form = LicenceForm()
    form.offer(renewing=bool(form.renews.data))
    if not form.validate_on_submit():
        return _new_page(form, 422)
    supplier = _supplier(request.form.get("supplier", ""))
    document = form.keep_document()
    if document is None:
        return _new_page(form, 422)
    try:
        with transaction() as session:
            licence = services.add_licence(session, current_actor(), supplier.id, form.to_licence(document))
            kept = licence.document_key
    except (BadLicence, FormSentBefore) as refusal:
        documents.forget_document(document.key)
        field = FIELD_OF.get(refusal.field, refusal.field) if isinstance(refusal, BadLicence) else "kind"
        form.add_error(field, words_for(refusal))
        return _new_page(form, 422)
    except BaseException:
        documents.forget_document(document.key)
        raise
    if kept != document.key:
        documents.forget_document(document.key)
    flash(_("Handed in. What it replaces stays in the record."), "good")
    return redirect("/supplier/licences", 303)


@bp.get("/licences/<public_id>/document")
@signed_in
def document(public_id: str) -> Any:
    """Send the document of a licence, to be kept and not shown, to those who may read it."""
    actor = current_actor()
    keep_private()
    with reading() as session:
        file = queries.get_file(session, actor, public_id.replace("\x00", ""))
    path = documents.document_path(file.document_key)
    if not path.is_file():
        raise NotFound("document")
    if not file.own:
        with transaction() as session:
            services.note_reading(session, actor, file.public_id)
    answer = send_file(
        path,
        mimetype=file.document_type,
        as_attachment=True,
        download_name=_file_name(file),
        max_age=0,
        conditional=False,
        etag=False,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def to_renew(actor: Actor) -> int:
    """Return how many licences of the actor's suppliers need attention, for the rail of tasks."""
    with reading() as session:
        return queries.count_ending(session, actor, clock.today())


def _file_name(file: LicenceFile) -> str:
    end = "pdf" if file.document_type == documents.PDF else "webp"
    return f"{file.kind.value}-{file.public_id}.{end}"


def _supplier(public_id: str) -> Organisation:
    with reading() as session:
        suppliers = queries.own_suppliers(session, current_actor())
    for found in suppliers:
        if found.public_id == public_id or (len(suppliers) == 1 and not public_id):
            return found
    raise NotFound("organisation")


def _new_page(form: LicenceForm, status: int = 200) -> Any:
    keep_private()
    form.offer(renewing=bool(form.renews.data))
    actor = current_actor()
    wanted = request.form.get("supplier", "")
    with reading() as session:
        suppliers = queries.own_suppliers(session, actor)
        if form.renews.data and not wanted:
            licence = queries.get_own(session, actor, form.renews.data)
            wanted = next((s.public_id for s in suppliers if s.id == licence.organisation_id), "")
    page = render_template("accounts/licences/new.html", form=form, suppliers=suppliers, wanted=wanted)
    return page, status
