"""Appointing staff at a terminal: the way in of a new deployment."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Organisation, RoleGrant, User
from accounts.values import OrganisationKind, Role
from core import jobs, mail
from core.audit import AuditEntry
from registry.models import Region
from tests.factories.people import make_user, make_village
from tests.page_client import PageClient

Run = Callable[..., Any]
ADDRESS = "wang@yigou.example"
FIRST = ("appoint", ADDRESS, "admin", "--name", "王平", "--office", "某市益购服务中心")


@pytest.fixture
def run(app: Flask, session: Session) -> Run:
    return lambda *args: app.test_cli_runner().invoke(args=["accounts", *args])


def grants_of(session: Session, email: str) -> list[RoleGrant]:
    return list(
        session.scalars(
            select(RoleGrant)
            .join(User, User.id == RoleGrant.user_id)
            .where(User.email == email, RoleGrant.valid_until.is_(None))
        )
    )


def test_the_first_administrator_gets_in(
    run: Run, client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mail, "_mailer", mail.FileMailer(tmp_path))
    assert "Nobody" in run("staff").output
    done = run(*FIRST)
    assert done.exit_code == 0, done.output
    assert "is admin now" in done.output
    assert "link to choose a password" in done.output
    jobs.run_due()
    (file,) = tmp_path.iterdir()
    words = message_from_bytes(file.read_bytes(), policy=default).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    path = re.search(r"http://127.0.0.1:8000(/password-reset/\S+)", words)[1]  # type: ignore[index]
    client.get(path)
    client.post(path, {"password": "a quite new sentence"}, 303)
    client.post("/sign-in", {"login": ADDRESS, "password": "a quite new sentence"}, 303)
    client.get("/operator/orders")
    listed = run("staff").output
    assert ADDRESS in listed
    assert "某市益购服务中心" in listed
    assert "a quite new sentence" not in listed
    assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()[:3] == [
        "organisation added",
        "user added",
        "role granted",
    ]


def test_an_appointment_made_twice_changes_nothing(run: Run, session: Session) -> None:
    run(*FIRST)
    again = run(*FIRST)
    assert (again.exit_code, "was admin already" in again.output) == (0, True)
    assert len(grants_of(session, ADDRESS)) == 1
    of_operator = Organisation.kind == OrganisationKind.OPERATOR.value
    assert session.scalar(select(func.count()).select_from(Organisation).where(of_operator)) == 1


def test_whoever_has_an_account_and_a_password_keeps_both(run: Run, session: Session) -> None:
    run(*FIRST)
    user = make_user(session)
    before = user.password_hash
    done = run("appoint", user.email, "finance")
    assert done.exit_code == 0, done.output
    assert "link" not in done.output
    (grant,) = grants_of(session, user.email or "")
    assert (grant.role, grant.organisation_id is not None, grant.region_id) == ("finance", True, None)
    assert user.password_hash == before


def test_a_certifier_is_appointed_for_a_county(run: Run, session: Session) -> None:
    village = make_village(session)
    county = session.scalars(select(Region).where(Region.level == "county")).first()
    assert county is not None
    assert village.path.startswith(county.path)
    done = run(
        "appoint",
        "li@yigou.example",
        "certifier",
        "--name",
        "李禾",
        "--office",
        "山亭区",
        "--region",
        county.code,
    )
    assert done.exit_code == 0, done.output
    (grant,) = grants_of(session, "li@yigou.example")
    assert (grant.region_id, grant.region_path) == (county.id, county.path)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("x@yigou.example", "admin", "--office", "甲"), "give their name"),
        (("x@yigou.example", "admin", "--name", "甲"), "Name the office"),
        (("no address", "admin", "--name", "甲", "--office", "乙"), "no e-mail address"),
        (("x@yigou.example", "admin", "--name", "甲", "--office", "乙", "--region", "370406"), "everywhere"),
        (("x@yigou.example", "certifier", "--name", "甲", "--office", "乙"), "in a region"),
        (("x@yigou.example", "certifier", "--name", "甲", "--office", "乙", "--region", "1"), "no region 1"),
        (("x@yigou.example", "supplier", "--name", "甲"), "is not one of"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_kept(
    run: Run, session: Session, args: tuple[str, ...], why: str
) -> None:
    refused = run("appoint", *args)
    assert refused.exit_code != 0
    assert why in refused.output
    assert session.scalar(select(func.count()).select_from(User)) == 0
    assert session.scalar(select(func.count()).select_from(Organisation)) == 0


def test_the_last_administrator_stays(run: Run, client: PageClient, session: Session) -> None:
    run(*FIRST)
    refused = run("dismiss", ADDRESS, "admin")
    assert (refused.exit_code, "last administrator" in refused.output) == (1, True)
    assert len(grants_of(session, ADDRESS)) == 1
    second = make_user(session, Role.ADMIN)
    client.sign_in(second)
    client.get("/operator/orders")
    assert "no longer" in run("dismiss", second.email, "admin").output
    client.get("/operator/orders", 403)
    assert "is not admin" in run("dismiss", second.email, "admin").output
    assert "is not finance" in run("dismiss", "nobody@yigou.example", "finance").output
