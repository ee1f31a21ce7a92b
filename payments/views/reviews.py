"""Money that fits nothing: seen by the finance officer, and decided."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from accounts.asking_again import PasswordAgainForm, is_the_same_person
from core import ids, money
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from payments import permissions, queries, services, wording
from payments.errors import CannotJoin, NothingHeld, NothingToMatch
from payments.forms import ResolutionForm
from payments.values import ResolutionKind
from web.access import current_actor, requires
from web.templating import day
from web.wording import words_for

bp = Blueprint("payments_reviews", __name__)


@bp.get("/operator/reviews")
@requires(permissions.RESOLVE_MONEY)
def list_reviews() -> Any:
    """List the payments and transfers that wait for a decision."""
    with reading() as session:
        services.require_operator(session, current_actor())
        rows = queries.list_held(session)
    return render_template("payments/reviews.html", rows=rows, **_words())


@bp.get("/operator/reviews/<kind>/<public_id>")
@requires(permissions.RESOLVE_MONEY)
def show(kind: str, public_id: str) -> Any:
    """Show one of them, what was decided before, and the decision to take."""
    return _page(f"{kind}:{public_id}", ResolutionForm(formdata=None))


def _page(
    paid_by: str,
    form: ResolutionForm,
    status: int = 200,
    *,
    confirm_form: PasswordAgainForm | None = None,
    problem: str = "",
) -> tuple[str, int]:
    with reading() as session:
        services.require_operator(session, current_actor())
        row = queries.get_held(session, paid_by)
        decisions = queries.list_resolutions(session, paid_by)
        refunds = queries.refunds_of_paid(session, paid_by)
        others = queries.others_of_code(session, paid_by)
    _offer(form, others)
    if not form.once.data:
        form.once.data = ids.public_id(20)
        _suggest(form, row, others)
    page = render_template(
        "payments/review.html",
        row=row,
        path="/operator/reviews/" + paid_by.replace(":", "/"),
        form=form,
        confirm_form=confirm_form or PasswordAgainForm(prefix="confirm", formdata=None),
        problem=problem,
        decisions=decisions,
        refunds=refunds,
        others=others,
        me=current_actor().user_id,
        **_words(),
    )
    return page, status


@bp.post("/operator/reviews/<kind>/<public_id>")
@requires(permissions.RESOLVE_MONEY)
def decide(kind: str, public_id: str) -> Any:
    """Decide, or propose when the amount needs a second person."""
    paid_by = f"{kind}:{public_id}"
    form = ResolutionForm()
    with reading() as session:
        services.require_operator(session, current_actor())
        _offer(form, queries.others_of_code(session, paid_by))
    if not form.validate_on_submit():
        return _page(paid_by, form, 422)
    try:
        with transaction() as session:
            found = services.resolve_review(
                session,
                current_actor(),
                paid_by,
                ResolutionKind(form.kind.data),
                form.reason.data or "",
                once=form.once.data or "",
                reference=(form.number.data or "").strip(),
                joined=form.joined.data or (),
            )
    except (NothingToMatch, NothingHeld, CannotJoin) as refusal:
        fields = {NothingToMatch: "number", CannotJoin: "joined"}
        form.add_error(fields.get(type(refusal), "kind"), words_for(refusal))
        return _page(paid_by, form, 422)
    if found.state == "proposed":
        flash(_("Proposed. A second person confirms it."), "info")
    else:
        flash(_("Decided and written down."), "good")
    return redirect(f"/operator/reviews/{kind}/{public_id}", 303)


@bp.post("/operator/reviews/<kind>/<public_id>/<decision>/confirm")
@requires(permissions.RESOLVE_MONEY)
def confirm(kind: str, public_id: str, decision: str) -> Any:
    """Confirm what somebody else proposed; the password is asked for once more."""
    with reading() as session:
        services.require_operator(session, current_actor())
    form = PasswordAgainForm(prefix="confirm")
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _page(f"{kind}:{public_id}", ResolutionForm(formdata=None), 422, confirm_form=form)
    return _decided(kind, public_id, decision, confirm=True)


@bp.post("/operator/reviews/<kind>/<public_id>/<decision>/decline")
@requires(permissions.RESOLVE_MONEY)
def decline(kind: str, public_id: str, decision: str) -> Any:
    """Decline what somebody else proposed, or take the own proposal back."""
    return _decided(kind, public_id, decision, confirm=False)


def _decided(kind: str, public_id: str, decision: str, *, confirm: bool) -> Any:
    paid_by = f"{kind}:{public_id}"
    try:
        with transaction() as session:
            services.decide_proposal(session, current_actor(), paid_by, decision, confirm=confirm)
    except NotFound:
        raise
    except Refusal as refusal:
        form = ResolutionForm(formdata=None)
        return _page(paid_by, form, int(refusal.status), problem=words_for(refusal))
    flash(_("Decided and written down."), "good")
    return redirect(f"/operator/reviews/{kind}/{public_id}", 303)


def _offer(form: ResolutionForm, others: list[queries.OtherTransfer]) -> None:
    form.joined.choices = [
        (
            other.public_id,
            f"{money.format_fen(other.held_fen)} · {day(other.received_on)} · {other.bank_reference}",
        )
        for other in others
        if other.free
    ]


def _suggest(form: ResolutionForm, row: queries.HeldRow, others: list[queries.OtherTransfer]) -> None:
    """Fill in what is likely: transfers of one code that together are exactly what was expected pay for it."""
    free = [other for other in others if other.free]
    if free and row.held_fen + sum(other.held_fen for other in free) == row.expected_fen:
        form.kind.data = ResolutionKind.MATCH.value
        form.number.data = row.about
        form.joined.data = [other.public_id for other in free]


def _words() -> dict[str, Any]:
    return {
        "review_reason": wording.review_reason,
        "provider_label": wording.provider_label,
        "amount_text": wording.amount_text,
        "refund_label": wording.refund_label,
        "refund_tone": wording.refund_tone,
    }
