from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from search import Marker, words


@pytest.fixture(autouse=True, scope="module")
def _pinyin() -> None:
    words.sounds("小米")


def marked(query: str, text: str) -> list[str]:
    return re.findall("<mark>(.*?)</mark>", str(Marker(query).mark(text)))


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("小米", "石磨小米", ["小米"]),
        ("石磨 小米", "店子镇石磨小米", ["石磨小米"]),
        ("番茄", "沙瓤西红柿", ["西红柿"]),
        ("枣", "长红枣", ["枣"]),
        ("食用油", "沙薯村压榨花生油", ["花生油"]),
        ("糖炒栗子", "五香栗子", ["栗子"]),
        ("xiaomi", "石磨小米", ["小米"]),
        ("xm", "石磨小米", ["小米"]),
        ("xiomi", "石磨小米", ["小米"]),
        ("shi mo xiao mi", "石磨小米", ["石磨小米"]),
        ("lvdou", "明绿豆", ["绿豆"]),
        ("apple", "Yunyu Red Fuji apples", ["apples"]),
        ("APPLES", "Apple crisps", ["Apple"]),
        ("appel", "Apple crisps", ["Apple"]),
        ("pom", "Liuxi pomegranate juice", ["pomegranate"]),
        ("eggplant", "Moqiao aubergines", ["aubergines"]),
        ("2.5", "2.5kg 布袋", ["2.5"]),
        ("５", "5kg 袋装", ["5"]),
        ("小米", "核桃酥", []),
        ("的", "村里的核桃", []),
        ("", "核桃酥", []),
        ("*", "核桃酥", []),
    ],
)
def test_what_was_looked_for_is_marked(query: str, text: str, expected: list[str]) -> None:
    assert marked(query, text) == expected


@pytest.mark.parametrize("query", ["<script>", "小米", "script", "mark", "b", "\"'", "amp", "lt"])
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('小米')</script>",
        "小米<b onmouseover=alert(1)>小米</b>",
        "a & b &amp; 小米 < 5",
        '"><img src=x onerror=alert(1)>小米',
        "<mark>小米</mark>",
    ],
)
def test_what_stands_in_a_text_is_never_markup(query: str, text: str) -> None:
    for shown in (Marker(query).mark(text), Marker(query).excerpt(text, 20)):
        assert isinstance(shown, Markup)
        assert re.findall("<[^>]*>", str(shown).replace("<mark>", "").replace("</mark>", "")) == []
    assert Marker(query).mark(text).striptags() == re.sub(r"\s+", " ", text)


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="小米石磨番茄 aple<>&'\"xm５２", max_size=12),
    st.text(alphabet="小米石磨西红柿 Aples<>&'\"ſﬁ５İ", max_size=60),
)
def test_marking_changes_nothing_but_adds_marks(query: str, text: str) -> None:
    shown = str(Marker(query).mark(text))
    assert Markup(shown.replace("<mark>", "").replace("</mark>", "")).unescape() == text
    assert shown.count("<mark>") == shown.count("</mark>")


def test_an_excerpt_begins_near_the_word_and_says_what_is_left_out() -> None:
    text = "山地春谷石碾慢脱壳留着米油" * 10 + "小米" + "煮粥很香" * 40
    shown = Marker("小米").excerpt(text, 40)
    assert "<mark>小米</mark>" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown.striptags()) <= 42
    assert Marker("核桃").excerpt(text) == ""
    assert Marker("小米").excerpt("小米粥") == Markup("<mark>小米</mark>粥")


def test_an_excerpt_cuts_no_latin_word_in_two() -> None:
    shown = Marker("millet").excerpt(
        "Ground between two heavy grandfatherly stones, millet keeps its skin.", 30
    )
    assert shown.striptags().lstrip("…").split()[0] in ("stones,", "grandfatherly")


def test_a_long_text_and_a_long_query_are_bounded() -> None:
    assert "<mark>" in Marker("小米" * 5_000).mark("小米" * 5_000)


def test_nobody_waits_for_pinyin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "sounds_ready", lambda: False)
    assert Marker("xiaomi").mark("石磨小米") == "石磨小米"
