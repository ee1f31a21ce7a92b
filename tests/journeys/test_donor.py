"""A guest gives to a campaign: story, form, payment, fund, numbered thank-you by page and mail, open ledger."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from charity.books import fund_code
from charity.donations.models import Donation
from core import jobs
from core.mail import Mail
from ledger import queries as ledger_queries
from tests.charity import making
from tests.page_client import Page, PageClient


@pytest.fixture(autouse=True)
def _own_site(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    own_site = replace(app.config["YIGOU"], fundraising_mode="charity_own_site")
    monkeypatch.setitem(app.config, "YIGOU", own_site)


def until_there(client: PageClient, page: Page) -> Page:
    """Follow redirects to the page they end on."""
    for _ in range(5):
        if page.status not in (302, 303):
            return page
        page = client.follow(page, None)
    raise AssertionError("the redirects do not end")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_guest_gives_and_is_thanked(app: Flask, session: Session, language: str) -> None:
    house = making.make_house(session)
    campaign = making.make_campaign(session, house)
    client = PageClient(app, session, language)
    listed = client.get("/charity/campaigns")
    assert f'href="/charity/campaigns/{campaign.slug}"' in listed.html
    form = client.get(f"/charity/campaigns/{campaign.slug}").form("/donate")
    page = client.post(
        form["action"],
        {**form["fields"], "choice": "500", "donor_name": "欧阳春晓", "email": "Chunxiao@Example.org"},
    )
    assert "/sandbox/pay/" in (page.location or "")
    sandbox = client.follow(page)
    assert "¥500.00" in sandbox.text
    back = client.post(sandbox.form("/pay")["action"], {"method": "wechat_pay"})
    fund = fund_code(campaign.public_id)
    assert ledger_queries.balance(session, fund).settled == 0, "the browser's return settles nothing"
    jobs.run_due()

    donation = session.scalars(select(Donation)).one()
    session.refresh(donation)
    assert donation.state == "settled"
    assert ledger_queries.balance(session, fund).settled == 500_00
    clearing = f"clearing:sandbox:charity-{house.organisation.public_id}"
    assert ledger_queries.balance(session, clearing).settled == 500_00
    thanks = until_there(client, back)
    assert donation.acknowledgement_no is not None
    assert donation.acknowledgement_no in thanks.text
    assert "欧阳春晓" in thanks.text

    (mail,) = session.scalars(select(Mail).where(Mail.recipient == "chunxiao@example.org")).all()
    assert donation.acknowledgement_no in mail.subject
    link = re.search(r"http://[^\s]+(/charity/donations/guest/\S+)", mail.text)
    assert link is not None
    assert donation.acknowledgement_no in PageClient(app, session, language).get(link.group(1)).text
    assert ("not the fiscal" in mail.text) if language == "en" else ("不是可用于税前扣除" in mail.text)

    ledger = PageClient(app, session, language).get(f"/charity/campaigns/{campaign.slug}/ledger")
    assert "欧**" in ledger.text
    assert "欧阳春晓" not in ledger.text
    assert "¥500.00" in ledger.text


def test_a_declined_card_can_pay_later(app: Flask, session: Session) -> None:
    campaign = making.make_campaign(session, making.make_house(session))
    client = PageClient(app, session)
    form = client.get(f"/charity/campaigns/{campaign.slug}").form("/donate")
    page = client.post(form["action"], {**form["fields"], "choice": "50", "email": "a@example.org"})
    sandbox = client.follow(page)
    client.post(sandbox.form("/decline")["action"])
    jobs.run_due()
    donation = session.scalars(select(Donation)).one()
    session.refresh(donation)
    assert donation.state == "pending"
    assert session.scalars(select(Mail)).all() == []
    client.post(sandbox.form("/pay")["action"], {"method": "card"})
    jobs.run_due()
    session.refresh(donation)
    assert donation.state == "settled"
