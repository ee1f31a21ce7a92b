"""The rail of a desk: a short one is a list, a long one is divided into parts with headings."""

from __future__ import annotations

from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from tests.factories.people import make_organisation, make_user
from tests.page_client import PageClient


def rail_of(client: PageClient, session: Session, role: Role, kind: OrganisationKind, path: str) -> str:
    user = make_user(session, role, organisation=make_organisation(session, kind))
    return client.sign_in(user).get(path).html.split('class="rail"')[1].split("</nav>")[0]


def test_a_long_rail_has_a_heading_before_each_part(client: PageClient, session: Session) -> None:
    rail = rail_of(client, session, Role.FINANCE, OrganisationKind.OPERATOR, "/operator/orders")
    assert rail.count("rail-part") == 2
    places = [rail.index(words) for words in ("交易", "订单", "优惠券", "资金与账", "对公转账", "供应商付款")]
    assert places == sorted(places)


def test_a_short_rail_has_none(client: PageClient, session: Session) -> None:
    rail = rail_of(client, session, Role.REQUESTER, OrganisationKind.INSTITUTION, "/procurement/orders")
    assert "rail-part" not in rail
