"""A household earns points by a good deed and redeems them: four people, each doing their own part."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ledger import queries as ledger_queries
from points import books
from tests.factories.points import make_points_world
from tests.page_client import PageClient


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_household_earns_and_redeems(app: Flask, session: Session, language: str) -> None:
    world = make_points_world(session)

    def visitor() -> PageClient:
        return PageClient(app, session, language)

    cadre = visitor().sign_in(world.cadre_user)
    chosen = cadre.get("/points/claims/new?q=李")
    assert "李春耕" in chosen.text
    form = cadre.get(f"/points/claims/new?household={world.household.public_id}").form("/points/claims/new")
    cadre.follow(
        cadre.post(
            "/points/claims/new",
            {**form["fields"], "rule": world.rule.public_id, "deed": "院内整洁，柴草摆放有序。"},
        )
    )

    committee = visitor().sign_in(world.committee_user)
    approve = next(
        form["action"]
        for form in committee.get("/points/committee").forms
        if "approve" in (form["action"] or "")
    )
    committee.follow(committee.post(approve))

    household = visitor().sign_in(world.household_user)
    assert re.search(r"(现有积分|Points you have) 10", household.get("/points/my").text)
    card = household.follow(household.post("/points/my/card"))
    code = re.search(r"YG-[0-9A-Z]{4}-[0-9A-Z]{4}", card.text)
    assert code

    public = visitor().get(f"/points/stores/{world.store.public_id}")
    assert "食盐" in public.text or "Salt" in public.text

    keeper = visitor().sign_in(world.keeper_user)
    till = keeper.get("/points/till").form("/points/till")
    basket = keeper.follow(keeper.post("/points/till", {**till["fields"], "code": code[0].lower()}))
    fields = {**basket.form("/points/till/basket")["fields"], f"q-{world.goods['salt'].public_id}": "3"}
    slip = keeper.follow(keeper.post("/points/till/basket", fields))
    assert re.search(r"(卡上余分|On the card now) 4", slip.text)

    page = household.get("/points/my")
    assert re.search(r"(现有积分|Points you have) 4", page.text)
    assert "−6" in page.text
    household.get(str(re.search(r"/points/slips/[0-9A-Z]+", page.html)[0]))  # type: ignore[index]

    codes = [
        books.issued(world.village.code).code,
        books.household_points(world.household.ledger_ref).code,
        books.redeemed(world.store.public_id).code,
        books.goods_given().code,
    ]
    balances = ledger_queries.balances(session, codes)
    assert [balances[code].settled for code in codes] == [10, 4, 6, 3 * 250]
