"""What the programme and the payment service write down is shown in words; what people wrote stays as it is."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from payments import wording

REASONS = (
    "The buyer called it off before it was sent.",
    "The order had been paid before.",
    "A claim about received goods was settled.",
    "The supplier recalled batch 20261024A4.",
)


@pytest.mark.parametrize("reason", REASONS)
def test_the_programmes_own_reasons_are_put_into_words(app: Flask, reason: str) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert not any("a" <= letter <= "z" for letter in wording.refund_reason(reason))


def test_words_of_people_stay(app: Flask) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert wording.refund_reason("收到时有一盒已变质") == "收到时有一盒已变质"


def test_a_providers_words_are_put_into_words_and_unknown_ones_stay(app: Flask) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert wording.dispute_reason("product_not_received") == "未收到货"
        assert wording.event_label("refund.updated") == "退款有进展"
        assert wording.dispute_reason("of_tomorrow") == wording.event_label("of_tomorrow") == "of_tomorrow"
