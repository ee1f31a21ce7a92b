"""Charities, campaigns and gifts for tests, made through the services."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from charity.campaigns import services as campaigns
from charity.campaigns.models import Campaign
from charity.campaigns.values import FundraisingMode, NewCampaign
from charity.charities import services as charities
from charity.charities.models import Charity
from charity.charities.values import NewCharity
from charity.donations import services as donations
from charity.donations.values import GiftRequest, StartedGift
from core import clock, ids
from core.permissions import GUEST, SYSTEM, Actor
from tests.factories import people

OWN_SITE = FundraisingMode.CHARITY_OWN_SITE
_count = itertools.count(1)


@dataclass
class House:
    """A charity with its organisation and its officer."""

    organisation: Organisation
    charity: Charity
    officer: User

    @property
    def actor(self) -> Actor:
        """Return the officer as somebody who acts."""
        return people.actor_of(self.officer, Role.CHARITY_OFFICER, organisation=self.organisation)


def make_house(session: Session, *, qualified_until: date | None = date(2099, 12, 31)) -> House:
    """Return a new charity with one officer."""
    number = next(_count)
    organisation = people.make_organisation(
        session, OrganisationKind.CHARITY, f"山亭区助学公益基金会{number}"
    )
    organisation.credit_code = f"53370406MJE{number:07d}"
    session.flush()
    charity = charities.add_charity(
        session,
        SYSTEM,
        NewCharity(
            organisation_id=organisation.id,
            registration_no=f"鲁民登记{number:05d}",
            qualification_no=f"鲁公募{number:05d}",
            qualification_valid_until=qualified_until,
            contact_zh="孔老师",
            contact_en="Ms Kong",
            contact_phone="0632-8810000",
            email="office@charity.example",
            address_zh="山亭区府前路 1 号",
            address_en="1 Fuqian Road, Shanting",
            query_zh="来电或发邮件，五个工作日内答复",
            query_en="Call or write; you hear from us within five working days",
        ),
    )
    officer = people.make_user(session, Role.CHARITY_OFFICER, organisation=organisation, name="孔令仪")
    return House(organisation, charity, officer)


def new_campaign(charity: Charity, **changes: Any) -> NewCampaign:
    """Return a complete draft that runs from last week to next month."""
    number = next(_count)
    today = clock.today()
    draft = NewCampaign(
        slug=f"school-lunch-{number}",
        charity_id=charity.id,
        title_zh=f"山亭助学午餐{number}",
        title_en=f"School lunches in Shanting {number}",
        summary_zh="让山里的孩子中午吃上热饭。",
        summary_en="A warm lunch for children in the hills.",
        story_zh="天还没亮，孩子们就出门了。\n他们要走一个小时山路。",
        story_en="The children leave before dawn.\nThey walk for an hour.",
        purpose_zh="为六所村小的学生提供午餐。",
        purpose_en="Lunches for the pupils of six village schools.",
        target_fen=120_000_00,
        starts_on=today - timedelta(days=7),
        ends_on=today + timedelta(days=30),
        record_no=f"53370406MJEA{number:05d}",
        recorded_on=today - timedelta(days=30),
        area_zh="山亭区",
        area_en="Shanting",
        person_in_charge_zh="孔令仪",
        person_in_charge_en="Kong Lingyi",
        office_zh="山亭区府前路 1 号",
        office_en="1 Fuqian Road",
        ways_zh="本站线上捐赠",
        ways_en="Online on this site",
        bank_account="6222020200112233445",
        beneficiary_zh="六所村小的学生",
        beneficiary_en="Pupils of six village schools",
        use_zh="食材与炊事员补贴",
        use_en="Food and cooks",
        cost_zh="不提取管理费用",
        cost_en="No administration cost",
        leftover_zh="用于同类助学项目",
        leftover_en="For like projects",
        platform_url="https://gongyi.example.org/project/1",
    )
    return replace(draft, **changes)


def make_draft(session: Session, house: House, **changes: Any) -> Campaign:
    """Return a campaign that is not public yet."""
    return campaigns.create_campaign(session, house.actor, new_campaign(house.charity, **changes))


def make_campaign(session: Session, house: House, **changes: Any) -> Campaign:
    """Return a published campaign."""
    draft = make_draft(session, house, **changes)
    return campaigns.publish_campaign(session, house.actor, draft.public_id)


def request_for(campaign: Campaign, **changes: Any) -> GiftRequest:
    """Return what a guest sends who gives ¥100."""
    request = GiftRequest(
        slug=campaign.slug,
        amount_fen=100_00,
        donor_name="王建国",
        anonymous=False,
        email="wang.jianguo@example.org",
        message="孩子们加油",
        locale="zh_Hans_CN",
        once=ids.public_id(20),
        address=f"10.0.{next(_count) // 250}.{next(_count) % 250}",
    )
    return replace(request, **changes)


def start_gift(session: Session, campaign: Campaign, actor: Actor = GUEST, **changes: Any) -> StartedGift:
    """Start a gift that waits for its payment."""
    return donations.start_donation(session, actor, request_for(campaign, **changes), OWN_SITE)
