"""What every form has from its base."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Regexp

from web import forms
from web.language import LOCALES

ZH, EN = "zh-CN,zh;q=0.9", "en"


class Choice(forms.Form):
    """A form with words of WTForms: a choice that it refuses itself."""

    class Meta:
        """Nothing is changed by it."""

        csrf = False

    colour = RadioField("Colour", choices=[("r", "red")])


class Numbers(forms.Form):
    """A form with what people type in digits."""

    class Meta:
        """Nothing is changed by it."""

        csrf = False

    packs = forms.WholeNumberField("Packs", [forms.required()], least=1, most=500)
    price = forms.YuanField("Price", [forms.required()])
    on = forms.DayField("Day", [forms.required()])
    at = forms.MomentField("Time", [forms.required()])


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def filled(app: Flask, **typed: str) -> Numbers:
    with app.test_request_context("/", method="POST", data=typed):
        form = Numbers()
        form.validate()
        return form


def test_numbers_of_a_chinese_keyboard_are_read_and_kept_as_typed(app: Flask) -> None:
    typed = {"packs": "12", "price": "39.80", "on": "2026-11-21", "at": "2026-11-21T20:00"}
    wide = {name: full_width(text) for name, text in typed.items()}
    form = filled(app, **wide)
    assert not form.errors
    assert (form.packs.number, form.price.fen, form.on.day) == (12, 39_80, date(2026, 11, 21))
    assert form.at.moment == filled(app, **typed).at.moment
    assert form.packs.data == wide["packs"]


@pytest.mark.parametrize("packs", ["-1", "0", "501", "1e3", "1.5", "٣"])
def test_full_width_digits_open_no_other_door(app: Flask, packs: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in packs)
    assert filled(app, packs=wide, price="1", on="2026-11-21", at="2026-11-21T20:00").packs.errors


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


class Words(forms.Form):
    """A form with free words, in one line and in several."""

    class Meta:
        """Nothing is changed by it."""

        csrf = False

    line = StringField("Line", [forms.no_card_number])
    lines = TextAreaField("Lines")
    account = StringField("Account")


@pytest.mark.parametrize(
    ("language", "said"), [(ZH, "像是银行卡号"), (EN, "looks like the number of a bank card")]
)
def test_the_number_of_a_card_is_refused_where_people_write_freely(
    app: Flask, language: str, said: str
) -> None:
    card = "4242 4242 4242 4242"
    data = {"line": f"to {card}", "lines": f"please\nuse {card}", "account": card}
    with app.test_request_context(method="POST", data=data, headers={"Accept-Language": language}):
        form = Words()
        assert not form.validate()
        assert said in form.line.errors[0]
        assert said in form.lines.errors[0]
        # Some lines ask for such numbers: a supplier's account may be one.
        assert not form.account.errors
        assert form.lines.data == data["lines"]


@pytest.mark.parametrize(
    ("packs", "price"), [("-5", "-5"), ("0", "0"), ("9" * 40, "9" * 40), ("１" * 12, "−1.50")]
)
def test_a_number_that_cannot_be_is_answered_with_those_that_can(app: Flask, packs: str, price: str) -> None:
    form = filled(app, packs=packs, price=price, on="2026-11-21", at="2026-11-21T20:00")
    assert form.packs.errors == ["请填写 1 到 500 之间的数。"]
    assert form.price.errors == ["请填写 ¥0.01 到 ¥10,000,000 之间的金额。"]


class Shapes(forms.Form):
    """A form with a code of a shape, a question to choose at, and a day of a calendar."""

    class Meta:
        """Nothing is changed by it."""

        csrf = False

    code = StringField("Code", [forms.required(), forms.at_most(5), Regexp("^[0-9]+$", message="digits")])
    answer = RadioField("Answer", [forms.required()], choices=[("y", "yes"), ("n", "no")])
    on = forms.DateField("Day", [forms.required()])


def test_each_field_says_one_thing_and_what_to_do(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"code": "abcdef", "on": "21/11/2026"}):
        form = Shapes()
        assert not form.validate()
    assert form.errors == {
        "code": ["最多 5 个字。"],
        "answer": ["请选择一项。"],
        "on": ["请填写日期，例如 2026-11-21。"],
    }
    with app.test_request_context(
        "/", method="POST", data={"code": "１", "answer": "y", "on": "２０２６-１１-２１"}
    ):
        form = Shapes()
        assert form.on.data == date(2026, 11, 21)
