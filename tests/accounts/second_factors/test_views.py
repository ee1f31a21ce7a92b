"""Two-step sign-in through the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from accounts.models import PasswordReset, SignIn, User
from accounts.second_factors import queries
from accounts.values import STAFF, Role
from core import clock, ids, jobs, mail
from core.audit import AuditEntry
from core.mail import Mail
from tests.factories.people import PASSWORD, make_user
from tests.factories.second_factors import App, turn_on
from tests.page_client import Page, PageClient

OWN = "/account/second-factor"


@pytest.fixture
def required(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask staff for it, as in production."""
    monkeypatch.setitem(app.config, "YIGOU", replace(app.config["YIGOU"], second_factor="required"))


def give_password(client: PageClient, user: User, **more: str) -> Page:
    return client.post("/sign-in", {"login": user.email, "password": PASSWORD, **more}, 303)


def sign_in(client: PageClient, user: User, app: App, code: str | None = None) -> PageClient:
    give_password(client, user)
    client.post("/sign-in/code", {"code": code or app.code()}, 303)
    return client


def later(seconds: float) -> object:
    return clock.at(clock.now() + timedelta(seconds=seconds))


def letters(session: Session) -> dict[str, Mail]:
    jobs.run_due()
    return {
        letter.key.split(":")[0].removeprefix("second-factor-"): letter
        for letter in session.scalars(select(Mail))
    }


# Signing in


def test_the_password_alone_signs_nobody_in(client: PageClient, session: Session) -> None:
    user = make_user(session)
    turn_on(session, user)
    before = session.scalar(select(func.count()).select_from(SignIn))
    assert give_password(client, user, next="/shop/orders").location == "/sign-in/code?next=/shop/orders"
    client.get("/account", 302)
    assert user.name not in client.get("/").text
    assert session.scalar(select(func.count()).select_from(SignIn)) == before
    page = client.get("/sign-in/code?next=/shop/orders")
    assert 'autocomplete="one-time-code"' in page.html
    assert 'inputmode="numeric"' in page.html
    assert page.response.headers["Cache-Control"] == "no-store"
    assert user.name not in page.html
    assert user.email not in page.html


def test_password_and_code_sign_in_and_lead_where_one_wanted_to_go(
    client: PageClient, session: Session
) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    give_password(client, user, next="/shop/orders")
    form = client.get("/sign-in/code?next=/shop/orders").form("/sign-in/code")
    typed = app.code()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in typed[:3]) + "　" + typed[3:]
    page = client.post("/sign-in/code", {**form["fields"], "code": wide}, 303)
    assert page.location == "/shop/orders"
    assert user.name in client.get("/account").text


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_code_never_leads_to_another_site(client: PageClient, session: Session, target: str) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    assert give_password(client, user, next=target).location == "/sign-in/code"
    page = client.post("/sign-in/code", {"code": app.code(), "next": target}, 303)
    assert page.location == "/"


def test_a_visitors_cart_is_joined_only_after_the_code(client: PageClient, session: Session) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    with client.client.session_transaction() as kept:
        kept["cart"] = "a visitor's secret"
    give_password(client, user)
    with client.client.session_transaction() as kept:
        assert kept["cart"] == "a visitor's secret"
        assert "_user_id" not in kept
    client.post("/sign-in/code", {"code": app.code()}, 303)
    with client.client.session_transaction() as kept:
        assert kept["cart"] == "a visitor's secret"
        assert "_user_id" in kept
        assert "half_sign_in" not in kept


def test_a_wrong_or_used_code_stands_beside_its_field(client: PageClient, session: Session) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    sign_in(client, user, app)
    client.post("/sign-out")
    give_password(client, user)
    words = []
    for code in ("000000", app.code(), "nonsense", ""):
        page = client.post("/sign-in/code", {"code": code}, 422)
        words.append(re.search(r'id="code-error".*?</p>', page.html, re.S)[0])
    assert words[0] == words[1] == words[2]
    client.get("/account", 302)
    client.post("/sign-in/code", {"code": app.code(1)}, 303)


def test_a_half_open_sign_in_belongs_to_one_browser_and_five_minutes(
    client: PageClient, session: Session
) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    give_password(client, user)
    stranger = PageClient(client.app, session)
    assert stranger.get("/sign-in/code", 303).location == "/sign-in"
    assert stranger.post("/sign-in/code", {"code": app.code()}, 303).location == "/sign-in"
    with later(301):
        assert client.get("/sign-in/code", 303).location == "/sign-in"
        assert client.post("/sign-in/code", {"code": app.code()}, 303).location == "/sign-in"
    client.get("/account", 302)


