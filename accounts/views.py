"""Signing in, signing up, and one's own account."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from accounts import queries, rules, services
from accounts.errors import HalfSignInEnded, WeakPassword, WrongCredentials
from accounts.forms import AskResetForm, ChangePasswordForm, CodeForm, ResetForm, SignInForm, SignUpForm
from accounts.second_factors import queries as factor_queries
from accounts.second_factors import services as factors
from accounts.second_factors.errors import WrongCode
from accounts.signed_in import load
from accounts.wording import agent_text
from core.db import reading, transaction
from core.errors import TooManyAttempts
from web.access import SECOND_FACTOR, current_actor, public, signed_in
from web.addresses import safe_return, visitor_network
from web.language import locale_code
from web.navigation import desk_links
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("accounts", __name__)

#: Where the session of a browser keeps the secret of its half sign-in.
HALF = "half_sign_in"


def _keys(login: str) -> tuple[str, str]:
    kind, value = rules.normalise_login(login)
    return f"sign-in:{kind}:{value}", f"sign-in-from:{visitor_network()}"


def _sign_in_page(form: SignInForm, status: int = 200) -> tuple[str, int]:
    keep_private()
    return render_template("accounts/sign_in.html", form=form), status


@bp.get("/sign-in")
@public
def sign_in() -> Any:
    """Show the form, or go on when signed in."""
    if current_user.is_authenticated:
        return redirect(safe_return(request.args.get("next"), "/account"), 303)
    form = SignInForm(formdata=None, next=safe_return(request.args.get("next"), ""))
    return _sign_in_page(form)


@bp.post("/sign-in")
@public
def check_sign_in() -> Any:
    """Check the password, renew the session and go where the person wanted to go; with a second factor to its code first."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, 422)
    login, password = form.login.data or "", form.password.data or ""
    account_key, address_key = _keys(login)
    half = None
    try:
        with transaction() as step:
            services.count_attempt(step, account_key)
            services.count_attempt(step, address_key, scale=10)
        with transaction() as step:
            user = services.check_password(step, login, password)
            services.lock_sign_ins(step, user.id)
            if factor_queries.has_factor(step, user.id):
                half = services.start_half_sign_in(step, user)
            else:
                new = services.start_sign_in(step, user, request.remote_addr or "", request.user_agent.string)
            services.forget_attempts(step, account_key)
            services.forgive_one(step, address_key)
    except WrongCredentials as refusal:
        form.add_error("password", words_for(refusal))
        return _sign_in_page(form, 422)
    except TooManyAttempts as refusal:
        form.add_error("password", words_for(refusal))
        body, _status = _sign_in_page(form)
        return body, 429, {"Retry-After": str(refusal.retry_after)}
    if half is not None:
        session[HALF] = half
        return redirect(_code_url(safe_return(form.next.data, "")), 303)
    _open_session(new.token)
    return redirect(_way_on(form.next.data), 303)


def _code_url(wanted: str) -> str:
    return f"/sign-in/code?next={quote(wanted)}" if wanted else "/sign-in/code"


def _code_page(form: CodeForm, status: int = 200) -> tuple[str, int]:
    keep_private()
    wanted = safe_return(form.next.data, "")
    by_recovery = request.args.get("by") == "recovery"
    if by_recovery:
        form.code.label.text = _("Recovery code")
    page = render_template("accounts/sign_in_code.html", form=form, wanted=wanted, by_recovery=by_recovery)
    return page, status


def _half_signed_in() -> int | None:
    """Return whose password was given in this browser a moment ago."""
    token = session.get(HALF)
    if not isinstance(token, str):
        return None
    with reading() as step:
        return queries.find_half_sign_in(step, token)


def _start_over() -> Response:
    session.pop(HALF, None)
    flash(_("Please begin again: between the password and the code at most five minutes may pass."), "info")
    return redirect("/sign-in", 303)


@bp.get("/sign-in/code")
@public
def ask_code() -> Any:
    """Ask for the code of the second factor, after the password."""
    if _half_signed_in() is None:
        return _start_over()
    return _code_page(CodeForm(formdata=None, next=safe_return(request.args.get("next"), "")))


@bp.post("/sign-in/code")
@public
def check_code() -> Any:
    """Check the code, and only now sign the person in."""
    user_id = _half_signed_in()
    if user_id is None:
        return _start_over()
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form, 422)
    account_key, address_key = f"second factor:{user_id}", f"second-factor-from:{visitor_network()}"
    try:
        with transaction() as step:
            services.count_attempt(step, account_key)
            services.count_attempt(step, address_key, scale=10)
        with transaction() as step:
            user = services.end_half_sign_in(step, session[HALF])
            factors.use_code(step, user.id, form.code.data or "")
            new = services.start_sign_in(step, user, request.remote_addr or "", request.user_agent.string)
            services.forget_attempts(step, account_key)
            services.forgive_one(step, address_key)
    except HalfSignInEnded:
        return _start_over()
    except WrongCode as refusal:
        with transaction() as step:
            factors.note_wrong_code(step, user_id, account_key)
        form.add_error("code", words_for(refusal))
        return _code_page(form, 422)
    except TooManyAttempts as refusal:
        form.add_error("code", words_for(refusal))
        body, _status = _code_page(form)
        return body, 429, {"Retry-After": str(refusal.retry_after)}
    _open_session(new.token)
    return redirect(_way_on(form.next.data), 303)


