"""Habits of the code that a reader may rely on; each check has a partner that shows that it notices."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "core", "web", "accounts", "registry", "ledger", "search", "publicity", "payments", "shop", "charity", "points",
    "oversight", "flows",
)  # fmt: skip


def sources(*suffixes: str) -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def commits(source: str) -> list[int]:
    """Return the lines that end a transaction by hand."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback")
    ]


def test_a_transaction_ends_in_one_place() -> None:
    # Whoosh's writer has a commit of its own, which ends no transaction of the database.
    allowed = {ROOT / "core" / "db.py", ROOT / "search" / "whoosh_engine.py"}
    found = {path: commits(path.read_text()) for path in sources() if path not in allowed}
    assert {str(path): lines for path, lines in found.items() if lines} == {}


def test_a_commit_elsewhere_is_noticed() -> None:
    assert commits("def f(session):\n    session.commit()") == [2]


def present_moments(source: str) -> list[int]:
    """Return the lines that ask the machine for the time, past core.clock."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    ]


def test_the_clock_is_asked_in_one_place() -> None:
    found = {p: present_moments(p.read_text()) for p in sources() if p != ROOT / "core" / "clock.py"}
    assert {str(path): lines for path, lines in found.items() if lines} == {}


def test_another_clock_is_noticed() -> None:
    assert present_moments("from datetime import datetime\nx = datetime.now()") == [2]


def environment_readers(source: str) -> list[int]:
    """Return the lines that read settings past config.py."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]


def test_only_the_configuration_reads_the_environment() -> None:
    allowed = {ROOT / "core" / name for name in ("embedded_postgres.py", "postgres_binaries.py", "tether.py")}
    found = {p: environment_readers(p.read_text()) for p in sources() if p not in allowed}
    assert {str(path): lines for path, lines in found.items() if lines} == {}


def test_another_reader_of_the_environment_is_noticed() -> None:
    assert environment_readers("import os\nos.environ['X']") == [2]


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "misc", "manager"])
def test_no_file_is_named_after_nothing(word: str) -> None:
    assert [str(p) for p in sources() if p.stem == word or word in p.parts] == []


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [str(p.relative_to(ROOT)) for p in sources() if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == []


def test_templates_hold_no_inline_script_or_style() -> None:
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        if path.name == "email.html" or path.name.startswith("mail_") or "emails" in path.parts:
            continue
        text = path.read_text()
        if 'style="' in text or "<style" in text or " onclick=" in text or "<script>" in text:
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def templates_that_ask_by_hand(texts: dict[str, str]) -> list[str]:
    """Return the templates that ask for the present password past the component, which asks for the code too."""
    return [name for name, text in texts.items() if "current-password" in text]


def test_whoever_asks_for_the_password_again_asks_for_the_code_too() -> None:
    allowed = {"components/password_again.html", "accounts/sign_in.html", "accounts/account.html"}
    folder = ROOT / "templates"
    texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.html")}
    assert set(templates_that_ask_by_hand(texts)) == allowed


def test_a_page_that_asks_by_hand_is_noticed() -> None:
    assert templates_that_ask_by_hand({"a.html": 'autocomplete="current-password"', "b.html": ""}) == [
        "a.html"
    ]
