"""A small world of points: a village, its people, a store with goods, households with cards and points."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.permissions import SYSTEM, Actor
from points.awards import services as awards
from points.awards.models import PointsClaim
from points.awards.values import NewClaim
from points.redemptions import services as till
from points.redemptions.values import Basket, BasketLine
from points.schemes import services as schemes
from points.schemes.models import PointsRule
from points.schemes.values import NewRule, RuleCategory
from points.supermarkets import services as stores
from points.supermarkets.models import Goods, Store
from points.supermarkets.values import NewGoods, NewStore, Serves
from registry.models import Household, Region
from tests.factories.people import actor_of, make_household, make_organisation, make_user, make_village


@dataclass
class PointsWorld:
    """Everything a test of points needs; ids and actors are safe to use in other threads."""

    village: Region
    organisation: Organisation
    store: Store
    rule: PointsRule
    cadre_user: User
    committee_user: User
    keeper_user: User
    cadre: Actor
    committee: Actor
    keeper: Actor
    household: Household
    household_user: User
    card_id: int
    card_code: str
    goods: dict[str, Goods] = field(default_factory=dict)


def make_points_world(session: Session, *, points: int = 0, serves: Serves = Serves.TOWN) -> PointsWorld:
    """Return a village with one store (rice 10 points, salt 2), one rule (10 points, 2000 a year), one household."""
    village = make_village(session)
    organisation = make_organisation(session, OrganisationKind.VILLAGE, "青莲村爱心超市", village)
    store = stores.open_store(
        session,
        SYSTEM,
        NewStore(
            village.id,
            "青莲村爱心超市",
            "Qinglian Love Supermarket",
            (1, 3, 5),
            "8:30-11:30",
            serves=serves,
            organisation_id=organisation.id,
        ),
    )
    rule = schemes.add_rule(
        session,
        SYSTEM,
        NewRule(village.id, RuleCategory.HYGIENE, "庭院整洁", "Tidy courtyard", 10, 2000),
    )
    household = make_household(session, village)
    cadre = make_user(session, Role.CADRE, region=village, name="周干部")
    committee = make_user(session, Role.COMMITTEE, region=village, name="孙评议")
    keeper = make_user(session, Role.STOREKEEPER, organisation=organisation, name="赵店长")
    member = make_user(session, Role.HOUSEHOLD, household=household, name="李春耕")
    card, code = till.issue_card(session, SYSTEM, household.id)
    world = PointsWorld(
        village,
        organisation,
        store,
        rule,
        cadre,
        committee,
        keeper,
        actor_of(cadre, Role.CADRE, region=village),
        actor_of(committee, Role.COMMITTEE, region=village),
        actor_of(keeper, Role.STOREKEEPER, organisation=organisation),
        household,
        member,
        card.id,
        code,
    )
    stock_goods(session, world, "rice", "大米", 10, 1200, 20)
    stock_goods(session, world, "salt", "食盐", 2, 250, 50)
    if points:
        give_points(session, world, household, points)
    return world


def stock_goods(
    session: Session,
    world: PointsWorld,
    key: str,
    name: str,
    points: int,
    value_fen: int,
    quantity: int,
    expires_on: date | None = None,
) -> Goods:
    """Put goods on the shelf of the world's store."""
    if key not in world.goods:
        world.goods[key] = stores.add_goods(
            session, SYSTEM, NewGoods(world.store.id, name, key.title(), "袋", "bag", points, value_fen)
        )
    if quantity:
        stores.receive_goods(
            session, world.keeper, world.store.id, world.goods[key].id, quantity, expires_on, "县慈善总会"
        )
    return world.goods[key]


def add_rule(
    session: Session, world: PointsWorld, points: int, cap: int | None = None, months: int | None = None
) -> PointsRule:
    """Return a further rule of the world's village."""
    return schemes.add_rule(
        session,
        SYSTEM,
        NewRule(
            world.village.id,
            RuleCategory.PUBLIC_WORK,
            "义务劳动",
            "Work day",
            points,
            cap or points,
            lasting_months=months,
        ),
    )


def claim_of(
    session: Session,
    world: PointsWorld,
    household: Household | None = None,
    rule: PointsRule | None = None,
    day: date | None = None,
) -> PointsClaim:
    """Return a recorded claim."""
    return awards.record_claim(
        session,
        world.cadre,
        NewClaim(
            (household or world.household).public_id,
            (rule or world.rule).public_id,
            "院内整洁，柴草摆放有序。",
            day or clock.today(),
            ids.public_id(20),
        ),
    )


def give_points(
    session: Session, world: PointsWorld, household: Household, points: int, months: int | None = None
) -> PointsClaim:
    """Give a household points the real way: a recorded deed that the committee approves."""
    claim = claim_of(session, world, household, add_rule(session, world, points, months=months))
    return awards.approve_claim(session, world.committee, claim.public_id)


def basket(world: PointsWorld, once: str | None = None, card_id: int | None = None, **units: int) -> Basket:
    """Return a basket of the world's goods by their keys."""
    return Basket(
        world.store.id,
        card_id or world.card_id,
        tuple(BasketLine(world.goods[key].public_id, quantity) for key, quantity in units.items()),
        once or ids.public_id(20),
    )
