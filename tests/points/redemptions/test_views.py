"""The till, the slip, the card and the household's page, as people meet them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock
from points.redemptions.models import Card, Redemption
from points.redemptions.queries import points_balance
from points.redemptions.services import block_card, issue_card
from tests.factories.people import make_household, make_organisation, make_user, make_village
from tests.factories.points import PointsWorld, claim_of, give_points, make_points_world, stock_goods
from tests.page_client import Page, PageClient


def scan(client: PageClient, world: PointsWorld, code: str | None = None, status: int = 303) -> Page:
    return client.post(
        "/points/till", {"store": world.store.public_id, "code": code or world.card_code}, status
    )


def chosen(page: Page, world: PointsWorld, **units: str) -> dict[str, str]:
    fields = dict(page.form("/points/till/basket")["fields"])
    fields.update({f"q-{world.goods[key].public_id}": value for key, value in units.items()})
    return fields


@pytest.fixture
def keeper(client: PageClient, world: PointsWorld) -> PageClient:
    return client.sign_in(world.keeper_user)


def test_a_card_a_basket_a_slip(keeper: PageClient, world: PointsWorld, session: Session) -> None:
    page = keeper.follow(scan(keeper, world, world.card_code.lower().replace("-", "")))
    assert "李**" in page.text
    assert "李春耕" not in page.html
    slip = keeper.follow(keeper.post("/points/till/basket", chosen(page, world, rice="2", salt="1")))
    assert "合计积分 22" in slip.text
    assert "卡上余分 78" in slip.text
    assert "李春耕" not in slip.html
    assert points_balance(session, world.household.ledger_ref) == 78


def test_sending_the_page_twice_shows_the_same_slip(
    keeper: PageClient, world: PointsWorld, session: Session
) -> None:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice="1")
    first = keeper.post("/points/till/basket", fields)
    again = keeper.post("/points/till/basket", fields)
    assert first.location == again.location
    assert session.scalar(select(func.count()).select_from(Redemption)) == 1


def test_going_back_and_changing_the_basket_is_refused(
    keeper: PageClient, world: PointsWorld, session: Session
) -> None:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice="1")
    keeper.post("/points/till/basket", fields)
    keeper.post("/points/till/basket", {**fields, f"q-{world.goods['rice'].public_id}": "5"}, 409)
    assert points_balance(session, world.household.ledger_ref) == 90


def test_a_page_of_an_earlier_card_is_refused(
    keeper: PageClient, world: PointsWorld, session: Session
) -> None:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice="1")
    other = make_household(session, world.village, "赵大山")
    scan(keeper, world, issue_card(session, world.cadre, other.id)[1])
    page = keeper.post("/points/till/basket", fields, 409)
    assert "重新扫卡" in page.text
    assert points_balance(session, world.household.ledger_ref) == 100


@pytest.mark.parametrize(
    "typed",
    [
        "-1",
        "1.5",
        "1000000000",
        "1" + "0" * 30,
        "NaN",
        "1e3",
        "٣",
        "２",
        "0x1",
        "100",
        "1 2",
        "卡",
        "' OR 1=1",
    ],
)
def test_a_quantity_that_is_none_is_named_and_nothing_moves(
    keeper: PageClient, world: PointsWorld, session: Session, typed: str
) -> None:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice=typed, salt="1")
    page = keeper.post("/points/till/basket", fields, 422)
    assert "0 到 99" in page.text
    assert points_balance(session, world.household.ledger_ref) == 100
    assert page.form("/points/till/basket")["fields"][f"q-{world.goods['salt'].public_id}"] == "1"


@pytest.mark.parametrize("typed", ["", "0"])
def test_an_empty_basket_is_refused(keeper: PageClient, world: PointsWorld, typed: str) -> None:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice=typed)
    assert "至少选一样" in keeper.post("/points/till/basket", fields, 422).text


def test_too_few_points_says_how_many_are_missing(keeper: PageClient, world: PointsWorld) -> None:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice="12")
    assert "还差 20 分" in keeper.post("/points/till/basket", fields, 409).text


def test_short_goods_are_named(keeper: PageClient, world: PointsWorld, session: Session) -> None:
    stock_goods(session, world, "lamp", "台灯", 1, 3000, 1)
    fields = chosen(keeper.follow(scan(keeper, world)), world, lamp="2")
    assert "台灯只剩 1 件" in keeper.post("/points/till/basket", fields, 409).text


def test_what_the_client_says_about_prices_is_not_heard(
    keeper: PageClient, world: PointsWorld, session: Session
) -> None:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice="1")
    keeper.post(
        "/points/till/basket",
        {
            **fields,
            "points": "0",
            "total": "1",
            "household_id": "1",
            "store_id": "1",
            "value_fen": "0",
            "balance": "999",
        },
    )
    assert points_balance(session, world.household.ledger_ref) == 90


def test_without_scripts_the_page_adds_up_and_moves_nothing(
    keeper: PageClient, world: PointsWorld, session: Session
) -> None:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice="2")
    page = keeper.post("/points/till/basket", {**fields, "add_up": "1"}, 200)
    assert "合计 20 分" in page.text
    assert points_balance(session, world.household.ledger_ref) == 100
    keeper.follow(keeper.post("/points/till/basket", chosen(page, world)))
    assert points_balance(session, world.household.ledger_ref) == 80


def test_unknown_and_replaced_cards_are_refused(
    keeper: PageClient, world: PointsWorld, session: Session
) -> None:
    assert "查不到这张卡" in scan(keeper, world, "YG-0000-0000", 422).text
    assert "查不到这张卡" in scan(keeper, world, "卡", 422).text
    block_card(session, world.cadre, world.card_id, "丢失")
    assert "停用" in scan(keeper, world, status=409).text


def test_guessing_cards_is_slowed_down(keeper: PageClient, world: PointsWorld) -> None:
    for number in range(5):
        scan(keeper, world, f"YG-0000-000{number}", 422)
    page = scan(keeper, world, status=429)
    assert int(page.response.headers["Retry-After"]) > 0


def test_a_card_of_another_town_is_refused(keeper: PageClient, world: PointsWorld, session: Session) -> None:
    far = make_household(session, make_village(session, "石门村", county="370404", suffix="101202"))
    assert "其他超市" in scan(keeper, world, issue_card(session, world.cadre, far.id)[1], 409).text


def test_a_keeper_is_not_served_by_herself(client: PageClient, world: PointsWorld, session: Session) -> None:
    keeper = make_user(session, Role.STOREKEEPER, organisation=world.organisation, household=world.household)
    assert "自己家" in scan(client.sign_in(keeper), world, status=403).text


def test_the_card_stands_for_twenty_minutes(keeper: PageClient, world: PointsWorld, session: Session) -> None:
    page = keeper.follow(scan(keeper, world))
    with clock.at(clock.now() + timedelta(minutes=21)):
        keeper.get("/points/till/basket", 303)
        keeper.post("/points/till/basket", chosen(page, world, rice="1"), 409)
    assert points_balance(session, world.household.ledger_ref) == 100


def test_without_a_card_there_is_no_basket(keeper: PageClient, world: PointsWorld) -> None:
    assert keeper.get("/points/till/basket", 303).location == "/points/till"
    keeper.post("/points/till/basket", {"card": "A" * 12, "once": "B" * 20}, 409)
    keeper.post("/points/till/basket", {}, 409)


def test_another_stores_till_is_not_there(keeper: PageClient, world: PointsWorld, session: Session) -> None:
    other = make_points_world(session)
    keeper.get(f"/points/till?store={other.store.public_id}", 404)
    keeper.post("/points/till", {"store": other.store.public_id, "code": world.card_code}, 404)
    keeper.post("/points/till", {"code": world.card_code}, 404)


def test_a_keeper_without_a_store_is_told_what_to_do(client: PageClient, session: Session) -> None:
    user = make_user(session, Role.STOREKEEPER, organisation=make_organisation(session))
    assert "还没有超市" in client.sign_in(user).get("/points/till").text


def test_forged_redemptions_are_refused(keeper: PageClient, world: PointsWorld, session: Session) -> None:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice="1")
    fields.pop("csrf_token")
    keeper.post("/points/till/basket", fields, 403, token=False)
    keeper.post("/points/till/basket", fields, 403, headers={"Origin": "https://evil.example"})
    assert points_balance(session, world.household.ledger_ref) == 100


@pytest.mark.parametrize(
    "role", [Role.CADRE, Role.COMMITTEE, Role.HOUSEHOLD, Role.REQUESTER, Role.FINANCE, Role.ADMIN]
)
def test_only_keepers_run_the_till(
    client: PageClient, world: PointsWorld, session: Session, role: Role
) -> None:
    client.sign_in(make_user(session, role, organisation=world.organisation))
    client.get("/points/till", 403)
    client.post("/points/till", {"store": world.store.public_id, "code": world.card_code}, 403)


def slip_address(keeper: PageClient, world: PointsWorld) -> str:
    fields = chosen(keeper.follow(scan(keeper, world)), world, rice="1")
    return str(keeper.post("/points/till/basket", fields).location)


def test_a_slip_is_for_its_store_and_its_household(
    app: Flask, keeper: PageClient, world: PointsWorld, session: Session
) -> None:
    address = slip_address(keeper, world)
    assert "大米" in PageClient(app, session).sign_in(world.household_user).get(address).text
    other = make_points_world(session)
    PageClient(app, session).sign_in(other.keeper_user).get(address, 404)
    PageClient(app, session).sign_in(other.household_user).get(address, 404)
    PageClient(app, session).sign_in(world.cadre_user).get(address, 404)
    PageClient(app, session).get(address, 302)


def test_a_slip_speaks_english_too(
    app: Flask, keeper: PageClient, world: PointsWorld, session: Session
) -> None:
    address = slip_address(keeper, world)
    page = PageClient(app, session, "en").sign_in(world.household_user).get(address)
    assert "Redeemed" in page.text
    assert "Rice" in page.text


def test_a_household_sees_its_three_numbers_and_why(
    client: PageClient, world: PointsWorld, session: Session
) -> None:
    from points.awards.services import refuse_claim

    claim = claim_of(session, world)
    refuse_claim(session, world.committee, claim.public_id, "当天未见到场，请补证明人。")
    other = make_household(session, world.village, "赵大山")
    give_points(session, world, other, 33)
    page = client.sign_in(world.household_user).get("/points/my")
    assert "现有积分 100" in page.text
    assert "当天未见到场，请补证明人。" in page.text
    assert "+100" in page.text
    assert "赵大山" not in page.text
    assert "33" not in re.findall(r"\d+", page.text)
    assert page.response.headers["Cache-Control"] == "no-store"


def test_a_member_of_no_household_has_no_page(client: PageClient, session: Session) -> None:
    client.sign_in(make_user(session, Role.HOUSEHOLD)).get("/points/my", 404)


def test_a_household_prints_a_new_card_and_the_old_one_ends(
    client: PageClient, app: Flask, world: PointsWorld, session: Session
) -> None:
    client.sign_in(world.household_user)
    assert world.card_code[-4:] in client.get("/points/my/card").text
    page = client.follow(client.post("/points/my/card"))
    found = re.search(r"YG-[0-9A-Z]{4}-[0-9A-Z]{4}", page.text)
    assert found
    assert found[0] != world.card_code
    assert "<svg" in page.html
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert found[0] not in client.get("/points/my/card").html
    keeper = PageClient(app, session).sign_in(world.keeper_user)
    scan(keeper, world, status=409)
    scan(keeper, world, found[0])


def test_no_code_of_a_card_is_kept(session: Session, world: PointsWorld) -> None:
    card = session.scalars(select(Card)).one()
    assert world.card_code not in {str(value) for value in vars(card).values()}
    assert world.card_code.endswith(card.code_ending)


def test_a_cadre_prints_cards_in_the_own_villages_only(
    app: Flask, client: PageClient, world: PointsWorld, session: Session
) -> None:
    client.sign_in(world.cadre_user)
    address = f"/points/households/{world.household.public_id}/card"
    assert "YG-" in client.follow(client.post(address)).text
    elsewhere = make_village(session, "石门村", suffix="101202")
    stranger = PageClient(app, session).sign_in(make_user(session, Role.CADRE, region=elsewhere))
    stranger.get(address, 404)
    stranger.post(address, {}, 404)
    PageClient(app, session).sign_in(world.keeper_user).get(address, 403)


def test_the_household_sees_only_its_own_card(app: Flask, world: PointsWorld, session: Session) -> None:
    other = make_points_world(session)
    page = PageClient(app, session).sign_in(other.household_user).get("/points/my/card")
    assert world.card_code[-4:] not in page.text
