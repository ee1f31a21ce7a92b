from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.permissions import SYSTEM
from ledger import checks
from ledger import services as ledger
from ledger.values import AccountKind, AccountSpec, Fact, Leg, Policy, Unit
from shop.home import sections
from shop.home.values import CampaignTeaser, Number
from tests.conftest import StatementCounter
from tests.factories.products import make_product
from tests.page_client import PageClient

ONE = AccountSpec("test:one", Unit.CNY, AccountKind.ASSET, Policy.OPEN, "test")
OTHER = AccountSpec("test:other", Unit.CNY, AccountKind.INCOME, Policy.OPEN, "test")


def deliver(session: Session, key: str, fen: int, days_ago: int = 0) -> None:
    when = clock.now() - timedelta(days=days_ago)
    ledger.post(session, SYSTEM, Fact("order_delivered", "test", key, when), [Leg(ONE, OTHER, fen)])


def test_the_home_page_tells_true_numbers(client: PageClient, session: Session) -> None:
    for _ in range(3):
        make_product(session, name_zh="店子镇石磨小米")
    make_product(session, certified=False)
    deliver(session, "1", 123_400)
    deliver(session, "2", 50_000, days_ago=370)
    checks.keep(session, checks.run(session))
    page = client.get("/")
    assert "买一斤好米" in page.text
    assert "店子镇石磨小米" in page.text
    assert "在售认定产品 3" in page.text
    assert "今年到村 ¥1,234 " in page.text
    assert "seal-large" in page.html
    assert "刚刚自查" in page.text
    assert 'href="/shop/products?category=grain_oil"' in page.html


def test_books_that_do_not_balance_carry_no_seal(client: PageClient, session: Session) -> None:
    checks.keep(session, [checks.Finding("x", "", 10, 1)])
    assert "seal-large" not in client.get("/").html


def test_an_empty_house_says_what_to_do(client: PageClient, session: Session) -> None:
    page = client.get("/")
    assert "还没有在售产品" in page.text
    assert "首次自查正在进行" in page.text


def test_the_home_page_speaks_english(client: PageClient, session: Session) -> None:
    make_product(session)
    page = client.get("/", headers={"Accept-Language": "en"})
    assert "Buy a jin of good rice" in page.text
    assert "Stone-milled millet" in page.text


def test_other_packages_put_campaigns_and_numbers_there(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "_campaigns", [])
    monkeypatch.setattr(sections, "_numbers", [])
    teaser = CampaignTeaser(
        "/charity/campaigns/x", "山亭助学午餐", "山亭慈善", "¥1", "¥2", 50, "3 位", "12 月 31 日"
    )
    sections.register(lambda _session: [teaser, teaser, teaser])
    sections.register_numbers(lambda _session: [Number("户参与", "6,637", "/points/stores")])
    page = client.get("/")
    assert page.html.count("campaign-title") == sections.MOST_CAMPAIGNS
    assert "6,637" in page.text


@pytest.mark.parametrize("many", [2, 20])
def test_statements_do_not_grow(
    client: PageClient, session: Session, statements: StatementCounter, many: int
) -> None:
    for number in range(many):
        make_product(session)
        deliver(session, str(number), 100)
    with statements:
        client.get("/")
    assert len(statements) <= 14, statements.statements
