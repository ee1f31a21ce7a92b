"""Attributes of controls read as the library writes them, only faster."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from markupsafe import Markup
from wtforms import widgets

from web.forms import attributes


def the_librarys() -> Any:
    """Return the library's own function from a second copy of its module, which nobody has touched."""
    spec = importlib.util.find_spec("wtforms.widgets.core")
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    return copy.html_params


@pytest.mark.parametrize(
    "pairs",
    [
        {},
        {"name": "text1", "id": "f", "class_": "text"},
        {"checked": True, "readonly": False, "name": "text1", "maxlength": 40},
        {"data_next_page": "a", "aria_described_by": "b", "data-plain": "c"},
        {"value": '<b>"O\'Brien" & 湖</b>', "title": Markup('&lt;said "so"&gt;'), "x": None, "y": 0},
        {'on"x><': "y"},
    ],
)
def test_attributes_read_as_the_library_writes_them(pairs: dict[str, Any]) -> None:
    assert attributes(**pairs) == the_librarys()(**pairs)


def test_every_widget_writes_them_so() -> None:
    assert widgets.TextInput.html_params is attributes
    assert widgets.core.html_params is attributes
