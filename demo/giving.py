"""What was given in the demo world: campaigns in their states, and the gifts that fill them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy.orm import Session

from charity.campaigns import services as campaigns
from charity.campaigns.values import FundraisingMode, NewCampaign
from charity.donations import services as donations
from charity.donations.values import GiftRequest
from core import clock, ids, money
from core.db import transaction
from core.permissions import GUEST, Actor
from demo.albums import Album
from demo.content.charities import CAMPAIGNS, CHARITIES_BY_KEY
from demo.content.places import PREFECTURE_CODE, village_code
from demo.content.values import Campaign, Person
from demo.timeline import Timeline
from demo.world import World
from payments.sandbox import rehearsals

#: How the gifts are shared among the campaigns, in parts.
_SHARES = {
    "shanting-zhuxue-wucan": 110,
    "qinglian-aixin-chaoshi": 45,
    "nuandong-mianbei": 65,
    "shuzhuo-taideng": 40,
}
#: Where a campaign's place is not simply the county of its charity.
_PLACES = {
    "qinglian-aixin-chaoshi": village_code("青莲村"),
    "nuandong-mianbei": PREFECTURE_CODE,
}
_COMMON_YUAN = (10, 20, 20, 50, 50, 50, 66, 88, 100, 100, 100, 100, 200, 200, 200, 300, 500, 500, 1000)
_LARGE_FEN = 8_000_00
_COMPANIES = (
    ("枣庄运河商贸有限公司", "gongyi@yunhe-shangmao.example"),
    ("鲁南惠民置业有限公司", "party@huimin.example"),
    ("滕州厚德机械厂工会", "gonghui@houde.example"),
    ("薛河医院职工爱心基金", "aixin@xuehe.example"),
    ("榴溪中学九八届校友会", "alumni98@liuxi.example"),
)
_MESSAGES = (
    "愿孩子们都能吃上热饭。",
    "一点心意，辛苦了。",
    "加油！",
    "替奶奶捐的，她以前也是山里的老师。",
    "希望账目一直这样公开。",
    "每月一次，不必回信。",
    "我小时候也在山亭上学。",
    "祝老人家冬天暖和。",
)
_METHODS = ("wechat_pay", "wechat_pay", "alipay", "card")

DRAFTED_BEFORE = timedelta(days=20)
RECORDED_BEFORE = timedelta(days=14)
PUBLISHED_BEFORE = timedelta(days=4)
CLOSED_AFTER = timedelta(days=80)


class Giving:
    """Charity's part of the past: plans everything on the timeline when it is made."""

    def __init__(
        self,
        world: World,
        timeline: Timeline,
        album: Album,
        donors: tuple[Person, ...],
        members: dict[str, Actor],
    ) -> None:
        """Plan campaigns and gifts."""
        self.world = world
        self.timeline = timeline
        self.album = album
        self.donors = donors
        self.members = members
        self.chance = Random("yigou-giving")
        self._public_ids: dict[str, str] = {}
        counts = money.split_fen(world.size.gifts, list(_SHARES.values()))
        self.counts = dict(zip(_SHARES, counts, strict=True))
        for campaign in CAMPAIGNS:
            album.order(campaign.slug, campaign)
            self._plan_campaign(campaign)

    def _plan_campaign(self, campaign: Campaign) -> None:
        starts_on, ends_on = self.timeline.day(campaign.start_day), self.timeline.day(campaign.end_day)
        if campaign.state == "draft":
            self.timeline.inside(self._at(self.timeline.day(-5), 15), partial(self._draft, campaign))
            return
        self.timeline.inside(self._at(starts_on - DRAFTED_BEFORE, 10), partial(self._draft, campaign))
        self.timeline.inside(self._at(starts_on - PUBLISHED_BEFORE, 9), partial(self._publish, campaign))
        for day, amount in zip(*self._plan_gifts(campaign), strict=True):
            self.timeline.outside(self.timeline.moment(day, 7, 23), partial(self._give, campaign, amount))
        if campaign.state in ("ended", "closed"):
            self.timeline.inside(self._at(ends_on + timedelta(days=1), 0.2), self._end)
        if campaign.state == "closed":
            self.timeline.inside(self._at(ends_on + CLOSED_AFTER, 16), partial(self._close, campaign))

    def _at(self, day: date, hour: float) -> datetime:
        return datetime.combine(day, time(), clock.CHINA) + timedelta(hours=hour)

    def _draft(self, campaign: Campaign, session: Session) -> None:
        charity_id, officer = self.world.charities[campaign.charity]
        starts_on = self.timeline.day(campaign.start_day)
        place = _PLACES.get(campaign.slug, CHARITIES_BY_KEY[campaign.charity].county_code)
        drafted = campaigns.create_campaign(
            session,
            officer,
            NewCampaign(
                slug=campaign.slug,
                charity_id=charity_id,
                title_zh=campaign.title_zh,
                title_en=campaign.title_en,
                summary_zh=campaign.summary_zh,
                summary_en=campaign.summary_en,
                story_zh=campaign.story_zh,
                story_en=campaign.story_en,
                purpose_zh=campaign.purpose_zh,
                purpose_en=campaign.purpose_en,
                target_fen=campaign.target_fen,
                starts_on=starts_on,
                ends_on=self.timeline.day(campaign.end_day),
                region_id=self.world.places[place].id,
                picture=self.album.key(campaign.slug),
                record_no=campaign.record_no,
                recorded_on=starts_on - RECORDED_BEFORE if campaign.record_no else None,
                area_zh=campaign.area_zh,
                area_en=campaign.area_en,
                person_in_charge_zh=campaign.person_in_charge,
                person_in_charge_en=campaign.person_in_charge_en,
                office_zh=campaign.office_zh,
                office_en=campaign.office_en,
                ways_zh=campaign.ways_zh,
                ways_en=campaign.ways_en,
                bank_account=campaign.bank_account,
                beneficiary_zh=campaign.beneficiary_zh,
                beneficiary_en=campaign.beneficiary_en,
                use_zh=campaign.use_zh,
                use_en=campaign.use_en,
                cost_zh=campaign.cost_zh,
                cost_en=campaign.cost_en,
                leftover_zh=campaign.leftover_zh,
                leftover_en=campaign.leftover_en,
            ),
        )
        self._public_ids[campaign.slug] = drafted.public_id

    def _publish(self, campaign: Campaign, session: Session) -> None:
        _, officer = self.world.charities[campaign.charity]
        campaigns.publish_campaign(session, officer, self._public_ids[campaign.slug])

    def _end(self, session: Session) -> None:
        campaigns.end_overdue_campaigns(session)

    def _close(self, campaign: Campaign, session: Session) -> None:
        _, officer = self.world.charities[campaign.charity]
        campaigns.close_campaign(session, officer, self._public_ids[campaign.slug])

    def _plan_gifts(self, campaign: Campaign) -> tuple[list[date], list[int]]:
        """Return days and amounts (fen) of a campaign's gifts; the amounts sum to what it raised."""
        count = self.counts[campaign.slug]
        last = min(campaign.end_day, -1)
        days = []
        for _ in range(count):
            first, second = (self.chance.randint(campaign.start_day, last) for _ in range(2))
            # Campaigns are loudest when they begin.
            days.append(self.timeline.day(min(first, second) if self.chance.random() < 0.4 else first))
        return days, self._amounts(count, campaign.raised_fen)

    def _amounts(self, count: int, raised_fen: int) -> list[int]:
        amounts = [self.chance.choice(_COMMON_YUAN) * 100 for _ in range(count)]
        while sum(amounts) > raised_fen:
            largest = max(range(count), key=lambda index: amounts[index])
            amounts[largest] = max(10_00, amounts[largest] // 2)
        # A few gifts of companies and alumni carry what the many small ones leave open.
        index = 0
        while amounts and (left := raised_fen - sum(amounts)) > 0:
            add = min(left, self.chance.choice((2, 3, 5, 8, 10)) * 1_000_00)
            amounts[index % count] += add if left > _LARGE_FEN else left
            index += max(1, count // 9)
        return amounts

    def _give(self, campaign: Campaign, amount_fen: int) -> None:
        chance = self.chance
        company = chance.choice(_COMPANIES) if amount_fen >= 3_000_00 else None
        actor: Actor = GUEST
        if company is not None:
            name, email = company
        elif chance.random() < 0.05:
            actor = self.world.fixed["donor"]
            name, email = actor.name, "donor@demo.yigou.example"
        else:
            person = chance.choice(self.donors)
            actor = self.members.get(person.email, GUEST)
            name, email = person.name, person.email
        request = GiftRequest(
            slug=campaign.slug,
            amount_fen=amount_fen,
            donor_name=name,
            anonymous=company is None and chance.random() < 0.18,
            email=email,
            message=chance.choice(_MESSAGES) if chance.random() < 0.22 else "",
            locale="en" if chance.random() < 0.04 else "zh_Hans_CN",
            once=ids.public_id(20),
            address=f"demo-{email}",
        )
        with transaction() as session:
            started = donations.start_donation(session, actor, request, FundraisingMode.CHARITY_OWN_SITE)
        rehearsals.pay_intent(started.intent_public_id, chance.choice(_METHODS))
        self.timeline.counts["gifts"] += 1
