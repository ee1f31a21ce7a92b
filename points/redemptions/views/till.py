"""The till: a card, a basket, one step, a slip."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session
from flask_babel import gettext as _

from accounts import services as account_services
from core import clock, ids
from core.db import reading, transaction
from core.errors import NotFound, Refusal, TooManyAttempts
from core.storage import picture_url
from points import labels
from points.permissions import RUN_TILL
from points.redemptions import queries, services
from points.redemptions.errors import BadQuantity
from points.redemptions.forms import BasketForm, CardForm, read_basket
from points.redemptions.values import MOST_UNITS, Basket
from points.supermarkets import queries as store_queries
from web.access import current_actor, requires, signed_in
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("points_till", __name__)

VISIT = "till"
#: A card that was read stands for the household this long.
VISIT_LASTS = timedelta(minutes=20)


@bp.get("/points/till")
@requires(RUN_TILL)
def till() -> Any:
    """Ask for the card of the next household."""
    return _card_page(CardForm(formdata=None), request.args.get("store", ""))


@bp.post("/points/till")
@requires(RUN_TILL)
def read_card() -> Any:
    """Find out whose card it is; tries are counted for each keeper and store."""
    form = CardForm()
    actor = current_actor()
    chosen = form.store.data or ""
    if not form.validate_on_submit():
        return _card_page(form, chosen, 422)
    with reading() as opened:
        stores = {store.public_id: store.id for store in store_queries.keepers_stores(opened, actor)}
    if chosen not in stores:
        raise NotFound("store")
    key = f"till-card:{actor.user_id}:{stores[chosen]}"
    try:
        with transaction() as step:
            account_services.count_attempt(step, key)
        with transaction() as step:
            place = store_queries.keepers_store(step, actor, stores[chosen])
            holder = services.check_card(step, actor, place, form.code.data or "")
            account_services.forget_attempts(step, key)
    except Refusal as refusal:
        form.add_error("code", words_for(refusal))
        body, status = _card_page(form, chosen, int(refusal.status))
        if isinstance(refusal, TooManyAttempts):
            return body, status, {"Retry-After": str(refusal.retry_after)}
        return body, status
    session[VISIT] = {"store": place.id, "card": holder.card_public_id, "at": int(clock.now().timestamp())}
    return redirect("/points/till/basket", 303)


@bp.get("/points/till/basket")
@requires(RUN_TILL)
def basket() -> Any:
    """Show the shelf to choose from, and what the household may spend."""
    visit = _visit()
    if visit is None:
        flash(_("Scan the card first."), "info")
        return redirect("/points/till", 303)
    return _basket_page(visit, BasketForm(visit["card"], ids.public_id(20), {}))


@bp.post("/points/till/basket")
@requires(RUN_TILL)
def redeem() -> Any:
    """Redeem the basket in one step and show the slip; the same page sent twice shows the same slip."""
    form = read_basket(request.form)
    if form is None:
        return _start_again()
    visit, actor = _visit(), current_actor()
    if visit is not None and visit["card"] != form.card:
        visit = None
    with reading() as opened:
        known = queries.find_redemption_by_key(opened, services.key_of(actor, form.once))
        holder = queries.find_holder(opened, form.card)
    if holder is None or (known is None and visit is None):
        return _start_again()
    store_id = known.store_id if known is not None else visit["store"] if visit is not None else 0
    if "add_up" in request.form and known is None and visit is not None:
        return _basket_page(visit, form, "", 422 if form.wrong() else 200)
    try:
        wanted = Basket(store_id, holder.card_id, form.lines(), form.once)
        with transaction() as step:
            slip = services.redeem_goods(step, actor, wanted)
    except Refusal as refusal:
        if visit is None:
            raise
        return _basket_page(visit, form, words_for(refusal), int(refusal.status))
    session.pop(VISIT, None)
    return redirect(f"/points/slips/{slip.public_id}", 303)


@bp.get("/points/slips/<public_id>")
@signed_in
def slip(public_id: str) -> Any:
    """Show a slip to the store's keepers and to the household."""
    with reading() as opened:
        found = queries.get_slip(opened, current_actor(), public_id)
    return render_template("points/redemptions/slip.html", slip=found)


def _visit() -> dict[str, Any] | None:
    kept = session.get(VISIT)
    if not isinstance(kept, dict) or not {"store", "card", "at"} <= kept.keys():
        return None
    if datetime.fromtimestamp(int(kept["at"]), UTC) + VISIT_LASTS < clock.now():
        return None
    return kept


def _start_again() -> tuple[str, int]:
    form = CardForm(formdata=None)
    form.process()
    form.code.errors = [_("This page belongs to an earlier card. Scan the card again; nothing was redeemed.")]
    return _card_page(form, "", 409)


def _card_page(form: CardForm, chosen: str, status: int = 200) -> tuple[str, int]:
    keep_private()
    actor = current_actor()
    start = clock.now().astimezone(clock.CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    with reading() as opened:
        stores = store_queries.keepers_stores(opened, actor)
        if chosen and chosen not in {store.public_id for store in stores}:
            raise NotFound("store")
        store = next((s for s in stores if s.public_id == chosen), stores[0] if len(stores) == 1 else None)
        latest = queries.latest_at_store(opened, store.id, start) if store is not None else []
    if store is not None:
        form.store.data = store.public_id
    page = render_template(
        "points/redemptions/till.html", form=form, stores=stores, store=store, latest=latest
    )
    return page, status


def _basket_page(
    visit: dict[str, Any], form: BasketForm, problem: str = "", status: int = 200
) -> tuple[str, int]:
    keep_private()
    actor = current_actor()
    with reading() as opened:
        place = store_queries.keepers_store(opened, actor, int(visit["store"]))
        holder = queries.find_holder(opened, visit["card"])
        if holder is None:
            raise NotFound("card")
        balance = queries.points_balance(opened, holder.ledger_ref)
        shelf = store_queries.shelf(opened, place.id)
    wrong = form.wrong()
    total = sum(
        item.points * int(form.typed[item.public_id])
        for item in shelf
        if form.typed.get(item.public_id) and item.public_id not in wrong
    )
    if wrong and not problem:
        problem = words_for(BadQuantity())
    page = render_template(
        "points/redemptions/basket.html",
        store=place,
        holder=holder,
        balance=balance,
        groups=labels.by_category(shelf),
        form=form,
        wrong=wrong,
        total=total,
        problem=problem,
        most=MOST_UNITS,
        picture_url=picture_url,
    )
    return page, status
