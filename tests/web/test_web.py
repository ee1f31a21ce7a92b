"""What every answer keeps to, whatever the page."""

from __future__ import annotations

import errno
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy.exc
from flask import Flask
from sqlalchemy.orm import Session

from config import BadSetting, Config
from core import clock
from tests.factories.people import make_user
from tests.page_client import PageClient
from web import health
from web.addresses import safe_return, visitor_network
from web.security_txt import security_txt


@pytest.mark.parametrize(
    "path", ["/", "/nothing/here", "/sign-in", "/healthz", "/static/css/tokens.css", "/open-books"]
)
def test_every_answer_is_guarded_against_foreign_scripts(client: PageClient, path: str) -> None:
    headers = client.get(path, None).response.headers
    policy = headers["Content-Security-Policy"]
    for part in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert part in policy
    assert "unsafe-inline" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")


def test_pages_of_known_people_are_never_kept(client: PageClient, session: Session) -> None:
    client.sign_in(make_user(session))
    assert client.get("/open-books").response.headers["Cache-Control"] == "no-store"


def test_a_visitor_who_only_looks_gets_no_cookie(client: PageClient) -> None:
    for path in ("/", "/shop/products", "/open-books", "/charity/campaigns", "/points/stores"):
        assert "Set-Cookie" not in client.get(path).response.headers, path


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no-such-page", 404),
        ("POST", "/healthz", 405),
        ("DELETE", "/", 405),
        ("GET", "/%00", 404),
        ("GET", "/shop/products/%ff%fe", 404),
        ("GET", "/shop/products?page=0", 404),
        ("GET", "/shop/products?page=99999999999999999999", 404),
        ("GET", "/language/xx", 404),
        ("GET", "/media/../../etc/passwd", 404),
        ("GET", "/media/ab/..%2f..%2fsecret_key", 404),
        ("GET", "/points/stores/NOPE", 404),
        ("GET", "/charity/campaigns/nope", 404),
    ],
)
def test_odd_requests_get_a_page_and_no_trace(
    client: PageClient, method: str, path: str, status: int
) -> None:
    response = client.client.open(path, method=method)
    assert response.status_code in (status, 403) if method == "POST" else response.status_code == status
    assert "Traceback" not in response.get_data(as_text=True)


def test_a_page_too_large_is_refused(client: PageClient) -> None:
    client.post("/sign-in", {"login": "x" * 13_000_000, "password": "x"}, 413)


def test_the_language_switch_keeps_the_page(client: PageClient) -> None:
    page = client.get("/language/en?next=/open-books%3Fx%3D1", 303)
    assert page.location == "/open-books?x=1"
    assert "Open books" in client.follow(page).title
    assert client.get("/language/zh?next=//evil.example", 303).location == "/"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/a?b=c", "/a?b=c"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_only_plain_paths_are_returned_to(target: str | None, expected: str) -> None:
    assert safe_return(target) == expected


def test_health_and_readiness_name_what_is_missing(client: PageClient, app: Flask) -> None:
    assert client.get("/healthz").response.json == {"status": "ok"}
    answer = client.get("/readyz", 503).response.json
    assert "worker" in answer["not_ready"]
    assert "migrations" not in answer["not_ready"]
    assert "database" not in answer["not_ready"]


def test_readiness_waits_once_for_a_database_that_does_not_answer(
    client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    def stands_still() -> None:
        waited.append(1)
        raise sqlalchemy.exc.OperationalError("SELECT 1", {}, TimeoutError())

    monkeypatch.setattr(health, "PROBES", dict.fromkeys(health.PROBES, stands_still))
    answer = client.get("/readyz", 503).response.json
    assert answer["not_ready"]["database"] == "OperationalError"
    assert len(waited) == 1


def test_the_style_page_shows_every_component(client: PageClient) -> None:
    # It shows a page header as a specimen, so it is not held to one h1.
    page = client.client.get("/styleguide")
    assert page.status_code == 200
    assert all(shown in page.text for shown in ('class="once-more"', 'class="desk-search"'))
    assert client.post("/styleguide", {}).location == "/styleguide"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix", "unix"),
    ],
)
def test_tries_are_counted_by_the_network_that_one_subscriber_has(
    app: Flask, address: str, network: str
) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert visitor_network() == network


def test_who_finds_a_weakness_is_told_whom_to_write_to(client: PageClient, app: Flask) -> None:
    answer = client.get("/.well-known/security.txt", None).response
    assert answer.mimetype == "text/plain"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == "mailto:security@yigou.example"
    assert clock.now() < datetime.fromisoformat(fields["Expires"]) < clock.now() + timedelta(days=366)
    assert fields["Canonical"] == "http://127.0.0.1:8000/.well-known/security.txt"
    assert security_txt("https://yigou.example/form", "").startswith("Contact: https://yigou.example/form\n")


def test_no_contact_is_made_up(client: PageClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "YIGOU", replace(app.config["YIGOU"], security_contact=""))
    assert client.get("/.well-known/security.txt", None).status == 404


@pytest.mark.parametrize("contact", ["nobody", "http://yigou.example", "a@b\nContact: mailto:c@d", "a b@c"])
def test_a_contact_that_cannot_be_reached_stops_the_start(contact: str) -> None:
    environ = {"DATABASE_URL": "postgresql:///x", "YIGOU_MODE": "test", "SECURITY_CONTACT": contact}
    with pytest.raises(BadSetting, match="SECURITY_CONTACT"):
        Config.from_environ(environ | {"SECRET_KEY": "tests-only-0123456789-abcdefghijklmnop"})


@pytest.mark.parametrize(
    ("number", "status"), [(errno.ENOSPC, 503), (errno.EDQUOT, 503), (errno.EACCES, None)]
)
def test_a_full_disk_is_said(
    client: PageClient, app: Flask, monkeypatch: pytest.MonkeyPatch, number: int, status: int | None
) -> None:
    def full() -> str:
        raise OSError(number, "")

    monkeypatch.setitem(app.view_functions, "health.healthz", full)
    if status is None:
        with pytest.raises(OSError, match=str(number)):
            client.get("/healthz", None)
        return
    page = client.get("/healthz", status)
    assert "存储空间" in page.text
    assert page.response.headers["Retry-After"] == "300"
