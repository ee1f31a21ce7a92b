"""The operator's freight pages: reading, writing, and what is refused beside its field."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock
from shop.freight.models import FreightTable
from tests.factories.people import make_user
from tests.page_client import Page, PageClient

NEW = "/operator/freight/new"


@pytest.fixture
def desk(client: PageClient, session: Session) -> PageClient:
    return client.sign_in(make_user(session, Role.ADMIN))


def fields(desk: PageClient, **changes: str) -> dict[str, object]:
    return {**desk.get(NEW).form(NEW)["fields"], "provinces_1": ["54", "65"], "reason": "柴油涨价", **changes}


def tables(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(FreightTable)) or 0


def test_a_table_is_written_from_tomorrow_on(desk: PageClient, session: Session) -> None:
    page: Page = desk.get("/operator/freight")
    assert "¥8.00" in page.text
    assert "今日执行" in page.text
    answer = desk.post(NEW, fields(desk, fee_0_0="9.50", name_zh_2="海岛", name_en_2="Islands"), 422)
    assert "请至少勾选一个省份" in answer.text
    shown = desk.post(NEW, fields(desk, fee_0_0="9.50"))
    assert shown.location is not None
    page = desk.get(shown.location)
    assert "¥9.50" in page.text
    assert "待生效" in page.text
    assert "柴油涨价" in page.text
    row = session.scalars(select(FreightTable).order_by(FreightTable.id.desc())).first()
    assert row is not None
    assert row.valid_from == clock.today() + timedelta(days=1)
    assert row.zones[1]["provinces"] == ["54", "65"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("fee_0_0", "", "fee_0_0-error"),
        ("fee_0_0", "-1", "fee_0_0-error"),
        ("fee_0_0", "一元", "fee_0_0-error"),
        ("fee_0_0", "5000", "fee_0_0-error"),
        ("fee_1_1", "1", "fee_1_1-error"),
        ("up_to_0", "7", "up_to_1-error"),
        ("up_to_0", "", "up_to_0-error"),
        ("up_to_0", "0", "up_to_0-error"),
        ("name_zh_0", "", "name_zh_0-error"),
        ("further_1", "", "further_1-error"),
        ("valid_from", "2020-01-01", "valid_from-error"),
        ("valid_from", "tomorrow", "valid_from-error"),
        ("reason", "", "reason-error"),
        ("reason", "a\x00b", "reason-error"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    desk: PageClient, session: Session, name: str, value: str, words: str
) -> None:
    page = desk.post(NEW, fields(desk, **{name: value}), 422)
    assert words in page.html
    assert tables(session) == 1


def test_a_second_table_of_somebody_else_is_noticed(desk: PageClient, session: Session) -> None:
    mine, theirs = fields(desk), fields(desk)
    desk.post(NEW, mine)
    desk.post(NEW, mine)
    page = desk.post(NEW, theirs, 409)
    assert "柴油涨价" in page.html
    assert tables(session) == 2


def test_only_the_operator_reads_and_writes(app: Flask, session: Session) -> None:
    for role in (Role.SUPPLIER, Role.CERTIFIER, Role.FINANCE):
        client = PageClient(app, session).sign_in(make_user(session, role))
        client.get("/operator/freight", 403)
        client.get(NEW, 403)
        client.post(NEW, {}, 403)
    assert "/sign-in" in str(PageClient(app, session).get("/operator/freight", 302).location)


def test_what_is_no_table_is_a_404(desk: PageClient) -> None:
    for path in ("NONE", "%00", "x" * 500):
        desk.get(f"/operator/freight/{path}", 404)
