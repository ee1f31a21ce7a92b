"""Tests of the campaign pages: what everybody sees in each mode, and the officer's desk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from charity.campaigns import services
from charity.donations.models import Donation
from core import clock
from core.audit import AuditEntry
from core.permissions import SYSTEM
from ledger import services as ledger_services
from ledger.values import AccountKind, AccountSpec, Fact, Leg, Policy, Unit
from payments.sandbox import rehearsals
from tests.charity import making
from tests.factories import people
from tests.page_client import PageClient

InMode = Callable[[str], None]


def pages(slug: str) -> list[str]:
    return ["/charity/campaigns", *(f"/charity/campaigns/{slug}{tab}" for tab in ("", "/ledger", "/plan"))]


def test_the_old_address_leads_to_the_campaigns(client: PageClient) -> None:
    assert client.get("/charity", 302).location == "/charity/campaigns"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_story_tells_who_stands_behind_it(
    app: Flask, session: Session, house: making.House, language: str
) -> None:
    campaign = making.make_campaign(session, house)
    page = PageClient(app, session, language).get(f"/charity/campaigns/{campaign.slug}")
    organisation = house.organisation
    for text in (
        organisation.name_zh if language == "zh" else organisation.name_en,
        organisation.credit_code,
        house.charity.registration_no,
        house.charity.qualification_no,
        campaign.record_no,
        house.charity.contact_phone,
        "¥120,000",
    ):
        assert text in page.text
    form = page.form("/donate")
    assert "choice" not in form["fields"], "nothing is chosen beforehand"
    assert form["fields"].get("anonymous") is None
    assert page.response.headers["Cache-Control"] == "no-store"


def test_totals_come_from_the_ledger(session: Session, client: PageClient, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    for amount, pays in ((300_00, True), (200_00, True), (900_00, False)):
        started = making.start_gift(session, campaign, amount_fen=amount, email=f"{amount}@example.org")
        if pays:
            rehearsals.pay_intent(started.intent_public_id)
    page = client.get(f"/charity/campaigns/{campaign.slug}")
    assert "¥500" in page.text
    assert "2 位捐赠人" in page.text
    ledger = client.get(f"/charity/campaigns/{campaign.slug}/ledger")
    assert "¥500.00" in ledger.text
    assert "900" not in ledger.text
    assert clock.today().strftime("%Y-%m") in ledger.text
    assert "王**" in ledger.text


def test_the_ledger_shows_what_was_spent(session: Session, client: PageClient, house: making.House) -> None:
    from charity.books import CAMPAIGN_SPENT, campaign_fund

    campaign = making.make_campaign(session, house)
    rehearsals.pay_intent(making.start_gift(session, campaign, amount_fen=300_00).intent_public_id)
    bank = AccountSpec("tests:bank", Unit.CNY, AccountKind.ASSET, Policy.OPEN, "tests")
    fact = Fact(CAMPAIGN_SPENT, "tests", campaign.public_id)
    ledger_services.post(session, SYSTEM, fact, [Leg(campaign_fund(campaign.public_id), bank, 120_00)])
    session.flush()
    page = client.get(f"/charity/campaigns/{campaign.slug}/ledger")
    assert "¥120.00" in page.text
    assert "¥180.00" in page.text
    assert "善款去向" in page.text


def test_no_public_page_names_a_donor_or_the_bank_account(
    app: Flask, session: Session, house: making.House
) -> None:
    campaign = making.make_campaign(session, house)
    gifts = [
        {"donor_name": "欧阳春晓", "email": "chunxiao@example.org", "message": "秘密的话"},
        {"donor_name": "司马南星", "email": "nanxing@example.org", "anonymous": True},
        {"donor_name": "", "email": "nobody@example.org"},
        {"donor_name": "leak@example.net", "email": "leak@example.net"},
    ]
    for gift in gifts:
        rehearsals.pay_intent(making.start_gift(session, campaign, **gift).intent_public_id)
    secrets = ("欧阳春晓", "春晓", "司马", "example.org", "example.net", "秘密", campaign.bank_account)
    donation_ids = session.scalars(select(Donation.public_id)).all()
    for language in ("zh", "en"):
        visitor = PageClient(app, session, language)
        for url in [*pages(campaign.slug), "/", "/open-books"]:
            html = visitor.get(url).html
            for secret in (*secrets, *donation_ids):
                assert secret not in html, f"{secret} on {url}"
    ledger = PageClient(app, session).get(f"/charity/campaigns/{campaign.slug}/ledger")
    assert "欧**" in ledger.text
    assert ledger.text.count("一位爱心人士") == 2


def test_no_charity_page_links_to_the_shop(session: Session, client: PageClient, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    started = making.start_gift(session, campaign)
    rehearsals.pay_intent(started.intent_public_id)
    for url in pages(campaign.slug):
        links = re.findall(r'href="([^"]*)"', client.get(url).html)
        assert not [link for link in links if link == "/" or "/shop" in link or "cart" in link], url


def test_drafts_and_unknown_campaigns_are_not_found(
    session: Session, client: PageClient, house: making.House
) -> None:
    draft = making.make_draft(session, house)
    for slug in (draft.slug, "no-such-campaign", "%00", "a%0d%0ab", "é" * 300):
        for tab in ("", "/ledger", "/plan"):
            page = client.get(f"/charity/campaigns/{slug}{tab}", None)
            assert page.status in (400, 404)
    assert draft.title_zh not in client.get("/charity/campaigns").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e3", "٣", "99999999"])
def test_pages_that_do_not_exist_are_not_found(client: PageClient, page: str) -> None:
    client.get(f"/charity/campaigns?page={page}", 404)


def test_an_ended_campaign_takes_no_gifts(session: Session, client: PageClient, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    services.end_campaign(session, house.actor, campaign.public_id)
    page = client.get(f"/charity/campaigns/{campaign.slug}")
    assert "募捐已结束" in page.text
    assert not [form for form in page.forms if form["method"] == "post"]


def test_outbound_mode_leads_to_the_designated_platform(
    session: Session, client: PageClient, house: making.House, in_mode: InMode
) -> None:
    in_mode("outbound")
    campaign = making.make_campaign(session, house)
    page = client.get(f"/charity/campaigns/{campaign.slug}")
    assert campaign.record_no in page.text
    assert f'href="{campaign.platform_url}" rel="noopener noreferrer"' in page.html
    assert not [form for form in page.forms if form["method"] == "post"]
    refused = client.post(f"/charity/campaigns/{campaign.slug}/donate", {"choice": "100"}, 403)
    assert "指定平台" in refused.text
    assert session.scalars(select(Donation)).all() == []
    for url in pages(campaign.slug):
        client.get(url)


def test_directed_mode_shows_nothing_to_outsiders(
    app: Flask, session: Session, house: making.House, in_mode: InMode
) -> None:
    in_mode("directed")
    campaign = making.make_campaign(session, house)
    member, stranger = people.make_user(session), people.make_user(session)
    services.invite_member(session, house.actor, campaign.public_id, member.id)
    guest = PageClient(app, session)
    for url in pages(campaign.slug):
        assert (guest.get(url, 302).location or "").startswith("/sign-in?next=/charity/campaigns")
    guest.post(f"/charity/campaigns/{campaign.slug}/donate", {"choice": "100"}, 403)
    assert campaign.title_zh not in guest.get("/").text
    outsider = PageClient(app, session).sign_in(stranger)
    assert campaign.title_zh not in outsider.get("/charity/campaigns").text
    for url in pages(campaign.slug)[1:]:
        outsider.get(url, 404)
    invited = PageClient(app, session).sign_in(member)
    assert campaign.title_zh in invited.get("/charity/campaigns").text
    page = invited.get(f"/charity/campaigns/{campaign.slug}")
    form = page.form("/donate")
    answer = invited.post(form["action"], {**form["fields"], "choice": "50"})
    assert "/sandbox/pay/" in (answer.location or "")
    once = {"once": "0" * 20, "choice": "50", "email": "a@example.org"}
    outsider.post(f"/charity/campaigns/{campaign.slug}/donate", once, 404)


def test_the_home_page_shows_running_campaigns(
    app: Flask, session: Session, client: PageClient, house: making.House, in_mode: InMode
) -> None:
    campaign = making.make_campaign(session, house)
    assert campaign.title_zh in client.get("/").text
    in_mode("outbound")
    assert campaign.title_zh not in client.get("/").text


# --- the officer's desk


def test_the_desk_is_for_officers(
    app: Flask, session: Session, client: PageClient, house: making.House
) -> None:
    campaign = making.make_campaign(session, house)
    urls = [
        "/charity/desk",
        *(f"/charity/desk/campaigns/{campaign.public_id}{part}" for part in ("", "/gifts", "/gifts.csv")),
    ]
    posts = [
        f"/charity/desk/campaigns/{campaign.public_id}/{action}" for action in ("publish", "end", "close")
    ]
    for url in urls:
        client.get(url, 302)
    for url in posts:
        client.post(url, {}, 403)
    buyer = PageClient(app, session).sign_in(people.make_user(session))
    for url in urls:
        buyer.get(url, 403)
    for url in posts:
        buyer.post(url, {}, 403)
    other = PageClient(app, session).sign_in(making.make_house(session).officer)
    for url in urls[1:]:
        other.get(url, 404)
    for url in posts:
        other.post(url, {}, 404)
    assert campaign.title_zh not in other.get("/charity/desk").text


def test_an_officer_publishes_ends_and_closes(
    session: Session, client: PageClient, house: making.House
) -> None:
    draft = making.make_draft(session, house, record_no="")
    client.sign_in(house.officer)
    here = f"/charity/desk/campaigns/{draft.public_id}"
    assert draft.title_zh in client.get("/charity/desk").text
    assert "未满足" in client.get(here).text
    refused = client.post(f"{here}/publish", {}, 409)
    assert "1 项未满足" in refused.text
    session.refresh(draft)
    assert draft.state == "draft"
    draft.record_no = "53370406MJE0000001A26777"
    session.flush()
    client.post(f"{here}/close", {}, 409)
    client.post(f"{here}/publish", {})
    client.get(f"/charity/campaigns/{draft.slug}")
    client.post(f"{here}/publish", {}, 409)
    client.post(f"{here}/end", {})
    client.post(f"{here}/close", {})
    session.refresh(draft)
    assert draft.state == "closed"
    client.get(here)


def test_a_forged_form_changes_nothing(session: Session, client: PageClient, house: making.House) -> None:
    draft = making.make_draft(session, house)
    client.sign_in(house.officer)
    url = f"/charity/desk/campaigns/{draft.public_id}/publish"
    client.post(url, {}, 403, token=False)
    client.post(url, {}, 403, headers={"Origin": "https://evil.example"})
    client.get(url, 405)
    session.refresh(draft)
    assert draft.state == "draft"


def test_outbound_mode_asks_for_the_platform(
    session: Session, client: PageClient, house: making.House, in_mode: InMode
) -> None:
    in_mode("outbound")
    draft = making.make_draft(session, house, platform_url="")
    client.sign_in(house.officer)
    client.post(f"/charity/desk/campaigns/{draft.public_id}/publish", {}, 409)


def test_gifts_are_exported_without_formulas(
    session: Session, client: PageClient, house: making.House
) -> None:
    campaign = making.make_campaign(session, house)
    started = making.start_gift(
        session, campaign, donor_name="=HYPERLINK(1)", message='+1,\n"x"', amount_fen=123_45
    )
    rehearsals.pay_intent(started.intent_public_id)
    client.sign_in(house.officer)
    here = f"/charity/desk/campaigns/{campaign.public_id}"
    listed = client.get(f"{here}/gifts")
    assert "=HYPERLINK(1)" in listed.text
    assert "¥123.45" in listed.text
    answer = client.get(f"{here}/gifts.csv")
    text = answer.response.get_data(as_text=True)
    assert text.startswith("\ufeff")
    assert "'=HYPERLINK(1)" in text
    assert "\"'+1," in text
    assert "123.45" in text
    assert "attachment" in answer.response.headers["Content-Disposition"]
    assert answer.response.headers["Cache-Control"] == "no-store"
    exported = session.scalars(select(AuditEntry).where(AuditEntry.action == "gifts exported")).all()
    assert [entry.actor_user_id for entry in exported] == [house.officer.id]


def test_the_bank_account_shows_its_end_only(
    session: Session, client: PageClient, house: making.House
) -> None:
    campaign = making.make_campaign(session, house)
    client.sign_in(house.officer)
    page = client.get(f"/charity/desk/campaigns/{campaign.public_id}")
    assert campaign.bank_account not in page.html
    assert campaign.bank_account[-4:] in page.text
