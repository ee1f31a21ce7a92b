"""The operator's vouchers: the list, a new batch, a batch with its codes, opening and withdrawing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.permissions import Actor
from core.sheets import csv_text
from payments.services import require_operator
from shop.permissions import MANAGE_VOUCHERS
from shop.vouchers import queries, rules, services, wording
from shop.vouchers.forms import BatchForm, OpenForm, WithdrawForm
from shop.vouchers.values import BatchState
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("shop_vouchers", __name__)

PAGE_SIZE = 25
CODES = 50


def waiting_batches(_actor: Actor) -> int | None:
    """Return how many batches wait for a second look, for the rail."""
    with reading() as session:
        return queries.count_drafts(session) or None


@bp.get("/operator/vouchers")
@requires(MANAGE_VOUCHERS)
def list_batches() -> Any:
    """List the batches of vouchers with what they have cost and may cost."""
    _only_the_operator()
    number = page_number()
    with reading() as session:
        rows = queries.list_batches(session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        total = queries.count_batches(session)
    return render_template(
        "shop/vouchers/list.html", page=paginate(rows, number, total, PAGE_SIZE), **_words()
    )


@bp.get("/operator/vouchers/new")
@requires(MANAGE_VOUCHERS)
def new() -> Any:
    """Ask for the terms of new vouchers."""
    _only_the_operator()
    return render_template("shop/vouchers/new.html", form=BatchForm(formdata=None))


@bp.post("/operator/vouchers/new")
@requires(MANAGE_VOUCHERS)
def make() -> Any:
    """Draw the codes of a new batch, and lead to the second look at what it may cost."""
    _only_the_operator()
    form = BatchForm()
    if not form.validate_on_submit():
        return render_template("shop/vouchers/new.html", form=form), 422
    with transaction() as session:
        batch = services.make_batch(session, current_actor(), form.to_terms(), once=form.once.data or "")
        public_id = batch.public_id
    return _to(public_id)


@bp.get("/operator/vouchers/<public_id>")
@requires(MANAGE_VOUCHERS)
def show(public_id: str) -> Any:
    """Show a batch: its terms, what it may cost, its codes."""
    return _page(public_id, WithdrawForm(formdata=None))


def _page(public_id: str, form: WithdrawForm, status: int = 200, problem: str = "") -> tuple[str, int]:
    _only_the_operator()
    keep_private()
    number = page_number()
    with reading() as session:
        view = queries.view_batch(session, public_id)
        codes = queries.list_codes(session, view.batch.id, limit=CODES, offset=(number - 1) * CODES)
    page = render_template(
        "shop/vouchers/show.html",
        view=view,
        page=paginate(codes, number, view.terms.codes, CODES),
        form=form,
        open_form=OpenForm(formdata=None),
        problem=problem,
        days_together=rules.COUNTED_TOGETHER.days,
        own=view.batch.made_by_user_id == current_actor().user_id,
        **_words(),
    )
    return page, status


@bp.post("/operator/vouchers/<public_id>/open")
@requires(MANAGE_VOUCHERS)
def open_batch(public_id: str) -> Any:
    """Let a batch be used."""
    _only_the_operator()
    try:
        with transaction() as session:
            services.open_batch(session, current_actor(), public_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(public_id, WithdrawForm(formdata=None), int(refusal.status), words_for(refusal))
    flash(_("The vouchers can be used now."), "good")
    return _to(public_id)


@bp.post("/operator/vouchers/<public_id>/withdraw")
@requires(MANAGE_VOUCHERS)
def withdraw(public_id: str) -> Any:
    """Take a batch back, with a reason."""
    _only_the_operator()
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            services.withdraw_batch(session, current_actor(), public_id, form.reason.data or "")
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error("reason", words_for(refusal))
        return _page(public_id, form, int(refusal.status))
    flash(_("Taken back. Orders that have used one keep it."), "good")
    return _to(public_id)


@bp.get("/operator/vouchers/<public_id>/codes.csv")
@requires(MANAGE_VOUCHERS)
def codes(public_id: str) -> Response:
    """Give the codes of an open batch, to be handed out."""
    _only_the_operator()
    keep_private()
    with reading() as session:
        batch = queries.get_batch(session, public_id)
        if batch.state != BatchState.OPEN:
            raise NotFound("codes")
        rows = [[code] for code in queries.all_codes(session, batch.id)]
    return Response(
        csv_text([[_("Voucher code")], *rows]),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="vouchers-{public_id}.csv"'},
    )


def _words() -> dict[str, Any]:
    return {
        "state_label": wording.state_label,
        "state_tone": wording.state_tone,
        "terms_text": wording.terms_text,
        "most_cost_fen": rules.most_cost_fen,
    }


def _to(public_id: str) -> Any:
    return redirect(f"/operator/vouchers/{public_id}", 303)


def _only_the_operator() -> None:
    with reading() as session:
        require_operator(session, current_actor())
