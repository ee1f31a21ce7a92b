"""Writing and editing reviews of received goods: through the own order, a guest's secret, or an institution's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.values import Role
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from publicity.errors import PersonalDataShown
from shop.orders import queries as order_queries
from shop.orders.models import Order
from shop.permissions import ORDER_ON_ACCOUNT
from shop.reviews import queries, rules, services, wording
from shop.reviews.errors import BadReview
from shop.reviews.forms import ReviewForm
from shop.reviews.values import BoughtLine
from web.access import current_actor, public, requires, signed_in
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("order_reviews", __name__)

#: Opens an order as its buyer's, locked if asked to.
Door = Callable[[Session, bool], Order]

LARGEST_ID = 2**63


@bp.get("/shop/orders/<number>/reviews")
@signed_in
def lines(number: str) -> Any:
    """Show the goods of a person's own order, with their reviews."""
    return _lines_page(_own(number), f"/shop/orders/{number}")


@bp.get("/shop/orders/guest/<secret>/reviews")
@public
def guest_lines(secret: str) -> Any:
    """Show the goods of the order that a guest's secret opens, with their reviews."""
    return _lines_page(_guest(secret), f"/shop/orders/guest/{secret}")


@bp.get("/procurement/orders/<number>/reviews")
@requires(ORDER_ON_ACCOUNT)
def institution_lines(number: str) -> Any:
    """Show the goods of an institution's order, with their reviews."""
    return _lines_page(_institution(number), f"/procurement/orders/{number}", desk=True)


@bp.get("/shop/orders/<number>/reviews/<int:line_id>")
@signed_in
def form(number: str, line_id: int) -> Any:
    """Show the form for one line of the own order."""
    return _form_page(_own(number), f"/shop/orders/{number}", line_id)


@bp.get("/shop/orders/guest/<secret>/reviews/<int:line_id>")
@public
def guest_form(secret: str, line_id: int) -> Any:
    """Show the form for one line of a guest's order."""
    return _form_page(_guest(secret), f"/shop/orders/guest/{secret}", line_id)


@bp.get("/procurement/orders/<number>/reviews/<int:line_id>")
@requires(ORDER_ON_ACCOUNT)
def institution_form(number: str, line_id: int) -> Any:
    """Show the form for one line of an institution's order."""
    return _form_page(_institution(number), f"/procurement/orders/{number}", line_id, desk=True)


@bp.post("/shop/orders/<number>/reviews/<int:line_id>")
@signed_in
def write(number: str, line_id: int) -> Any:
    """Write or edit the review of one line of the own order."""
    return _write(_own(number), f"/shop/orders/{number}", line_id)


@bp.post("/shop/orders/guest/<secret>/reviews/<int:line_id>")
@public
def write_as_guest(secret: str, line_id: int) -> Any:
    """Write or edit the review of one line of a guest's order."""
    return _write(_guest(secret), f"/shop/orders/guest/{secret}", line_id)


@bp.post("/procurement/orders/<number>/reviews/<int:line_id>")
@requires(ORDER_ON_ACCOUNT)
def write_for_institution(number: str, line_id: int) -> Any:
    """Write or edit the review of one line of an institution's order."""
    return _write(_institution(number), f"/procurement/orders/{number}", line_id, desk=True)


def _own(number: str) -> Door:
    return lambda session, lock: order_queries.get_own_order(
        session, current_actor(), number.replace("\x00", ""), lock=lock
    )


def _guest(secret: str) -> Door:
    return lambda session, lock: order_queries.get_guest_order(session, secret, lock=lock)


def _institution(number: str) -> Door:
    return lambda session, lock: order_queries.get_institution_order(
        session, current_actor(), number.replace("\x00", ""), Role.REQUESTER, lock=lock
    )


def _lines_page(door: Door, path: str, *, desk: bool = False) -> Any:
    keep_private()
    with reading() as session:
        order = door(session, False)
        found = queries.bought_lines(session, order)
    return render_template(
        "shop/reviews/lines.html",
        layout="layouts/desk.html" if desk else "layouts/public.html",
        order=order,
        lines=found,
        path=path,
        stars_label=wording.stars_label,
    )


def _find(door: Door, line_id: int) -> tuple[Order, BoughtLine]:
    if line_id >= LARGEST_ID:
        raise NotFound("line")
    with reading() as session:
        order = door(session, False)
        return order, queries.get_bought_line(session, order, line_id)


def _form_page(door: Door, path: str, line_id: int, *, desk: bool = False) -> Any:
    order, line = _find(door, line_id)
    if not line.may_write:
        return redirect(f"{path}/reviews", 303)
    return _page(order, line, ReviewForm.of(line.review, line.version), path, desk)


def _page(
    order: Order, line: BoughtLine, filled: ReviewForm, path: str, desk: bool, status: int = 200
) -> tuple[str, int]:
    keep_private()
    filled.offer(line.review)
    page = render_template(
        "shop/reviews/write.html",
        layout="layouts/desk.html" if desk else "layouts/public.html",
        order=order,
        line=line,
        form=filled,
        path=path,
        editable_days=rules.EDITABLE.days,
    )
    return page, status


def _write(door: Door, path: str, line_id: int, *, desk: bool = False) -> Any:
    order, line = _find(door, line_id)
    filled = ReviewForm()
    filled.offer(line.review)
    written = filled.to_written(line.review) if filled.validate_on_submit() else None
    if written is None:
        return _page(order, line, filled, path, desk, 422)
    try:
        with transaction() as session:
            services.write_review(
                session,
                current_actor(),
                door(session, True),
                line_id,
                written,
                version=filled.seen_version,
            )
    except NotFound:
        raise
    except Refusal as refusal:
        field = refusal.field if isinstance(refusal, BadReview) else "text"
        filled.add_error(field, words_for(refusal))
        if not isinstance(refusal, (BadReview, PersonalDataShown)) and not line.may_write:
            flash(words_for(refusal), "warn")
            return redirect(f"{path}/reviews", 303)
        return _page(order, line, filled, path, desk, int(refusal.status))
    flash(_("Thank you. Your review stands on the page of the product."), "good")
    return redirect(f"{path}/reviews", 303)
