"""The operator's list of orders: narrowed by days, buyer and payment, and taken along as CSV."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock
from shop.orders import queries
from shop.orders.models import Order
from shop.orders.values import OrderFilter
from tests.conftest import StatementCounter
from tests.factories.orders import make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user
from tests.page_client import PageClient


def numbers(session: Session, wanted: OrderFilter) -> set[str]:
    found = queries.list_orders(session, wanted, limit=50)
    assert len(found) == queries.count_orders(session, wanted)
    return {row.number for row in found}


@pytest.fixture
def orders(session: Session) -> dict[str, str]:
    """Return the numbers of an order just after midnight in China, one of the evening before, one of a canteen."""
    with clock.at(datetime(2026, 11, 1, tzinfo=clock.CHINA)):
        variant = make_variant(session, stock=50, name="=小米")
    school = make_organisation(session, OrganisationKind.INSTITUTION, name="@山亭区第一小学")
    cook = actor_of(make_user(session), Role.REQUESTER, organisation=school)
    made = {}
    for name, moment, changes in (
        ("night", datetime(2026, 11, 10, 0, 5, tzinfo=clock.CHINA), {}),
        ("evening", datetime(2026, 11, 9, 23, 55, tzinfo=clock.CHINA), {}),
        (
            "canteen",
            datetime(2026, 11, 12, 9, tzinfo=clock.CHINA),
            {"actor": cook, "institution_id": school.id, "guest_secret": None},
        ),
    ):
        with clock.at(moment):
            made[name] = place(session, (variant, 1), **changes).number
    session.commit()
    return made


def test_days_are_those_of_china(session: Session, orders: dict[str, str]) -> None:
    ninth, tenth = date(2026, 11, 9), date(2026, 11, 10)
    assert numbers(session, OrderFilter(day_from=tenth, day_to=tenth)) == {orders["night"]}
    assert numbers(session, OrderFilter(day_to=ninth)) == {orders["evening"]}
    assert numbers(session, OrderFilter(day_from=ninth)) == set(orders.values())


def test_filters_hold_together(session: Session, orders: dict[str, str]) -> None:
    assert numbers(session, OrderFilter(kind="institution")) == {orders["canteen"]}
    assert numbers(session, OrderFilter(method="online")) == {orders["night"], orders["evening"]}
    assert numbers(session, OrderFilter(kind="institution", method="online")) == set()
    assert numbers(session, OrderFilter(words=orders["night"], state="placed", kind="public")) == {
        orders["night"]
    }


@pytest.fixture
def desk(client: PageClient, session: Session) -> PageClient:
    """Return somebody of the operator's finance office."""
    house = make_organisation(session, OrganisationKind.OPERATOR)
    return client.sign_in(make_user(session, Role.FINANCE, organisation=house))


def test_the_page_keeps_what_was_chosen_in_its_links(desk: PageClient, orders: dict[str, str]) -> None:
    page = desk.get("/operator/orders?day_from=2026-11-10&kind=public&state=placed")
    assert orders["night"] in page.text
    assert orders["evening"] not in page.text
    assert orders["canteen"] not in page.text
    assert "/operator/orders?state=paid&amp;kind=public&amp;day_from=2026-11-10" in page.html
    assert "/operator/orders.csv?state=placed&amp;kind=public&amp;day_from=2026-11-10" in page.html


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("day_from=2026-13-40", "请填写日期"),
        ("day_to=gestern", "请填写日期"),
        ("day_from=0001-01-01", "请填写日期"),
        ("day_from=2026-11-10&day_to=2026-11-09", "早于开始日期"),
    ],
)
def test_wrong_days_are_told_beside_the_field_and_narrow_nothing(
    desk: PageClient, orders: dict[str, str], query: str, told: str
) -> None:
    page = desk.get(f"/operator/orders?{query}", 422)
    assert told in page.text
    assert orders["canteen"] in page.text
    desk.get(f"/operator/orders.csv?{query}", 404)


@pytest.mark.parametrize("query", ["state=nonsense", "kind=nobody", "method=cash", "page=0"])
def test_choices_that_cannot_be_are_not_found(desk: PageClient, query: str) -> None:
    desk.get(f"/operator/orders?{query}", 404)


def test_the_csv_names_no_person_and_holds_no_formula(desk: PageClient, orders: dict[str, str]) -> None:
    answer = desk.get("/operator/orders.csv").response
    text = answer.get_data(as_text=True)
    assert answer.mimetype == "text/csv"
    assert text.count("\r\n") == 4
    assert "'=小米" in text
    assert "'@山亭区第一小学" in text
    assert "2026-11-10 00:05" in text
    for personal in ("张三", "13800138000", "buyer@example.org", "府前路"):
        assert personal not in text
    assert (
        desk.get("/operator/orders.csv?kind=institution").response.get_data(as_text=True).count("\r\n") == 2
    )


def test_only_the_operator_reads_it_and_the_cost_is_the_same(
    desk: PageClient, session: Session, orders: dict[str, str], statements: StatementCounter
) -> None:
    costs = []
    for _ in range(2):
        with statements:
            desk.get("/operator/orders?day_from=2026-11-01")
        costs.append(len(statements))
        place(session, (make_variant(session), 1))
        session.commit()
    assert costs[0] == costs[1]
    stranger = PageClient(desk.app, session)
    stranger.sign_in(make_user(session, Role.SUPPLIER, organisation=make_organisation(session)))
    stranger.get("/operator/orders.csv", 403)


MANY = """
INSERT INTO shop_orders OVERRIDING SYSTEM VALUE
SELECT copy.* FROM shop_orders o CROSS JOIN generate_series(1, 15000) AS n CROSS JOIN LATERAL jsonb_populate_record(
    o, jsonb_build_object('id', 1000000 + n, 'number', 'T' || n, 'idem_key', 'T' || n, 'payment_intent', NULL,
                          'payment_code', NULL, 'guest_token_hash', NULL,
                          'placed_at', o.placed_at - n * interval '20 minutes')) AS copy
WHERE o.number = :number
"""


def plan(session: Session, statement: Select[Any]) -> str:
    sql = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    return "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {sql}").scalars())


def test_a_day_among_many_orders_is_found_by_its_index(session: Session, orders: dict[str, str]) -> None:
    with session.begin_nested() as many:
        session.execute(text(MANY), {"number": orders["night"]})
        session.execute(text("ANALYZE shop_orders"))
        old = OrderFilter(day_from=date(2026, 6, 1), day_to=date(2026, 6, 3))
        for wanted in (OrderFilter(), old, OrderFilter(day_from=date(2026, 11, 9), kind="public")):
            fitting = select(Order.id).where(queries._fitting(wanted))
            found = plan(session, fitting.order_by(*queries.NEWEST_FIRST).limit(25))
            assert "ix_shop_orders_placed" in found, found
            assert "Sort" not in found.replace("Incremental Sort", ""), found
        counted = plan(session, select(func.count()).select_from(Order).where(queries._fitting(old)))
        assert "ix_shop_orders_placed" in counted, counted
        assert queries.count_orders(session, old) == 3 * 24 * 3
        many.rollback()


def test_of_the_states_one_is_always_chosen_so_none_has_a_cross(client: PageClient, session: Session) -> None:
    finance = client.sign_in(
        make_user(session, Role.FINANCE, organisation=make_organisation(session, OrganisationKind.OPERATOR))
    )
    for address in (
        "/operator/orders",
        "/operator/orders?state=paid",
        "/operator/claims?show=all&kind=return",
    ):
        assert "取消此筛选" not in finance.get(address).html
