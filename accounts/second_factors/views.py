"""Two-step sign-in: turning it on and off in one's account, and the operator's page for those who lost the phone."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from accounts.asking_again import PasswordAgainForm, is_the_same_person
from accounts.permissions import TAKE_SECOND_FACTORS_OFF
from accounts.second_factors import queries, rules, services, wording
from accounts.second_factors.errors import AlreadyOn, NotOn, SetUpEnded, WrongCode
from accounts.second_factors.forms import ConfirmForm, FindForm, TakeOffForm
from core import clock
from core.db import reading, transaction
from web.access import SECOND_FACTOR, current_actor, requires, signed_in
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("second_factors", __name__)

DESK = "/operator/second-factors"


# One's own account


@bp.get(SECOND_FACTOR)
@signed_in
def show() -> Any:
    """Show whether two-step sign-in is on, and what can be done."""
    return _own_page(PasswordAgainForm(formdata=None))


def _own_page(form: PasswordAgainForm, status: int = 200) -> tuple[str, int]:
    keep_private()
    with reading() as session:
        standing = queries.find_standing(session, current_user.user_id)
    page = render_template(
        "accounts/second_factors/own.html",
        form=form,
        standing=standing,
        resting=bool(current_actor().resting),
        few=rules.FEW_LEFT,
    )
    return page, status


@bp.post(SECOND_FACTOR)
@signed_in
def begin() -> Any:
    """Begin to set up an app; the password is asked for once more."""
    form = PasswordAgainForm()
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _own_page(form, 422)
    try:
        with transaction() as session:
            services.begin_set_up(session, current_actor(), current_user.sign_in_id)
    except AlreadyOn as refusal:
        return _back(refusal)
    return redirect(f"{SECOND_FACTOR}/set-up", 303)


@bp.get(f"{SECOND_FACTOR}/set-up")
@signed_in
def set_up() -> Any:
    """Show the QR code and the secret, and ask for the first code."""
    return _set_up_page(ConfirmForm(formdata=None))


def _set_up_page(form: ConfirmForm, status: int = 200) -> Any:
    keep_private()
    with reading() as session:
        found = queries.find_set_up(session, current_user.user_id, current_user.sign_in_id)
    if found is None:
        return _back(AlreadyOn() if current_user.has_second_factor else SetUpEnded())
    made = segno.make(found.address, error="m", micro=False)
    picture = Markup(
        made.svg_inline(scale=4, border=4, light="#fff", omitsize=True, svgclass="factor-qr", lineclass=None)
    )
    page = render_template(
        "accounts/second_factors/set_up.html",
        form=form,
        picture=picture,
        secret=rules.in_groups(found.secret),
        address=found.address,
    )
    return page, status


@bp.post(f"{SECOND_FACTOR}/set-up")
@signed_in
def confirm() -> Any:
    """Turn it on with the first code, and show the recovery codes this once."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _set_up_page(form, 422)
    try:
        with transaction() as session:
            codes = services.confirm_set_up(
                session,
                current_actor(),
                current_user.sign_in_id,
                form.code.data or "",
                keep_token=current_user.token,
            )
    except WrongCode as refusal:
        form.add_error("code", words_for(refusal))
        return _set_up_page(form, 422)
    except SetUpEnded as refusal:
        return _back(AlreadyOn() if current_user.has_second_factor else refusal)
    return _codes_page(codes, fresh=True)


def _codes_page(codes: tuple[str, ...], *, fresh: bool) -> str:
    """Show recovery codes in the answer itself: they are in no cookie and no address, and loading anew shows them no more."""
    keep_private()
    return render_template(
        "accounts/second_factors/codes.html", codes=codes, fresh=fresh, made_at=clock.now()
    )


@bp.get(f"{SECOND_FACTOR}/codes")
@signed_in
def ask_codes() -> Any:
    """Ask for the password and a code before new recovery codes."""
    return _again_page("codes", PasswordAgainForm(formdata=None))