def test_guessing_codes_is_slowed_down_and_the_owner_comes_back(client: PageClient, session: Session) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    give_password(client, user)
    for _ in range(5):
        client.post("/sign-in/code", {"code": "000000"}, 422)
    # Neither another browser nor the password again begins the count anew.
    thief = PageClient(client.app, session)
    give_password(thief, user)
    for one in (client, thief):
        page = one.post("/sign-in/code", {"code": app.code()}, 429)
        assert int(page.response.headers["Retry-After"]) > 0
    session.execute(text("UPDATE accounts_attempts SET tried_at = tried_at - interval '2 minutes'"))
    client.post("/sign-in/code", {"code": app.code()}, 303)


def test_the_owner_is_told_once_when_somebody_knows_the_password(
    client: PageClient, session: Session
) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    give_password(client, user)
    for tries in range(1, 7):
        client.post("/sign-in/code", {"code": "000000"}, 422)
        assert ("guessed" in letters(session)) == (tries >= 5)
        session.execute(text("UPDATE accounts_attempts SET tried_at = tried_at - interval '2 minutes'"))
    assert letters(session)["guessed"].recipient == user.email
    assert session.scalar(select(func.count()).select_from(Mail)) == 2  # the other: that it was turned on
    with later(86400):
        give_password(client, user)
        for _ in range(4):  # slips of the owner, long after
            client.post("/sign-in/code", {"code": "000000"}, 422)
        client.post("/sign-in/code", {"code": app.code()}, 303)
        letters(session)
    assert session.scalar(select(func.count()).select_from(Mail)) == 2


def test_many_accounts_from_one_network_are_slowed_down_too(client: PageClient, session: Session) -> None:
    user = make_user(session)
    turn_on(session, user)
    session.execute(
        text("INSERT INTO accounts_attempts (key, tried_at) SELECT :key, now() FROM generate_series(1, 60)"),
        {"key": ids.digest("second-factor-from:127.0.0.1")},
    )
    give_password(client, user)
    client.post("/sign-in/code", {"code": "000000"}, 429)


def test_a_recovery_code_signs_in_once_and_the_person_is_told(client: PageClient, session: Session) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    give_password(client, user)
    page = client.get("/sign-in/code?by=recovery")
    assert "inputmode" not in page.html.split('name="code"')[1].split(">")[0]
    sign_in(client, user, app, app.recovery_codes[0])
    assert "9" in client.get(OWN).text
    letter = letters(session)["code_used"]
    assert letter.recipient == user.email
    assert "还剩 9 个恢复码" in letter.text
    client.post("/sign-out")
    give_password(client, user)
    client.post("/sign-in/code?by=recovery", {"code": app.recovery_codes[0]}, 422)


def test_a_new_password_by_mail_does_not_get_round_the_code(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mail, "_mailer", mail.FileMailer(tmp_path))
    user = make_user(session)
    app = turn_on(session, user)
    half = PageClient(client.app, session)
    give_password(half, user)
    session.add(
        PasswordReset(
            token_hash=ids.digest("t" * 43),
            user_id=user.id,
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(hours=1),
        )
    )
    session.flush()
    page = client.post(f"/password-reset/{'t' * 43}", {"password": "a quite new sentence"}, 303)
    assert page.location == "/sign-in"
    client.get("/account", 302)
    # Who gave the former password has nothing half open any more.
    assert half.post("/sign-in/code", {"code": app.code()}, 303).location == "/sign-in"
    client.post("/sign-in", {"login": user.email, "password": "a quite new sentence"}, 303)
    client.get("/account", 302)
    client.post("/sign-in/code", {"code": app.code()}, 303)
    client.get("/account")


def test_people_without_it_sign_in_as_ever(client: PageClient, session: Session) -> None:
    user = make_user(session, Role.ADMIN)
    assert give_password(client, user).location != "/sign-in/code"
    client.get("/operator/jobs")


# Turning it on and off


def begin(client: PageClient, password: str = PASSWORD, status: int = 303) -> Page:
    return client.post(OWN, {"password": password}, status)


def secret_on(page: Page) -> str:
    return re.search(r'class="factor-secret">([A-Z2-7 ]+)<', page.html)[1].replace(" ", "")


