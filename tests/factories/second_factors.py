"""People with a second factor, and the app on their phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import SignIn, User
from accounts.second_factors import queries, services
from core import clock
from core.permissions import Actor


@dataclass(frozen=True)
class App:
    """An authenticator app that was set up, and the recovery codes on paper."""

    secret: str
    recovery_codes: tuple[str, ...] = ()

    def code(self, steps_ahead: int = 0) -> str:
        """Return what the app shows now, or so many half minutes later."""
        return pyotp.TOTP(self.secret).at(clock.now() + timedelta(seconds=30 * steps_ahead))


def open_sign_in(session: Session, user: User) -> tuple[int, str]:
    """Return the id and the secret of a new session of a person."""
    token = accounts.start_sign_in(session, user, "", "").token
    session.flush()
    return session.scalars(select(SignIn.id).order_by(SignIn.id.desc()).limit(1)).one(), token


def turn_on(session: Session, user: User) -> App:
    """Turn a person's second factor on, an hour ago: the code of now is not used up."""
    actor = Actor(user.id, user.name)
    with clock.at(clock.now() - timedelta(hours=1)):
        sign_in_id, token = open_sign_in(session, user)
        services.begin_set_up(session, actor, sign_in_id)
        found = queries.find_set_up(session, user.id, sign_in_id)
        assert found is not None
        codes = services.confirm_set_up(
            session, actor, sign_in_id, App(found.secret).code(), keep_token=token
        )
        accounts.end_sign_in(session, token)
    return App(found.secret, codes)
