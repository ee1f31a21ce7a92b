"""The operator's desk of claims: every claim, and deciding where the two sides do not agree."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import true

from core import money
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.permissions import Actor
from payments.services import require_operator
from shop.after_sales import queries, rules, services, wording
from shop.after_sales.errors import AskedTooMuch, WordsMissing
from shop.after_sales.forms import DecisionForm
from shop.after_sales.queries import OPERATORS_TURN
from shop.after_sales.values import ENDED, OPEN, ClaimFile, ClaimKind, Side, State
from shop.after_sales.views.pages import photo as send_photo
from shop.after_sales.views.pages import shown
from shop.permissions import HANDLE_ORDERS
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("after_sales_operator", __name__)

PAGE_SIZE = 25
SHOWN = {
    "mine": OPERATORS_TURN,
    "overdue": (State.ESCALATED,),
    "others": tuple(state for state in OPEN if state not in OPERATORS_TURN),
    "ended": ENDED,
    "all": (*OPEN, *ENDED),
}


def claims_to_decide(_actor: Actor) -> int | None:
    """Return how many claims wait for the operator, for the rail."""
    with reading() as session:
        return queries.count_for_operator(session) or None


@bp.get("/operator/claims")
@requires(HANDLE_ORDERS)
def list_claims() -> Any:
    """List claims by whom they wait for, by kind, found by order, supplier or recipient."""
    _only_the_operator()
    shown_now = request.args.get("show", "mine")
    kind = request.args.get("kind", "")
    words = request.args.get("q", "").strip()[:60].replace("\x00", "")
    if shown_now not in SHOWN or kind not in ("", *[known.value for known in ClaimKind]):
        raise NotFound("filter")
    number = page_number()
    with reading() as session:
        rows, total = queries.list_all_claims(
            session,
            SHOWN[shown_now],
            overdue=shown_now == "overdue",
            kind=ClaimKind(kind) if kind else None,
            words=words,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
        overdue = queries.count_overdue(session)
    labels = {
        "mine": _("Waiting for a decision"),
        "overdue": _("Overdue"),
        "others": _("With buyer or supplier"),
        "ended": _("Ended claims"),
        "all": _("All"),
    }
    return render_template(
        "shop/after_sales/operator_list.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        shown_now=shown_now,
        kind=kind,
        words=words,
        shows=list(labels.items()),
        kinds=[(known.value, wording.kind_label(known)) for known in ClaimKind],
        overdue=overdue,
        wording=wording,
    )


@bp.get("/operator/claims/<public_id>")
@requires(HANDLE_ORDERS)
def show(public_id: str) -> Any:
    """Show a claim with both sides of it."""
    return _page(public_id)


def _page(public_id: str, form: DecisionForm | None = None, status: int = 200, problem: str = "") -> Any:
    _only_the_operator()
    keep_private()
    with reading() as session:
        file = queries.get_any_claim(session, public_id)
        refund = queries.find_refund(session, file)
        interest = services.find_interest(session, current_actor(), public_id)
    page = render_template(
        "shop/after_sales/operator_claim.html",
        may_decide=bool(rules.steps_of(file.row.state, Side.OPERATOR)) and interest is None,
        interest_text=wording.interest_text(interest) if interest else "",
        form=form or _form(file, blank=True),
        problem=problem,
        **shown(file, Side.OPERATOR, refund),
    )
    return page, status


def _form(file: ClaimFile, *, blank: bool = False) -> DecisionForm:
    if blank:
        form = DecisionForm(
            formdata=None,
            amount=money.format_fen(file.row.amount_fen).lstrip("¥"),
            goods_back=file.goods_back,
        )
    else:
        form = DecisionForm()
    form.offer(may_ask_back=not file.carrier)
    return form


@bp.post("/operator/claims/<public_id>")
@requires(HANDLE_ORDERS)
def decide(public_id: str) -> Any:
    """Decide: so much goes back, or nothing does."""
    _only_the_operator()
    with reading() as session:
        file = queries.get_any_claim(session, public_id)
    form = _form(file)
    if not form.validate():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            claim = services.decide_claim(
                session, current_actor(), public_id, form.chosen, form.words.data or "", form.to_settlement()
            )
            state, problem = State(claim.state), claim.problem
    except (AskedTooMuch, WordsMissing) as refusal:
        form.add_error("amount" if isinstance(refusal, AskedTooMuch) else "words", words_for(refusal))
        return _page(public_id, form, int(refusal.status))
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(public_id, form, int(refusal.status), words_for(refusal))
    if state is State.AGREED:
        flash(wording.problem_text(problem), "warn")
    else:
        flash(
            _("Decided. Both sides get a mail; above the limit a second person approves the refund."), "good"
        )
    return redirect(f"/operator/claims/{public_id}", 303)


@bp.get("/operator/claims/<public_id>/photos/<int:number>")
@requires(HANDLE_ORDERS)
def photo(public_id: str, number: int) -> Any:
    """Show a photo that came with a claim."""
    _only_the_operator()
    with reading() as session:
        data = queries.get_photo(session, true(), public_id, number)
    return send_photo(data)


def _only_the_operator() -> None:
    with reading() as session:
        require_operator(session, current_actor())
