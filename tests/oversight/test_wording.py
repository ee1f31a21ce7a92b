"""Whatever the trail and the list of jobs may show has words."""

from __future__ import annotations

import ast
from itertools import chain
from pathlib import Path

import pytest

from core import jobs
from oversight.operations import wording

ROOT = Path(__file__).resolve().parents[2]


def recorded(source: str) -> list[tuple[str, str]]:
    """Return (action, subject type) of every call of `audit.record` that spells them out."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "record"
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "audit"
        ):
            action, subject = node.args[2:4]
            if isinstance(subject, ast.Constant):
                told = action.value if isinstance(action, ast.Constant) else ""
                found.append((told, subject.value))
    return found


@pytest.fixture(scope="module")
def spelled() -> list[tuple[str, str]]:
    paths = [
        path for path in ROOT.glob("*/**/*.py") if path.relative_to(ROOT).parts[0] not in ("tests", "var")
    ]
    return list(chain.from_iterable(recorded(p.read_text()) for p in paths if ".venv" not in p.parts))


def test_every_action_has_words(spelled: list[tuple[str, str]]) -> None:
    assert len(spelled) > 40
    assert sorted({action for action, _ in spelled if action} - set(wording.ACTIONS)) == []


def test_every_subject_has_words(spelled: list[tuple[str, str]]) -> None:
    assert sorted({subject for _, subject in spelled} - set(wording.SUBJECTS)) == []


def test_an_action_without_words_is_noticed() -> None:
    assert recorded("audit.record(session, actor, 'cow milked', 'cow', '1')") == [("cow milked", "cow")]


def test_every_job_by_the_clock_has_words(app: object) -> None:
    assert sorted(set(jobs.periodic_names()) - set(wording.JOBS)) == []


@pytest.mark.parametrize("words", ["ACTIONS", "SUBJECTS", "REASONS", "JOBS"])
def test_words_stand_in_alphabetical_order(words: str) -> None:
    names = list(getattr(wording, words))
    assert names == sorted(names)
