"""Bank transfers against their codes, and the desk of the finance officer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock
from core.db import transaction
from core.errors import Forbidden
from core.permissions import Actor, Grant
from payments import services
from payments.errors import BankReferenceTaken, CodeTaken, TransferFromTheFuture
from payments.events import BankTransferReceived
from payments.models import BankTransfer
from payments.values import Purpose
from tests.factories.people import actor_of, make_organisation, make_user
from tests.page_client import PageClient
from tests.payments.conftest import Heard

CODE = "YG-7K3M-92QF"
FINANCE = Actor(None, "finance", (Grant(Role.FINANCE),))


@pytest.fixture
def code(session: Session) -> str:
    """Expect 500 yuan for order 7."""
    with transaction() as step:
        services.register_payment_code(step, CODE, Purpose.ORDER, 7, 50_000)
    return CODE


def record(
    code: str, amount: int = 50_000, reference: str = "ICBC-1", actor: Actor = FINANCE
) -> BankTransfer:
    with transaction() as session:
        return services.record_bank_transfer(session, actor, code, amount, clock.today(), reference)


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), " ＹＧ-7k3m-92qf ", "YG-7K3M-92QF"])
def test_an_exact_transfer_pays_whatever_the_slips_of_copying(
    session: Session, heard: Heard, code: str, typed: str
) -> None:
    transfer = record(typed)
    assert transfer.state == "matched"
    (event,) = heard.of(BankTransferReceived)
    assert (event.subject_id, event.amount_fen, event.transfer_public_id) == (7, 50_000, transfer.public_id)


@pytest.mark.parametrize(
    ("typed", "amount", "reason"),
    [(CODE, 49_999, "too_little"), (CODE, 50_001, "too_much"), ("YG-0000-0000", 50_000, "unknown_code")],
)
def test_what_does_not_fit_waits_for_review(
    session: Session, heard: Heard, code: str, typed: str, amount: int, reason: str
) -> None:
    transfer = record(typed, amount)
    assert (transfer.state, transfer.review_reason) == ("review", reason)
    assert heard.all == []
    assert record(code, 50_000, "ICBC-2").state == "matched"


def test_the_same_reference_twice_changes_nothing(session: Session, heard: Heard, code: str) -> None:
    first = record(code)
    again = record(code.lower(), reference=" ICBC-1 ")
    assert first.id == again.id
    assert len(heard.all) == 1
    with pytest.raises(BankReferenceTaken):
        record(code, 50_001)
    assert session.scalar(select(func.count()).select_from(BankTransfer)) == 1


def test_a_code_is_paid_once_and_a_withdrawn_one_never(session: Session, heard: Heard, code: str) -> None:
    assert record(code).state == "matched"
    second = record(code, reference="ICBC-2")
    assert (second.state, second.review_reason) == ("review", "code_closed")
    with transaction() as step:
        assert not services.withdraw_payment_codes(step, Purpose.ORDER, 7)
        services.register_payment_code(step, "YG-AAAA-BBBB", Purpose.ORDER, 8, 100)
        assert services.withdraw_payment_codes(step, Purpose.ORDER, 8)
    assert record("YG-AAAA-BBBB", 100, "ICBC-3").review_reason == "code_closed"
    with pytest.raises(CodeTaken), transaction() as step:
        services.register_payment_code(step, "yg-aaaa-bbbb", Purpose.ORDER, 9, 100)


def test_no_transfer_comes_from_the_future(session: Session, code: str) -> None:
    with pytest.raises(TransferFromTheFuture):
        services.record_bank_transfer(session, FINANCE, code, 1, clock.today() + timedelta(days=1), "X")


def test_the_finance_officer_of_a_canteen_records_nothing(session: Session, code: str) -> None:
    canteen = make_organisation(session, OrganisationKind.INSTITUTION)
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    buyer = make_user(session, Role.FINANCE, organisation=canteen)
    session.flush()
    with pytest.raises(Forbidden):
        record(code, actor=actor_of(buyer, Role.FINANCE, organisation=canteen))
    with pytest.raises(Forbidden):
        record(code, actor=Actor(None, "guest"))
    officer = make_user(session, Role.FINANCE, organisation=operator)
    session.flush()
    assert (
        record(code, actor=actor_of(officer, Role.FINANCE, organisation=operator), amount=1).state == "review"
    )


# --- the desk ---

DESK = "/operator/bank-transfers"


@pytest.fixture
def officer(client: PageClient, session: Session) -> PageClient:
    """Sign the operator's finance officer in."""
    user = make_user(
        session, Role.FINANCE, organisation=make_organisation(session, OrganisationKind.OPERATOR)
    )
    session.flush()
    return client.sign_in(user)


