"""Tests of starting, settling and giving up gifts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from charity.books import fund_code
from charity.campaigns import queries as campaign_queries
from charity.campaigns import services as campaign_services
from charity.campaigns.values import FundraisingMode
from charity.donations import jobs as donation_jobs
from charity.donations import queries, services
from charity.donations.emails import mail_acknowledgement
from charity.donations.errors import BadAmount, CampaignNotOpen, FormSentBefore, GivingElsewhere
from charity.donations.models import Donation
from charity.donations.values import ConfirmedPayment, StartedGift
from core import clock, events, jobs
from core.db import transaction
from core.errors import NotFound, TooManyAttempts
from core.mail import Mail
from core.permissions import GUEST, SYSTEM
from flows import confirmed_payment_settles_donation as flow
from ledger import checks
from ledger import queries as ledger_queries
from payments import services as payment_services
from payments.events import PaymentConfirmed, PaymentNeedsReview
from payments.sandbox import rehearsals
from payments.sandbox import services as sandbox
from payments.sandbox.models import SandboxSession
from payments.values import ResolutionKind
from tests.charity import making
from tests.factories import people
from tests.page_client import PageClient


def gift_of(session: Session, started: StartedGift) -> Donation:
    session.expire_all()
    return session.scalars(select(Donation).where(Donation.public_id == started.public_id)).one()


def confirmed(donation: Donation, **changes: object) -> ConfirmedPayment:
    payment = ConfirmedPayment(
        donation.intent_public_id or "", "sandbox", "charity-X", donation.amount_fen, clock.now()
    )
    return replace(payment, **changes)


def told(donation: Donation) -> PaymentConfirmed:
    intent = donation.intent_public_id or ""
    return PaymentConfirmed(
        1, intent, "donation", donation.id, 100_00, "sandbox", "charity-X", "pi", clock.now()
    )


def test_a_gift_waits_until_its_payment_is_confirmed(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    started = making.start_gift(session, campaign)
    assert started.created
    donation = gift_of(session, started)
    assert donation.state == "pending"
    assert donation.acknowledgement_no is None
    code = fund_code(campaign.public_id)
    assert ledger_queries.balance(session, code).settled == 0
    rehearsals.pay_intent(started.intent_public_id)
    donation = gift_of(session, started)
    assert donation.state == "settled"
    assert donation.acknowledgement_no is not None
    assert donation.acknowledgement_no.startswith(f"YG-{clock.today().year}-")
    assert donation.remark is None
    assert ledger_queries.balance(session, code).settled == 100_00
    clearing = f"clearing:sandbox:charity-{house.organisation.public_id}"
    assert ledger_queries.balance(session, clearing).settled == 100_00
    summary = campaign_queries.get_visible_campaign(session, GUEST, campaign.slug, making.OWN_SITE).summary
    assert (summary.received_fen, summary.spent_fen, summary.donors) == (100_00, 0, 1)


def test_the_same_payment_twice_settles_once(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    started = making.start_gift(session, campaign)
    rehearsals.pay_intent(started.intent_public_id)
    donation = gift_of(session, started)
    first = donation.acknowledgement_no
    services.settle_donation(session, SYSTEM, donation.id, confirmed(donation))
    flow.settle(session, told(donation))
    donation = gift_of(session, started)
    assert donation.acknowledgement_no == first
    assert ledger_queries.balance(session, fund_code(campaign.public_id)).settled == 100_00
    assert (
        session.scalar(select(func.count()).select_from(jobs.Job).where(jobs.Job.kind.like("charity.%"))) == 1
    )


def test_another_amount_is_never_settled(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    donation = gift_of(session, making.start_gift(session, campaign))
    services.settle_donation(session, SYSTEM, donation.id, confirmed(donation, amount_fen=99_99))
    assert donation.state == "needs_review"
    assert ledger_queries.balance(session, fund_code(campaign.public_id)).settled == 0


def test_a_payment_for_an_order_touches_no_gift(session: Session, house: making.House) -> None:
    donation = gift_of(session, making.start_gift(session, making.make_campaign(session, house)))
    flow.settle(session, replace(told(donation), purpose="order"))
    flow.flag(session, PaymentNeedsReview(1, "X", "order", donation.id, "other"))
    assert donation.state == "pending"


def test_money_that_does_not_fit_holds_the_gift_back(session: Session, house: making.House) -> None:
    donation = gift_of(session, making.start_gift(session, making.make_campaign(session, house)))
    events.publish(session, PaymentNeedsReview(1, "X", "donation", donation.id, "99 fen instead of 100"))
    assert donation.state == "needs_review"


@pytest.mark.parametrize(
    ("kind", "told"),
    [(ResolutionKind.RETURN, "the money goes back"), (ResolutionKind.CLOSE, "does not count as this gift")],
)
def test_a_gift_whose_money_did_not_fit_ends_with_the_decision_about_it(
    app: Flask, session: Session, house: making.House, kind: ResolutionKind, told: str
) -> None:
    donor = people.make_user(session)
    started = making.start_gift(session, making.make_campaign(session, house), people.actor_of(donor))
    operator = people.make_organisation(session, OrganisationKind.OPERATOR)
    clerk = people.make_user(session, Role.FINANCE, organisation=operator)
    session.commit()
    url = payment_services.begin_checkout(started.intent_public_id)
    kept = session.scalars(
        select(SandboxSession).where(SandboxSession.session_id == url.rsplit("/", 1)[1])
    ).one()
    kept.amount_fen -= 100
    session.commit()
    with transaction() as step:
        sandbox.pay(step, kept.session_id, tell=False)
    payment_services.settle_intent(started.intent_public_id)
    assert gift_of(session, started).state == "needs_review"
    with transaction() as step:
        payment_services.resolve_review(
            step,
            people.actor_of(clerk, Role.FINANCE, organisation=operator),
            f"payment:{started.intent_public_id}",
            kind,
            "¥1 too little",
            once="R",
        )
    assert gift_of(session, started).state == "cancelled"
    page = PageClient(app, session, "en").sign_in(donor).get(f"/charity/donations/{started.public_id}")
    assert told in page.text


def test_money_that_comes_after_the_end_is_settled_with_a_remark(
    session: Session, house: making.House
) -> None:
    campaign = making.make_campaign(session, house)
    started = making.start_gift(session, campaign)
    campaign_services.end_campaign(session, house.actor, campaign.public_id)
    rehearsals.pay_intent(started.intent_public_id)
    donation = gift_of(session, started)
    assert (donation.state, donation.remark) == ("settled", "after_end")
    assert ledger_queries.balance(session, fund_code(campaign.public_id)).settled == 100_00
    assert queries.gift_counts(session, campaign.id)["remark"] == 1


def test_money_that_comes_when_the_qualification_has_run_out_has_a_remark(session: Session) -> None:
    house = making.make_house(session, qualified_until=clock.today())
    started = making.start_gift(session, making.make_campaign(session, house))
    house.charity.qualification_valid_until = clock.today() - timedelta(days=1)
    session.flush()
    rehearsals.pay_intent(started.intent_public_id)
    donation = gift_of(session, started)
    assert (donation.state, donation.remark) == ("settled", "unqualified")


def test_a_draft_takes_no_gift(session: Session, house: making.House) -> None:
    with pytest.raises(NotFound):
        making.start_gift(session, making.make_draft(session, house))


@pytest.mark.parametrize(("starts", "ends"), [(1, 10), (-10, -1)])
def test_a_campaign_takes_gifts_on_its_days_only(
    session: Session, house: making.House, starts: int, ends: int
) -> None:
    today = clock.today()
    with clock.at(clock.now() - timedelta(days=12)):
        campaign = making.make_campaign(
            session,
            house,
            starts_on=today + timedelta(days=starts),
            ends_on=today + timedelta(days=ends),
            recorded_on=today - timedelta(days=40),
        )
    with pytest.raises(CampaignNotOpen):
        making.start_gift(session, campaign)


def test_an_unqualified_charity_takes_no_gift(session: Session) -> None:
    house = making.make_house(session, qualified_until=clock.today())
    campaign = making.make_campaign(session, house)
    with clock.at(clock.now() + timedelta(days=1)), pytest.raises(CampaignNotOpen):
        making.start_gift(session, campaign)


@pytest.mark.parametrize("fen", [-100, 0, 99, 50_000_01, 10**30])
def test_amounts_beyond_the_limits_are_refused(session: Session, house: making.House, fen: int) -> None:
    with pytest.raises(BadAmount):
        making.start_gift(session, making.make_campaign(session, house), amount_fen=fen)


def test_outbound_mode_takes_no_gift(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    with pytest.raises(GivingElsewhere):
        services.start_donation(session, GUEST, making.request_for(campaign), FundraisingMode.OUTBOUND)


def test_a_directed_campaign_takes_gifts_from_members_only(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    member, stranger = people.make_user(session), people.make_user(session)
    campaign_services.invite_member(session, house.actor, campaign.public_id, member.id)
    request = making.request_for(campaign)
    for actor in (GUEST, people.actor_of(stranger)):
        with pytest.raises(NotFound):
            services.start_donation(session, actor, request, FundraisingMode.DIRECTED)
    started = services.start_donation(session, people.actor_of(member), request, FundraisingMode.DIRECTED)
    assert started.created


def test_the_same_form_twice_is_one_gift(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    request = making.request_for(campaign)
    first = services.start_donation(session, GUEST, request, making.OWN_SITE)
    second = services.start_donation(session, GUEST, request, making.OWN_SITE)
    assert (first.created, second.created) == (True, False)
    assert (first.public_id, first.intent_public_id) == (second.public_id, second.intent_public_id)
    for changes in (
        {"amount_fen": 200_00},
        {"email": "b@example.org"},
        {"donor_name": "李"},
        {"message": ""},
    ):
        with pytest.raises(FormSentBefore):
            services.start_donation(session, GUEST, replace(request, **changes), making.OWN_SITE)
    other = people.actor_of(people.make_user(session))
    assert services.start_donation(session, other, request, making.OWN_SITE).created


def test_gifts_from_one_address_are_slowed(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    for _ in range(5 * services.ADDRESS_SCALE):
        making.start_gift(session, campaign, address="203.0.113.9")
    with pytest.raises(TooManyAttempts), session.begin_nested():
        making.start_gift(session, campaign, address="203.0.113.9")
    making.start_gift(session, campaign, address="203.0.113.10")
    with clock.at(clock.now() + timedelta(minutes=1)):
        making.start_gift(session, campaign, address="203.0.113.9")


def test_an_unpaid_gift_is_given_up_after_a_day(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    started = making.start_gift(session, campaign)
    session.flush()
    donation_jobs.give_up_abandoned_donations()
    assert gift_of(session, started).state == "pending"
    with clock.at(clock.now() + timedelta(hours=25)):
        donation_jobs.give_up_abandoned_donations()
        donation_jobs.give_up_abandoned_donations()
    assert gift_of(session, started).state == "cancelled"


def test_a_gift_whose_payment_had_gone_through_is_not_given_up(session: Session, house: making.House) -> None:
    started = making.start_gift(session, making.make_campaign(session, house))
    url = payment_services.begin_checkout(started.intent_public_id)
    sandbox.pay(session, url.rsplit("/", 1)[1], tell=False)
    session.flush()
    session.execute(
        update(Donation)
        .where(Donation.public_id == started.public_id)
        .values(created_at=clock.now() - timedelta(hours=25))
    )
    session.execute(text("UPDATE charity_campaigns SET published_at = published_at - interval '2 days'"))
    donation_jobs.give_up_abandoned_donations()
    assert gift_of(session, started).state == "settled"


def test_the_thank_you_goes_out_once(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    started = making.start_gift(session, campaign)
    rehearsals.pay_intent(started.intent_public_id)
    jobs.run_due()
    donation = gift_of(session, started)
    mail_acknowledgement({"donation_id": donation.id})
    (mail,) = session.scalars(select(Mail).where(Mail.key.like("acknowledgement:%"))).all()
    assert mail.recipient == "wang.jianguo@example.org"
    assert donation.acknowledgement_no in mail.subject
    assert "壹佰元整" in mail.text
    assert "/charity/donations/guest/" in mail.text
    assert "不是" in mail.text


def test_the_checks_notice_a_gift_without_money(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    donation = gift_of(session, making.start_gift(session, campaign))
    with session.begin_nested() as step:
        session.execute(
            update(Donation)
            .where(Donation.id == donation.id)
            .values(state="settled", settled_at=clock.now(), acknowledgement_no="YG-1")
        )
        wrong = {finding.name for finding in checks.run(session) if finding.wrong}
        assert wrong == {"C01-gifts-fill-their-fund", "C02-gift-has-entry-and-number"}
        step.rollback()


def test_the_checks_notice_money_without_a_gift(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    started = making.start_gift(session, campaign)
    rehearsals.pay_intent(started.intent_public_id)
    with session.begin_nested() as step:
        session.execute(
            update(Donation)
            .where(Donation.public_id == started.public_id)
            .values(state="cancelled", settled_at=None, acknowledgement_no=None)
        )
        wrong = {finding.name for finding in checks.run(session) if finding.wrong}
        assert wrong == {"C01-gifts-fill-their-fund", "C02-gift-has-entry-and-number"}
        step.rollback()


def test_the_checks_notice_a_gift_to_a_draft(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    making.start_gift(session, campaign)
    with session.begin_nested() as step:
        session.execute(text("UPDATE charity_campaigns SET state = 'draft', published_at = NULL"))
        wrong = {finding.name for finding in checks.run(session) if finding.wrong}
        assert wrong == {"C03-no-gift-to-a-draft"}
        step.rollback()
