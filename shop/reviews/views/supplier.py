"""What buyers say of a supplier's goods, and answering them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import NotFound
from core.permissions import Actor
from publicity.errors import PersonalDataShown
from shop.permissions import ANSWER_REVIEWS
from shop.reviews import queries, services, wording
from shop.reviews.errors import BadReview, ReviewIsHidden
from shop.reviews.forms import AnswerForm
from shop.reviews.values import Show
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("supplier_reviews", __name__)

PAGE_SIZE = 20


def waiting_reviews(actor: Actor) -> int | None:
    """Return how many reviews wait for an answer, for the rail."""
    with reading() as session:
        return queries.count_waiting(session, actor) or None


@bp.get("/supplier/reviews")
@requires(ANSWER_REVIEWS)
def list_reviews() -> Any:
    """List the reviews of the own goods, those without an answer first."""
    asked = request.args.get("show", Show.ALL.value)
    if asked not in (Show.ALL, Show.WAITING):
        raise NotFound("show")
    number, actor = page_number(), current_actor()
    with reading() as session:
        found, total = queries.list_own_reviews(
            session, actor, Show(asked), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
        waiting = queries.count_waiting(session, actor)
    return render_template(
        "shop/reviews/own.html",
        page=paginate(found, number, total, PAGE_SIZE),
        show=asked,
        waiting=waiting,
        state=wording.state,
        stars_label=wording.stars_label,
    )


@bp.get("/supplier/reviews/<public_id>")
@requires(ANSWER_REVIEWS)
def show(public_id: str) -> Any:
    """Show one review with the form for the answer."""
    return _page(public_id, None)


@bp.post("/supplier/reviews/<public_id>")
@requires(ANSWER_REVIEWS)
def answer(public_id: str) -> Any:
    """Answer a review, or edit the answer."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            services.answer_review(session, current_actor(), public_id, form.reply.data or "")
    except (BadReview, PersonalDataShown, ReviewIsHidden) as refusal:
        form.add_error("reply", words_for(refusal))
        return _page(public_id, form, int(refusal.status))
    flash(_("Your answer stands below the review."), "good")
    return redirect("/supplier/reviews", 303)


def _page(public_id: str, form: AnswerForm | None, status: int = 200) -> Any:
    with reading() as session:
        card = queries.get_own_review(session, current_actor(), public_id)
    page = render_template(
        "shop/reviews/answer.html",
        card=card,
        form=form or AnswerForm(formdata=None, reply=card.reply),
        state=wording.state,
        stars_label=wording.stars_label,
    )
    return page, status
