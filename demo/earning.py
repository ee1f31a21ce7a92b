"""What was earned and redeemed in the demo world: stores that open one by one, deeds, decisions, visits to the till."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids
from core.permissions import SYSTEM, Actor
from demo.accounts import CARD_CODE, FIXED_BY_KEY
from demo.albums import Album
from demo.content.people import DEEDS
from demo.content.places import PREFECTURE_CODE, village_code
from demo.content.rules import RULES, RULES_BY_KEY
from demo.content.stores import GOODS, GOODS_BY_KEY, STORES
from demo.content.values import Goods, Store
from demo.directory import Door
from demo.timeline import Timeline
from demo.world import Home, Village, World
from points.awards import services as awards
from points.awards.values import NewClaim
from points.redemptions import services as redemptions
from points.redemptions.values import Basket, BasketLine
from points.schemes import services as schemes
from points.schemes.values import NewRule, RuleCategory
from points.supermarkets import services as supermarkets
from points.supermarkets.values import NewGoods, NewStore, Serves

FIRST_OPENED, LAST_OPENED = -214, -48
#: From so many households on there is a store in every town, even where none of them lives.
EVERYWHERE_FROM = 50
#: Days between two sessions of a village's committee.
CYCLE = 30
#: How many households a store of the content's stock is meant for.
FULL_STORE = 55

#: household@ saves for a quilt, so that there is something to redeem in the walk.
WALK_HOME = 1
WALK_SAVES = timedelta(days=120)

#: What must stand behind the points of the walk's town, as an example of a cover (fen).
COVER_FUND_FEN = 200_000_00

_SOURCES = ("区供销合作社配送", "同心村慈善基金会捐赠", "爱心企业捐赠入库", "结对单位捐赠入库")
_REFUSALS = ("抽查时院内未整改到位，下月再评。", "证明材料不足，请补充后再报。", "与上月所报为同一件事。")
#: How readily a deed is done; the rest by the makeup of the household.
_WEIGHTS = {
    "courtyard": 10,
    "waste_sorting": 8,
    "street_cleaning": 8,
    "neighbour_help": 6,
    "volunteer": 6,
    "elder_care": 2,
    "schooling": 1,
    "training": 2,
    "employment": 3,
    "new_planting": 1,
    "simple_wedding": 1,
    "care_grant": 4,
}
_NEEDS_HANDS = {
    "street_cleaning", "neighbour_help", "training", "employment", "new_planting", "volunteer"
}  # fmt: skip
#: Days before a household does a deed of the same kind again; what is looked at monthly or each term takes longer.
_PAUSE = {
    "courtyard": 24,
    "waste_sorting": 24,
    "elder_care": 85,
    "schooling": 140,
    "training": 85,
    "employment": 88,
    "new_planting": 300,
    "simple_wedding": 300,
    "care_grant": 85,
}
_USUAL_PAUSE = 9


@dataclass(slots=True)
class Batch:
    """Units that came into a store together, as far as this module knows."""

    expires_on: date | None
    left: int


@dataclass(slots=True)
class Kind:
    """A kind of goods on a store's shelf; `level` is how many units it likes to hold."""

    goods: Goods
    id: int
    public_id: str
    level: int
    batches: list[Batch] = field(default_factory=list)

    def available(self, today: date) -> int:
        """Return how many units may be given out."""
        return sum(batch.left for batch in self.batches if _good(batch, today))

    def take(self, units: int, today: date) -> None:
        """Take units as the till does: what expires first goes first."""
        order = sorted(
            (batch for batch in self.batches if _good(batch, today)),
            key=lambda batch: batch.expires_on or date.max,
        )
        for batch in order:
            taken = min(units, batch.left)
            batch.left -= taken
            units -= taken


@dataclass(slots=True)
class Shop:
    """An open store with its keeper and shelf."""

    id: int
    content: Store
    keeper: Actor
    kinds: list[Kind]
    homes: list[Home]


def _good(batch: Batch, today: date) -> bool:
    return batch.left > 0 and (batch.expires_on is None or batch.expires_on >= today)


