"""Every view says who may come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from accounts.values import STAFF
from core.permissions import Permission
from tests.factories.people import make_user
from web.access import ATTRIBUTE, SECOND_FACTOR, public

STATIC = frozenset({"static", "bootstrap.static"})


def doors_without_a_word(views: dict[str, Callable[..., Any]]) -> list[str]:
    """Return the endpoints whose view has neither @public, @signed_in nor @requires(...)."""
    return [
        endpoint
        for endpoint, view in views.items()
        if endpoint not in STATIC
        and getattr(view, ATTRIBUTE, None) not in ("public", "signed_in")
        and not isinstance(getattr(view, ATTRIBUTE, None), Permission)
    ]


def test_every_door_says_who_may_come_in(app: Flask) -> None:
    assert doors_without_a_word(app.view_functions) == []


def test_a_door_without_a_word_is_noticed() -> None:
    def silent() -> None: ...

    @public
    def open_to_all() -> None: ...

    assert doors_without_a_word({"silent": silent, "open": open_to_all}) == ["silent"]


def test_nobody_signed_out_gets_into_a_guarded_page(app: Flask, client: Any) -> None:
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if access == "public" or rule.endpoint in STATIC:
            continue
        values = {name: 1 if "Integer" in type(c).__name__ else "x" for name, c in rule._converters.items()}
        with app.test_request_context():
            address = rule.build(values)[1]
        if "GET" in rule.methods:
            assert client.get(address, None).status in (302, 404), address
        if "POST" in rule.methods:
            assert client.post(address, {}, None).status in (403, 404), address


def test_no_door_of_staff_opens_without_a_second_factor_where_it_is_required(
    app: Flask, client: Any, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "YIGOU", replace(app.config["YIGOU"], second_factor="required"))
    client.sign_in(make_user(session, *STAFF))
    token, tried = client.csrf_token(), 0
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if not isinstance(access, Permission) or not access.roles & set(STAFF):
            continue
        tried += 1
        values = {name: 1 if "Integer" in type(c).__name__ else "x" for name, c in rule._converters.items()}
        with app.test_request_context():
            address = rule.build(values)[1]
        if "GET" in rule.methods:
            assert client.get(address, 302).location == SECOND_FACTOR, address
        if "POST" in rule.methods:
            refused = client.post(address, {"csrf_token": token}, 403)
            assert "两步验证" in refused.text, address
    assert tried > 100


def test_a_door_of_staff_that_opens_is_noticed(app: Flask, client: Any, session: Session) -> None:
    client.sign_in(make_user(session, *STAFF))
    assert client.get("/operator/jobs", None).status == 200
