"""The pages of the sandbox: plainly a rehearsal, with everything that can happen at a real provider."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from core.db import reading, transaction
from payments.sandbox import services
from payments.sandbox.gateway import state_of
from payments.values import SessionStatus
from web.access import public
from web.security import keep_private

bp = Blueprint("payments_sandbox", __name__, url_prefix="/sandbox/pay")


@bp.get("/<session_id>")
@public
def checkout(session_id: str) -> str:
    """Show the amount and what the buyer can do."""
    keep_private()
    with reading() as session:
        kept = services.get_session(session, session_id)
    return render_template(
        "payments/sandbox/checkout.html",
        kept=kept,
        status=state_of(kept).status.value,
        is_open=state_of(kept).status is SessionStatus.OPEN,
        methods=services.METHODS,
    )


@bp.post("/<session_id>/pay")
@public
def pay(session_id: str) -> Response:
    """Pretend to pay, and send the buyer back."""
    with transaction() as session:
        kept = services.pay(session, session_id, request.form.get("method", "card"))
    return redirect(kept.return_url, 303)


@bp.post("/<session_id>/decline")
@public
def decline(session_id: str) -> Response:
    """Pretend that the bank said no, and send the buyer back."""
    with transaction() as session:
        kept = services.decline(session, session_id)
    return redirect(kept.return_url, 303)


@bp.post("/<session_id>/close-the-tab")
@public
def close_the_tab(session_id: str) -> Response:
    """Pretend that the payment went through and the buyer never came back."""
    with transaction() as session:
        services.pay(session, session_id, request.form.get("method", "card"))
    return redirect(f"/sandbox/pay/{session_id}/closed", 303)


@bp.get("/<session_id>/closed")
@public
def closed(session_id: str) -> str:
    """Say what a closed tab means."""
    keep_private()
    with reading() as session:
        services.get_session(session, session_id)
    return render_template("payments/sandbox/closed.html")
