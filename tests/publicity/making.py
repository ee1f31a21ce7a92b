"""Notices and objections for tests, made through the services."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.permissions import GUEST, SYSTEM, Actor
from publicity import services
from publicity.models import Notice
from publicity.values import (
    Line,
    NewNotice,
    NewObjection,
    NoticeContent,
    NoticeKind,
    NoticeTable,
    RaisedObjection,
)
from registry import queries as registry_queries
from registry.models import Region
from tests.factories import people

_count = itertools.count(1)

CONTENT = NoticeContent(
    lines=(
        Line("产品", "Product", "青莲小米", "Qinglian millet"),
        Line("申报单位", "Applicant", "青莲谷物专业合作社", "Qinglian Grain Co-operative"),
        Line("统一社会信用代码", "Credit code", "91110000600037341L"),
    ),
    table=NoticeTable(
        columns=(("户主", "Householder"), ("联结方式", "Link"), ("人口", "People")),
        rows=((registry_queries.mask("王建国"), "务工", "3"), (registry_queries.mask("李春耕"), "入股", "4")),
        title_zh="带动农户",
        title_en="Households that benefit",
    ),
    intro_zh="经镇、行业部门和县级审核，拟认定下列产品，现予公示。",
    intro_en="Checked by the town, the sector and the county; to be certified.",
)


@dataclass
class Office:
    """A village with who answers for its county, its village and everywhere."""

    village: Region
    county: Region
    supplier: Organisation
    certifier: User
    supervisor: User

    @property
    def actor(self) -> Actor:
        """Return the certifier as somebody who acts."""
        return people.actor_of(self.certifier, Role.CERTIFIER, region=self.county)


def make_office(session: Session, county: str = "370406") -> Office:
    """Return a county with a village, a supplier, a certifier and a supervisor."""
    village = people.make_village(session, county=county)
    found = registry_queries.find_region(session, county)
    assert found is not None
    supplier = people.make_organisation(session, OrganisationKind.SUPPLIER, region=village)
    certifier = people.make_user(session, Role.CERTIFIER, region=found, name="褚正平")
    supervisor = people.make_user(session, Role.SUPERVISOR, region=found, name="魏承志")
    return Office(village, found, supplier, certifier, supervisor)


def new_notice(office: Office, **changes: Any) -> NewNotice:
    """Return a complete notice about a product."""
    number = next(_count)
    return replace(
        NewNotice(
            kind=NoticeKind.CERTIFICATION,
            subject_type="application",
            subject_id=f"A{number}",
            title_zh=f"关于拟认定第 {number} 批帮扶产品的公示",
            title_en=f"Products to be certified, batch {number}",
            region_id=office.village.id,
            content=CONTENT,
            organisation_id=office.supplier.id,
        ),
        **changes,
    )


def make_notice(session: Session, office: Office, **changes: Any) -> Notice:
    """Open a notice now."""
    return services.open_notice(session, SYSTEM, new_notice(office, **changes))


def object_(
    session: Session,
    notice: Notice,
    actor: Actor = GUEST,
    text: str = "王某户并未在该合作社务工。",
    **changes: Any,
) -> RaisedObjection:
    """Object to a notice."""
    new = replace(NewObjection(text, ids.public_id(20)), **changes)
    return services.object_to_notice(session, actor, notice.public_id, new)


def after(notice: Notice, **more: Any) -> Any:
    """Stand at the moment when the notice may end, or later."""
    return clock.at(notice.ends_at + timedelta(**more))
