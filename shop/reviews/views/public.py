"""All reviews of a product, and telling the operator that one is wrong."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import NotFound, TooManyAttempts
from publicity.complaints.views.public import count_try
from shop.reviews import queries, services, wording
from shop.reviews.errors import BadReview, ReviewIsHidden
from shop.reviews.forms import ReportForm
from shop.reviews.values import ReviewCard
from web.access import current_actor, public
from web.caching import shared
from web.kept_pages import kept
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("reviews", __name__)

PAGE_SIZE = 20


@bp.get("/shop/products/<slug>/reviews")
@public
@shared
@kept("page", "stars")
def of_product(slug: str) -> Any:
    """List the reviews of a product, newest first, all of them or those with so many stars."""
    asked = request.args.get("stars") or ""
    if asked not in ("", "1", "2", "3", "4", "5"):
        raise NotFound("stars")
    stars = int(asked) if asked else None
    number = page_number()
    with reading() as session:
        product = queries.get_reviewed_product(session, slug)
        found = queries.newest_of_product(
            session, product.id, stars=stars, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    rating = product.rating
    total = rating.counts[stars - 1] if stars else rating.total
    return render_template(
        "shop/reviews/of_product.html",
        product=product,
        page=paginate(found, number, total, PAGE_SIZE),
        stars=stars,
        stars_label=wording.stars_label,
        count_label=wording.count_label,
    )


@bp.get("/shop/reviews/<public_id>/report")
@public
def report(public_id: str) -> Any:
    """Show the form by which a review is reported."""
    with reading() as session:
        card = queries.get_visible(session, public_id)
    return _page(card, ReportForm.fresh())


@bp.post("/shop/reviews/<public_id>/report")
@public
def send_report(public_id: str) -> Any:
    """Tell the operator that a review is wrong."""
    with reading() as session:
        card = queries.get_visible(session, public_id)
    form = ReportForm()
    if not form.validate_on_submit():
        return _page(card, form, 422)
    try:
        count_try("review-report-from")
        with transaction() as session:
            services.report_review(session, current_actor(), public_id, form.to_report())
    except TooManyAttempts as refusal:
        form.form_errors.append(words_for(refusal))
        page = _page(card, form, int(refusal.status))
        page.headers["Retry-After"] = str(refusal.retry_after)
        return page
    except (BadReview, ReviewIsHidden) as refusal:
        form.add_error("text", words_for(refusal))
        return _page(card, form, int(refusal.status))
    flash(_("Thank you. The operator looks at this review."), "good")
    return redirect(f"/shop/products/{card.slug}/reviews", 303)


def _page(card: ReviewCard, form: ReportForm, status: int = 200) -> Any:
    keep_private()
    page = current_app.make_response(
        render_template("shop/reviews/report.html", card=card, form=form, stars_label=wording.stars_label)
    )
    page.status_code = status
    return page
