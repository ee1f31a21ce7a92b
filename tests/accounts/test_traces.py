"""What is forgotten of who tried what and from where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import jobs, rules, services
from accounts.models import Attempt, HalfSignIn, PasswordReset, SignIn
from core import clock
from core.errors import TooManyAttempts
from tests.factories.people import make_user


def test_traces_are_forgotten_when_nothing_asks_for_them(session: Session) -> None:
    user = make_user(session)
    services.start_sign_in(session, user, "192.0.2.7", "Old Phone")
    services.start_half_sign_in(session, user)
    services.ask_password_reset(session, user.email or "")
    services.count_attempt(session, "somebody")
    session.flush()

    def left() -> tuple[int | None, ...]:
        return tuple(
            session.scalar(select(func.count()).select_from(table))
            for table in (Attempt, HalfSignIn, PasswordReset, SignIn)
        )

    assert jobs.forget_old_traces() == 0
    assert left() == (1, 1, 1, 1)
    with clock.at(clock.now() + rules.FORGET_ATTEMPTS):
        assert jobs.forget_old_traces() == 2
    assert left() == (0, 0, 1, 1)
    with clock.at(clock.now() + rules.FORGET_WHENCE + rules.RESET_LIFE):
        assert jobs.forget_old_traces() == 2
        assert jobs.forget_old_traces() == 0
    assert left() == (0, 0, 0, 1)
    session.expire_all()
    kept = session.scalars(select(SignIn)).one()
    assert (kept.address, kept.agent) == ("", "")


def test_whoever_must_rest_is_not_let_off(session: Session) -> None:
    with pytest.raises(TooManyAttempts):
        for _ in range(8):
            services.count_attempt(session, "somebody")
    with clock.at(clock.now() + timedelta(seconds=1)):
        jobs.forget_old_traces()
        with pytest.raises(TooManyAttempts):
            services.count_attempt(session, "somebody")
