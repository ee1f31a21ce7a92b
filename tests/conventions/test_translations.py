"""Every word is translated, and nothing is left over."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from web import translations


@pytest.mark.parametrize("package", translations.packages())
def test_every_word_has_its_chinese(package: str) -> None:
    assert translations.problems(package) == []


def test_a_missing_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "read", lambda _package: Catalog(locale="zh_Hans_CN", fuzzy=False))
    assert any("untranslated" in problem for problem in translations.problems("web"))


def test_a_word_means_the_same_everywhere() -> None:
    seen: dict[str, tuple[str, str]] = {}
    clashes = []
    for package in translations.packages():
        for message in translations.read(package):
            if not message.id or not message.string or isinstance(message.id, tuple):
                continue
            known = seen.setdefault(message.id, (message.string, package))
            if known[0] != message.string:
                clashes.append((message.id, known, (message.string, package)))
    assert clashes == []
