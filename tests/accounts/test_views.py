"""Signing in, up and out, through the pages."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from accounts.models import Attempt, PasswordReset, SignIn
from accounts.values import Role
from core import jobs, mail
from core.mail import Mail
from tests.factories.people import PASSWORD, make_user
from tests.page_client import PageClient


def test_a_person_signs_in_by_e_mail_or_phone(client: PageClient, session: Session) -> None:
    user = make_user(session)
    user.phone = "13800000001"
    session.flush()
    for login in (user.email.upper(), "138 0000 0001", "+86 13800000001"):
        page = client.post("/sign-in", {"login": login, "password": PASSWORD}, 303)
        assert page.location == "/"
        assert user.name in client.get("/account").text
        client.post("/sign-out")


def test_unknown_account_and_wrong_password_look_alike(client: PageClient, session: Session) -> None:
    user = make_user(session)
    wrong = client.post("/sign-in", {"login": user.email, "password": "nonsense nonsense"}, 422)
    unknown = client.post("/sign-in", {"login": "nobody@example.org", "password": "nonsense nonsense"}, 422)
    errors = [re.findall(r'class="field-error".*?</p>', page.html, re.S) for page in (wrong, unknown)]
    assert errors[0]
    assert errors[0] == errors[1]
    assert user.email in wrong.html  # what was typed stays


def test_the_sixth_try_has_to_wait_and_the_owner_can_come_back(client: PageClient, session: Session) -> None:
    user = make_user(session)
    for _ in range(5):
        client.post("/sign-in", {"login": user.email, "password": "nonsense nonsense"}, 422)
    page = client.post("/sign-in", {"login": user.email, "password": PASSWORD}, 429)
    assert int(page.response.headers["Retry-After"]) > 0
    session.execute(text("UPDATE accounts_attempts SET tried_at = tried_at - interval '2 minutes'"))
    client.post("/sign-in", {"login": user.email, "password": PASSWORD}, 303)


def test_a_house_full_of_colleagues_is_not_slowed_down(client: PageClient, session: Session) -> None:
    user = make_user(session)
    count = select(func.count()).select_from(Attempt)
    client.post("/sign-in", {"login": "nobody@example.org", "password": "nonsense nonsense"}, 422)
    failed = session.scalar(count)
    for _ in range(3):
        client.post("/sign-in", {"login": user.email, "password": PASSWORD}, 303)
        client.post("/sign-out")
    assert session.scalar(count) == failed  # only failures weigh on the address they share


def test_signing_out_ends_the_session_in_the_database(client: PageClient, session: Session) -> None:
    user = make_user(session)
    client.sign_in(user)
    stolen = client.client.get_cookie("yigou").value
    client.post("/sign-out")
    client.client.set_cookie("yigou", stolen)
    assert client.get("/account", 302).location.startswith("/sign-in")
    assert session.scalar(select(SignIn.ended_at)) is not None


def test_each_sign_in_has_a_new_secret(client: PageClient, session: Session) -> None:
    user = make_user(session)
    client.sign_in(user)
    client.post("/sign-out")
    client.sign_in(user)
    assert len(set(session.scalars(select(SignIn.token_hash)))) == 2


def test_a_disabled_person_is_out_at_once(client: PageClient, session: Session) -> None:
    user = make_user(session)
    client.sign_in(user)
    session.execute(text("UPDATE accounts_users SET disabled_at = now()"))
    client.get("/account", 302)


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/%0aevil", "javascript:alert(1)", "/a b"],
)
def test_signing_in_never_leads_to_another_site(client: PageClient, session: Session, target: str) -> None:
    user = make_user(session)
    page = client.post("/sign-in", {"login": user.email, "password": PASSWORD, "next": target}, 303)
    assert page.location in ("/", "/%0aevil")


def test_sign_up_says_the_same_for_a_taken_address(client: PageClient, session: Session) -> None:
    entry = {"name": "张三", "email": "new@example.org", "phone": "", "password": "four words in a row"}
    first = client.follow(client.post("/sign-up", entry, 303)).text
    second = client.follow(client.post("/sign-up", entry, 303)).text
    assert first == second
    client.post("/sign-in", {"login": "new@example.org", "password": "four words in a row"}, 303)
    jobs.run_due()
    assert session.scalar(select(Mail.recipient)) == "new@example.org"


@pytest.mark.parametrize("password", ["short", "1234567890", "aaaaaaaaaaaa", ""])
def test_a_weak_password_is_refused_beside_its_field(client: PageClient, password: str) -> None:
    page = client.post("/sign-up", {"name": "张三", "email": "new@example.org", "password": password}, 422)
    assert "password-error" in page.html
    assert "new@example.org" in page.html


def test_a_reset_link_works_once_and_ends_every_session(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mail, "_mailer", mail.FileMailer(tmp_path))
    user = make_user(session)
    client.sign_in(user)
    other = PageClient(client.app, session)
    other.post("/password-reset", {"login": user.email}, 303)
    jobs.run_due()
    (file,) = tmp_path.iterdir()
    letter = message_from_bytes(file.read_bytes(), policy=default)
    words = letter.get_body(("plain",)).get_content()
    path = re.search(r"http://127.0.0.1:8000(/password-reset/\S+)", words).group(1)
    other.get(path)
    other.post(path, {"password": "a quite new sentence"}, 303)
    client.get("/account", 302)
    assert other.post(path, {"password": "yet another sentence"}, 410)
    other.post("/sign-in", {"login": user.email, "password": "a quite new sentence"}, 303)
    assert (
        session.execute(text("SELECT count(*) FROM core_jobs WHERE payload::text LIKE '%token%'")).scalar()
        == 0
    )


def test_nobody_but_its_reader_sees_a_reset_link(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def away(*_: object) -> None:
        raise mail.ServerAway("no mail server")

    monkeypatch.setattr(mail, "_mailer", mail.FileMailer(tmp_path))
    second = make_user(session, Role.ADMIN)
    client.post("/password-reset", {"login": second.email}, 303)
    with monkeypatch.context() as patched:
        patched.setattr(mail.FileMailer, "send", away)
        jobs.run_due()
    letter = session.scalars(select(Mail)).one()
    assert "/password-reset/" in letter.text
    client.sign_in(make_user(session, Role.ADMIN))
    while_it_waits = client.get(f"/operator/mail/{letter.id}")
    assert "/password-reset/" not in while_it_waits.html
    assert "仅收件人本人可见" in while_it_waits.text
    jobs.try_again(session)
    jobs.run_due()
    assert len(list(tmp_path.iterdir())) == 1
    session.expire_all()
    assert (letter.text, letter.html) == ("", "")
    assert "仅收件人本人可见" in client.get(f"/operator/mail/{letter.id}").text


def test_a_reset_for_nobody_looks_the_same_and_sends_nothing(client: PageClient, session: Session) -> None:
    client.post("/password-reset", {"login": "nobody@example.org"}, 303)
    jobs.run_due()
    assert session.scalar(select(Mail.id)) is None
    assert session.scalar(select(PasswordReset.id)) is None


def test_an_old_link_is_gone(client: PageClient, session: Session) -> None:
    user = make_user(session)
    client.post("/password-reset", {"login": user.email}, 303)
    session.execute(text("UPDATE accounts_password_resets SET expires_at = now() - interval '1 second'"))
    client.get("/password-reset/anything", 410)


def test_changing_the_password_signs_other_browsers_out(client: PageClient, session: Session) -> None:
    user = make_user(session, Role.SUPERVISOR)
    other = PageClient(client.app, session).sign_in(user)
    client.sign_in(user)
    client.post("/account/password", {"current": "wrong", "password": "a quite new sentence"}, 422)
    client.post("/account/password", {"current": PASSWORD, "password": "a quite new sentence"}, 303)
    client.get("/account")
    other.get("/account", 302)


@pytest.mark.parametrize("login", ["\x00", "x" * 10_000, "a@b" * 80, "🍚"])
def test_odd_logins_are_refused_quietly(client: PageClient, login: str) -> None:
    client.post("/sign-in", {"login": login, "password": "nonsense nonsense"}, 422)


def test_a_forged_form_is_refused(client: PageClient) -> None:
    client.post("/sign-in", {"login": "a", "password": "b"}, 403, token=False)
    client.post("/sign-in", {"login": "a", "password": "b"}, 403, headers={"Origin": "https://evil.example"})
    client.post("/sign-in", {"login": "a", "password": "b"}, 403, headers={"Sec-Fetch-Site": "cross-site"})


def test_a_newcomer_without_a_phone_is_not_taken_for_others_without_one(
    client: PageClient, session: Session
) -> None:
    make_user(session)  # has no phone either
    wish = {"name": "新来的", "email": "new@example.org", "phone": "", "password": PASSWORD}
    client.post("/sign-up", wish, 303)
    client.post("/sign-in", {"login": "new@example.org", "password": PASSWORD}, 303)
