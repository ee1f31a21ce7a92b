"""The public pages of the stores."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.conftest import StatementCounter
from tests.factories.points import PointsWorld, make_points_world, stock_goods
from tests.page_client import PageClient


def test_everybody_sees_the_stores_and_their_shelves(client: PageClient, world: PointsWorld) -> None:
    page = client.get("/points/stores")
    assert "青莲村爱心超市" in page.text
    assert "在架 2 种" in page.text
    shelf = client.get(f"/points/stores/{world.store.public_id}")
    assert "大米 10 分" in shelf.text
    assert "周三" in shelf.text


def test_no_public_page_names_a_person(client: PageClient, world: PointsWorld) -> None:
    for address in ("/points/stores", f"/points/stores/{world.store.public_id}"):
        html = client.get(address).html
        for secret in (
            "李春耕",
            "赵店长",
            "周干部",
            "孙评议",
            world.household.public_id,
            world.household.ledger_ref,
        ):
            assert secret not in html


def test_stores_of_one_county(client: PageClient, world: PointsWorld) -> None:
    assert "青莲村爱心超市" in client.get("/points/stores?county=370406").text
    client.get("/points/stores?county=999999", 404)
    client.get("/points/stores?county=%00", 404)
    client.get("/points/stores/NOTTHERE", 404)


def test_without_stores_the_page_says_so(client: PageClient) -> None:
    assert "还没有爱心超市" in client.get("/points/stores").text


def test_goods_that_are_gone_are_marked(client: PageClient, world: PointsWorld, session: Session) -> None:
    stock_goods(session, world, "lamp", "台灯", 5, 3000, 0)
    page = client.get(f"/points/stores/{world.store.public_id}")
    assert "台灯 5 分 / 袋 已兑完" in page.text


def test_the_pages_take_as_many_statements_however_much_there_is(
    client: PageClient, world: PointsWorld, session: Session, statements: StatementCounter
) -> None:
    def count(address: str) -> int:
        with statements:
            client.get(address)
        return len(statements)

    store = f"/points/stores/{world.store.public_id}"
    before = count("/points/stores"), count(store)
    for number in range(10):
        stock_goods(session, world, f"g{number}", f"杂货{number}", 1, 100, 3)
    for _ in range(4):
        make_points_world(session)
    assert (count("/points/stores"), count(store)) == before
    assert max(before) <= 6
