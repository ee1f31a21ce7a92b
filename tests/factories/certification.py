"""Suppliers, households, links, certifiers and applications for tests, made through the services."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session
from stdnum.cn import uscc

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.permissions import SYSTEM, Actor, Grant
from registry import services as registry
from registry.models import Household, Region
from shop.applications import services as applications
from shop.applications.models import Application
from shop.applications.values import Decision, Stage
from shop.benefit_links import services as links
from shop.benefit_links.models import BenefitLink
from shop.benefit_links.values import Answer, LinkKind, NewLink
from shop.catalogue.models import Product
from tests.factories.licences import license_supplier
from tests.factories.people import make_organisation, make_user, make_village
from tests.factories.products import make_product

_count = itertools.count(1)
OPINION = "情况属实，同意上报。"


@dataclass
class CertificationWorld:
    """A complete product of a county with everybody who has a say."""

    product: Product
    supplier: Organisation
    village: Region
    town: Region
    county: Region
    office: Organisation
    seller: User
    township_user: User
    sector_user: User
    county_user: User

    @property
    def supplier_actor(self) -> Actor:
        """Return the seller as somebody who acts."""
        return Actor(self.seller.id, self.seller.name, (Grant(Role.SUPPLIER, self.supplier.id),))

    @property
    def township(self) -> Actor:
        """Return who checks first."""
        grant = Grant(Role.CERTIFIER, None, self.town.id, self.town.path)
        return Actor(self.township_user.id, self.township_user.name, (grant,))

    @property
    def sector(self) -> Actor:
        """Return who checks for the sector office."""
        grant = Grant(Role.CERTIFIER, None, self.county.id, self.county.path)
        return Actor(self.sector_user.id, self.sector_user.name, (grant,))

    @property
    def county_officer(self) -> Actor:
        """Return who decides for the county."""
        grant = Grant(Role.CERTIFIER, self.office.id, self.county.id, self.county.path)
        return Actor(self.county_user.id, self.county_user.name, (grant,))


def make_world(session: Session, *, county: str = "370406", households: int = 3) -> CertificationWorld:
    """Return a product that may be applied for, with so many households that agree."""
    village = make_village(session, county=county)
    town = session.get_one(Region, village.parent_id)
    county_region = session.get_one(Region, town.parent_id)
    supplier = make_organisation(session, OrganisationKind.SUPPLIER, region=village)
    supplier.credit_code = make_credit_code()
    license_supplier(session, supplier)
    product = make_product(session, village, certified=False, supplier=supplier, picture="a" * 24)
    office = make_organisation(session, OrganisationKind.GOVERNMENT, "区农业农村局", region=county_region)
    world = CertificationWorld(
        product=product,
        supplier=supplier,
        village=village,
        town=town,
        county=county_region,
        office=office,
        seller=make_user(session, Role.SUPPLIER, organisation=supplier, name="李运河"),
        township_user=make_user(session, Role.CERTIFIER, region=town, name="孟青山"),
        sector_user=make_user(session, Role.CERTIFIER, region=county_region, name="柳若溪"),
        county_user=make_user(
            session, Role.CERTIFIER, organisation=office, region=county_region, name="卞知远"
        ),
    )
    for _ in range(households):
        agreed_link(session, world)
    return world


def make_credit_code() -> str:
    """Return a unified social credit code with the right check digit that nobody has."""
    body = f"93370406YGTEX{next(_count):04}"
    return body + uscc.calc_check_digit(body)


def make_home(session: Session, village: Region, name: str = "王建国", phone: str | None = None) -> Household:
    """Return a new household."""
    return registry.add_household(session, SYSTEM, village.id, name, phone=phone)


def make_link(
    session: Session,
    world: CertificationWorld,
    household: Household | None = None,
    *,
    kind: LinkKind = LinkKind.WAGE,
    first: date | None = None,
    last: date | None = None,
    promised_fen: int = 600_000,
) -> BenefitLink:
    """Return a link that the supplier entered and nobody answered."""
    first = first or clock.today()
    return links.add_link(
        session,
        world.supplier_actor,
        NewLink(
            product_slug=world.product.slug,
            household_id=(household or make_home(session, world.village)).id,
            kind=kind,
            valid_from=first,
            valid_until=last or first + timedelta(days=364),
            promised_fen=promised_fen,
            once=ids.public_id(20),
        ),
    )


def member_of(session: Session, household: Household) -> Actor:
    """Return somebody of a household."""
    user = make_user(session, Role.HOUSEHOLD, household=household, name=household.householder)
    return Actor(user.id, user.name, (Grant(Role.HOUSEHOLD),), household.id)


def agreed_link(session: Session, world: CertificationWorld, **changes: object) -> BenefitLink:
    """Return a link to which a new household agreed."""
    household = make_home(session, world.village)
    link = make_link(session, world, household, **changes)  # type: ignore[arg-type]
    return links.answer_link(session, member_of(session, household), link.public_id, Answer.AGREED)


def submitted(session: Session, world: CertificationWorld) -> Application:
    """Return an application that was handed in."""
    draft = applications.start_application(session, world.supplier_actor, world.product.slug)
    return applications.submit_application(session, world.supplier_actor, draft.public_id, "合作社自有基地。")


def pass_stage(
    session: Session, world: CertificationWorld, application: Application, stage: Stage
) -> Application:
    """Pass an application at a stage by the person whose stage it is."""
    actor = {
        Stage.TOWNSHIP: world.township,
        Stage.SECTOR: world.sector,
        Stage.COUNTY: world.county_officer,
    }[stage]
    issuer = world.office.id if stage is Stage.COUNTY else None
    return applications.decide_application(
        session, actor, application.public_id, Decision(stage, True, OPINION, issuer)
    )


def published(session: Session, world: CertificationWorld) -> Application:
    """Return an application whose notice runs."""
    application = submitted(session, world)
    for stage in (Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY):
        pass_stage(session, world, application, stage)
    return application
