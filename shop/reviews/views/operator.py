"""The operator's list of reviews: what was reported, hiding and showing again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import NotFound
from core.permissions import Actor
from shop.permissions import MODERATE_REVIEWS
from shop.reviews import queries, services, wording
from shop.reviews.errors import BadReview, Concerned, DecidedBefore
from shop.reviews.forms import DecisionForm
from shop.reviews.values import Show
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("operator_reviews", __name__)

PAGE_SIZE = 25


def reported_reviews(_actor: Actor) -> int | None:
    """Return how many reported reviews wait for a decision, for the rail."""
    with reading() as session:
        return queries.count_reported(session) or None


@bp.get("/operator/product-reviews")
@requires(MODERATE_REVIEWS)
def list_reviews() -> Any:
    """List the reviews of every product, those reported first."""
    asked = request.args.get("show", Show.ALL.value)
    if asked not in (Show.ALL, Show.REPORTED, Show.HIDDEN):
        raise NotFound("show")
    number = page_number()
    with reading() as session:
        found, total = queries.list_reviews(
            session, Show(asked), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
        reported = queries.count_reported(session)
    return render_template(
        "shop/reviews/all.html",
        page=paginate(found, number, total, PAGE_SIZE),
        show=asked,
        reported=reported,
        state=wording.state,
        stars_label=wording.stars_label,
    )


@bp.get("/operator/product-reviews/<public_id>")
@requires(MODERATE_REVIEWS)
def show(public_id: str) -> Any:
    """Show one review with what was reported about it."""
    return _page(public_id, DecisionForm(formdata=None))


@bp.post("/operator/product-reviews/<public_id>")
@requires(MODERATE_REVIEWS)
def decide(public_id: str) -> Any:
    """Hide a review, show it again, or leave it where it is."""
    form = DecisionForm()
    decisions = {
        "hide": services.hide_review,
        "show": services.show_review,
        "keep": services.keep_review,
    }
    decision = decisions.get(form.what.data or "")
    if decision is None:
        raise NotFound("decision")
    if not form.validate_on_submit():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            decision(session, current_actor(), public_id, form.reason.data or "")
    except (BadReview, Concerned, DecidedBefore) as refusal:
        form.add_error("reason", words_for(refusal))
        return _page(public_id, form, int(refusal.status))
    flash(
        {
            "hide": _("The review is hidden, and its author is told why."),
            "show": _("Everybody sees the review again."),
            "keep": _("The review stays where it is; the reports are settled."),
        }[form.what.data or ""],
        "good",
    )
    return redirect(f"/operator/product-reviews/{public_id}", 303)


def _page(public_id: str, form: DecisionForm, status: int = 200) -> Any:
    with reading() as session:
        file = queries.get_file(session, public_id)
    page = render_template(
        "shop/reviews/one.html",
        file=file,
        card=file.card,
        form=form,
        reasons=wording.REPORT_REASONS,
        state=wording.state,
        stars_label=wording.stars_label,
    )
    return page, status
