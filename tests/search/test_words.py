from __future__ import annotations

import pytest

from search import words


def flat(text: str) -> set[str]:
    return {word for here in words.positions(text) for word in here}


def test_positions_count_words_and_not_characters() -> None:
    places = words.positions("店子镇石磨小米")
    assert [here[0] for here in places] == ["店子", "镇", "石磨小米"]


def test_the_shorter_words_of_a_word_stand_at_its_position() -> None:
    assert {"西湖", "龙井", "西湖龙井"} <= set(words.positions("西湖龙井")[0])


def test_words_across_a_cut_are_known_too() -> None:
    assert {"油茶籽油", "茶籽油", "油茶"} <= flat("油茶籽油")


@pytest.mark.parametrize("name", ["软籽石榴", "长红枣", "小磨香油", "莲子", "枣花蜜"])
def test_names_of_produce_are_words(name: str) -> None:
    assert words.positions(name)[0][0] == name


def test_single_characters_are_found_in_names_and_not_in_stories() -> None:
    assert "枣" in flat("长红枣")
    assert "枣" not in {word for here in words.positions("长红枣", characters=False) for word in here}


def test_english_words_are_stemmed_and_stop_words_left_out() -> None:
    assert words.positions("The Apples of the Village") == [["appl"], ["villag"]]
    assert words.asked("的 了 the of") == {}


def test_width_and_case_do_not_matter() -> None:
    assert words.asked("ＸＩＡＯＭＩ") == words.asked("xiaomi")
    assert words.asked("lǜ".replace("ǜ", "ü") + "dou") == words.asked("lvdou")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("小米", "xiaomi"),
        ("小米", "xm"),
        ("店子镇石磨小米", "xiaomi"),
        ("店子镇石磨小米", "smxm"),
        ("西湖龙井", "xihulongjing"),
        ("西湖龙井", "xhlj"),
        ("长红枣", "changhongzao"),
        ("绿豆", "lvdou"),
        ("枣花蜜", "zao"),
    ],
)
def test_names_are_found_as_they_are_typed_on_a_latin_keyboard(name: str, typed: str) -> None:
    assert typed in words.sound_terms(name)


@pytest.mark.parametrize(
    "text", ["", " ", "*", "大*", "x:y", "AND", "(((", '"', "\x00", "%_\\", "🍎", "\ud800"]
)
def test_signs_mean_nothing(text: str) -> None:
    assert all(word.isalnum() for word in words.asked(text))


def test_a_query_has_an_end() -> None:
    assert len(words.asked("苹 果 梨 桃 " * 3000)) <= words.MOST_TERMS
    assert (
        len(words.asked(" ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")))
        <= words.MOST_TERMS
    )


def test_other_scripts_and_digits_are_words_too() -> None:
    assert list(words.asked("Молоко ٣ 2.5kg")) == ["молоко", "٣", "2.5", "kg"]


def test_another_dictionary_is_another_make(monkeypatch: pytest.MonkeyPatch) -> None:
    before = words.make()
    words.make.cache_clear()
    monkeypatch.setattr(words, "MAKE", words.MAKE + 1)
    assert words.make() != before
    words.make.cache_clear()