def test_a_person_turns_it_on_and_sees_recovery_codes_once(client: PageClient, session: Session) -> None:
    user = make_user(session)
    client.sign_in(user)
    assert OWN in client.get("/account").html
    begin(client, "nonsense nonsense", 422)
    assert begin(client).location == f"{OWN}/set-up"
    page = client.get(f"{OWN}/set-up")
    assert "<svg" in page.html
    assert "otpauth://totp/" in page.html
    app = App(secret_on(page))
    assert secret_on(client.get(f"{OWN}/set-up")) == app.secret  # loading anew changes nothing
    client.post(f"{OWN}/set-up", {"code": "000000"}, 422)
    shown = client.post(f"{OWN}/set-up", {"code": app.code()}, 200)
    codes = re.findall(r"<code>([0-9A-Z-]{19})</code>", shown.html)
    assert len(set(codes)) == 10
    assert shown.response.headers["Cache-Control"] == "no-store"
    # Sent again, as by loading the page anew, it shows them no more; the secret neither.
    for again in (client.post(f"{OWN}/set-up", {"code": app.code()}), client.get(f"{OWN}/set-up", 303)):
        assert again.location == OWN
    assert codes[0] not in client.get(OWN).html
    with client.client.session_transaction() as kept:
        assert not any(code in str(dict(kept)) for code in (app.secret, *codes))
    client.post("/sign-out")
    sign_in(client, user, app, app.code(1)).get("/account")
    assert "turned_on" in letters(session)


@pytest.mark.parametrize("what", ["codes", "off"])
def test_new_codes_and_turning_off_ask_for_password_and_code(
    client: PageClient, session: Session, what: str
) -> None:
    user = make_user(session)
    app = turn_on(session, user)
    sign_in(client, user, app)
    client.get(f"{OWN}/{what}")
    for typed in (
        {"password": PASSWORD},
        {"password": PASSWORD, "code": "000000"},
        {"password": PASSWORD, "code": app.code()},  # used at the sign-in
        {"password": "nonsense nonsense", "code": app.code(1)},
    ):
        client.post(f"{OWN}/{what}", typed, 422)
    assert queries.has_factor(session, user.id)
    # A wrong password used no code up.
    page = client.post(
        f"{OWN}/{what}", {"password": PASSWORD, "code": app.code(1)}, 200 if what == "codes" else 303
    )
    if what == "codes":
        fresh = re.findall(r"<code>([0-9A-Z-]{19})</code>", page.html)
        assert len(set(fresh) - set(app.recovery_codes)) == 10
        assert "codes_made" in letters(session)
    else:
        assert not queries.has_factor(session, user.id)
        assert "turned_off" in letters(session)
        for gone in ("off", "codes"):
            client.get(f"{OWN}/{gone}", 303)
            client.post(f"{OWN}/{gone}", {}, 303)


def test_the_pages_are_for_people_who_are_signed_in(client: PageClient) -> None:
    for page in ("", "/set-up", "/codes", "/off"):
        client.get(OWN + page, 302)
        client.post(OWN + page, {}, 403)


def test_mails_and_trail_hold_neither_secret_nor_code(client: PageClient, session: Session) -> None:
    user = make_user(session)
    client.sign_in(user)
    begin(client)
    app = App(secret_on(client.get(f"{OWN}/set-up")))
    shown = client.post(f"{OWN}/set-up", {"code": app.code()}, 200)
    codes = re.findall(r"<code>([0-9A-Z-]{19})</code>", shown.html)
    with later(60):
        client.post(f"{OWN}/codes", {"password": PASSWORD, "code": codes[0]}, 200)
        found = letters(session)
        kept = [f"{one.subject} {one.text} {one.html}" for one in found.values()]
        kept += [f"{one.before} {one.after} {one.reason}" for one in session.scalars(select(AuditEntry))]
        kept += [str(row[0]) for row in session.execute(text("SELECT payload FROM core_jobs"))]
    assert {"turned_on", "codes_made", "code_used"} <= set(found)
    for word in (app.secret, *codes):
        assert word not in " ".join(kept)
    assert not any(letter.secret for letter in found.values())


# Staff


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.usefixtures("required")
def test_staff_meets_the_set_up_page_and_its_doors_open_afterwards(
    client: PageClient, session: Session, role: Role
) -> None:
    user = make_user(session, role)
    door = {
        Role.ADMIN: "/operator/jobs",
        Role.FINANCE: "/operator/payment-events",
        Role.CERTIFIER: "/complaints/desk",
        Role.SUPERVISOR: "/operator/audit",
    }[role]
    assert give_password(client, user, next=door).location == OWN
    assert "开启之前无法进入" in client.get(OWN).text
    assert client.get(door, 302).location == OWN
    assert door not in client.get("/account").html
    begin(client)
    app = App(secret_on(client.get(f"{OWN}/set-up")))
    client.post(f"{OWN}/set-up", {"code": app.code()}, 200)
    client.get(door)
    client.post("/sign-out")
    sign_in(client, user, app, app.code(1)).get(door)