def _open_session(token: str) -> None:
    kept = {key: value for key, value in session.items() if key.startswith("cart")}
    session.clear()
    session.update(kept)
    user = load(token)
    assert user is not None
    login_user(user)
    keep_private()


def _way_on(wanted: str | None) -> str:
    """Return where a fresh sign-in leads: staff without the second factor that is required to the page where it is turned on."""
    return SECOND_FACTOR if current_actor().resting else safe_return(wanted, _home())


def _home() -> str:
    links = desk_links()
    return links[0].url if links else "/"


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End this session at once, here and in the database."""
    if current_user.is_authenticated:
        with transaction() as step:
            services.end_sign_in(step, current_user.token)
        logout_user()
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect("/", 303)


@bp.get("/sign-up")
@public
def sign_up() -> Any:
    """Show the form for buyers."""
    keep_private()
    return render_template("accounts/sign_up.html", form=SignUpForm(formdata=None))


@bp.post("/sign-up")
@public
def open_account() -> Any:
    """Open an account; says the same whether or not the address had one."""
    keep_private()
    form = SignUpForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_up.html", form=form), 422
    with transaction() as step:
        services.count_attempt(step, f"sign-up:{visitor_network()}", scale=10)
    try:
        with transaction() as step:
            services.sign_up(step, form.to_request(locale_code()))
    except WeakPassword as refusal:
        form.add_error("password", words_for(refusal))
        return render_template("accounts/sign_up.html", form=form), 422
    flash(
        _(
            "If this address was new here, your account is open: sign in with it now. If it already had an account, "
            "we have written to its owner."
        ),
        "info",
    )
    return redirect("/sign-in", 303)


@bp.get("/password-reset")
@public
def ask_reset() -> Any:
    """Ask for a link."""
    keep_private()
    return render_template("accounts/ask_reset.html", form=AskResetForm(formdata=None))


@bp.post("/password-reset")
@public
def send_reset() -> Any:
    """Send the link when there is such an account; says the same either way."""
    keep_private()
    form = AskResetForm()
    if not form.validate_on_submit():
        return render_template("accounts/ask_reset.html", form=form), 422
    login = form.login.data or ""
    with transaction() as step:
        services.count_attempt(step, f"reset:{login.casefold()}")
        services.count_attempt(step, f"reset-from:{visitor_network()}", scale=10)
    with transaction() as step:
        services.ask_password_reset(step, login)
    flash(
        _("If there is such an account, a mail with a link is on its way. The link works for one hour."),
        "info",
    )
    return redirect("/sign-in", 303)


@bp.get("/password-reset/<token>")
@public
def choose_password(token: str) -> Any:
    """Show the form behind a reset link."""
    keep_private()
    with reading() as step:
        services.find_reset(step, token)
    return render_template("accounts/reset.html", form=ResetForm(formdata=None), token=token)


@bp.post("/password-reset/<token>")
@public
def reset_password(token: str) -> Any:
    """Set the new password; every session of the account ends."""
    keep_private()
    form = ResetForm()
    if not form.validate_on_submit():
        return render_template("accounts/reset.html", form=form, token=token), 422
    try:
        with transaction() as step:
            services.reset_password(step, token, form.password.data or "")
    except WeakPassword as refusal:
        form.add_error("password", words_for(refusal))
        return render_template("accounts/reset.html", form=form, token=token), 422
    flash(_("Your new password is set. Please sign in with it."), "success")
    return redirect("/sign-in", 303)


def _account_page(form: ChangePasswordForm, status: int = 200) -> tuple[str, int]:
    with reading() as step:
        sign_ins = queries.open_sign_ins(step, current_user.user_id)
        present = queries.find_open_sign_in(step, current_user.token)
    here = present.sign_in_id if present else None
    page = render_template(
        "accounts/account.html", form=form, sign_ins=sign_ins, here=here, agent_text=agent_text
    )
    return page, status


@bp.get("/account")
@signed_in
def account() -> Any:
    """Show one's own account: tasks, browsers signed in, password."""
    return _account_page(ChangePasswordForm(formdata=None))


@bp.post("/account/password")
@signed_in
def change_password() -> Any:
    """Change the password; every other browser is signed out."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _account_page(form, 422)
    with transaction() as step:
        services.count_attempt(step, f"password:{current_user.user_id}")
    try:
        with transaction() as step:
            services.change_password(
                step,
                current_actor(),
                form.current.data or "",
                form.password.data or "",
                keep_token=current_user.token,
            )
            services.forget_attempts(step, f"password:{current_user.user_id}")
    except WrongCredentials:
        form.add_error("current", _("This is not your present password."))
        return _account_page(form, 422)
    except WeakPassword as refusal:
        form.add_error("password", words_for(refusal))
        return _account_page(form, 422)
    flash(_("Your new password is set. Other browsers were signed out."), "success")
    return redirect("/account", 303)


@bp.post("/account/sign-out-others")
@signed_in
def sign_out_others() -> Response:
    """End every other session of this person."""
    with transaction() as step:
        services.end_all_sign_ins(step, current_user.user_id, except_token=current_user.token)
    flash(_("Other browsers were signed out."), "success")
    return redirect("/account", 303)
