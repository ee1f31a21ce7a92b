"""The cart's pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.db import reading, transaction
from core.errors import NotFound, Refusal
from shop.cart import queries, services
from shop.cart import session as cart_session
from shop.cart.forms import LineForm, RemoveForm
from shop.cart.values import Basket
from shop.catalogue.wording import terms_label
from shop.freight import queries as freight_queries
from shop.orders import rules as order_rules
from shop.stock.rules import most_sellable
from shop.stock.wording import ladder_hint, limit_text, name_of, problem_text
from web.access import public
from web.addresses import safe_return
from web.csrf import open_form
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("shop_cart", __name__)


def read_basket() -> Basket:
    """Return the basket behind this request; nothing is asked of those who have none."""
    owner = cart_session.known_owner()
    if owner is None:
        return Basket(())
    with reading() as session:
        basket = queries.basket(session, owner)
    cart_session.counted(len(basket.lines), len(basket.saved))
    return basket


def _page(status: int = 200, problem: str = "") -> tuple[str, int]:
    keep_private()
    basket = read_basket()
    priced = order_rules.NOTHING
    if basket.lines:
        with reading() as session:
            priced = order_rules.price_basket(basket, freight_queries.tariff_today(session).zones[0])
    page = render_template(
        "shop/cart/show.html",
        basket=basket,
        priced=priced,
        problem_text=problem_text,
        terms_label=terms_label,
        most_sellable=most_sellable,
        ladder_hint=ladder_hint,
        limit_text=limit_text,
        problem=problem,
    )
    return page, status


@bp.get("/shop/cart")
@public
def show() -> Any:
    """Show what is in the cart, as it stands now."""
    return _page()


@bp.post("/shop/cart/add")
@public
@open_form
def add() -> Any:
    """Put packs into the cart."""
    form = LineForm()
    if not form.validate():
        return _page(422, _first_error(form))
    try:
        owner = cart_session.writing_owner()
        with transaction() as session:
            goods = services.add_to_cart(session, owner, form.variant.data or "", form.quantity.number or 0)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(int(refusal.status), words_for(refusal))
    flash(_("%(name)s is in your cart.", name=name_of(goods)), "good")
    return _back()


@bp.post("/shop/cart/update")
@public
def update() -> Any:
    """Change how many packs of something are in the cart."""
    form = LineForm()
    if not form.validate():
        return _page(422, _first_error(form))
    try:
        owner = cart_session.writing_owner()
        with transaction() as session:
            services.set_quantity(session, owner, form.variant.data or "", form.quantity.number or 0)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(int(refusal.status), words_for(refusal))
    return _back()


@bp.post("/shop/cart/remove")
@public
def remove() -> Any:
    """Take something out of the cart."""
    form = RemoveForm()
    if not form.validate():
        return _page(422, _first_error(form))
    owner = cart_session.writing_owner()
    with transaction() as session:
        services.remove_from_cart(session, owner, form.variant.data or "")
    return _back()


@bp.post("/shop/cart/save")
@public
def save() -> Any:
    """Put something aside for later."""
    form = RemoveForm()
    if not form.validate():
        raise NotFound("variant")
    owner = cart_session.writing_owner()
    with transaction() as session:
        services.save_for_later(session, owner, form.variant.data or "")
    return _back()


@bp.post("/shop/cart/take")
@public
def take() -> Any:
    """Put what was saved for later back into the cart."""
    form = RemoveForm()
    if not form.validate():
        raise NotFound("variant")
    try:
        owner = cart_session.writing_owner()
        with transaction() as session:
            services.take_from_saved(session, owner, form.variant.data or "")
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(int(refusal.status), words_for(refusal))
    return _back()


@bp.post("/shop/cart/fit")
@public
def fit() -> Any:
    """Lower every line to what can be bought, and take out what cannot."""
    owner = cart_session.writing_owner()
    with transaction() as session:
        services.fit_cart(session, owner)
    flash(_("Your cart now holds what can be bought. Please check it once more."), "info")
    return _back()


def _back() -> Response:
    return redirect(safe_return(request.form.get("next"), "/shop/cart"), 303)


def _first_error(form: Any) -> str:
    """Return the first thing wrong with a form of two fields; a pack that no form of ours names is a 404."""
    if form.variant.errors:
        raise NotFound("variant")
    return str(next(iter(form.quantity.errors), _("Please check the quantity.")))
