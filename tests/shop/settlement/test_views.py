"""The pages of settlement: what a supplier sees and disputes, what two people of the operator do one after the other."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.audit import AuditEntry
from core.db import transaction
from shop.benefit_links import services as links
from shop.benefit_links.values import NewPayment
from shop.settlement import queries, services
from shop.settlement.models import ClaimPeriod, Payout, PayoutBatch, SettlementDispute, SupplierAccount
from shop.settlement.values import NewAccount, Period
from tests.conftest import StatementCounter
from tests.factories.certification import make_link, make_world
from tests.factories.people import PASSWORD, make_household, make_organisation, make_user
from tests.factories.second_factors import turn_on
from tests.factories.settlement import NUMBER, Seller, deliver, enter, make_officer, make_seller
from tests.page_client import PageClient


@pytest.fixture
def seller(session: Session) -> Seller:
    made = make_seller(session)
    session.commit()
    return made


@pytest.fixture
def supplier(client: PageClient, session: Session, seller: Seller) -> PageClient:
    return PageClient(client.app, session).sign_in(seller.user)


@pytest.fixture
def finance(client: PageClient, session: Session) -> PageClient:
    user, _ = make_officer(session)
    session.commit()
    return PageClient(client.app, session).sign_in(user)


@pytest.fixture
def admin(client: PageClient, session: Session) -> PageClient:
    user, _ = make_officer(session, Role.ADMIN)
    session.commit()
    return PageClient(client.app, session).sign_in(user)


def once() -> str:
    return ids.public_id(20)


def propose(finance: PageClient, seller: Seller) -> str:
    page = finance.get("/operator/payouts")
    fields = page.form("/operator/payouts")["fields"]
    sent = finance.post(
        "/operator/payouts", {"once": fields["once"], "suppliers": seller.organisation.public_id}
    )
    assert sent.location is not None
    return sent.location.rsplit("/", 1)[1]


def test_who_has_a_second_factor_approves_with_a_code_besides_the_password(
    client: PageClient, session: Session, finance: PageClient, seller: Seller
) -> None:
    user, _ = make_officer(session, Role.ADMIN)
    app = turn_on(session, user)
    session.commit()
    deliver(seller)
    batch = propose(finance, seller)
    path = f"/operator/payouts/{batch}"
    with clock.at(clock.now()):
        client.post("/sign-in", {"login": user.email, "password": PASSWORD})
        client.post("/sign-in/code", {"code": app.code()})
        fields = client.get(path).form("/approve")["fields"]
        assert {"approve-password", "approve-code"} <= set(fields)
        for typed in (
            {"approve-password": PASSWORD},
            {"approve-password": PASSWORD, "approve-code": ""},
            {"approve-password": PASSWORD, "approve-code": "000000"},
            {"approve-password": PASSWORD, "approve-code": app.code()},  # used at the sign-in
            {"approve-password": "not it at all", "approve-code": app.code(1)},
        ):
            client.post(f"{path}/approve", typed, 422)
        assert session.scalars(select(PayoutBatch.state)).one() == "proposed"
        client.post(f"{path}/approve", {"approve-password": PASSWORD, "approve-code": app.code(1)}, 303)
    session.expire_all()
    assert session.scalars(select(PayoutBatch.state)).one() == "approved"


def test_from_the_delivery_to_the_bank_and_the_suppliers_statement(
    session: Session, supplier: PageClient, finance: PageClient, admin: PageClient, seller: Seller
) -> None:
    deliver(seller, packs=2)
    batch = propose(finance, seller)
    own = finance.get(f"/operator/payouts/{batch}")
    assert "须由他人批准" in own.text
    assert all(not (form["action"] or "").endswith("/approve") for form in own.forms)
    page = admin.get(f"/operator/payouts/{batch}")
    assert "¥400.00" in page.text
    assert NUMBER not in page.html
    wrong = admin.post(f"/operator/payouts/{batch}/approve", {"approve-password": "not it at all"}, 422)
    assert "密码不正确" in wrong.text
    admin.follow(admin.post(f"/operator/payouts/{batch}/approve", {"approve-password": PASSWORD}))
    finance.post(f"/operator/payouts/{batch}/file", {"file-password": "wrong one here"}, 422)
    sent = finance.post(f"/operator/payouts/{batch}/file", {"file-password": PASSWORD}, 200)
    assert "no-store" in sent.response.headers["Cache-Control"]
    assert sent.html.startswith("\ufeff序号,收款账号")
    (row,) = csv.DictReader(StringIO(sent.html.lstrip("\ufeff")))
    payout = session.scalars(select(Payout.public_id)).one()
    assert row == {
        "序号": "1",
        "收款账号": NUMBER,
        "收款户名": seller.organisation.name_zh,
        "收款银行": "山亭农村商业银行店子支行",
        "开户行联行号": "402454000018",
        "金额(元)": "400.00",
        "币种": "CNY",
        "用途": "帮扶产品货款",
        "商户订单号": payout,
    }
    url = f"/operator/payouts/{batch}/{payout}"
    finance.get(url)
    tomorrow = clock.today() + timedelta(days=1)
    late = {"paid-bank_reference": "ICBC 7", "paid-paid_on": tomorrow.isoformat()}
    assert "不得晚于今天" in finance.post(f"{url}/paid", late, 422).text
    good = {"paid-bank_reference": "ICBC 7", "paid-paid_on": clock.today().isoformat()}
    assert "已付款" in finance.follow(finance.post(f"{url}/paid", good)).text
    month = f"{clock.now() - timedelta(days=30):%Y-%m}"
    page = supplier.get(f"/supplier/settlement?month={month}")
    assert batch in page.text
    assert "¥400.00" in page.text
    assert "ICBC 7" in supplier.get(f"/supplier/settlement/payouts/{payout}").text
    assert "尾号 0128" not in page.html
    assert "0128" in page.text
    text = supplier.get(f"/supplier/settlement/statement.csv?month={month}").html
    (line,) = csv.reader(StringIO(text.lstrip("\ufeff").split("\n", 1)[1]))
    assert "400.00" in line
    assert batch in line
    paper = supplier.get(f"/supplier/settlement/print?month={month}")
    assert "¥400.00" in paper.text


def test_what_is_proposed_for_nobody_is_refused_beside_the_field(finance: PageClient, seller: Seller) -> None:
    deliver(seller)
    page = finance.post("/operator/payouts", {"once": once()}, 422)
    assert "请至少选择一家供应商" in page.text
    page = finance.post("/operator/payouts", {"once": once(), "suppliers": "NOBODY"}, 409)
    assert "没有可付的款项" in page.text
    finance.post("/operator/payouts", {"once": "x", "suppliers": seller.organisation.public_id}, 422)


def test_an_outdated_batch_says_why(
    session: Session, finance: PageClient, admin: PageClient, seller: Seller
) -> None:
    deliver(seller)
    batch = propose(finance, seller)
    with transaction() as step:
        enter(step, seller, "6217001234567894321")
    page = admin.post(f"/operator/payouts/{batch}/approve", {"approve-password": PASSWORD}, 409)
    assert seller.organisation.name_zh in page.text
    assert "情况有变" in page.text
    assert "请填写此项" in admin.post(f"/operator/payouts/{batch}/decline", {"decline-reason": " "}, 422).text
    admin.follow(admin.post(f"/operator/payouts/{batch}/decline", {"decline-reason": "账户变更"}))
    assert session.scalars(select(PayoutBatch.state)).one() == "declined"


def test_a_supplier_names_an_account_and_the_operator_confirms_it(
    client: PageClient, session: Session, finance: PageClient
) -> None:
    seller = make_seller(session, account=False)
    session.commit()
    deliver(seller)
    supplier = PageClient(client.app, session).sign_in(seller.user)
    assert "还没有已核实的银行账户" in supplier.get("/supplier/settlement").text
    supplier.get("/supplier/settlement/account")
    typed = {
        "once": once(),
        "holder": seller.organisation.name_zh,
        "bank": "=HYPERLINK(1)",
        "bank_code": "4024 5400 0018",
        "number": "6222 0212 3456 7890 128",
        "number_again": NUMBER,
        "password": PASSWORD,
    }
    for change, words in (
        ({"number": "123"}, "账号为 9 至 30 位数字"),
        ({"number_again": "6222021234567890129"}, "两次输入的账号不一致"),
        ({"bank_code": "12"}, "联行号为 12 位数字"),
        ({"password": "something else"}, "密码不正确"),
        ({"holder": " "}, "请填写此项"),
    ):
        page = supplier.post("/supplier/settlement/account", {**typed, **change}, 422)
        assert words in page.text
    page = supplier.post("/supplier/settlement/account", {"once": once()}, 422)
    summary = page.text.split("请更正以下内容")[1].split("更换账户")[0]
    assert summary.index("账户名称") < summary.index("再次输入账号") < summary.index("您的密码")
    assert session.scalar(select(func.count()).select_from(SupplierAccount)) == 0
    for _ in range(2):
        page = supplier.follow(supplier.post("/supplier/settlement/account", typed))
    assert "··· 0128" in page.text
    assert NUMBER not in page.html
    account = session.scalars(select(SupplierAccount.public_id)).one()
    assert "1" in finance.get("/operator/payouts").text
    assert NUMBER not in finance.get("/operator/payouts/accounts").html
    url = f"/operator/payouts/accounts/{account}"
    assert NUMBER not in finance.get(url).html
    finance.post(f"{url}/reveal", {"reveal-password": "wrong one here"}, 422)
    shown = finance.post(f"{url}/reveal", {"reveal-password": PASSWORD}, 200)
    assert "6222 0212 3456 7890 128" in shown.text
    assert "no-store" in shown.response.headers["Cache-Control"]
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == account)).all()
    assert actions.count("bank account revealed") == 1
    finance.post(f"{url}/confirm", {"confirm-password": "wrong one here"}, 422)
    finance.follow(finance.post(f"{url}/confirm", {"confirm-password": PASSWORD}))
    assert "此前" not in finance.get(url).text
    finance.post(f"{url}/refuse", {"refuse-reason": "Too late"}, 409)
    batch = propose(finance, seller)
    assert "=HYPERLINK" in finance.get(f"/operator/payouts/{batch}").text


def test_the_bank_file_starts_no_formula(
    client: PageClient, session: Session, finance: PageClient, admin: PageClient
) -> None:
    seller = make_seller(session, account=False)
    new = NewAccount("=1+1", "@农商行", "", NUMBER, once())
    account = services.enter_account(session, seller.actor, seller.organisation.id, new)
    services.confirm_account(session, make_officer(session)[1], account.public_id)
    session.commit()
    deliver(seller)
    batch = propose(finance, seller)
    admin.post(f"/operator/payouts/{batch}/approve", {"approve-password": PASSWORD})
    sent = finance.post(f"/operator/payouts/{batch}/file", {"file-password": PASSWORD}, 200)
    (row,) = csv.DictReader(StringIO(sent.html.lstrip("\ufeff")))
    assert (row["收款户名"], row["收款银行"]) == ("'=1+1", "'@农商行")


def test_a_disputed_line_is_answered(
    session: Session, supplier: PageClient, finance: PageClient, seller: Seller
) -> None:
    (part,) = deliver(seller, price_fen=30_00)
    url = f"/supplier/settlement/parts/{part}"
    supplier.get(url)
    assert supplier.post(f"{url}/disputes", {"once": once(), "line": "999999999", "reason": "x"}, 422)
    supplier.post(f"{url}/disputes", {"once": once(), "line": "freight", "reason": " "}, 422)
    token = once()
    for _ in range(2):
        page = supplier.follow(
            supplier.post(f"{url}/disputes", {"once": token, "line": "freight", "reason": "少算了一程运费"})
        )
    assert "少算了一程运费" in page.text
    again = supplier.post(f"{url}/disputes", {"once": once(), "line": "freight", "reason": "又一次"}, 409)
    assert "已提出异议" in again.text
    assert "少算了一程运费" in finance.get("/operator/payouts/disputes").text
    dispute = session.scalars(select(SettlementDispute.public_id)).one()
    answer = f"/operator/payouts/disputes/{dispute}"
    finance.get(answer)
    finance.post(answer, {"answer": "", "corrected": ""}, 422)
    finance.post(answer, {"answer": "Yes", "corrected": "-5"}, 422)
    finance.follow(finance.post(answer, {"answer": "属实，补付六元。", "corrected": "6.00"}))
    finance.post(answer, {"answer": "No", "corrected": ""}, 409)
    page = supplier.get(url)
    assert "属实，补付六元。" in page.text
    assert "¥6.00" in page.text
    withdrawn = supplier.post(f"/supplier/settlement/disputes/{dispute}/withdraw")
    assert "此前已答复或撤回" in supplier.follow(withdrawn).text


def test_what_fails_is_owed_again(
    session: Session, finance: PageClient, admin: PageClient, seller: Seller
) -> None:
    deliver(seller)
    batch = propose(finance, seller)
    admin.post(f"/operator/payouts/{batch}/approve", {"approve-password": PASSWORD})
    payout = session.scalars(select(Payout.public_id)).one()
    url = f"/operator/payouts/{batch}/{payout}"
    finance.post(f"{url}/failed", {"failed-reason": ""}, 422)
    page = finance.follow(finance.post(f"{url}/failed", {"failed-reason": "户名不符"}))
    assert "未付成" in page.text
    good = {"paid-bank_reference": "ICBC 7", "paid-paid_on": clock.today().isoformat()}
    finance.post(f"{url}/paid", good, 409)
    finance.get(f"/operator/payouts/WRONG/{payout}", 404)
    desk = finance.get("/operator/payouts")
    assert "户名不符" in desk.text
    assert f"{url}" in desk.html
    assert seller.organisation.name_zh in desk.text
    assert "未付成" in finance.get(f"/operator/payouts/{batch}").text


def test_a_page_that_was_open_before_it_was_paid_does_not_take_it_back(
    session: Session, finance: PageClient, admin: PageClient, seller: Seller
) -> None:
    deliver(seller)
    batch = propose(finance, seller)
    admin.post(f"/operator/payouts/{batch}/approve", {"approve-password": PASSWORD})
    payout = session.scalars(select(Payout.public_id)).one()
    url = f"/operator/payouts/{batch}/{payout}"
    stale = admin.get(url).form("/failed")["fields"]
    finance.post(f"{url}/paid", {"paid-bank_reference": "ICBC 7", "paid-paid_on": clock.today().isoformat()})
    page = admin.post(f"{url}/failed", {**stale, "failed-reason": "户名不符"}, 409)
    assert "户名不符" in page.html
    fresh = {**page.form("/failed")["fields"], "failed-reason": "户名不符"}
    assert "未付成" in admin.follow(admin.post(f"{url}/failed", fresh)).text


def test_the_administrator_sets_the_claim_period(
    session: Session, finance: PageClient, admin: PageClient
) -> None:
    today, tomorrow = clock.today(), (clock.today() + timedelta(days=1)).isoformat()
    finance.post("/operator/payouts/claim-period", {"claim_days": "10", "valid_from": tomorrow}, 403)
    admin.post("/operator/payouts/claim-period", {"claim_days": "0", "valid_from": tomorrow}, 422)
    for day in (today - timedelta(days=1), today):
        form = {"claim_days": "10", "valid_from": day.isoformat()}
        assert "明天" in admin.post("/operator/payouts/claim-period", form, 422).text
    page = admin.follow(
        admin.post("/operator/payouts/claim-period", {"claim_days": "10", "valid_from": tomorrow})
    )
    assert "10 天" in page.text
    again = admin.post("/operator/payouts/claim-period", {"claim_days": "9", "valid_from": tomorrow}, 422)
    assert "每天只能设定一次" in again.text
    assert session.scalars(select(ClaimPeriod.claim_days)).all() == [10]


def test_nobody_else_comes_in(
    client: PageClient, session: Session, supplier: PageClient, finance: PageClient, seller: Seller
) -> None:
    (part,) = deliver(seller)
    batch = propose(finance, seller)
    payout = session.scalars(select(Payout.public_id)).one()
    account = session.scalars(select(SupplierAccount.public_id)).one()
    stranger = make_seller(session)
    canteen = make_organisation(session, OrganisationKind.INSTITUTION)
    canteen_finance = make_user(session, Role.FINANCE, organisation=canteen)
    session.commit()
    other = PageClient(client.app, session).sign_in(stranger.user)
    other.get(f"/supplier/settlement/parts/{part}", 404)
    other.get(f"/supplier/settlement/payouts/{payout}", 404)
    other.get(f"/supplier/settlement?supplier={seller.organisation.public_id}", 404)
    # What nobody has approved yet is no news for its supplier.
    supplier.get(f"/supplier/settlement/payouts/{payout}", 404)
    desk = ["/operator/payouts", f"/operator/payouts/{batch}", f"/operator/payouts/{batch}/{payout}"]
    desk += [
        "/operator/payouts/accounts",
        f"/operator/payouts/accounts/{account}",
        "/operator/payouts/disputes",
    ]
    outside = PageClient(client.app, session).sign_in(canteen_finance)
    for url in desk:
        supplier.get(url, 403)
        outside.get(url, 403)
    outside.post(f"/operator/payouts/{batch}/file", {"file-password": PASSWORD}, 403)
    assert client.get("/supplier/settlement", 302).location is not None


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=x", "from=2026-11-02&to=2026-11-01", "from=x&to=y", "from=2026-11-01"]
)
def test_a_wrong_period_is_explained(supplier: PageClient, query: str) -> None:
    page = supplier.get(f"/supplier/settlement?{query}")
    assert re.search("例如|间隔不超过一年", page.text)
    supplier.get(f"/supplier/settlement/statement.csv?{query}", 404)
    supplier.get(f"/supplier/settlement/print?{query}", 404)


def test_a_file_that_would_be_too_long_says_so(
    supplier: PageClient, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.settlement.views.supplier.MOST_PARTS", 1)
    for _ in range(2):
        deliver(seller)
    month = f"month={clock.now() - timedelta(days=30):%Y-%m}"
    for kind in ("statement.csv", "print"):
        sent = supplier.get(f"/supplier/settlement/{kind}?{month}", 303)
        assert "选择更短的时间" in supplier.follow(sent).text


def test_odd_addresses_answer_politely(supplier: PageClient, finance: PageClient) -> None:
    for url in (
        "/supplier/settlement/parts/%00",
        "/supplier/settlement?supplier=%00x",
        "/operator/payouts/%00",
    ):
        assert (supplier if "supplier" in url else finance).get(url, None).status in (400, 404)
    supplier.get("/supplier/settlement/parts/X", 404)
    supplier.get("/supplier/settlement/payouts/X", 404)
    for url in ("/operator/payouts/X", "/operator/payouts/X/Y", "/operator/payouts/accounts/X"):
        finance.get(url, 404)
    finance.post("/operator/payouts/X/approve", {"approve-password": PASSWORD}, 404)
    finance.get("/operator/payouts?page=9", 404)


def test_the_statement_asks_a_constant_number_of_questions(
    supplier: PageClient, seller: Seller, statements: StatementCounter
) -> None:
    deliver(seller)
    url = f"/supplier/settlement?month={clock.now() - timedelta(days=30):%Y-%m}"
    supplier.get(url)
    with statements:
        supplier.get(url)
    few = len(statements)
    for _ in range(4):
        deliver(seller, packs=2)
    with statements:
        supplier.get(url)
    assert len(statements) <= few
    assert few <= 20


def test_what_was_paid_to_households_stands_on_the_statement(client: PageClient, session: Session) -> None:
    world = make_world(session)
    link = make_link(session, world, make_household(session, world.village))
    session.commit()
    links.record_link_payment(
        session, world.supplier_actor, link.public_id, NewPayment(250_00, clock.today(), once())
    )
    session.commit()
    period = clock.today()
    (row,) = queries.benefits_of(session, world.product.supplier_id, Period(period, period))
    assert row.paid_in_period_fen == 250_00
    assert row.householder.endswith("*")


def test_the_pages_speak_english(client: PageClient, session: Session, seller: Seller) -> None:
    (part,) = deliver(seller)
    english = PageClient(client.app, session, "en").sign_in(seller.user)
    assert "What is due when" in english.get("/supplier/settlement").text
    assert "Something is wrong?" in english.get(f"/supplier/settlement/parts/{part}").text
    officer, _ = make_officer(session)
    session.commit()
    desk = PageClient(client.app, session, "en").sign_in(officer)
    assert "Owed to suppliers" in desk.get("/operator/payouts").text
