"""The cadre's and the committee's pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock
from points.awards.models import PointsClaim
from points.redemptions.queries import points_balance
from tests.conftest import StatementCounter
from tests.factories.people import make_household, make_user, make_village
from tests.factories.points import PointsWorld, add_rule, claim_of
from tests.page_client import Page, PageClient


@pytest.fixture
def cadre(client: PageClient, world: PointsWorld) -> PageClient:
    return client.sign_in(world.cadre_user)


@pytest.fixture
def committee(app: Flask, world: PointsWorld, session: Session) -> PageClient:
    return PageClient(app, session).sign_in(world.committee_user)


def form_of(cadre: PageClient, world: PointsWorld, **more: str) -> dict[str, str]:
    page = cadre.get(f"/points/claims/new?household={world.household.public_id}")
    fields = dict(page.form("/points/claims/new")["fields"])
    return {**fields, "rule": world.rule.public_id, "deed": "院内整洁，柴草摆放有序。", **more}


def claims(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PointsClaim)) or 0


def test_a_cadre_records_and_the_committee_approves(
    cadre: PageClient, committee: PageClient, world: PointsWorld, session: Session
) -> None:
    page = cadre.follow(cadre.post("/points/claims/new", form_of(cadre, world)))
    assert "等待评议" in page.text
    claim = session.scalars(select(PointsClaim).where(PointsClaim.state == "recorded")).one()
    queue = committee.get("/points/committee")
    assert "院内整洁" in queue.text
    assert "10 / 2000" in queue.text
    done = committee.follow(committee.post(f"/points/committee/{claim.public_id}/approve"))
    assert "10 分已记入" in done.text
    assert points_balance(session, world.household.ledger_ref) == 110
    committee.post(f"/points/committee/{claim.public_id}/approve", {}, 409)
    committee.post(f"/points/committee/{claim.public_id}/refuse", {"reason": "改主意了"}, 409)
    assert points_balance(session, world.household.ledger_ref) == 110
    assert "孙评议" in committee.get("/points/committee/decided").text


def test_a_refusal_without_a_reason_comes_back(
    committee: PageClient, world: PointsWorld, session: Session
) -> None:
    claim = claim_of(session, world)
    page = committee.post(f"/points/committee/{claim.public_id}/refuse", {"reason": " "}, 422)
    assert "请写明理由" in page.text
    page = committee.post(f"/points/committee/{claim.public_id}/refuse", {"reason": "x" * 301}, 422)
    session.refresh(claim)
    assert claim.state == "recorded"
    committee.post(f"/points/committee/{claim.public_id}/refuse", {"reason": "缺证明人"})
    session.refresh(claim)
    assert claim.state == "refused"


def test_the_form_sent_twice_is_one_claim(cadre: PageClient, world: PointsWorld, session: Session) -> None:
    before = claims(session)
    fields = form_of(cadre, world)
    cadre.post("/points/claims/new", fields)
    cadre.post("/points/claims/new", fields)
    assert claims(session) == before + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"deed": ""},
        {"deed": "好"},
        {"deed": "x" * 501},
        {"deed": "abcd\x00efgh"},
        {"rule": "NOTARULE"},
        {"rule": ""},
        {"happened_on": "yesterday"},
        {"happened_on": "2026-02-30"},
        {"happened_on": ""},
        {"happened_on": "9999-12-31"},
        {"happened_on": "0001-01-01"},
        {"once": ""},
        {"once": "'; DROP TABLE"},
    ],
)
def test_bad_entries_come_back_with_what_was_typed(
    cadre: PageClient, world: PointsWorld, session: Session, wrong: dict[str, str]
) -> None:
    before = claims(session)
    page = cadre.post("/points/claims/new", form_of(cadre, world, **wrong), 422)
    assert claims(session) == before
    assert page.form("/points/claims/new")["fields"]["household"] == world.household.public_id


def test_the_points_are_those_of_the_rule(cadre: PageClient, world: PointsWorld, session: Session) -> None:
    fields = form_of(cadre, world, points="9999", state="approved", recorder_user_id="1", village_id="1")
    cadre.post("/points/claims/new", fields)
    claim = session.scalars(select(PointsClaim).order_by(PointsClaim.id.desc()).limit(1)).one()
    assert (claim.points, claim.state, claim.recorder_user_id) == (10, "recorded", world.cadre_user.id)


def test_a_deed_ahead_is_refused_beside_its_field(cadre: PageClient, world: PointsWorld) -> None:
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert (
        "日期还没到"
        in cadre.post("/points/claims/new", form_of(cadre, world, happened_on=tomorrow), 422).text
    )


def test_a_reached_cap_is_said_when_recording(
    cadre: PageClient, world: PointsWorld, session: Session
) -> None:
    from points.awards.services import approve_claim

    rule = add_rule(session, world, 10, cap=10)
    approve_claim(session, world.committee, claim_of(session, world, rule=rule).public_id)
    page = cadre.post("/points/claims/new", form_of(cadre, world, rule=rule.public_id), 409)
    assert "最多 10 分" in page.text


def test_households_are_found_by_name_and_only_in_the_own_villages(
    cadre: PageClient, world: PointsWorld, session: Session
) -> None:
    make_household(session, world.village, "欧阳振华")
    elsewhere = make_village(session, "石门村", suffix="101202")
    hidden = make_household(session, elsewhere, "欧阳远")
    page = cadre.get("/points/claims/new?q=欧阳")
    assert "欧阳振华" in page.text
    assert "欧阳远" not in page.text
    assert "没有找到" in cadre.get("/points/claims/new?q=%25").text
    assert "没有找到" in cadre.get("/points/claims/new?q=%00zz").text
    cadre.get(f"/points/claims/new?household={hidden.public_id}", 404)
    cadre.post("/points/claims/new", form_of(cadre, world, household=hidden.public_id), 404)


def test_a_recorder_sees_why_the_buttons_are_missing(
    client: PageClient, world: PointsWorld, session: Session
) -> None:
    both = make_user(session, Role.CADRE, Role.COMMITTEE, region=world.village)
    client.sign_in(both)
    client.post("/points/claims/new", form_of(client, world))
    claim = session.scalars(select(PointsClaim).where(PointsClaim.state == "recorded")).one()
    assert "其他成员评议" in client.get("/points/committee").text
    client.post(f"/points/committee/{claim.public_id}/approve", {}, 403)
    session.refresh(claim)
    assert claim.state == "recorded"


def test_a_relative_cannot_decide(client: PageClient, world: PointsWorld, session: Session) -> None:
    claim = claim_of(session, world)
    relative = make_user(session, Role.COMMITTEE, region=world.village, household=world.household)
    client.sign_in(relative)
    client.post(f"/points/committee/{claim.public_id}/approve", {}, 403)
    client.post(f"/points/committee/{claim.public_id}/refuse", {"reason": "理由充分"}, 403)
    session.refresh(claim)
    assert claim.state == "recorded"


def test_another_villages_committee_finds_nothing(
    client: PageClient, world: PointsWorld, session: Session
) -> None:
    claim = claim_of(session, world)
    elsewhere = make_village(session, "石门村", suffix="101202")
    client.sign_in(make_user(session, Role.COMMITTEE, region=elsewhere))
    assert "院内整洁" not in client.get("/points/committee").text
    client.post(f"/points/committee/{claim.public_id}/approve", {}, 404)
    client.post("/points/committee/NOTTHERE/approve", {}, 404)
    client.post(f"/points/committee/{claim.public_id}/pay", {}, 404)


@pytest.mark.parametrize("role", [Role.STOREKEEPER, Role.HOUSEHOLD, Role.REQUESTER, Role.SUPERVISOR])
def test_other_people_stay_outside(
    client: PageClient, world: PointsWorld, session: Session, role: Role
) -> None:
    claim = claim_of(session, world)
    client.sign_in(make_user(session, role, region=world.village))
    for address in ("/points/claims", "/points/claims/new", "/points/committee", "/points/committee/decided"):
        client.get(address, 403)
    client.post(f"/points/committee/{claim.public_id}/approve", {}, 403)


def test_a_forged_approval_is_refused(committee: PageClient, world: PointsWorld, session: Session) -> None:
    claim = claim_of(session, world)
    committee.post(f"/points/committee/{claim.public_id}/approve", {}, 403, token=False)
    session.refresh(claim)
    assert claim.state == "recorded"


@pytest.mark.parametrize(
    "address",
    ["/points/claims?page=0", "/points/claims?page=9", "/points/claims?state=x", "/points/claims?page=-1"],
)
def test_odd_addresses_are_not_there(cadre: PageClient, address: str) -> None:
    cadre.get(address, 404)


def test_the_queue_takes_as_many_statements_however_long_it_is(
    committee: PageClient, world: PointsWorld, session: Session, statements: StatementCounter
) -> None:
    def count() -> int:
        with statements:
            committee.get("/points/committee")
        return len(statements)

    claim_of(session, world)
    few = count()
    for _ in range(12):
        claim_of(session, world, make_household(session, world.village))
    assert count() == few


def test_deeds_are_shown_as_text(cadre: PageClient, committee: PageClient, world: PointsWorld) -> None:
    cadre.post("/points/claims/new", form_of(cadre, world, deed="<script>alert(1)</script>"))
    page: Page = committee.get("/points/committee")
    assert "&lt;script&gt;alert(1)" in page.html
