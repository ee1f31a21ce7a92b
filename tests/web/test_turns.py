"""Which requests go before which."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from config import BadSetting, Config
from core import turns as core_turns
from tests.conftest import ENVIRON
from web import turns

LONG = 60.0


def test_forms_go_before_pages_and_probes_wait_for_nobody() -> None:
    assert turns.seconds_of_patience("GET", "/shop") == turns.PATIENCE_OF_PAGES
    assert turns.seconds_of_patience("HEAD", "/shop") == turns.PATIENCE_OF_PAGES
    assert turns.seconds_of_patience("POST", "/shop/checkout") == 0
    assert turns.seconds_of_patience("GET", "/healthz") == 0


def test_a_form_that_came_later_is_answered_before_the_pages_that_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(core_turns, "LONGEST", LONG)
    app, answered = Flask("turns"), list[str]()
    entered, leave = threading.Event(), threading.Event()

    @app.get("/slow")
    def slow() -> str:
        entered.set()
        leave.wait(LONG)
        return ""

    @app.route("/<name>", methods=["GET", "POST"])
    def note(name: str) -> str:
        answered.append(name)
        return ""

    order = core_turns.Turns()
    monkeypatch.setattr(turns, "Turns", lambda _at_once: order)
    turns.init_app(app, 1)

    def send(method: str, path: str, in_line: int) -> threading.Thread:
        thread = threading.Thread(target=app.test_client().open, args=(path,), kwargs={"method": method})
        thread.start()
        moment = threading.Event()
        for _ in range(6000):
            if len(order._waiting) == in_line:
                break
            moment.wait(0.01)
        return thread

    threads = [send("GET", "/slow", 0)]
    assert entered.wait(LONG)
    threads += [send("GET", "/one", 1), send("GET", "/two", 2), send("POST", "/bought", 3)]
    leave.set()
    for thread in threads:
        thread.join(LONG)
    assert answered == ["bought", "one", "two"]


@pytest.mark.parametrize("text", ["0", "-1", "many"])
def test_a_process_computes_at_least_one_request(text: str) -> None:
    with pytest.raises(BadSetting, match="REQUESTS_AT_ONCE"):
        Config.from_environ({**ENVIRON, "DATABASE_URL": "postgresql://h/d", "REQUESTS_AT_ONCE": text})
