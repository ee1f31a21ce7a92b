"""The desk of the operator's finance officer: bank transfers, and the inbox of events."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import money
from core.db import reading, transaction
from core.errors import Forbidden, NotFound
from payments import permissions, queries, services, wording
from payments.errors import BankReferenceTaken, TransferFromTheFuture
from payments.forms import BankTransferForm
from payments.values import TransferState
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("payments_desk", __name__)

PAGE = 25


@bp.get("/operator/bank-transfers")
@requires(permissions.RECORD_BANK_TRANSFER)
def bank_transfers() -> str:
    """Show the codes that wait for money, the form (filled in by `?code=`), and what was recorded."""
    return _transfers_page(BankTransferForm(formdata=None))


@bp.post("/operator/bank-transfers")
@requires(permissions.RECORD_BANK_TRANSFER)
def record_bank_transfer() -> Response | tuple[str, int]:
    """Record one line of the bank statement."""
    form = BankTransferForm()
    if form.validate_on_submit():
        line = form.to_request()
        try:
            with transaction() as session:
                transfer = services.record_bank_transfer(
                    session,
                    current_actor(),
                    line.code,
                    line.amount_fen,
                    line.received_on,
                    line.bank_reference,
                )
        except BankReferenceTaken as refusal:
            form.add_error("bank_reference", words_for(refusal))
        except TransferFromTheFuture as refusal:
            form.add_error("received_on", words_for(refusal))
        else:
            amount = money.format_fen(transfer.amount_fen)
            if transfer.state == TransferState.MATCHED:
                flash(
                    _("%(amount)s is booked to code %(code)s.", amount=amount, code=transfer.typed_code),
                    "good",
                )
            else:
                flash(_("%(amount)s is kept for review; nothing was marked as paid.", amount=amount), "warn")
            return redirect("/operator/bank-transfers", 303)
    return _transfers_page(form), 422


@bp.get("/operator/payment-events")
@requires(permissions.READ_PAYMENT_EVENTS)
def payment_events() -> str:
    """Show the inbox of events, and the payments that a person must look at."""
    number, show = page_number(), request.args.get("show", "")
    if show not in ("", "failed", "waiting"):
        raise NotFound("show")
    words = request.args.get("q", "").strip()[:100].replace("\x00", "")
    with reading() as session:
        services.require_operator(session, current_actor())
        rows = queries.list_events(session, show, words, limit=PAGE, offset=(number - 1) * PAGE)
        total = queries.count_events(session, show, words)
        failed_count = queries.count_events(session, "failed")
        waiting_count = queries.count_events(session, "waiting")
        reviews = queries.list_reviews(session)
    return render_template(
        "payments/events.html",
        page=paginate(rows, number, total, PAGE),
        show=show,
        words=words,
        failed_count=failed_count,
        waiting_count=waiting_count,
        reviews=reviews,
        review_reason=wording.review_reason,
        outcome_text=wording.outcome_text,
        event_label=wording.event_label,
        provider_label=wording.provider_label,
        error_text=wording.error_text,
    )


@bp.post("/operator/payment-events/<int:event_id>/retry")
@requires(permissions.READ_PAYMENT_EVENTS)
def retry_event(event_id: int) -> Response:
    """Try to apply a failed event once more, now."""
    with transaction() as session:
        services.require_operator(session, current_actor())
        services.retry_event(session, current_actor(), event_id)
    if services.handle_event(event_id):
        flash(_("The event has been applied."), "good")
    else:
        flash(_("The event still cannot be applied; the reason is in the list."), "warn")
    return redirect("/operator/payment-events?show=failed", 303)


def _transfers_page(form: BankTransferForm) -> str:
    number, review = page_number(), request.args.get("show") == "review"
    with reading() as session:
        if not queries.handles_operator_money(session, current_actor()):
            raise Forbidden("the operator's own desk")
        rows = queries.list_transfers(session, review=review, limit=PAGE, offset=(number - 1) * PAGE)
        total = queries.count_transfers(session, review=review)
        review_count = total if review else queries.count_transfers(session, review=True)
        codes = queries.open_codes(session)
    wanted = request.args.get("code") if request.method == "GET" else None
    chosen = next((row for row in codes if row.code == wanted), None)
    if chosen is not None:
        form = BankTransferForm(
            formdata=None, data={"code": chosen.code, "amount": f"{chosen.amount_fen / 100:.2f}"}
        )
    return render_template(
        "payments/bank_transfers.html",
        form=form,
        codes=codes,
        chosen=chosen,
        page=paginate(rows, number, total, PAGE),
        review_only=review,
        review_count=review_count,
    )
