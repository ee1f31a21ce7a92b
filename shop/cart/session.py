"""The cart as the visitor's session knows it: whose it is, without asking the database of those who have none."""

from __future__ import annotations

from flask import g, has_request_context, session
from flask_login import current_user

from core import ids
from core.db import reading, transaction
from shop.cart import queries, services
from shop.cart.values import CartOwner

KEY = "cart"

#: What stands under `KEY` for signed-in people: a cart of their own, or none so far. Anything else is a visitor's secret.
OWN, NONE = "own", "none"


def known_owner() -> CartOwner | None:
    """Return whose cart this request may read, or None when there is surely none."""
    mark = session.get(KEY)
    token = mark if isinstance(mark, str) and mark not in (OWN, NONE) else None
    user_id = current_user.user_id if current_user.is_authenticated else None
    if user_id is None:
        return CartOwner(token=token) if token is not None else None
    return None if mark == NONE else CartOwner(user_id=user_id, token=token)


def writing_owner() -> CartOwner:
    """Return whose cart this request changes; a visitor gets a secret, a fresh sign-in brings the visitor's cart along."""
    mark = session.get(KEY)
    token = mark if isinstance(mark, str) and mark not in (OWN, NONE) else None
    g.pop("cart_count", None)
    if current_user.is_authenticated:
        if token is not None:
            with transaction() as step:
                services.merge_carts(step, current_user.user_id, token)
        session[KEY] = OWN
        return CartOwner(user_id=current_user.user_id)
    if token is None:
        token = ids.secret()
        session[KEY] = token
    return CartOwner(token=token)


def ask_again() -> None:
    """Let the next page of a signed-in person ask the database whether there is a cart."""
    if current_user.is_authenticated:
        session.pop(KEY, None)


def counted(here: int, saved: int) -> None:
    """Remember how many different things are in the cart of this request, now that the database was asked."""
    g.cart_count = here
    _looked_at(here + saved == 0)


def _looked_at(is_empty: bool) -> None:
    """Remember whether a signed-in person has a cart; things saved for later are one."""
    if current_user.is_authenticated and session.get(KEY) in (None, OWN, NONE):
        wanted = NONE if is_empty else OWN
        if session.get(KEY) != wanted:
            session[KEY] = wanted


def cart_count() -> int:
    """Return how many different things are in the cart of this request; costs nothing for people without a cart."""
    if not has_request_context():
        return 0
    if "cart_count" not in g:
        owner = known_owner()
        if owner is None:
            g.cart_count = 0
        else:
            with reading() as opened:
                counted(*queries.count(opened, owner))
    count: int = g.cart_count
    return count
