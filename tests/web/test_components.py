"""The named parts of pages: each is shown and described, and does what it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup

from tests.conftest import ROOT

TEMPLATES = ROOT / "templates"
#: Parts of messages are not shown on a page.
OF_MAILS = {"mail_button", "mail_rows"}


@pytest.fixture
def part(app: Flask) -> Any:
    """Return a function that gives a component by its name."""
    with app.test_request_context("/", headers={"Accept-Language": "zh"}):
        yield lambda name: getattr(app.jinja_env.get_template(f"components/{name}.html").module, name)


def test_every_component_is_described_and_shown() -> None:
    names = {path.stem for path in (TEMPLATES / "components").glob("*.html")}
    described = (ROOT / "docs/components.md").read_text()
    assert {name for name in names if f"`{name}(" not in described} == set()
    shown = {
        name
        for folder in ("styleguide", "layouts", "components")
        for path in (TEMPLATES / folder).glob("*.html")
        for name in re.findall(r"components/(\w+)\.html", path.read_text())
    }
    assert names - shown == OF_MAILS


def test_a_search_sends_what_else_the_list_is_asked_for_but_nothing_empty(part: Any) -> None:
    written = part("desk_search")("/desk/list", "Name", '小"米', {"show": "all", "kind": "", "size": None})
    assert re.findall(r'name="(\w+)" value="([^"]*)"', written) == [("q", "小&#34;米"), ("show", "all")]


def test_what_cannot_be_undone_is_behind_a_first_tap(part: Any) -> None:
    written = part("once_more")(
        "/order/cancel", "Cancel", "It is gone then.", caller=lambda: Markup("<input>")
    )
    before, behind = written.split("</summary>")
    assert "<form" not in before
    assert all(words in behind for words in ("It is gone then.", "btn-danger", "csrf_token", "<input>"))