class Earning:
    """The love supermarkets' part of the past: plans everything on the timeline when it is made."""

    def __init__(self, world: World, timeline: Timeline, album: Album, door: Door) -> None:
        """Plan rules, stores, committee sessions and visits."""
        self.world = world
        self.timeline = timeline
        self.album = album
        self.door = door
        self.chance = Random("yigou-earning")
        self.deeds: dict[str, list[str]] = defaultdict(list)
        for deed in DEEDS:
            self.deeds[deed.rule].append(deed.text_zh)
        # Thousands of households do fewer deeds each, or building them would take the afternoon.
        self.pace = 0.45 if world.size.households <= 1_000 else 0.25
        for goods in GOODS:
            album.order(goods.key, goods)
        timeline.inside(self._at(timeline.day(FIRST_OPENED - 9), 10), self._add_rules)
        self._plan_stores()

    def _at(self, day: date, hour: float) -> datetime:
        return datetime.combine(day, time(), clock.CHINA) + timedelta(hours=hour)

    # --- rules and stores -----------------------------------------------------------------------------

    def _add_rules(self, session: Session) -> None:
        prefecture = self.world.places[PREFECTURE_CODE]
        for rule in RULES:
            added = schemes.add_rule(
                session,
                SYSTEM,
                NewRule(
                    region_id=prefecture.id,
                    category=RuleCategory(rule.category),
                    title_zh=rule.title_zh,
                    title_en=rule.title_en,
                    points=rule.points,
                    yearly_cap=rule.yearly_cap,
                    description_zh=rule.description_zh,
                    description_en=rule.description_en,
                ),
            )
            self.world.rules[rule.key] = added.public_id
        town = self.world.places[village_code("青莲村")[:9]]
        schemes.set_cover(session, SYSTEM, town.id, fund_fen=COVER_FUND_FEN)

    def _plan_stores(self) -> None:
        first = village_code("青莲村")
        towns: dict[str, list[Village]] = defaultdict(list)
        for village in self.world.villages.values():
            towns[village.town_code].append(village)
        # Small worlds have the stores of their own villages only.
        everywhere = self.world.size.households >= EVERYWHERE_FROM
        stores = [store for store in STORES if everywhere or store.village[:9] in towns]
        self.chance.shuffle(stores)
        stores.sort(key=lambda store: store.village != first)
        for index, store in enumerate(stores):
            share = index / max(1, len(stores) - 1)
            opens = self.timeline.day(FIRST_OPENED + round(share * (LAST_OPENED - FIRST_OPENED)))
            self.timeline.inside(
                self._at(opens, 9 + self.chance.random() * 3),
                partial(self._open, store, opens, towns.get(store.village[:9], [])),
            )

    def _open(self, store: Store, opens: date, villages: list[Village], session: Session) -> None:
        place = self.world.places[store.village]
        opened = supermarkets.open_store(
            session,
            SYSTEM,
            NewStore(
                village_id=place.id,
                name_zh=store.name_zh,
                name_en=store.name_en,
                open_days=store.open_days,
                hours=store.hours,
                address_zh=f"{store.name_zh.removesuffix('爱心超市')}党群服务中心一楼",
                address_en="Ground floor, village service centre",
                serves=Serves.TOWN,
            ),
        )
        walk = store.village == village_code("青莲村")
        keeper = self.door.open_account(
            session,
            store.keeper_name,
            FIXED_BY_KEY["keeper"].email if walk else f"keeper.{store.village}@people.yigou.example",
            Role.STOREKEEPER,
            phone=store.keeper_phone,
            organisation_id=opened.organisation_id,
            place=place,
        )
        if walk:
            self.world.fixed["keeper"] = keeper
        homes = [home for village in villages for home in village.homes]
        shop = Shop(opened.id, store, keeper, [], homes)
        scale = min(1.0, max(0.2, len(homes) / FULL_STORE))
        for stocked in store.stock:
            goods = GOODS_BY_KEY[stocked.goods]
            added = supermarkets.add_goods(
                session,
                keeper,
                NewGoods(
                    store_id=opened.id,
                    name_zh=goods.name_zh,
                    name_en=goods.name_en,
                    unit_zh=goods.unit_zh,
                    unit_en=goods.unit_en,
                    points=goods.points,
                    value_fen=goods.value_fen,
                    category=goods.category,
                    picture=self.album.key(goods.key),
                ),
            )
            kind = Kind(goods, added.id, added.public_id, max(3, round(stocked.quantity * scale)))
            shop.kinds.append(kind)
            self._take_in(session, shop, kind, kind.level)
        self.timeline.counts["stores"] += 1
        self._plan_deliveries(shop, opens)
        for village in villages:
            self._plan_sessions(village, shop, opens)

    def _plan_deliveries(self, shop: Shop, opens: date) -> None:
        day = opens + timedelta(days=self.chance.randint(30, 40))
        last = self.timeline.day(-self.chance.randint(3, 8))
        while day < last - timedelta(days=10):
            self.timeline.inside(self.timeline.moment(day, 8, 10), partial(self._refill, shop, False))
            day += timedelta(days=self.chance.randint(36, 44))
        self.timeline.inside(self.timeline.moment(last, 8, 10), partial(self._refill, shop, True))

    def _refill(self, shop: Shop, final: bool, session: Session) -> None:
        """Fill up what ran low; before today every kind that is nearly gone or about to expire comes again."""
        for kind in shop.kinds:
            soon = clock.today() + timedelta(days=25 if final else 8)
            left = sum(
                batch.left
                for batch in kind.batches
                if _good(batch, clock.today()) and (batch.expires_on is None or batch.expires_on > soon)
            )
            if left < kind.level * (0.6 if final else 0.4):
                self._take_in(session, shop, kind, kind.level - left)

    def _take_in(self, session: Session, shop: Shop, kind: Kind, units: int) -> None:
        days = kind.goods.expiry_days
        expires_on = (
            clock.today() + timedelta(days=max(12, round(days * self.chance.uniform(0.6, 1.0))))
            if days is not None
            else None
        )
        supermarkets.receive_goods(
            session, shop.keeper, shop.id, kind.id, units, expires_on, self.chance.choice(_SOURCES)
        )
        kind.batches.append(Batch(expires_on, units))
        self.timeline.counts["deliveries"] += 1

    # --- deeds and decisions --------------------------------------------------------------------------

    def _plan_sessions(self, village: Village, shop: Shop, opens: date) -> None:
        self.timeline.inside(
            self._at(opens + timedelta(days=1), 9 + self.chance.random() * 2),
            partial(self._issue_cards, village),
        )
        day = opens + timedelta(days=self.chance.randint(8, 20))
        while day < self.timeline.today:
            self._plan_session(village, shop, day)
            day += timedelta(days=CYCLE + self.chance.randint(-2, 2))
        if village.place.code == village_code("青莲村"):
            # The committee of the walk finds something to decide on.
            self._plan_session(village, shop, self.timeline.day(-1))

    def _issue_cards(self, village: Village, session: Session) -> None:
        for home in village.homes:
            code = CARD_CODE if home is self.world.homes[WALK_HOME] else None
            card, _ = redemptions.issue_card(session, village.cadre, home.id, code=code)
            home.card_id = card.id
        self.timeline.counts["cards"] += len(village.homes)

    def _plan_session(self, village: Village, shop: Shop, day: date) -> None:
        """Let the cadre write down what was done, and the committee meet some days later."""
        growth = 1 + 0.8 * max(0.0, 1 + (day - self.timeline.today).days / 200)
        writes_at = self._at(day, 8.5 + self.chance.random() * 2)
        meets_at = self._at(day + timedelta(days=self.chance.randint(2, 5)), 19 + self.chance.random())
        for home in village.homes:
            saves = home is self.world.homes[WALK_HOME]
            mean = 3.5 if saves else growth * self.pace
            for _ in range(int(mean) + (self.chance.random() < mean % 1)):
                chosen = self._choose_deed(home, day)
                if chosen is None:
                    continue
                writes_at += timedelta(minutes=self.chance.randint(2, 9))
                meets_at += timedelta(minutes=self.chance.randint(1, 4))
                self.timeline.inside(writes_at, partial(self._record, village, shop, home, chosen, meets_at))

    def _choose_deed(self, home: Home, day: date) -> tuple[str, date] | None:
        keys = [key for key in _WEIGHTS if self._may(home, key)]
        weights = [_WEIGHTS[key] for key in keys]
        for key in self.chance.choices(keys, weights, k=4):
            happened_on = day - timedelta(days=self.chance.randint(1, 24))
            rule = RULES_BY_KEY[key]
            earned = home.earned.get((key, happened_on.year), 0) + rule.points
            pause = timedelta(days=_PAUSE.get(key, _USUAL_PAUSE))
            again = any(abs(happened_on - other) < pause for done, other in home.deeds if done == key)
            if again or earned > rule.yearly_cap:
                continue
            home.deeds.add((key, happened_on))
            home.earned[key, happened_on.year] = earned
            return key, happened_on
        return None

    def _may(self, home: Home, key: str) -> bool:
        if key == "care_grant":
            return home.labour == "weak"
        if key == "schooling":
            return home.schoolchildren
        return not (key in _NEEDS_HANDS and home.labour == "weak")

    def _record(
        self,
        village: Village,
        shop: Shop,
        home: Home,
        chosen: tuple[str, date],
        meets_at: datetime,
        session: Session,
    ) -> None:
        key, happened_on = chosen
        claim = awards.record_claim(
            session,
            village.cadre,
            NewClaim(
                home.public_id,
                self.world.rules[key],
                self.chance.choice(self.deeds[key]),
                happened_on,
                ids.public_id(20),
            ),
        )
        self.timeline.counts["deeds"] += 1
        decider = next(
            (member for member in village.committee if member.household_id != home.id), village.committee[0]
        )
        self.timeline.inside(
            meets_at, partial(self._decide, shop, home, decider, claim.public_id, claim.points)
        )

    def _decide(
        self, shop: Shop, home: Home, decider: Actor, claim_id: str, points: int, session: Session
    ) -> None:
        if home is not self.world.homes[WALK_HOME] and self.chance.random() < 0.04:
            awards.refuse_claim(session, decider, claim_id, self.chance.choice(_REFUSALS))
            return
        awards.approve_claim(session, decider, claim_id)
        home.points += points
        if not home.visit_planned and self.chance.random() < 0.85:
            self._plan_visit(shop, home)

    # --- the till -------------------------------------------------------------------------------------

    def _plan_visit(self, shop: Shop, home: Home) -> None:
        day = clock.today() + timedelta(days=self.chance.randint(1, 18))
        while day.isoweekday() not in shop.content.open_days:
            day += timedelta(days=1)
        saves = home is self.world.homes[WALK_HOME]
        if saves and day > self.timeline.today - WALK_SAVES:
            return
        home.visit_planned = True
        hours = (8.5, 11.4) if self.chance.random() < 0.6 else (14.0, 16.9)
        self.timeline.inside(self.timeline.moment(day, *hours), partial(self._visit, shop, home))

    def _visit(self, shop: Shop, home: Home, session: Session) -> None:
        home.visit_planned = False
        if home.card_id is None:
            return
        units = self._choose_goods(shop, home)
        if not units:
            return
        today = clock.today()
        redemptions.redeem_goods(
            session,
            shop.keeper,
            Basket(
                shop.id,
                home.card_id,
                tuple(BasketLine(kind.public_id, quantity) for kind, quantity in units),
                ids.public_id(20),
            ),
        )
        for kind, quantity in units:
            kind.take(quantity, today)
            home.points -= quantity * kind.goods.points
        self.timeline.counts["visits to tills"] += 1

    def _choose_goods(self, shop: Shop, home: Home) -> list[tuple[Kind, int]]:
        today = clock.today()
        budget = int(home.points * self.chance.uniform(0.5, 1.0))
        chosen: dict[int, tuple[Kind, int]] = {}
        for _ in range(self.chance.randint(1, 5)):
            on_shelf = [
                kind
                for kind in shop.kinds
                if kind.goods.points <= budget
                and kind.id not in chosen
                and kind.available(today) > 2 + kind.level // 10
            ]
            if not on_shelf:
                break
            weights = [3 if kind.goods.category in ("staples", "cleaning") else 1 for kind in on_shelf]
            kind = self.chance.choices(on_shelf, weights)[0]
            units = 2 if budget >= 3 * kind.goods.points and kind.goods.points <= 8 else 1
            units = min(units, kind.available(today) - 1)
            chosen[kind.id] = (kind, units)
            budget -= units * kind.goods.points
        return list(chosen.values())
