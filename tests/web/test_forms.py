"""What every form has from its base."""

from __future__ import annotations

from typing import Any

from flask import Flask
from wtforms import RadioField

from web import forms
from web.language import LOCALES

ZH, EN = "zh-CN,zh;q=0.9", "en"


class Choice(forms.Form):
    """A form with words of WTForms: a choice that it refuses itself."""

    class Meta:
        """Nothing is changed by it."""

        csrf = False

    colour = RadioField("Colour", choices=[("r", "red")])


def refusal_of(app: Flask, language: str) -> list[Any]:
    with app.test_request_context(
        "/", method="POST", data={"colour": "blue"}, headers={"Accept-Language": language}
    ):
        form = Choice()
        assert not form.validate()
        return list(form.colour.errors)


def test_what_wtforms_says_is_in_the_language_of_each_request(app: Flask) -> None:
    assert [refusal_of(app, language) for language in (ZH, EN, ZH, EN)] == [
        ["不是有效的选择。"],
        ["Not a valid choice."],
    ] * 2


def test_the_words_of_wtforms_are_read_once_a_language(app: Flask) -> None:
    forms._words_of_wtforms.cache_clear()
    for language in (ZH, EN) * 3:
        refusal_of(app, language)
    assert forms._words_of_wtforms.cache_info().misses == len(LOCALES)
