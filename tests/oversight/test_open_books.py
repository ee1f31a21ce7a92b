"""The open books, as the public sees them."""

from __future__ import annotations

import csv
import re
import xml.dom.minidom
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import audit, clock, jobs, mail
from core.audit import AuditEntry
from core.permissions import GUEST, SYSTEM
from ledger import checks, services
from ledger.values import AccountKind, AccountSpec, Fact, Leg, Policy, Unit
from oversight.open_books import queries
from oversight.open_books.exports import plain
from tests.conftest import StatementCounter
from tests.factories.people import actor_of, make_user
from tests.page_client import PageClient
from web import charts

CLEARING = AccountSpec("clearing:test:operator", Unit.CNY, AccountKind.ASSET, Policy.OPEN, "payments")
PREPAID = AccountSpec("orders:prepaid", Unit.CNY, AccountKind.LIABILITY, Policy.OPEN, "shop")
SECRET = "7K3M92QF7K3M92QF"
HOUSEHOLD = AccountSpec(
    f"household:{SECRET}:points", Unit.POINTS, AccountKind.LIABILITY, Policy.STRICT, "points"
)
ISSUED = AccountSpec("points:370406101201:issued", Unit.POINTS, AccountKind.ASSET, Policy.OPEN, "points")


@pytest.fixture
def unrelated_checks_muted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries without their orders would rightly trouble the checks of the shop; asked for before `session`."""
    monkeypatch.setattr(
        checks, "_checks", {n: c for n, c in checks._checks.items() if re.match(r"I0[1-8]|I11", n)}
    )


def pay(session: Session, name: str, amount: int, moment: datetime) -> None:
    fact = Fact("order_paid", "test", name, moment)
    services.post(session, SYSTEM, fact, [Leg(CLEARING, PREPAID, amount)])


def issue(session: Session, name: str, amount: int) -> None:
    posted = services.post(
        session, SYSTEM, Fact("points_issued", "test", name), [Leg(ISSUED, HOUSEHOLD, amount)]
    )
    services.issue_lot(session, HOUSEHOLD, posted, amount, origin="earned")


def test_months_are_those_of_china(unrelated_checks_muted: None, session: Session) -> None:
    pay(session, "october", 100, datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    pay(session, "november", 40, datetime(2026, 10, 31, 16, 0, tzinfo=UTC))
    books = queries.read_books(session, date(2026, 11, 21))
    flows = {month.first_day: month.flows["orders_paid"] for month in books.months}
    assert len(flows) == 12
    assert (flows[date(2026, 10, 1)], flows[date(2026, 11, 1)]) == (100, 40)
    assert books.totals.flows["orders_paid"] == 140


def test_the_page_shows_what_the_ledger_holds(
    unrelated_checks_muted: None, client: PageClient, session: Session
) -> None:
    pay(session, "a", 123_456, clock.now())
    issue(session, "b", 77)
    checks.keep(session, checks.run(session))
    session.flush()
    page = client.get("/open-books")
    assert "¥1,234.56" in page.text
    assert "¥1,234 " in page.text
    assert "77" in page.text
    assert "账已平" in page.text
    english = PageClient(client.app, session, "en").get("/open-books")
    assert "The books balance" in english.text


def test_the_charts_can_show_every_flow_at_once(
    unrelated_checks_muted: None, client: PageClient, session: Session
) -> None:
    for number, (_key, _unit, kinds, _label) in enumerate(queries.FLOWS):
        unit_fact = Fact(kinds[0], "test", str(number))
        if _unit == "CNY":
            services.post(session, SYSTEM, unit_fact, [Leg(CLEARING, PREPAID, 100)])
    issue(session, "points", 5)
    session.flush()
    for name in ("money", "points"):
        for width in ("", "?width=narrow"):
            answer = client.get(f"/open-books/charts/{name}.svg{width}").response
            xml.dom.minidom.parseString(answer.get_data())
    assert len(queries.FLOWS) <= len(charts.PALETTE)


def test_a_fault_is_not_hidden(client: PageClient, session: Session) -> None:
    checks.keep(session, [checks.Finding("I00", "something", 5, 2)])
    session.flush()
    assert "账目目前不一致" in client.get("/open-books").text


def test_the_csv_carries_the_same_numbers(
    unrelated_checks_muted: None, client: PageClient, session: Session
) -> None:
    pay(session, "a", 123_456, clock.now())
    page = client.get("/open-books/months.csv")
    rows = list(csv.DictReader(StringIO(page.html.lstrip("\ufeff"))))
    assert sum(int(row["orders_paid_fen"]) for row in rows) == 123_456


def test_no_household_can_be_told_from_another(
    unrelated_checks_muted: None, client: PageClient, session: Session
) -> None:
    issue(session, "b", 77)
    for address in ("/open-books", "/open-books/entries", "/open-books/entries.csv"):
        page = client.get(address)
        assert SECRET not in page.html
        assert "household" in page.html or "农户" in page.html


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "٣", "9" * 40])
def test_an_odd_page_of_entries_is_not_found(client: PageClient, before: str) -> None:
    client.get(f"/open-books/entries?before={before}", 404)


def test_empty_books_say_so(client: PageClient) -> None:
    assert "还没有分录" in client.get("/open-books").text
    assert client.get("/open-books/charts/money.svg").response.mimetype == "image/svg+xml"
    client.get("/open-books/charts/secrets.svg", 404)


def test_statements_do_not_grow_with_entries(
    unrelated_checks_muted: None, client: PageClient, session: Session, statements: StatementCounter
) -> None:
    counts = []
    for size in (2, 40):
        for number in range(size):
            pay(session, f"{size}-{number}", 100, clock.now() - timedelta(days=number))
        session.flush()
        with statements:
            client.get("/open-books")
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 6


@pytest.mark.parametrize(("cell", "kept"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("青莲村", "青莲村"), ("", "")])
def test_a_cell_never_becomes_a_formula(cell: str, kept: str) -> None:
    assert plain(cell) == kept


def test_the_operator_sees_mail_jobs_and_audit(client: PageClient, session: Session) -> None:
    client.sign_in(make_user(session, Role.ADMIN))
    for address in ("/operator/mail", "/operator/jobs", "/operator/audit"):
        client.get(address)
    client.get("/operator/mail/1", 404)
    client.get("/operator/audit?before=x", 404)


def test_the_operator_sees_what_the_books_found_last(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in(make_user(session, Role.ADMIN))
    assert "账本还没有自查" in client.get("/operator/jobs").text
    found = [checks.Finding("I01-balances-are-entries", "", 50, 2), checks.Finding("X99-gone", "", 7, 0)]
    checks.keep(session, found, timedelta(seconds=3))
    session.flush()
    # All the books are never read while a page waits.
    monkeypatch.setattr(checks, "run", lambda _session: pytest.fail("the page ran the checks"))
    page = client.get("/operator/jobs").text
    assert "X99-gone" in page
    assert "有误" in page
    assert "用时 3.0 秒" in page


def test_the_operator_tries_again_what_failed(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise mail.ServerAway("no mail server")

    client.sign_in(make_user(session, Role.ADMIN))
    client.post("/operator/jobs/try-again", {}, 303)
    assert "没有失败的任务" in client.get("/operator/jobs").text
    mail.post(session, mail.Letter("order-1", "a@example.org", "s", "t", "<p>t</p>"))
    with monkeypatch.context() as patched:
        patched.setattr(mail.FileMailer, "send", away)
        jobs.run_due()
    page = client.get("/operator/jobs").text
    assert "no mail server" in page
    assert "立即全部重新执行" in page
    client.post("/operator/jobs/try-again", {}, 303)
    assert "已重新执行 1 个任务" in client.get("/operator/jobs").text
    assert "失败任务重新执行" in client.get("/operator/audit").text
    jobs.run_due()
    assert session.scalars(select(mail.Mail.sent_at)).one() is not None
    assert "立即全部重新执行" not in client.get("/operator/jobs").text


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.SUPPLIER])
def test_nobody_else_tries_jobs_again(client: PageClient, session: Session, role: Role) -> None:
    client.sign_in(make_user(session, role))
    client.post("/operator/jobs/try-again", {}, 403)


def test_the_operator_reads_messages_without_the_links_that_let_their_readers_in(
    client: PageClient, session: Session
) -> None:
    link = "http://127.0.0.1:8000/shop/orders/guest/abcdefgh"
    mail.post(
        session, mail.Letter("order-1", "a@example.org", "s", f"您的订单：{link}\n谢谢", f"<p>{link}</p>")
    )
    session.flush()
    found = session.scalars(select(mail.Mail)).one()
    client.sign_in(make_user(session, Role.ADMIN))
    page = client.get(f"/operator/mail/{found.id}")
    assert "您的订单：［仅供收件人使用的链接］" in page.text
    assert "谢谢" in page.text
    assert "abcdefgh" not in page.html
    found.sent_at, found.text = found.created_at, ""
    session.flush()
    assert "不再保存" in client.get(f"/operator/mail/{found.id}").text


def test_a_supervisor_sees_the_audit_trail_only(client: PageClient, session: Session) -> None:
    client.sign_in(make_user(session, Role.SUPERVISOR))
    client.get("/operator/audit")
    client.get("/operator/mail", 403)


@pytest.mark.parametrize(
    ("largest", "marks"),
    [
        (0, [0, 1]),
        (7, [0, 2, 4, 6, 8]),
        (3100, [0, 1000, 2000, 3000, 4000]),
        (99.5, [0, 20, 40, 60, 80, 100]),
    ],
)
def test_marks_of_a_chart_are_even_and_cover_the_largest(largest: float, marks: list[int]) -> None:
    assert charts.ticks(largest) == marks


@pytest.mark.parametrize(
    ("value", "locale", "said"),
    [
        (0, "zh", "¥0"),
        (9_500, "zh", "¥9,500"),
        (10_000, "zh", "¥1万"),
        (12_000, "zh", "¥1.2万"),
        (1_200_000, "zh", "¥120万"),
        (12_000, "en", "¥12,000"),
    ],
)
def test_marks_are_written_as_people_of_the_language_write_them(value: float, locale: str, said: str) -> None:
    assert charts.mark(value, locale, "¥") == said


def test_the_audit_trail_says_from_where_people_with_an_office_act_and_nobody_else(
    app: Flask, client: PageClient, session: Session
) -> None:
    officer = make_user(session, Role.ADMIN)
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "203.0.113.9"}):
        app.preprocess_request()
        for actor in (actor_of(officer, Role.ADMIN), actor_of(make_user(session)), GUEST):
            audit.record(session, actor, "order placed", "order", "YG-0000-0000")
    kept = select(AuditEntry.address).where(AuditEntry.subject_id == "YG-0000-0000").order_by(AuditEntry.id)
    assert list(session.scalars(kept)) == ["203.0.113.9", None, None]
    client.sign_in(officer)
    assert "203.0.113.9" in client.get("/operator/audit").text
