"""Turning a second factor on and off, and what its codes open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from accounts import services as accounts
from accounts.errors import HalfSignInEnded
from accounts.models import HalfSignIn, User
from accounts.second_factors import queries, services
from accounts.second_factors.errors import AlreadyOn, NotOn, OwnFactor, SetUpEnded, WrongCode
from accounts.second_factors.models import RecoveryCode, SecondFactor
from accounts.values import Role
from core import clock, sealing
from core.audit import AuditEntry
from core.errors import NotFound
from core.permissions import Actor
from tests.factories.people import actor_of, make_user
from tests.factories.second_factors import App, open_sign_in, turn_on


def acts(user: User) -> Actor:
    return Actor(user.id, user.name)


def test_a_secret_is_shown_to_the_browser_that_began_and_to_no_other(session: Session) -> None:
    user = make_user(session)
    here, there = open_sign_in(session, user)[0], open_sign_in(session, user)[0]
    services.begin_set_up(session, acts(user), here)
    assert queries.find_set_up(session, user.id, here) is not None
    assert queries.find_set_up(session, user.id, there) is None
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert queries.find_set_up(session, user.id, here) is None


def test_what_is_only_being_set_up_protects_and_hinders_nobody(session: Session) -> None:
    user = make_user(session)
    sign_in_id, token = open_sign_in(session, user)
    services.begin_set_up(session, acts(user), sign_in_id)
    assert not queries.has_factor(session, user.id)
    found = queries.find_set_up(session, user.id, sign_in_id)
    with pytest.raises(WrongCode):
        services.use_code(session, user.id, App(found.secret).code())
    with pytest.raises(NotOn):
        services.turn_off(session, acts(user))
    with pytest.raises(WrongCode):
        services.confirm_set_up(session, acts(user), sign_in_id, "000000", keep_token=token)
    with pytest.raises(SetUpEnded):
        services.confirm_set_up(
            session, acts(user), sign_in_id + 1, App(found.secret).code(), keep_token=token
        )


def test_turning_it_on_ends_every_other_session(session: Session) -> None:
    user = make_user(session)
    _other, other_token = open_sign_in(session, user)
    sign_in_id, token = open_sign_in(session, user)
    services.begin_set_up(session, acts(user), sign_in_id)
    app = App(queries.find_set_up(session, user.id, sign_in_id).secret)
    codes = services.confirm_set_up(session, acts(user), sign_in_id, app.code(), keep_token=token)
    assert account_queries.find_open_sign_in(session, token).has_second_factor
    assert account_queries.find_open_sign_in(session, other_token) is None
    assert len(set(codes)) == 10
    with pytest.raises(WrongCode):  # the code that turned it on is used up
        services.use_code(session, user.id, app.code())
    with pytest.raises(AlreadyOn):
        services.begin_set_up(session, acts(user), sign_in_id)


def test_a_code_works_once_and_no_earlier_one_after_it(session: Session) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    services.use_code(session, user.id, app.code())
    for code in (app.code(), app.code(-1)):
        with pytest.raises(WrongCode):
            services.use_code(session, user.id, code)
    services.use_code(session, user.id, app.code(1))
    with clock.at(clock.now() + timedelta(seconds=61)):
        services.use_code(session, user.id, app.code())


def test_a_code_of_another_person_opens_nothing(session: Session) -> None:
    user, other = make_user(session), make_user(session)
    turn_on(session, user)
    theirs = turn_on(session, other)
    for code in (theirs.code(), theirs.recovery_codes[0]):
        with pytest.raises(WrongCode):
            services.use_code(session, user.id, code)
    services.use_code(session, other.id, theirs.recovery_codes[0])


def test_a_recovery_code_works_once(session: Session) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    services.use_code(session, user.id, app.recovery_codes[3].lower().replace("-", " "))
    with pytest.raises(WrongCode):
        services.use_code(session, user.id, app.recovery_codes[3])
    assert queries.find_standing(session, user.id).codes_left == 9


def test_new_recovery_codes_end_the_former_ones(session: Session) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    codes = services.make_recovery_codes(session, acts(user))
    with pytest.raises(WrongCode):
        services.use_code(session, user.id, app.recovery_codes[0])
    services.use_code(session, user.id, codes[0])


def test_neither_secret_nor_codes_can_be_read_from_the_database(session: Session) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    services.use_code(session, user.id, app.recovery_codes[0])
    session.flush()
    kept = []
    for table in ("accounts_second_factors", "accounts_recovery_codes", "core_audit_entries", "core_jobs"):
        kept += [str(dict(row._mapping)) for row in session.execute(text(f"SELECT * FROM {table}"))]
    everything = "".join(kept)
    for word in (app.secret, *app.recovery_codes, *(code.replace("-", "") for code in app.recovery_codes)):
        assert word not in everything
        assert word.encode() not in session.scalar(select(SecondFactor.secret_sealed))


def test_a_secret_in_the_row_of_somebody_else_opens_nothing(session: Session) -> None:
    user, thief = make_user(session), make_user(session)
    turn_on(session, user)
    app = turn_on(session, thief)
    sealed = session.scalar(select(SecondFactor.secret_sealed).where(SecondFactor.user_id == thief.id))
    session.execute(
        text("UPDATE accounts_second_factors SET secret_sealed = :sealed WHERE user_id = :id"),
        {"sealed": sealed, "id": user.id},
    )
    session.expire_all()
    with pytest.raises(WrongCode):
        services.use_code(session, user.id, app.code())


def test_after_a_new_secret_of_the_site_the_recovery_codes_still_work(
    session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    monkeypatch.setattr(sealing, "_cipher", None)
    sealing.use("another secret of forty characters 012345")
    with pytest.raises(WrongCode):
        services.use_code(session, user.id, app.code())
    assert "SECRET_KEY" in caplog.text
    services.use_code(session, user.id, app.recovery_codes[0])


def test_turning_it_off_forgets_secret_and_codes(session: Session) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    services.turn_off(session, acts(user))
    for code in (app.code(), app.recovery_codes[0]):
        with pytest.raises(WrongCode):
            services.use_code(session, user.id, code)
    assert session.scalar(select(func.count()).select_from(SecondFactor)) == 0
    assert session.scalar(select(func.count()).select_from(RecoveryCode)) == 0


def test_an_operator_takes_it_off_somebody_else_only(session: Session) -> None:
    admin, user = make_user(session, Role.ADMIN), make_user(session, Role.FINANCE)
    turn_on(session, admin)
    turn_on(session, user)
    _id, token = open_sign_in(session, user)
    half = accounts.start_half_sign_in(session, user)
    session.flush()
    operator = actor_of(admin, Role.ADMIN)
    with pytest.raises(OwnFactor):
        services.take_off(session, operator, admin.public_id, "lost")
    with pytest.raises(NotFound):
        services.take_off(session, operator, "NOBODY", "lost")
    services.take_off(session, operator, user.public_id, "phone fell into the river; called back")
    assert not queries.has_factor(session, user.id)
    assert account_queries.find_open_sign_in(session, token) is None
    assert account_queries.find_half_sign_in(session, half) is None
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "second factor taken off")).one()
    assert (entry.actor_user_id, entry.subject_id, entry.reason) == (
        admin.id,
        user.public_id,
        "phone fell into the river; called back",
    )
    with pytest.raises(NotOn):
        services.take_off(session, operator, user.public_id, "again")


def test_a_half_sign_in_lasts_five_minutes_and_is_used_up(session: Session) -> None:
    user = make_user(session)
    turn_on(session, user)
    half = accounts.start_half_sign_in(session, user)
    session.flush()
    assert account_queries.find_half_sign_in(session, half) == user.id
    with clock.at(clock.now() + timedelta(minutes=5, seconds=1)):
        assert account_queries.find_half_sign_in(session, half) is None
        with pytest.raises(HalfSignInEnded):
            accounts.end_half_sign_in(session, half)
        accounts.start_half_sign_in(session, user)  # clears away what is over
        session.flush()
        assert session.scalar(select(func.count()).select_from(HalfSignIn)) == 1
    fresh = accounts.start_half_sign_in(session, user)
    session.flush()
    assert accounts.end_half_sign_in(session, fresh).id == user.id
    with pytest.raises(HalfSignInEnded):
        accounts.end_half_sign_in(session, fresh)


def test_a_disabled_person_does_not_come_in_by_a_half_sign_in(session: Session) -> None:
    user = make_user(session)
    turn_on(session, user)
    half = accounts.start_half_sign_in(session, user)
    user.disabled_at = clock.now()
    session.flush()
    with pytest.raises(HalfSignInEnded):
        accounts.end_half_sign_in(session, half)