@bp.post(f"{SECOND_FACTOR}/codes")
@signed_in
def make_codes() -> Any:
    """Make new recovery codes and show them this once."""
    form = PasswordAgainForm()
    if current_user.has_second_factor and (not form.validate_on_submit() or not is_the_same_person(form)):
        return _again_page("codes", form, 422)
    try:
        with transaction() as session:
            codes = services.make_recovery_codes(session, current_actor())
    except NotOn as refusal:
        return _back(refusal)
    return _codes_page(codes, fresh=False)


@bp.get(f"{SECOND_FACTOR}/off")
@signed_in
def ask_off() -> Any:
    """Ask for the password and a code before it is turned off."""
    return _again_page("off", PasswordAgainForm(formdata=None))


@bp.post(f"{SECOND_FACTOR}/off")
@signed_in
def turn_off() -> Any:
    """Turn it off."""
    form = PasswordAgainForm()
    if current_user.has_second_factor and (not form.validate_on_submit() or not is_the_same_person(form)):
        return _again_page("off", form, 422)
    try:
        with transaction() as session:
            services.turn_off(session, current_actor())
    except NotOn as refusal:
        return _back(refusal)
    flash(_("Two-step sign-in is off. Your password alone signs you in."), "info")
    return redirect(SECOND_FACTOR, 303)


def _again_page(what: str, form: PasswordAgainForm, status: int = 200) -> Any:
    keep_private()
    if not current_user.has_second_factor:
        return _back(NotOn())
    return render_template("accounts/second_factors/again.html", form=form, what=what), status


def _back(refusal: AlreadyOn | NotOn | SetUpEnded) -> Any:
    flash(words_for(refusal), "info")
    return redirect(SECOND_FACTOR, 303)


# The operator


@bp.get(DESK)
@requires(TAKE_SECOND_FACTORS_OFF)
def staff() -> Any:
    """Show who of the staff has two-step sign-in, and look for anybody else."""
    return _staff_page(FindForm(formdata=None))


def _staff_page(form: FindForm, status: int = 200) -> tuple[str, int]:
    keep_private()
    with reading() as session:
        people = queries.list_staff(session)
    page = render_template("accounts/second_factors/staff.html", form=form, people=people, wording=wording)
    return page, status


@bp.post(DESK)
@requires(TAKE_SECOND_FACTORS_OFF)
def find() -> Any:
    """Lead to the person with this address."""
    form = FindForm()
    if form.validate_on_submit():
        with reading() as session:
            public_id = queries.find_person_id(session, form.login.data or "")
        if public_id is not None:
            return redirect(f"{DESK}/{public_id}", 303)
        form.add_error("login", _("Nobody signs in with this."))
    return _staff_page(form, 422)


@bp.get(f"{DESK}/<public_id>")
@requires(TAKE_SECOND_FACTORS_OFF)
def person(public_id: str) -> Any:
    """Show since when a person has two-step sign-in, and the form to take it off."""
    return _person_page(public_id, TakeOffForm(formdata=None))


def _person_page(public_id: str, form: TakeOffForm, status: int = 200) -> tuple[str, int]:
    keep_private()
    with reading() as session:
        found = queries.get_person(session, public_id.replace("\x00", ""))
    page = render_template(
        "accounts/second_factors/person.html",
        person=found,
        own=found.user_id == current_user.user_id,
        form=form,
        wording=wording,
    )
    return page, status


@bp.post(f"{DESK}/<public_id>")
@requires(TAKE_SECOND_FACTORS_OFF)
def take_off(public_id: str) -> Any:
    """Take it off somebody who lost the phone; password and code are asked for once more."""
    public_id = public_id.replace("\x00", "")
    form = TakeOffForm()
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _person_page(public_id, form, 422)
    try:
        with transaction() as session:
            services.take_off(session, current_actor(), public_id, form.reason.data or "")
    except NotOn as refusal:
        flash(words_for(refusal), "warn")
    else:
        flash(_("Taken off. All browsers of this person are signed out, and a mail tells them."), "good")
    return redirect(f"{DESK}/{public_id}", 303)
