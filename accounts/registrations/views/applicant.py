"""Registering an organisation: who it is, where, who answers for it, its licences, and where it stands."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from accounts import queries as account_queries
from accounts import services as accounts
from accounts.licences import wording as licence_wording
from accounts.licences.errors import BadLicence
from accounts.licences.errors import FormSentBefore as LicenceSentBefore
from accounts.licences.forms import FIELD_OF, LicenceForm
from accounts.licences.values import Standing
from accounts.registrations import queries, services, wording
from accounts.registrations.errors import (
    BadCode,
    BadPhone,
    BadPlace,
    CodeTaken,
    FormSentBefore,
    Incomplete,
    MovedOn,
    TooManyOpen,
)
from accounts.registrations.forms import ContactForm, IdentityForm, PlaceForm
from accounts.registrations.values import RegistrationFile, State, Step
from core import documents, ids
from core.db import reading, transaction
from core.errors import TooManyAttempts
from registry import queries as registry_queries
from web.access import current_actor, signed_in
from web.forms import Form
from web.language import in_language
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("registrations", __name__)


@bp.get("/registrations")
@signed_in
def own() -> Any:
    """Say how an organisation gets its account, and show what one has registered."""
    keep_private()
    with reading() as session:
        rows = queries.own_registrations(session, current_actor())
    return render_template("accounts/registrations/own.html", rows=rows, wording=wording)


@bp.get("/registrations/new")
@signed_in
def new() -> Any:
    """Ask who the organisation is."""
    return _identity_page(IdentityForm(formdata=None, once=ids.public_id(20)))


@bp.post("/registrations/new")
@signed_in
def begin() -> Any:
    """Begin a registration."""
    return _take_identity(None)


@bp.get("/registrations/regions")
@signed_in
def regions() -> Any:
    """Return what can be picked at each level, for the script that fills the lists."""
    keep_private()
    form = PlaceForm(formdata=request.args)
    with reading() as session:
        levels, _region = registry_queries.pick_region(session, form.codes)
    form.offer(levels)
    return jsonify(
        {
            field.name: [
                {"group": group, "options": options}
                for group, options in (
                    field.choices.items() if isinstance(field.choices, dict) else [("", field.choices)]
                )
            ]
            for field in (form.province, form.county, form.town, form.village)
        }
    )


@bp.get("/registrations/<public_id>")
@signed_in
def one(public_id: str) -> Any:
    """Show a registration: what is missing, then where it stands."""
    return _page(public_id)


@bp.get("/registrations/<public_id>/organisation")
@signed_in
def identity(public_id: str) -> Any:
    """Show who the organisation is, to be mended."""
    file = _open_file(public_id)
    form = IdentityForm(
        formdata=None,
        once=ids.public_id(20),
        legal_form=file.row.legal_form.value,
        name_zh=file.row.name[0],
        name_en=file.row.name[1],
        credit_code=file.credit_code,
    )
    return _identity_page(form, file)


@bp.post("/registrations/<public_id>/organisation")
@signed_in
def mend(public_id: str) -> Any:
    """Mend who the organisation is."""
    return _take_identity(_open_file(public_id))


@bp.get("/registrations/<public_id>/place")
@signed_in
def place(public_id: str) -> Any:
    """Ask where the organisation is."""
    file = _open_file(public_id)
    codes: tuple[str, ...] = ()
    with reading() as session:
        region = registry_queries.find_region(session, file.region_code) if file.region_code else None
        if region is not None:
            codes = registry_queries.codes_down_to(session, region)
    return _place_page(file, PlaceForm(formdata=None), codes)


@bp.post("/registrations/<public_id>/place")
@signed_in
def take_place(public_id: str) -> Any:
    """Keep where the organisation is, or only open the next list."""
    file = _open_file(public_id)
    form = PlaceForm()
    if not form.validate_on_submit():
        return _place_page(file, form, form.codes, 422)
    if request.form.get("action") == "open":
        return _place_page(file, form, form.codes)
    with reading() as session:
        _levels, region = registry_queries.pick_region(session, form.codes)
    try:
        with transaction() as session:
            services.set_place(session, current_actor(), file.row.public_id, region.code if region else "")
    except BadPlace as refusal:
        form.add_error("county", words_for(refusal))
        return _place_page(file, form, form.codes, 422)
    return redirect(_next_address(file, Step.PLACE), 303)


@bp.get("/registrations/<public_id>/contact")
@signed_in
def contact(public_id: str) -> Any:
    """Ask who answers for the organisation."""
    file = _open_file(public_id)
    phone = file.contact_phone
    if not phone:
        with reading() as session:
            phone = account_queries.get_user(session, current_user.user_id).phone or ""
    form = ContactForm(
        formdata=None, contact_name=file.contact_name or current_user.name, contact_phone=phone
    )
    return _step_page(file, Step.CONTACT, form)


@bp.post("/registrations/<public_id>/contact")
@signed_in
def take_contact(public_id: str) -> Any:
    """Keep who answers for the organisation."""
    file = _open_file(public_id)
    form = ContactForm()
    if not form.validate_on_submit():
        return _step_page(file, Step.CONTACT, form, 422)
    try:
        with transaction() as session:
            services.set_contact(
                session,
                current_actor(),
                file.row.public_id,
                form.contact_name.data or "",
                form.contact_phone.data or "",
            )
    except BadPhone as refusal:
        form.add_error("contact_phone", words_for(refusal))
        return _step_page(file, Step.CONTACT, form, 422)
    return redirect(_next_address(file, Step.CONTACT), 303)


@bp.get("/registrations/<public_id>/licences")
@signed_in
def licences(public_id: str) -> Any:
    """Ask for the licences."""
    return _licences_page(_open_file(public_id), _blank_licence())


@bp.post("/registrations/<public_id>/licences")
@signed_in
def take_licence(public_id: str) -> Any:
    """Keep a licence."""
    file = _open_file(public_id)
    form = LicenceForm()
    form.offer()
    if not form.validate_on_submit():
        return _licences_page(file, form, 422)
    document = form.keep_document()
    if document is None:
        return _licences_page(file, form, 422)
    try:
        with transaction() as session:
            licence = services.hand_in_licence(
                session, current_actor(), file.row.public_id, form.to_licence(document)
            )
            kept = licence.document_key
    except (BadLicence, LicenceSentBefore) as refusal:
        documents.forget_document(document.key)
        field = FIELD_OF.get(refusal.field, refusal.field) if isinstance(refusal, BadLicence) else "kind"
        form.add_error(field, words_for(refusal))
        return _licences_page(file, form, 422)
    except BaseException:
        documents.forget_document(document.key)
        raise
    if kept != document.key:
        documents.forget_document(document.key)
    flash(_("The document is kept. Add another one, or go on."), "good")
    return redirect(f"/registrations/{file.row.public_id}/licences", 303)


@bp.post("/registrations/<public_id>/licences/<licence_id>/remove")
@signed_in
def remove_licence(public_id: str, licence_id: str) -> Any:
    """Take a licence out again before anybody has seen it."""
    with transaction() as session:
        key = services.take_out_licence(
            session, current_actor(), public_id.replace("\x00", ""), licence_id.replace("\x00", "")
        )
    documents.forget_document(key)
    flash(_("Taken out."), "good")
    return redirect(f"/registrations/{public_id}/licences", 303)


@bp.post("/registrations/<public_id>/send")
@signed_in
def send(public_id: str) -> Any:
    """Hand the registration in."""
    try:
        with transaction() as session:
            services.submit_registration(session, current_actor(), public_id.replace("\x00", ""))
    except (BadCode, CodeTaken, Incomplete, MovedOn) as refusal:
        return _page(public_id, words_for(refusal), int(refusal.status))
    flash(_("Handed in. The operator looks at it within a few working days and writes to you."), "good")
    return redirect(f"/registrations/{public_id}", 303)


def _take_identity(file: RegistrationFile | None) -> Any:
    form = IdentityForm()
    form.offer()
    if not form.validate_on_submit():
        return _identity_page(form, file, 422)
    actor = current_actor()
    # Asking for many codes would tell which organisations are here: tries are counted as those of passwords are.
    key = f"registration:{actor.user_id}"
    try:
        with transaction() as session:
            accounts.count_attempt(session, key, scale=4)
        with transaction() as session:
            if file is None:
                public_id = services.begin_registration(
                    session, actor, form.to_identity(), form.once.data or ""
                ).public_id
            else:
                public_id = file.row.public_id
                services.set_identity(session, actor, public_id, form.to_identity())
            accounts.forget_attempts(session, key)
    except (BadCode, CodeTaken, TooManyAttempts) as refusal:
        form.add_error("credit_code", words_for(refusal))
        return _identity_page(form, file, 429 if isinstance(refusal, TooManyAttempts) else 422)
    except (FormSentBefore, TooManyOpen) as refusal:
        form.add_error("legal_form", words_for(refusal))
        return _identity_page(form, file, 422)
    if file is None:
        return redirect(f"/registrations/{public_id}/place", 303)
    return redirect(_next_address(file, Step.ORGANISATION), 303)


def _open_file(public_id: str) -> RegistrationFile:
    keep_private()
    with reading() as session:
        file = queries.get_own(session, current_actor(), public_id.replace("\x00", ""))
    if not file.open:
        raise MovedOn(file.row.state)
    return file


def _next_address(file: RegistrationFile, step: Step) -> str:
    """Return where to go after a part: on to the next one, or back to the check when nothing but it is left."""
    home = f"/registrations/{file.row.public_id}"
    steps = list(Step)
    following = steps[steps.index(step) + 1]
    done = not file.missing or file.row.round
    return home if done or following is Step.SEND else f"{home}/{following.value}"


def _steps(file: RegistrationFile | None, here: Step) -> list[tuple[str, str, bool]]:
    """Return the parts as tabs; before the registration is begun there is only the first."""
    found = []
    for step in Step:
        if file is None:
            address = "/registrations/new"
        else:
            end = "" if step is Step.SEND else f"/{step.value}"
            address = f"/registrations/{file.row.public_id}{end}"
        if file is not None or step is here:
            found.append((wording.step_label(step), address, step is here))
    return found


def _step_page(
    file: RegistrationFile | None, step: Step, form: Form, status: int = 200, **more: Any
) -> tuple[str, int]:
    keep_private()
    page = render_template(
        f"accounts/registrations/{step.value}.html",
        file=file,
        form=form,
        steps=_steps(file, step),
        number=list(Step).index(step) + 1,
        numbers=len(Step),
        step_label=wording.step_label(step),
        **more,
    )
    return page, status


def _identity_page(form: IdentityForm, file: RegistrationFile | None = None, status: int = 200) -> Any:
    form.offer()
    return _step_page(file, Step.ORGANISATION, form, status)


def _place_page(file: RegistrationFile, form: PlaceForm, codes: tuple[str, ...], status: int = 200) -> Any:
    with reading() as session:
        levels, _region = registry_queries.pick_region(session, codes)
    form.offer(levels)
    return _step_page(file, Step.PLACE, form, status)


def _blank_licence() -> LicenceForm:
    return LicenceForm(formdata=None, once=ids.public_id(20))


def _licences_page(file: RegistrationFile, form: LicenceForm, status: int = 200) -> Any:
    form.offer()
    return _step_page(
        file,
        Step.LICENCES,
        form,
        status,
        licence_wording=licence_wording,
        replaced=Standing.REPLACED,
        institution=file.row.legal_form.organisation_kind.value == "institution",
    )


def _page(public_id: str, problem: str = "", status: int = 200) -> Any:
    keep_private()
    with reading() as session:
        file = queries.get_own(session, current_actor(), public_id.replace("\x00", ""))
    refused = file.row.state is State.REFUSED
    page = render_template(
        "accounts/registrations/one.html",
        file=file,
        reason=file.turns[-1].reason if refused and file.turns else "",
        problem=problem,
        steps=_steps(file, Step.SEND),
        turns=wording.turns(file, names=False),
        approved=file.row.state is State.APPROVED,
        supplier=file.row.legal_form.organisation_kind.value == "supplier",
        place=in_language(*file.row.place),
        wording=wording,
        licence_wording=licence_wording,
    )
    return page, status
