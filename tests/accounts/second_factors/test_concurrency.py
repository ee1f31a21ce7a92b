"""The same code in many browsers at one moment, with real connections: it opens once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import SignIn, User
from accounts.second_factors import queries, services
from accounts.second_factors.errors import NotOn, WrongCode
from core.db import reading, transaction
from core.permissions import Actor
from tests.accounts.second_factors.test_views import sign_in
from tests.factories.people import PASSWORD, make_user
from tests.factories.second_factors import App, open_sign_in, turn_on
from tests.page_client import PageClient
from tests.shop.settlement.test_concurrency import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]

MANY = 12


def person() -> tuple[User, App]:
    with transaction() as session:
        user = make_user(session)
        return user, turn_on(session, user)


def use(user: User, code: str) -> Callable[[], bool]:
    def call() -> bool:
        with transaction() as session:
            services.use_code(session, user.id, code)
        return True

    return call


def _open_now(user: User) -> Select[tuple[int]]:
    return select(func.count()).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_who_use_one_code_at_once_one_succeeds(kind: str) -> None:
    user, app = person()
    code = app.code() if kind == "app" else app.recovery_codes[0]
    results = at_once(*[use(user, code) for _ in range(MANY)])
    assert results.count(True) == 1
    assert sum(isinstance(result, WrongCode) for result in results) == MANY - 1


def test_of_codes_side_by_side_none_works_twice() -> None:
    user, app = person()
    codes = [app.code(), app.code(1)] * (MANY // 2)
    results = at_once(*[use(user, code) for code in codes])
    accepted = [code for code, result in zip(codes, results, strict=True) if result is True]
    assert accepted
    assert len(accepted) == len(set(accepted))


def test_one_code_signs_one_of_many_browsers_in(app: Flask) -> None:
    user, phone = person()
    browsers = []
    for _ in range(4):
        browser = PageClient(app, None)
        browser.post("/sign-in", {"login": user.email, "password": PASSWORD}, 303)
        browsers.append((browser, browser.csrf_token()))
    code = phone.code()

    def send(browser: PageClient, token: str) -> Callable[[], Any]:
        return lambda: (
            browser.client.post("/sign-in/code", data={"code": code, "csrf_token": token}).status_code
        )

    statuses = at_once(*[send(browser, token) for browser, token in browsers])
    assert sorted(statuses) == [303, 422, 422, 422]
    with reading() as session:
        assert session.scalar(_open_now(user)) == 1


def test_one_half_sign_in_sent_twice_opens_one_session() -> None:
    user, app = person()
    with transaction() as session:
        half = accounts.start_half_sign_in(session, session.merge(user))

    def finish(code: str) -> Callable[[], bool]:
        def call() -> bool:
            with transaction() as session:
                found = accounts.end_half_sign_in(session, half)
                services.use_code(session, found.id, code)
                accounts.start_sign_in(session, found, "", "")
            return True

        return call

    results = at_once(finish(app.code()), finish(app.code(1)), finish(app.recovery_codes[0]))
    assert results.count(True) == 1


def test_taking_it_off_and_a_sign_in_at_once_leave_no_session(app: Flask) -> None:
    user, phone = person()
    browser = PageClient(app, None)
    sign_in(browser, user, phone)
    with transaction() as session:
        half = accounts.start_half_sign_in(session, session.merge(user))
    code = phone.code(1)

    def finish() -> bool:
        with transaction() as session:
            found = accounts.end_half_sign_in(session, half)
            services.use_code(session, found.id, code)
            accounts.start_sign_in(session, found, "", "")
        return True

    def take_off() -> bool:
        with transaction() as session:
            services.take_off(session, Actor(None, "operator"), user.public_id, "lost")
        return True

    results = at_once(finish, take_off, take_off)
    assert results.count(True) in (1, 2)
    assert sum(isinstance(result, NotOn) for result in results) == 1
    browser.get("/account", 302)
    with reading() as session:
        assert session.scalar(_open_now(user)) == 0


def test_no_session_begins_with_the_password_alone_while_it_is_turned_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        user = make_user(session)
        sign_in_id, token = open_sign_in(session, user)
        services.begin_set_up(session, Actor(user.id, user.name), sign_in_id)
        secret = queries.find_set_up(session, user.id, sign_in_id).secret
    browser = PageClient(app, None)
    csrf = browser.csrf_token()
    looked, turned_on = Event(), Event()
    usual = queries.has_factor

    def slowly(session: Session, user_id: int) -> bool:
        found = usual(session, user_id)
        looked.set()
        turned_on.wait(1)
        return found

    monkeypatch.setattr(queries, "has_factor", slowly)

    def sign_in_there() -> bool:
        typed = {"login": user.email, "password": PASSWORD, "csrf_token": csrf}
        return browser.client.post("/sign-in", data=typed).status_code == 303

    def turn_it_on() -> bool:
        looked.wait(10)
        with transaction() as session:
            services.confirm_set_up(
                session, Actor(user.id, user.name), sign_in_id, App(secret).code(), keep_token=token
            )
        turned_on.set()
        return True

    assert at_once(sign_in_there, turn_it_on) == [True, True]
    browser.get("/account", 302)
    with reading() as session:
        assert session.scalar(_open_now(user)) == 1  # the browser in which it was turned on
