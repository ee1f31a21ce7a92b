"""Letters of many jobs go into the outbox together, and what is wrong with one holds up no other."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import jobs, mail
from core.jobs import Job
from core.mail import Mail
from tests.conftest import StatementCounter
from web import mailing

pytestmark = pytest.mark.usefixtures("app")


def letter(key: str, name: str = "王") -> dict[str, Any]:
    return {
        "key": key,
        "recipient": "a@example.org",
        "template": "accounts/emails/password_reset",
        "name": name,
        "path": "/x",
    }


def asked(payload: dict[str, Any]) -> list[dict[str, Any]]:
    if payload["key"] == "no order":
        raise LookupError("there is no such order")
    return [letter(payload["key"], payload.get("name", "王"))]


def test_many_letters_cost_two_statements_and_each_is_posted_once(session: Session) -> None:
    with StatementCounter() as sent:
        assert mailing.post_together(asked, [{"key": f"k{number}"} for number in range(7)]) == {}
    assert len([statement for statement in sent.statements if statement.startswith("INSERT")]) == 2
    assert mailing.post_together(asked, [{"key": "k3"}, {"key": "k3"}, {"key": "new"}, {"key": "new"}]) == {}
    assert sorted(session.scalars(select(Mail.key))) == [*(f"k{number}" for number in range(7)), "new"]
    waiting = select(func.count()).select_from(Job).where(Job.kind == mail.SEND_MAIL)
    assert session.scalar(waiting) == 8


def test_what_cannot_be_composed_or_stored_fails_alone(session: Session) -> None:
    payloads = [{"key": "a"}, {"key": "no order"}, {"key": "b", "name": "\x00"}, {"key": "c"}]
    failed = mailing.post_together(asked, payloads)
    assert sorted(failed) == [1, 2]
    assert isinstance(failed[1], LookupError)
    assert sorted(session.scalars(select(Mail.key))) == ["a", "c"]


def test_a_letter_that_fails_is_tried_again_and_the_others_of_its_job_are_there(session: Session) -> None:
    template = "accounts/emails/password_reset"

    def asked_by_one(_payload: dict[str, Any]) -> list[dict[str, Any]]:
        return [letter("a"), letter("b") | {"template": template}, letter("c", name="\x00")]

    template = "accounts/emails/none"
    assert sorted(mailing.post_together(asked_by_one, [{}])) == [0]
    assert sorted(session.scalars(select(Mail.key))) == ["a"]
    template = "accounts/emails/password_reset"
    assert sorted(mailing.post_together(asked_by_one, [{}])) == [0]
    assert sorted(session.scalars(select(Mail.key))) == ["a", "b"]


def test_a_language_is_the_readers_whatever_came_before(session: Session) -> None:
    def subject(locale: str) -> str:
        return mailing.compose(**letter("k"), locale=locale).subject

    locales = ("en", "zh_Hans_CN", "en")
    assert [subject(locale).isascii() for locale in locales] == [True, False, True]
    mailing.post_together(
        lambda payload: [letter(payload["key"]) | {"locale": payload["locale"]}],
        [{"key": str(place), "locale": locale} for place, locale in enumerate(locales)],
    )
    posted = session.scalars(select(Mail).order_by(Mail.key))
    assert [mail.subject.isascii() for mail in posted] == [True, False, True]


def test_a_job_whose_letter_fails_is_tried_again_and_the_others_are_done(session: Session) -> None:
    kind = "test.write"
    jobs.handler_of_many(kind)(lambda payloads: mailing.post_together(asked, payloads))
    try:
        for key in ("a", "no order", "c"):
            jobs.enqueue(session, kind, {"key": key})
        assert jobs.run_due() >= 2
    finally:
        jobs._handlers_of_many.pop(kind)
    left = session.execute(
        select(Job.payload, Job.error).where(Job.kind == kind, Job.done_at.is_(None))
    ).all()
    assert [row.payload for row in left] == [{"key": "no order"}]
    assert "LookupError" in (left[0].error or "")
