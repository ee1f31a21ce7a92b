"""What a supplier sold: accepted less refunded, in the month of receipt, and nobody else's."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock
from core.permissions import GUEST
from shop.fulfilment import services as fulfilment
from shop.fulfilment.values import Acceptance
from shop.orders import queries as order_queries
from shop.sales import queries
from tests.conftest import StatementCounter
from tests.factories.orders import make_variant
from tests.factories.people import make_organisation, make_user, make_village
from tests.factories.reviews import buy
from tests.page_client import PageClient

TODAY = clock.today()


def test_months_run_across_the_turn_of_the_year() -> None:
    assert queries.month_starts(date(2026, 2, 28), 4) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


def test_sales_are_what_was_accepted_by_product_and_village(session: Session) -> None:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    far = make_village(session, "石门村", suffix="101202")
    here = make_variant(session, supplier=supplier, price_fen=40_00, name="小米")
    there = make_variant(session, supplier=supplier, price_fen=25_00, name="花生", village=far)
    first = buy(session, variant=here)
    buy(session, variant=here)
    buy(session, variant=there)
    buy(session, variant=there, received=False)
    buy(session)
    sales = queries.read_sales(session, first.seller, TODAY)
    assert (sales.net_fen, sales.packs, len(sales.months)) == (105_00, 3, 12)
    assert sales.months[-1].net_fen == 105_00
    assert [(sold.name[0], sold.net_fen) for sold in sales.products] == [("小米", 80_00), ("花生", 25_00)]
    assert [(sold.name[0], sold.net_fen) for sold in sales.villages] == [("青莲村", 80_00), ("石门村", 25_00)]
    assert queries.read_sales(session, GUEST, TODAY).lines == ()


def test_what_was_turned_back_or_refunded_is_no_sale(session: Session) -> None:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    variant = make_variant(session, supplier=supplier, price_fen=50_00)
    bought = buy(session, variant=variant, received=False)
    fulfilment.ship_part(session, bought.seller, bought.part.public_id, "顺丰", "SF123456")
    order = order_queries.lock_order(session, bought.order.id)
    fulfilment.accept_part(
        session, GUEST, order, bought.part.public_id, Acceptance(((bought.line.id, 0),), ("张三",), "坏了")
    )
    assert queries.read_sales(session, bought.seller, TODAY).net_fen == 0


def test_a_sale_belongs_to_the_month_of_its_receipt_in_china(session: Session) -> None:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    variant = make_variant(session, supplier=supplier, price_fen=50_00)
    bought = buy(session, variant=variant)
    # One in the morning of the first of a month in China is still the month before in Greenwich.
    bought.part.received_at = datetime(2026, 9, 30, 17, 30, tzinfo=clock.CHINA) + timedelta(hours=7.5)
    session.flush()
    sales = queries.read_sales(session, bought.seller, date(2026, 11, 22))
    assert {month.first_day.month: month.net_fen for month in sales.months if month.net_fen} == {10: 50_00}


def test_the_page_the_chart_and_the_csv_agree_in_few_statements(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    user = make_user(session, Role.SUPPLIER, organisation=supplier)
    session.commit()
    client.sign_in(user)
    assert "还没有成交" in client.get("/supplier/sales").text
    client.get("/supplier", 302)
    costs = []
    for _ in range(2):
        for _ in range(3):
            buy(session, variant=make_variant(session, supplier=supplier, price_fen=40_00, name="=小米"))
        session.commit()
        with statements:
            page = client.get("/supplier/sales")
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert "¥240.00" in page.text
    svg = client.get("/supplier/sales/months.svg?width=narrow").response
    assert svg.mimetype == "image/svg+xml"
    csv = client.get("/supplier/sales.csv").response.get_data(as_text=True)
    assert csv.count("'=小米") == 6
    assert "40.00" in csv
    stranger = PageClient(client.app, session)
    stranger.sign_in(make_user(session))
    for path in ("/supplier", "/supplier/sales", "/supplier/sales.csv", "/supplier/sales/months.svg"):
        stranger.get(path, 403)
