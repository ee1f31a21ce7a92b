from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock
from core.audit import AuditEntry
from core.errors import NotFound
from core.permissions import GUEST, SYSTEM, Actor, Grant
from registry.models import Region
from shop.catalogue.models import Product
from shop.certification import queries, services
from shop.certification.errors import (
    AlreadyCertified,
    BadWindow,
    NotYourCounty,
    NumberTaken,
    OwnSupplier,
    ReasonMissing,
    WrongState,
)
from tests.factories.orders import certifier_of
from tests.factories.people import make_organisation, make_village
from tests.factories.products import make_product

YEAR = timedelta(days=365)


def setting(session: Session) -> tuple[Product, Region, Organisation, Actor]:
    product = make_product(session, certified=False)
    county = session.get_one(Region, product.county_id)
    office = make_organisation(session, OrganisationKind.GOVERNMENT, region=county)
    return product, county, office, certifier_of(county, office)


def in_force(session: Session, product: Product) -> bool:
    return product.id in queries.certificate_ids(session, [product.id], clock.now())


def test_a_certificate_makes_a_product_certified(session: Session) -> None:
    product, _county, office, actor = setting(session)
    assert not in_force(session, product)
    certificate = services.issue_certificate(session, actor, product.id, office.id, clock.now() + YEAR)
    assert certificate.number.startswith("370406-")
    assert in_force(session, product)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == certificate.number)).one()
    assert (entry.action, entry.actor_name) == ("certificate issued", "钱认定")


def test_a_certifier_above_the_county_certifies_too(session: Session) -> None:
    product, county, office, _actor = setting(session)
    prefecture = session.get_one(Region, county.parent_id)
    services.issue_certificate(session, certifier_of(prefecture), product.id, office.id, clock.now() + YEAR)


def test_only_certifiers_of_the_county_certify(session: Session) -> None:
    product, county, office, _actor = setting(session)
    make_village(session, "小溪村", "370404")
    elsewhere = session.scalars(select(Region).where(Region.code == "370404")).one()
    until = clock.now() + YEAR
    cadre = Actor(1, "村干部", (Grant(Role.CADRE, None, county.id, county.path),))
    for actor in (GUEST, SYSTEM, cadre, certifier_of(elsewhere)):
        with pytest.raises(NotFound):
            services.issue_certificate(session, actor, product.id, office.id, until)


def test_nobody_certifies_their_own_supplier(session: Session) -> None:
    product, county, office, _actor = setting(session)
    both = Actor(
        1,
        "两头干",
        (Grant(Role.CERTIFIER, None, county.id, county.path), Grant(Role.SUPPLIER, product.supplier_id)),
    )
    with pytest.raises(OwnSupplier):
        services.issue_certificate(session, both, product.id, office.id, clock.now() + YEAR)


def test_the_issuer_is_an_office_of_the_county_for_which_the_certifier_signs(session: Session) -> None:
    product, county, office, actor = setting(session)
    make_village(session, "小溪村", "370404")
    elsewhere = session.scalars(select(Region).where(Region.code == "370404")).one()
    until = clock.now() + YEAR
    charity = make_organisation(session, OrganisationKind.CHARITY, region=county)
    far = make_organisation(session, OrganisationKind.GOVERNMENT, region=elsewhere)
    near = make_organisation(session, OrganisationKind.GOVERNMENT, region=county)
    for issuer_id, who in (
        (charity.id, certifier_of(county)),
        (far.id, certifier_of(county)),
        (near.id, actor),
        (0, actor),
    ):
        with pytest.raises(NotYourCounty):
            services.issue_certificate(session, who, product.id, issuer_id, until)
    services.issue_certificate(session, certifier_of(county), product.id, office.id, until)


def test_a_product_has_one_certificate_at_a_time(session: Session) -> None:
    product, _county, office, actor = setting(session)
    first = services.issue_certificate(session, actor, product.id, office.id, clock.now() + YEAR)
    with pytest.raises(AlreadyCertified) as refused:
        services.issue_certificate(session, actor, product.id, office.id, clock.now() + 2 * YEAR)
    assert refused.value.number == first.number
    services.suspend_certificate(session, actor, first.number, "抽检不合格")
    with pytest.raises(AlreadyCertified):
        services.issue_certificate(session, actor, product.id, office.id, clock.now() + 2 * YEAR)
    services.issue_certificate(
        session, actor, product.id, office.id, first.valid_until + YEAR, valid_from=first.valid_until
    )


