"""The signed-in person as Flask-Login sees them."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from accounts import queries, services
from accounts.second_factors import rules
from core import clock
from core.db import reading, transaction
from core.permissions import Actor

TOUCH_EVERY = timedelta(minutes=5)


class SignedInUser:
    """A person with an open session; Flask-Login's four names are written out so that services need no Flask."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, token: str, found: queries.OpenSignIn, *, factor_required: bool) -> None:
        self.token = token
        self.sign_in_id = found.sign_in_id
        self.user_id = found.user_id
        self.public_id = found.public_id
        self.name = found.name
        self.email = found.email
        self.locale = found.locale
        self.has_second_factor = found.has_second_factor
        #: Where it is required, what staff was granted rests until they have a second factor.
        self.actor: Actor = (
            rules.rest(found.actor) if factor_required and not found.has_second_factor else found.actor
        )

    def get_id(self) -> str:
        """Return the session's secret."""
        return self.token


def load(token: str) -> SignedInUser | None:
    """Return the person of a session's secret; notes the use of the session every few minutes."""
    with reading() as session:
        found = queries.find_open_sign_in(session, token)
    if found is None:
        return None
    if clock.now() - found.seen_at > TOUCH_EVERY:
        with transaction() as session:
            services.touch_sign_in(session, found.sign_in_id)
    return SignedInUser(token, found, factor_required=current_app.config["YIGOU"].factor_required)