def line(**changed: str) -> dict[str, str]:
    return {
        "code": CODE,
        "amount": "500.00",
        "received_on": clock.today().isoformat(),
        "bank_reference": "ICBC-1",
        **changed,
    }


def test_the_officer_sees_what_is_expected_and_records_it(
    officer: PageClient, heard: Heard, code: str
) -> None:
    assert CODE in officer.get(DESK).text
    done = officer.follow(officer.post(DESK, line()))
    assert "¥500.00" in done.text
    assert "ICBC-1" in done.text
    assert len(heard.of(BankTransferReceived)) == 1
    assert officer.follow(officer.post(DESK, line())).status == 200
    assert len(heard.of(BankTransferReceived)) == 1


def test_what_waits_for_review_is_listed(officer: PageClient, heard: Heard, code: str) -> None:
    officer.follow(officer.post(DESK, line(amount="499.99")))
    page = officer.get(f"{DESK}?show=review")
    assert "¥499.99" in page.text
    assert "¥500.00" in page.text
    assert "ICBC-1" in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""),
        ("code", "x" * 41),
        ("amount", ""),
        ("amount", "abc"),
        ("amount", "-5"),
        ("amount", "0"),
        ("amount", "1e5"),
        ("amount", "500.001"),
        ("amount", "九十九"),
        ("received_on", ""),
        ("received_on", "21.11.2026"),
        ("received_on", "2026-02-30"),
        ("received_on", "20261121"),
        ("received_on", "2999-01-01"),
        ("bank_reference", ""),
        ("bank_reference", "x" * 81),
        ("bank_reference", "a\x00b"),
        ("code", "a\x00b"),
    ],
)
def test_wrong_input_is_a_422_that_keeps_what_was_typed(
    officer: PageClient, session: Session, code: str, field: str, value: str
) -> None:
    page = officer.post(DESK, line(**{field: value}), 422)
    assert 'aria-invalid="true"' in page.html
    assert session.scalar(select(func.count()).select_from(BankTransfer)) == 0
    kept = page.form(DESK)["fields"]
    assert kept["amount" if field != "amount" else "bank_reference"] in ("500.00", "ICBC-1")


def test_a_known_reference_with_another_amount_is_a_422(officer: PageClient, heard: Heard, code: str) -> None:
    officer.post(DESK, line())
    assert "aria-invalid" in officer.post(DESK, line(amount="500.01"), 422).html


def test_the_desk_speaks_english_too(officer: PageClient, code: str) -> None:
    officer.language = "en"
    assert "Record a transfer" in officer.get(DESK).text


@pytest.mark.parametrize("role", [None, Role.ADMIN, Role.SUPPLIER, Role.CHARITY_OFFICER, Role.SUPERVISOR])
def test_nobody_else_comes_in(client: PageClient, session: Session, role: Role | None) -> None:
    assert client.get(DESK, 302).location.startswith("/sign-in")
    client.post(DESK, line(), 403)
    user = make_user(session, *([role] if role else []))
    session.flush()
    client.sign_in(user)
    client.get(DESK, 403)
    client.post(DESK, line(), 403)


def test_the_officer_of_a_canteen_does_not_come_in(client: PageClient, session: Session) -> None:
    canteen = make_organisation(session, OrganisationKind.INSTITUTION)
    user = make_user(session, Role.FINANCE, organisation=canteen)
    session.flush()
    client.sign_in(user)
    client.get(DESK, 403)
    client.get("/operator/payment-events", 403)
    client.post("/operator/payment-events/1/retry", status=403)


def test_an_expected_code_fills_in_the_form(officer: PageClient, code: str) -> None:
    assert f'href="{DESK}?code={CODE}#record"' in officer.get(DESK).html
    page = officer.get(f"{DESK}?code={CODE}").html
    assert re.search(rf'<input[^>]*name="code"[^>]*value="{CODE}"', page)
    assert re.search(r'<input[^>]*name="amount"[^>]*value="500.00"', page)


def test_a_code_nobody_expects_fills_in_nothing(officer: PageClient, code: str) -> None:
    page = officer.get(f"{DESK}?code=HK-0000-0000").text
    assert "HK-0000-0000" not in page
