"""Tests of giving and of the pages of a gift."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from charity.campaigns.models import Campaign
from charity.donations import services
from charity.donations.models import Donation
from core import ids
from payments.sandbox import rehearsals
from tests.charity import making
from tests.factories import people
from tests.page_client import Page, PageClient

FORM = {"choice": "100", "own_amount": "", "donor_name": "王建国", "email": "wang@example.org", "message": ""}


@pytest.fixture
def campaign(session: Session, house: making.House) -> Campaign:
    return making.make_campaign(session, house)


def send(client: PageClient, campaign: Campaign, status: int = 303, **changes: Any) -> Page:
    data = {**FORM, "once": ids.public_id(20), **changes}
    return client.post(f"/charity/campaigns/{campaign.slug}/donate", data, status)


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Donation)) or 0


@pytest.mark.parametrize(
    "amount",
    ["0", "-1", "0.001", "0.99", "50000.01", "1e3", "1e9", "1000000000", "10" * 15, "NaN", "Infinity", "٣٠", "", " ", "1.5.0", "五", "0x10", "1 000", "¥", "\u202e100", "100\u0000"],
)  # fmt: skip
def test_odd_amounts_are_refused(
    session: Session, client: PageClient, campaign: Campaign, amount: str
) -> None:
    for choice in ("", "other"):
        page = send(client, campaign, 422, choice=choice, own_amount=amount)
        assert page.form("/donate")["fields"]["email"] == "wang@example.org", "what was typed is kept"
    assert count(session) == 0


@pytest.mark.parametrize("choice", ["1", "-100", "0", "1e2", "100.00", "1000000", "NaN", "<b>", "other"])
def test_no_other_choice_is_taken(
    session: Session, client: PageClient, campaign: Campaign, choice: str
) -> None:
    send(client, campaign, 422, choice=choice)
    assert count(session) == 0


@pytest.mark.parametrize(
    ("choice", "own", "fen"),
    [
        ("20", "", 20_00),
        ("", "1", 1_00),
        ("other", "12.5", 12_50),
        ("100", "100", 100_00),
        ("", "50000", 50_000_00),
    ],
)
def test_amounts_are_read_to_the_fen(
    session: Session, client: PageClient, campaign: Campaign, choice: str, own: str, fen: int
) -> None:
    send(client, campaign, choice=choice, own_amount=own)
    assert session.scalars(select(Donation.amount_fen)).all() == [fen]


def test_two_different_amounts_are_refused(session: Session, client: PageClient, campaign: Campaign) -> None:
    page = send(client, campaign, 422, choice="100", own_amount="50")
    assert "只保留一个" in page.text
    assert count(session) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"email": ""},
        {"email": "nobody"},
        {"email": "a@b@c"},
        {"email": "x" * 300 + "@example.org"},
        {"donor_name": "王" * 41},
        {"donor_name": "a\x00b"},
        {"donor_name": "a\r\nBcc: x@example.org"},
        {"message": "x" * 301},
        {"message": "a\x07"},
        {"once": ""},
        {"once": "short"},
        {"once": "a" * 20},
    ],
)
def test_bad_entries_are_named(
    session: Session, client: PageClient, campaign: Campaign, changes: Any
) -> None:
    send(client, campaign, 422, **changes)
    assert count(session) == 0


def test_every_error_has_words(client: PageClient, campaign: Campaign) -> None:
    page = send(client, campaign, 422, email="", choice="", own_amount="")
    assert "请选择一个金额，或自己填写。" in page.text
    assert not re.search(
        r'class="field-error"[^>]*>(?:<svg.*?</svg>)?<span><span[^>]*>[^<]*</span></span>', page.html
    )


def test_what_the_client_may_not_set_is_ignored(
    session: Session, client: PageClient, campaign: Campaign
) -> None:
    send(
        client,
        campaign,
        amount_fen="1",
        state="settled",
        donor_user_id="1",
        acknowledgement_no="YG-1",
        paid="1",
    )
    donation = session.scalars(select(Donation)).one()
    assert (donation.amount_fen, donation.state, donation.donor_user_id) == (100_00, "pending", None)


def test_a_forged_form_gives_nothing(session: Session, client: PageClient, campaign: Campaign) -> None:
    url = f"/charity/campaigns/{campaign.slug}/donate"
    data = {**FORM, "once": ids.public_id(20)}
    client.post(url, data, 403, token=False)
    client.post(url, data, 403, headers={"Origin": "https://evil.example"})
    assert client.get(url, 302).location == f"/charity/campaigns/{campaign.slug}"
    assert count(session) == 0


def test_a_double_click_is_one_gift(session: Session, client: PageClient, campaign: Campaign) -> None:
    once = ids.public_id(20)
    first, second = send(client, campaign, once=once), send(client, campaign, once=once)
    assert first.location == second.location
    assert count(session) == 1
    changed = send(client, campaign, 409, once=once, choice="200")
    assert "之前提交过" in changed.text
    again = changed.form("/donate")["fields"]
    assert again["once"] not in ("", once)
    assert again["choice"] == "200"
    client.post(f"/charity/campaigns/{campaign.slug}/donate", again)
    assert count(session) == 2


def test_a_form_sent_after_its_payment_leads_to_the_thanks(
    app: Flask, session: Session, client: PageClient, campaign: Campaign
) -> None:
    once = ids.public_id(20)
    send(client, campaign, once=once)
    rehearsals.pay_intent(session.scalars(select(Donation.intent_public_id)).one() or "")
    page = send(client, campaign, once=once)
    assert "/payments/" in (page.location or "")
    assert count(session) == 1


def test_many_small_gifts_from_one_address_are_stopped(
    session: Session, client: PageClient, campaign: Campaign
) -> None:
    limit = 5 * services.ADDRESS_SCALE
    for _ in range(limit):
        send(client, campaign, choice="", own_amount="1")
    page = send(client, campaign, 429, choice="", own_amount="1")
    assert int(page.response.headers["Retry-After"]) > 0
    assert page.form("/donate")["fields"]["own_amount"] == "1"
    assert count(session) == limit


def test_a_guest_opens_the_gift_by_its_secret_only(
    app: Flask, session: Session, client: PageClient, campaign: Campaign
) -> None:
    started = making.start_gift(session, campaign)
    rehearsals.pay_intent(started.intent_public_id)
    stranger = PageClient(app, session)
    stranger.get(f"/charity/donations/{started.public_id}", 302)
    for wrong in ("x", "%00", started.public_id, ids.secret()):
        assert stranger.get(f"/charity/donations/guest/{wrong}", None).status in (400, 404)
        assert stranger.post(f"/charity/donations/guest/{wrong}/pay", {}, None).status in (400, 404)
    signed_in = PageClient(app, session).sign_in(people.make_user(session))
    signed_in.get(f"/charity/donations/{started.public_id}", 404)


def test_a_donor_sees_their_own_gifts(app: Flask, session: Session, campaign: Campaign) -> None:
    donor, other = people.make_user(session, name="赵敏"), people.make_user(session)
    client = PageClient(app, session).sign_in(donor)
    assert "您还没有捐赠记录" in client.get("/charity/my-gifts").text
    form = client.get(f"/charity/campaigns/{campaign.slug}").form("/donate")
    assert form["fields"]["email"] == donor.email
    client.post(form["action"], {**form["fields"], "choice": "200"})
    donation = session.scalars(select(Donation)).one()
    here = f"/charity/donations/{donation.public_id}"
    waiting = client.get(here)
    assert "支付还没有完成" in waiting.text
    assert "/sandbox/pay/" in (client.post(waiting.form("/pay")["action"], {}).location or "")
    rehearsals.pay_intent(donation.intent_public_id or "")
    session.refresh(donation)
    page = client.get(here)
    assert donation.acknowledgement_no is not None
    assert donation.acknowledgement_no in page.text
    assert "贰佰元整" in page.text
    assert "不是可用于税前扣除" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert client.post(f"{here}/pay", {}).location == here
    listed = client.get("/charity/my-gifts")
    assert donation.acknowledgement_no in listed.text
    assert "¥200.00" in listed.text
    stranger = PageClient(app, session).sign_in(other)
    stranger.get(here, 404)
    stranger.post(f"{here}/pay", {}, 404)
    assert "¥200.00" not in stranger.get("/charity/my-gifts").text
    PageClient(app, session).get("/charity/my-gifts", 302)


@pytest.mark.parametrize("state", ["cancelled", "needs_review"])
def test_a_gift_that_came_to_nothing_says_so(
    app: Flask, session: Session, campaign: Campaign, state: str
) -> None:
    donor = people.make_user(session)
    started = making.start_gift(session, campaign, people.actor_of(donor))
    donation = session.scalars(select(Donation).where(Donation.public_id == started.public_id)).one()
    donation.state = state
    session.flush()
    for language in ("zh", "en"):
        client = PageClient(app, session, language).sign_in(donor)
        page = client.get(f"/charity/donations/{started.public_id}")
        assert not [form for form in page.forms if (form["action"] or "").endswith("/pay")]
        client.get("/charity/my-gifts")


def test_the_statements_of_giving_are_few(client: PageClient, campaign: Campaign, statements: Any) -> None:
    token = client.csrf_token()
    with statements:
        client.post(
            f"/charity/campaigns/{campaign.slug}/donate",
            {**FORM, "once": ids.public_id(20), "csrf_token": token},
        )
    assert len(statements) <= 25
