"""Mail to households: what was decided and why, and when the card was used."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import jobs
from core.mail import Mail
from points.awards import services as awards
from points.redemptions import services as till
from tests.factories.points import PointsWorld, basket, claim_of, give_points


@pytest.fixture
def letters(session: Session, world: PointsWorld) -> list[Mail]:
    """Return the letters to the household after a refusal, an award and a redemption."""
    refused = claim_of(session, world)
    awards.refuse_claim(session, world.committee, refused.public_id, "缺证明人，请补。")
    till.redeem_goods(session, world.keeper, basket(world, rice=2))
    session.flush()
    jobs.run_due()
    return list(
        session.scalars(select(Mail).where(Mail.recipient == world.household_user.email).order_by(Mail.id))
    )


def test_a_household_hears_what_became_of_its_deeds_and_card(letters: list[Mail]) -> None:
    assert [letter.subject for letter in letters] == [
        "您家新增 100 分：义务劳动",
        "未通过：庭院整洁",
        "在青莲村爱心超市兑换了 20 分",
    ]
    assert "缺证明人，请补。" in letters[1].text
    assert "您家现有 80 分" in letters[2].text
    assert "/points/slips/" in letters[2].html


def test_english_readers_get_english(session: Session, world: PointsWorld) -> None:
    world.household_user.locale = "en"
    session.flush()
    give_points(session, world, world.household, 1)
    jobs.run_due()
    subjects = session.scalars(select(Mail.subject).where(Mail.recipient == world.household_user.email)).all()
    assert "1 point for your household: Work day" in subjects


def test_households_without_mail_make_no_jobs(session: Session, world: PointsWorld) -> None:
    world.household_user.email, world.household_user.phone = None, "13800000000"
    session.flush()
    before = session.scalars(select(jobs.Job.id)).all()
    till.redeem_goods(session, world.keeper, basket(world, rice=1))
    session.flush()
    assert session.scalars(select(jobs.Job.id)).all() == before
