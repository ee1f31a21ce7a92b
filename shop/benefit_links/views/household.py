"""What a household says of its benefit links, in large print; and the cadre who asks those that cannot answer here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.permissions import Actor
from registry import queries as registry_queries
from shop.benefit_links import queries, services, wording
from shop.benefit_links.forms import AnswerForm
from shop.benefit_links.values import Answer
from shop.permissions import ANSWER_LINKS, ANSWER_LINKS_FOR
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("benefit_links_household", __name__)

PAGE_SIZE = 20

_ANSWERS = {"agree": Answer.AGREED, "dispute": Answer.DISPUTED}


@bp.get("/benefit-links/my")
@requires(ANSWER_LINKS)
def my() -> Any:
    """Show a household what suppliers say they promised and paid it."""
    return _my_page()


@bp.post("/benefit-links/my/<public_id>/<answer>")
@requires(ANSWER_LINKS)
def answer(public_id: str, answer: str) -> Any:
    """Agree to a link or dispute it."""
    words, problem, status = _answer(public_id, answer)
    if problem:
        return _my_page(public_id, words, problem, status)
    flash(_thanks(answer), "good")
    return redirect("/benefit-links/my", 303)


@bp.post("/benefit-links/my/<public_id>/payments/<int:payment>/<answer>")
@requires(ANSWER_LINKS)
def answer_payment(public_id: str, payment: int, answer: str) -> Any:
    """Say whether a payment came."""
    words, problem, status = _answer(public_id, answer, payment)
    if problem:
        return _my_page(public_id, words, problem, status, payment)
    flash(_thanks_for_payment(answer), "good")
    return redirect("/benefit-links/my", 303)


@bp.get("/benefit-links/village")
@requires(ANSWER_LINKS_FOR)
def village() -> Any:
    """Show a cadre the links of the village's households."""
    return _village_page()


@bp.post("/benefit-links/village/<public_id>/<answer>")
@requires(ANSWER_LINKS_FOR)
def answer_for(public_id: str, answer: str) -> Any:
    """Answer for a household that was asked."""
    words, problem, status = _answer(public_id, answer)
    if problem:
        return _village_page(public_id, words, problem, status)
    flash(_thanks(answer), "good")
    return redirect("/benefit-links/village", 303)


@bp.post("/benefit-links/village/<public_id>/payments/<int:payment>/<answer>")
@requires(ANSWER_LINKS_FOR)
def answer_payment_for(public_id: str, payment: int, answer: str) -> Any:
    """Say for a household that was asked whether a payment came."""
    words, problem, status = _answer(public_id, answer, payment)
    if problem:
        return _village_page(public_id, words, problem, status, payment)
    flash(_thanks_for_payment(answer), "good")
    return redirect("/benefit-links/village", 303)


def unanswered(actor: Actor) -> int | None:
    """Return how many links and payments wait for the answer of the actor's household, for the rail of tasks."""
    if actor.household_id is None:
        return None
    with reading() as session:
        return queries.count_unanswered(session, actor.household_id)


def _answer(public_id: str, answer: str, payment: int | None = None) -> tuple[str, str, int]:
    if answer not in _ANSWERS or (payment or 0) >= 2**63:
        abort(404)
    form = AnswerForm()
    words = form.reason.data or ""
    if not form.validate_on_submit():
        return words, str(next(iter(form.reason.errors), "")) or _("Please load the page again."), 422
    try:
        with transaction() as session:
            link, said = public_id.replace("\x00", ""), _ANSWERS[answer]
            if payment is None:
                services.answer_link(session, current_actor(), link, said, words)
            else:
                services.answer_payment(session, current_actor(), link, payment, said, words)
    except NotFound:
        raise
    except Refusal as refusal:
        return words, words_for(refusal), int(refusal.status)
    return words, "", 200


def _thanks(answer: str) -> str:
    if answer == "agree":
        return _("Thank you. The supplier and the county see that it is true.")
    return _("Noted. It does not count, and the county looks into it.")


def _thanks_for_payment(answer: str) -> str:
    if answer == "agree":
        return _("Thank you. It is noted that the money came.")
    return _("Noted. The money stays kept for you until the supplier has paid.")


def _my_page(
    public_id: str = "",
    words: str = "",
    problem: str = "",
    status: int = 200,
    payment: int | None = None,
) -> Any:
    with reading() as session:
        household = registry_queries.get_own_household(session, current_actor())
        rows = queries.links_of_household(session, household.id)
    page = render_template(
        "shop/benefit_links/my.html",
        rows=rows,
        wrong_id=public_id,
        wrong_payment=payment,
        words=words,
        problem=problem,
        wording=wording,
    )
    return page, status


def _village_page(
    public_id: str = "",
    words: str = "",
    problem: str = "",
    status: int = 200,
    payment: int | None = None,
) -> Any:
    number = page_number()
    everything = request.args.get("show") == "all"
    with reading() as session:
        rows, total = queries.visible_to_cadre(
            session,
            current_actor(),
            waiting=not everything and not public_id,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
    page = render_template(
        "shop/benefit_links/village.html",
        rows=rows,
        page=paginate(rows, number, total, PAGE_SIZE),
        everything=everything,
        wrong_id=public_id,
        wrong_payment=payment,
        words=words,
        problem=problem,
        wording=wording,
    )
    return page, status
