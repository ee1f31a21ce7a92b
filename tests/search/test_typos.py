from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import synonyms, typos, words


@pytest.mark.parametrize("word", ["xiaomi", "honey", "pomegranate"])
@pytest.mark.parametrize("slip", ["swap", "double", "drop", "wrong"])
def test_every_slip_leads_back(word: str, slip: str) -> None:
    for place in range(len(word) - 1):
        typed = {
            "swap": word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            "double": word[:place] + word[place] + word[place:],
            "drop": word[:place] + word[place + 1 :],
            "wrong": word[:place] + "q" + word[place + 1 :],
        }[slip]
        if typed != word and typos.correctable(typed):
            assert word in typos.candidates(typed)
            assert typos.is_one_slip(typed, word)


@given(st.text(alphabet="abenx", min_size=4, max_size=7), st.text(alphabet="abenx", min_size=3, max_size=8))
def test_both_ways_of_knowing_a_slip_agree(typed: str, word: str) -> None:
    if not typos.VOWELS.isdisjoint(word):
        assert typos.is_one_slip(typed, word) == (word in typos.candidates(typed))


@pytest.mark.parametrize("typed", ["xmi", "小米", "a1b2", "x" * 25, ""])
def test_what_is_short_long_or_not_latin_is_left_alone(typed: str) -> None:
    assert not typos.correctable(typed)


def test_the_work_is_bounded() -> None:
    asked: list[list[str]] = []

    def known(candidates: list[str]) -> set[str]:
        asked.append(candidates)
        return set()

    began = time.process_time()
    assert typos.meant(["abcdefghijklmnopqrstuvwx"] * 50, known) == {}
    assert len(asked) == 1
    assert len(asked[0]) < 3 * 1_400
    assert time.process_time() - began < 0.5


def test_nothing_is_looked_up_when_there_is_nothing_to_guess() -> None:
    def known(_candidates: list[str]) -> set[str]:
        raise AssertionError

    assert typos.meant(["小米", "xm"], known) == {}


def test_other_names_go_both_ways_and_wide_words_one_way() -> None:
    assert "西红柿" in synonyms.of("番茄")
    assert "番茄" in synonyms.of("西红柿")
    assert "花生油" in synonyms.narrower("食用油")
    assert "食用油" not in synonyms.of("花生油")
    assert "aubergin" in synonyms.of("eggplant")


def test_every_other_name_is_one_word() -> None:
    for word in synonyms.chinese_words():
        assert list(words.asked(word)) == [word]


def test_the_file_has_forty_groups_and_none_is_a_single_word() -> None:
    groups = synonyms._lines()
    assert len(groups) >= 40
    assert all(len(group) >= 2 for group in groups)
    assert all(len(group) >= 3 and group[1] == ">" for group in groups if ">" in group)


def test_other_names_that_change_make_another_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = words.make()
    changed = tmp_path / "synonyms.txt"
    changed.write_text("小米 粟\n", encoding="utf-8")
    words.make.cache_clear()
    monkeypatch.setattr(synonyms, "FILE", changed)
    assert words.make() != before
    words.make.cache_clear()
