"""The people and places of the demo world: regions, organisations, accounts and households."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from sqlalchemy.orm import Session

from accounts import queries as account_queries
from accounts import services as accounts
from accounts.values import OrganisationKind, Role
from charity.charities import services as charities
from charity.charities.values import NewCharity
from core import clock
from core.db import transaction
from core.permissions import SYSTEM, Actor
from demo.accounts import FIXED_BY_KEY, PASSWORD
from demo.content import people, places
from demo.content.charities import CHARITIES
from demo.content.institutions import INSTITUTIONS
from demo.content.suppliers import SUPPLIERS
from demo.content.values import Household, Person
from demo.regions import regions
from demo.registering import LEGAL_FORMS
from demo.world import Canteen, Home, Place, Village, World
from registry import services as registry
from registry.country import regions_of_the_mainland
from registry.models import Region
from registry.values import HouseholdStatus, RegionLevel

#: Whose rice the canteen of the walk buys; supplier@ works there and certifier@ in its county.
WALK_SUPPLIER = "daochuan"
WALK_CHARITY = "tongxin"
WALK_CANTEEN = "cuiwei-primary"

#: About how many households a village has at least, before the next village takes part.
HOUSEHOLDS_A_VILLAGE = 5

REGIONS_SINCE = date(2020, 1, 1)
QUALIFIED_FOR = timedelta(days=5 * 365)

_CERTIFIERS = {
    "370402": "庄怀瑾",
    "370403": "裴青禾",
    "370404": "宁若水",
    "370405": "褚正平",
    "370406": "祁云山",
    "370481": "柏秋实",
}
_APPROVERS = ("罗文斌", "姜维民", "白玉珍", "孔庆元", "苗长青", "闵惠芳")
_STATUSES = (
    (HouseholdStatus.GRADUATED, 58),
    (HouseholdStatus.REGISTERED, 16),
    (HouseholdStatus.MONITORED, 12),
    (HouseholdStatus.EDGE, 8),
    (HouseholdStatus.INSTANT_HELP, 2),
    (HouseholdStatus.ORDINARY, 4),
)

#: Households entered in one transaction.
TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Door:
    """The one password of all demo people, hashed once, and how accounts are made with it."""

    password_hash: str

    def open_account(
        self,
        session: Session,
        name: str,
        email: str,
        *roles: Role,
        phone: str | None = None,
        organisation_id: int | None = None,
        place: Place | None = None,
        household_id: int | None = None,
    ) -> Actor:
        """Add a person with their roles and return them as somebody who acts."""
        user = accounts.add_user(
            session,
            SYSTEM,
            name,
            email=email,
            phone=phone,
            password_hash=self.password_hash,
            household_id=household_id,
        )
        for role in roles:
            accounts.grant_role(
                session,
                SYSTEM,
                user.id,
                role,
                organisation_id=organisation_id,
                region_id=place.id if place else None,
                region_path=place.path if place else None,
            )
        actor = account_queries.find_actor(session, email)
        assert actor is not None
        return actor


def make_door() -> Door:
    """Hash the password of the demo."""
    return Door(accounts.hash_password(PASSWORD))


def build_regions(world: World) -> int:
    """Add every region of the demo world and return how many."""
    known: dict[str, Region] = {}
    with transaction() as session:
        for region in regions():
            added = registry.add_region(
                session,
                region.code,
                RegionLevel(region.level),
                region.name_zh,
                region.name_en,
                known[region.parent_code] if region.parent_code else None,
                REGIONS_SINCE,
            )
            known[region.code] = added
        session.flush()
        for code, added in known.items():
            world.places[code] = Place(added.id, code, added.path)
        others = registry.add_regions(session, list(regions_of_the_mainland()), REGIONS_SINCE)
    return len(known) + others


def build_organisations(world: World, door: Door) -> int:
    """Add operator, county offices, suppliers, institutions and charities, each with its people."""
    with transaction() as session:
        _add_operator(session, world, door)
        for code, name in _CERTIFIERS.items():
            _add_office(session, world, door, code, name)
        for supplier in SUPPLIERS:
            walk = supplier.key == WALK_SUPPLIER
            organisation = accounts.add_organisation(
                session,
                SYSTEM,
                OrganisationKind.SUPPLIER,
                supplier.name_zh,
                supplier.name_en,
                legal_form=LEGAL_FORMS[supplier.kind],
                credit_code=supplier.credit_code,
                region_id=world.places[supplier.region_code].id,
                contact=f"{supplier.contact_name} {supplier.contact_phone}",
                about_zh=supplier.story_zh,
                about_en=supplier.story_en,
            )
            actor = door.open_account(
                session,
                supplier.contact_name,
                FIXED_BY_KEY["supplier"].email if walk else f"{supplier.key}@demo.yigou.example",
                Role.SUPPLIER,
                phone=supplier.contact_phone,
                organisation_id=organisation.id,
            )
            world.suppliers[supplier.key] = (organisation.id, actor)
            world.supplier_actors[organisation.id] = actor
            if walk:
                world.fixed["supplier"] = actor
        for institution, approver_name in zip(INSTITUTIONS, _APPROVERS, strict=True):
            walk = institution.key == WALK_CANTEEN
            organisation = accounts.add_organisation(
                session,
                SYSTEM,
                OrganisationKind.INSTITUTION,
                institution.name_zh,
                institution.name_en,
                legal_form=LEGAL_FORMS[institution.kind],
                credit_code=institution.credit_code,
                region_id=world.places[institution.county_code].id,
                contact=f"{institution.contact_name} {institution.contact_phone}",
            )
            requester = door.open_account(
                session,
                institution.contact_name,
                FIXED_BY_KEY["canteen"].email if walk else institution.email,
                Role.REQUESTER,
                Role.RECEIVER,
                phone=institution.contact_phone,
                organisation_id=organisation.id,
            )
            approver = door.open_account(
                session,
                approver_name,
                FIXED_BY_KEY["approver"].email
                if walk
                else institution.email.replace("canteen.", "approver.", 1),
                Role.APPROVER,
                Role.RECEIVER,
                organisation_id=organisation.id,
            )
            world.canteens.append(Canteen(institution.key, organisation.id, requester, approver))
            if walk:
                world.fixed |= {"canteen": requester, "approver": approver}
        _add_charities(session, world, door)
    return 2 + len(_CERTIFIERS) + len(SUPPLIERS) + len(INSTITUTIONS) + len(CHARITIES)


def _add_operator(session: Session, world: World, door: Door) -> None:
    prefecture = world.places[places.PREFECTURE_CODE]
    operator = accounts.add_organisation(
        session,
        SYSTEM,
        OrganisationKind.OPERATOR,
        "枣庄益购帮扶服务中心",
        "Yigou Service Centre of Zaozhuang",
        credit_code="12370400YGDEM0001A",
        region_id=prefecture.id,
        about_zh="市里设立的非营利服务机构，管平台、管账、不赚差价。",
        about_en="A non-profit body set up by the prefecture to run the platform and its books; it takes no margin.",
    )
    world.fixed["finance"] = door.open_account(
        session,
        FIXED_BY_KEY["finance"].name,
        FIXED_BY_KEY["finance"].email,
        Role.FINANCE,
        organisation_id=operator.id,
    )
    world.finance = world.fixed["finance"]
    world.fixed["admin"] = door.open_account(
        session,
        FIXED_BY_KEY["admin"].name,
        FIXED_BY_KEY["admin"].email,
        Role.ADMIN,
        organisation_id=operator.id,
    )
    bureau = accounts.add_organisation(
        session,
        SYSTEM,
        OrganisationKind.GOVERNMENT,
        "枣庄市乡村振兴工作办公室",
        "Rural Revitalisation Office of Zaozhuang",
        region_id=prefecture.id,
    )
    world.fixed["supervisor"] = door.open_account(
        session,
        FIXED_BY_KEY["supervisor"].name,
        FIXED_BY_KEY["supervisor"].email,
        Role.SUPERVISOR,
        organisation_id=bureau.id,
        place=prefecture,
    )
    for key in ("buyer", "donor"):
        account = FIXED_BY_KEY[key]
        world.fixed[key] = door.open_account(session, account.name, account.email)


def _add_office(session: Session, world: World, door: Door, code: str, name: str) -> None:
    county = world.places[code]
    region = session.get_one(Region, county.id)
    english = places.COUNTY_NAMES_EN[code]
    office = accounts.add_organisation(
        session,
        SYSTEM,
        OrganisationKind.GOVERNMENT,
        f"{region.name_zh}农业农村局",
        f"Agriculture and Rural Affairs Bureau of {english}",
        region_id=county.id,
    )
    walk = code == next(s.region_code for s in SUPPLIERS if s.key == WALK_SUPPLIER)[:6]
    actor = door.open_account(
        session,
        name,
        FIXED_BY_KEY["certifier"].email if walk else f"certifier.{code}@demo.yigou.example",
        Role.CERTIFIER,
        organisation_id=office.id,
        place=county,
    )
    world.certifiers[code] = (office.id, actor)
    if walk:
        world.fixed["certifier"] = actor


def _add_charities(session: Session, world: World, door: Door) -> None:
    for charity in CHARITIES:
        organisation = accounts.add_organisation(
            session,
            SYSTEM,
            OrganisationKind.CHARITY,
            charity.name_zh,
            charity.name_en,
            credit_code=charity.credit_code,
            region_id=world.places[charity.county_code].id,
            contact=f"{charity.contact_name} {charity.contact_phone}",
            about_zh=charity.about_zh,
            about_en=charity.about_en,
        )
        added = charities.add_charity(
            session,
            SYSTEM,
            NewCharity(
                organisation_id=organisation.id,
                registration_no=charity.credit_code,
                qualification_no=charity.qualification_no,
                qualification_valid_until=clock.today() + QUALIFIED_FOR,
                contact_zh=charity.contact_name,
                contact_en=charity.contact_name_en,
                contact_phone=charity.contact_phone,
                email=charity.email,
                address_zh=charity.address_zh,
                address_en=charity.address_en,
                query_zh=charity.query_zh,
                query_en=charity.query_en,
            ),
        )
        actor = door.open_account(
            session,
            charity.contact_name,
            charity.email,
            Role.CHARITY_OFFICER,
            phone=charity.contact_phone,
            organisation_id=organisation.id,
        )
        world.charities[charity.key] = (added.id, actor)
        if charity.key == WALK_CHARITY:
            world.fixed["charity"] = actor


def build_people(door: Door, persons: tuple[Person, ...]) -> dict[str, Actor]:
    """Open accounts for members of the public; returns them by e-mail address."""
    with transaction() as session:
        return {
            person.email: door.open_account(session, person.name, person.email, phone=person.phone)
            for person in persons
        }


def build_households(world: World, door: Door, tell: Callable[[int, int], None]) -> int:
    """Enter the households village by village, then those who record deeds and decide on them."""
    total = world.size.households
    codes = village_codes(total)
    found: dict[str, list[Home]] = {code: [] for code in codes}
    drawn = [replace(h, village=codes[(h.number - 1) % len(codes)]) for h in people.households(total)]
    for start in range(0, total, TOGETHER):
        with transaction() as session:
            for household in drawn[start : start + TOGETHER]:
                home = _enter(session, world, household)
                found[household.village].append(home)
                world.homes[household.number] = home
        tell(min(start + TOGETHER, total), total)
    for index, code in enumerate(codes):
        with transaction() as session:
            _staff(session, world, door, code, index, found[code])
    return total


def village_codes(households: int) -> list[str]:
    """Return the villages that take part, the walk's first, so that each has enough households to review another."""
    first = places.village_code("青莲村")
    codes = sorted((village.code for village in places.VILLAGES), key=lambda code: (code != first, code))
    return codes[: max(1, min(len(codes), households // HOUSEHOLDS_A_VILLAGE))]


def _enter(session: Session, world: World, household: Household) -> Home:
    chance = Random(f"yigou-status-{household.number}")
    statuses, weights = zip(*_STATUSES, strict=True)
    added = registry.add_household(
        session,
        SYSTEM,
        world.places[household.village].id,
        household.head,
        phone=household.phone,
        members_count=len(household.members),
        status=chance.choices(statuses, weights)[0],
        cause=household.causes[0] if household.causes else None,
        labour_exempt=household.labour_class == "weak",
    )
    year = people.BIRTH_REFERENCE_YEAR
    return Home(
        added.id,
        added.public_id,
        household.head,
        household.village,
        household.labour_class,
        any(6 <= year - member.birth_year <= 17 for member in household.members),
    )


def _staff(session: Session, world: World, door: Door, code: str, index: int, homes: list[Home]) -> None:
    """Give a village its cadre and two members of the committee, who never decide on their own household."""
    place = world.places[code]
    walk = index == 0
    person = people.CADRES[index]
    cadre = door.open_account(
        session,
        person.name,
        FIXED_BY_KEY["cadre"].email if walk else person.email,
        Role.CADRE,
        phone=person.phone,
        place=place,
    )
    committee = []
    for number, home in enumerate(homes[1:3], 1):
        fixed = walk and number == 1
        committee.append(
            door.open_account(
                session,
                home.head,
                FIXED_BY_KEY["committee"].email
                if fixed
                else f"committee.{code}.{number}@people.yigou.example",
                Role.COMMITTEE,
                place=place,
                household_id=home.id,
            )
        )
    if walk:
        world.fixed |= {"cadre": cadre, "committee": committee[0]}
        world.fixed["household"] = door.open_account(
            session,
            homes[0].head,
            FIXED_BY_KEY["household"].email,
            Role.HOUSEHOLD,
            household_id=homes[0].id,
        )
    world.villages[code] = Village(place, code[:9], cadre, committee, homes)