@pytest.mark.usefixtures("required")
def test_what_staff_posts_without_it_is_refused_in_words(client: PageClient, session: Session) -> None:
    client.sign_in(make_user(session, Role.ADMIN))
    page = client.post("/operator/jobs/try-again", {}, 403)
    assert "两步验证" in page.text


@pytest.mark.parametrize("role", sorted(set(Role) - set(STAFF)))
@pytest.mark.usefixtures("required")
def test_everybody_else_is_only_offered_it(client: PageClient, session: Session, role: Role) -> None:
    assert give_password(client, make_user(session, role)).location != OWN
    assert "开启之前无法进入" not in client.get(OWN).text


@pytest.mark.usefixtures("required")
def test_who_is_staff_and_supplier_goes_on_as_a_supplier(client: PageClient, session: Session) -> None:
    user = make_user(session, Role.ADMIN, Role.SUPPLIER)
    client.sign_in(user)
    client.get("/supplier/products")
    assert client.get("/operator/jobs", 302).location == OWN


@pytest.mark.usefixtures("required")
def test_where_staff_came_from_is_noted_before_they_have_it(client: PageClient, session: Session) -> None:
    client.sign_in(make_user(session, Role.ADMIN))
    begin(client)
    app = App(secret_on(client.get(f"{OWN}/set-up")))
    client.post(f"{OWN}/set-up", {"code": app.code()}, 200)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "second factor turned on")).one()
    assert entry.address == "127.0.0.1"


# The operator


@pytest.fixture
def operator(client: PageClient, session: Session) -> tuple[PageClient, User, App]:
    user = make_user(session, Role.ADMIN, name="周运营")
    app = turn_on(session, user)
    return sign_in(client, user, app), user, app


def test_an_operator_takes_it_off_whoever_lost_the_phone(
    operator: tuple[PageClient, User, App], session: Session
) -> None:
    page, _admin, app = operator
    user = make_user(session, Role.FINANCE, name="钱会计")
    theirs = turn_on(session, user)
    other = sign_in(PageClient(page.app, session), user, theirs)
    assert "钱会计" in page.get("/operator/second-factors").text
    path = f"/operator/second-factors/{user.public_id}"
    assert page.post("/operator/second-factors", {"login": user.email.upper()}, 303).location == path
    page.post("/operator/second-factors", {"login": "nobody@example.org"}, 422)
    page.get(path)
    for typed in (
        {"password": PASSWORD, "code": app.code(1)},
        {"reason": "手机丢失", "code": app.code(1)},
        {"reason": "手机丢失", "password": PASSWORD},
    ):
        page.post(path, typed, 422)
    page.post(path, {"reason": "手机丢失，已回电核实", "password": PASSWORD, "code": app.code(1)}, 303)
    other.get("/account", 302)
    assert give_password(other, user).location != "/sign-in/code"
    assert "新手机" in letters(session)["taken_off"].text
    assert "尚未开启" in page.get(path).text


def test_an_operator_never_takes_off_their_own(
    operator: tuple[PageClient, User, App], session: Session
) -> None:
    page, admin, app = operator
    path = f"/operator/second-factors/{admin.public_id}"
    assert [form["action"] for form in page.get(path).forms if form["action"] == path] == []
    page.post(path, {"reason": "手机丢失", "password": PASSWORD, "code": app.code(1)}, 403)
    assert queries.has_factor(session, admin.id)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.CERTIFIER, Role.SUPERVISOR])
def test_only_operators_see_who_has_it(client: PageClient, session: Session, role: Role) -> None:
    client.sign_in(make_user(session, role))
    client.get("/operator/second-factors", 403)
    client.get("/operator/second-factors/X", 403)
    client.post("/operator/second-factors/X", {}, 403)


def test_the_command_helps_the_only_operator(app: Flask, client: PageClient, session: Session) -> None:
    user = make_user(session, Role.ADMIN)
    theirs = turn_on(session, user)
    sign_in(client, user, theirs)
    run: Callable[..., object] = app.test_cli_runner().invoke
    name = ["accounts", "take-off-second-factor"]
    done = run(args=[*name, user.email, "--reason", "the only phone was lost"])
    assert done.exit_code == 0, done.output
    client.get("/account", 302)
    assert "taken_off" in letters(session)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "second factor taken off")).one()
    assert (entry.actor_name, entry.reason) == ("system", "the only phone was lost")
    assert "no two-step sign-in" in run(args=[*name, user.email, "--reason", "x"]).output
    assert "Nobody signs in" in run(args=[*name, "nobody@example.org", "--reason", "x"]).output