def test_after_a_revocation_a_product_may_be_certified_anew(session: Session) -> None:
    product, _county, office, actor = setting(session)
    first = services.issue_certificate(session, actor, product.id, office.id, clock.now() + YEAR)
    services.revoke_certificate(session, actor, first.number, "冒用产地")
    assert not in_force(session, product)
    services.issue_certificate(session, actor, product.id, office.id, clock.now() + YEAR)
    assert in_force(session, product)


def test_a_number_is_used_once(session: Session) -> None:
    product, _county, office, actor = setting(session)
    other = make_product(session, certified=False)
    services.issue_certificate(session, actor, product.id, office.id, clock.now() + YEAR, "ST-2026-001")
    with pytest.raises(NumberTaken):
        services.issue_certificate(session, actor, other.id, office.id, clock.now() + YEAR, "ST-2026-001")


def test_a_window_in_the_past_is_refused(session: Session) -> None:
    product, _county, office, actor = setting(session)
    with pytest.raises(BadWindow):
        services.issue_certificate(session, actor, product.id, office.id, clock.now() - timedelta(days=1))


def test_suspending_works_from_that_very_moment_and_lifting_brings_it_back(session: Session) -> None:
    product, _county, office, actor = setting(session)
    number = services.issue_certificate(session, actor, product.id, office.id, clock.now() + YEAR).number
    services.suspend_certificate(session, actor, number, " 抽检不合格 ")
    assert not in_force(session, product)
    with pytest.raises(WrongState):
        services.suspend_certificate(session, actor, number, "抽检不合格")
    services.lift_suspension(session, actor, number, "复检合格")
    assert in_force(session, product)
    with pytest.raises(WrongState):
        services.lift_suspension(session, actor, number, "复检合格")
    reasons = session.scalars(
        select(AuditEntry.reason).where(AuditEntry.subject_id == number).order_by(AuditEntry.id)
    ).all()
    assert reasons == ["", "抽检不合格", "复检合格"]


def test_at_its_last_moment_a_certificate_ends_by_itself(session: Session) -> None:
    product, _county, office, actor = setting(session)
    until = clock.now() + timedelta(days=30)
    number = services.issue_certificate(session, actor, product.id, office.id, until).number
    with clock.at(until - timedelta(microseconds=1)):
        assert in_force(session, product)
    with clock.at(until):
        assert not in_force(session, product)
        with pytest.raises(WrongState):
            services.suspend_certificate(session, actor, number, "抽检不合格")


def test_a_certificate_does_not_hold_before_it_begins(session: Session) -> None:
    product, _county, office, actor = setting(session)
    begin = clock.now() + timedelta(days=3)
    services.issue_certificate(session, actor, product.id, office.id, begin + YEAR, valid_from=begin)
    assert not in_force(session, product)
    with clock.at(begin):
        assert in_force(session, product)


@pytest.mark.parametrize("reason", ["", "  ", "不", "\n\n"])
def test_every_step_needs_a_reason(session: Session, reason: str) -> None:
    product, _county, office, actor = setting(session)
    number = services.issue_certificate(session, actor, product.id, office.id, clock.now() + YEAR).number
    for step in (services.suspend_certificate, services.revoke_certificate):
        with pytest.raises(ReasonMissing):
            step(session, actor, number, reason)


def test_others_suspend_nothing(session: Session) -> None:
    product, _county, office, actor = setting(session)
    number = services.issue_certificate(session, actor, product.id, office.id, clock.now() + YEAR).number
    for stranger in (GUEST, SYSTEM):
        with pytest.raises(NotFound):
            services.suspend_certificate(session, stranger, number, "抽检不合格")
    with pytest.raises(NotFound):
        services.suspend_certificate(session, actor, "nothing", "抽检不合格")
