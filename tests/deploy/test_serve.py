"""How the web server is started."""

from __future__ import annotations

import sys

import pytest

from config import BadSetting
from deploy import serve

Started = tuple[list[str], dict[str, str]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Started]:
    found: list[Started] = []
    monkeypatch.setenv("YIGOU_MODE", "test")
    monkeypatch.setenv("SECRET_KEY", "tests-only-0123456789-abcdefghijklmnop")
    monkeypatch.setenv("DATABASE_URL", "postgresql:///nobody-connects")
    monkeypatch.setattr("os.execve", lambda _path, words, env: found.append((words, dict(env))))
    monkeypatch.setattr("os.chdir", lambda _path: None)
    monkeypatch.setattr(sys, "argv", ["serve", "--port", "8123", "--threads", "4"])
    return found


def test_the_server_starts_with_what_was_asked_and_few_pools_of_memory(started: list[Started]) -> None:
    serve.main()
    (words, environment) = started[0]
    assert words[words.index("--port") + 1] == "8123"
    assert words[words.index("--blocking-threads") + 1] == "4"
    assert environment["MALLOC_ARENA_MAX"] == "2"


def test_who_runs_the_server_may_choose_its_memory(
    started: list[Started], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
    serve.main()
    assert started[0][1]["MALLOC_ARENA_MAX"] == "8"


def test_a_weak_setting_stops_it_before_it_starts(
    started: list[Started], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "short")
    with pytest.raises(BadSetting, match="SECRET_KEY"):
        serve.main()
    assert started == []
