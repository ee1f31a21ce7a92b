"""Every view says who may come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from core.permissions import Permission
from web.access import ATTRIBUTE, public

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
