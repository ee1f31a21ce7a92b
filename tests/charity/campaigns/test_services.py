"""Tests of publishing, ending and closing campaigns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from charity.campaigns import queries, services
from charity.campaigns.errors import BadCampaign, ImpossibleMove, NotReadyToPublish
from charity.campaigns.models import CampaignMember
from charity.campaigns.values import FundraisingMode, Requirement, Stage
from charity.charities import services as charity_services
from core import clock
from core.audit import AuditEntry
from core.errors import NotFound
from core.permissions import GUEST
from tests.charity import making
from tests.factories import people


def missing(session: Session, house: making.House, **changes: object) -> set[Requirement]:
    draft = making.make_draft(session, house, **changes)
    with pytest.raises(NotReadyToPublish) as refused:
        services.publish_campaign(session, house.actor, draft.public_id)
    session.expire_all()
    return {line.requirement for line in refused.value.missing}


def test_a_campaign_without_a_record_number_stays_a_draft(session: Session, house: making.House) -> None:
    with session.begin_nested() as step:
        assert missing(session, house, record_no="") == {Requirement.RECORD_NO}
        step.rollback()


def test_a_campaign_of_an_unqualified_charity_stays_a_draft(session: Session) -> None:
    house = making.make_house(session, qualified_until=clock.today() - timedelta(days=1))
    with session.begin_nested() as step:
        assert missing(session, house) == {Requirement.QUALIFICATION}
        step.rollback()
    charity_services.renew_qualification(session, house.actor, house.charity.id, "鲁公募新", date(2099, 1, 1))
    making.make_campaign(session, house)


def test_publishing_is_written_down(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    assert campaign.state == "published"
    assert campaign.published_at is not None
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == campaign.public_id).order_by(AuditEntry.id)
    ).all()
    assert actions == ["campaign drafted", "campaign published"]


def test_impossible_moves_are_refused(session: Session, house: making.House) -> None:
    draft = making.make_draft(session, house)
    for move in (services.end_campaign, services.close_campaign):
        with pytest.raises(ImpossibleMove):
            move(session, house.actor, draft.public_id)
    services.publish_campaign(session, house.actor, draft.public_id)
    with pytest.raises(ImpossibleMove):
        services.publish_campaign(session, house.actor, draft.public_id)
    with pytest.raises(ImpossibleMove):
        services.close_campaign(session, house.actor, draft.public_id)
    services.end_campaign(session, house.actor, draft.public_id)
    assert draft.ended_on == clock.today()
    with pytest.raises(ImpossibleMove):
        services.end_campaign(session, house.actor, draft.public_id)
    services.close_campaign(session, house.actor, draft.public_id)
    assert draft.state == "closed"
    with pytest.raises(ImpossibleMove):
        services.publish_campaign(session, house.actor, draft.public_id)


def test_another_charitys_officer_finds_no_campaign(session: Session, house: making.House) -> None:
    draft = making.make_draft(session, house)
    other = making.make_house(session)
    for move in (services.publish_campaign, services.end_campaign, services.close_campaign):
        with pytest.raises(NotFound):
            move(session, other.actor, draft.public_id)
    assert queries.managed_campaigns(session, other.actor) == []
    assert [summary.id for summary in queries.managed_campaigns(session, house.actor)] == [draft.id]


def test_the_clock_ends_a_campaign_after_its_last_day(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    later = clock.now() + timedelta(days=30)
    with clock.at(later):
        assert services.end_overdue_campaigns(session) == 0
    with clock.at(later + timedelta(days=3)):
        assert services.end_overdue_campaigns(session) == 1
        assert services.end_overdue_campaigns(session) == 0
    assert campaign.state == "ended"
    assert campaign.ended_on == campaign.ends_on


def test_a_campaign_ended_before_it_began_ends_on_its_first_day(
    session: Session, house: making.House
) -> None:
    start = clock.today() + timedelta(days=20)
    campaign = making.make_campaign(session, house, starts_on=start, ends_on=start + timedelta(days=30))
    services.end_campaign(session, house.actor, campaign.public_id)
    assert campaign.ended_on == start


@pytest.mark.parametrize(
    "changes",
    [
        {"slug": "学校"},
        {"slug": "a/b"},
        {"slug": ""},
        {"target_fen": 0},
        {"target_fen": -1},
        {"starts_on": date(2027, 1, 2), "ends_on": date(2027, 1, 1)},
        {"platform_url": "http://plain.example/1"},
    ],
)
def test_a_misshapen_draft_is_refused(
    session: Session, house: making.House, changes: dict[str, object]
) -> None:
    with pytest.raises(BadCampaign):
        making.make_draft(session, house, **changes)


def test_two_campaigns_cannot_share_a_record_number(session: Session, house: making.House) -> None:
    making.make_campaign(session, house, record_no="53370406MJE0000001A26099")
    with pytest.raises(IntegrityError), session.begin_nested():
        making.make_draft(session, house, record_no="53370406MJE0000001A26099")


def test_the_list_shows_running_ones_first_and_no_draft(session: Session, house: making.House) -> None:
    today = clock.today()
    making.make_draft(session, house)
    closed = making.make_campaign(session, house)
    services.end_campaign(session, house.actor, closed.public_id)
    services.close_campaign(session, house.actor, closed.public_id)
    ended = making.make_campaign(session, house)
    services.end_campaign(session, house.actor, ended.public_id)
    upcoming = making.make_campaign(session, house, starts_on=today + timedelta(days=1))
    late = making.make_campaign(session, house, ends_on=today + timedelta(days=9))
    soon = making.make_campaign(session, house, ends_on=today)
    found = queries.visible_campaigns(session, GUEST, making.OWN_SITE, limit=50)
    mine = [summary for summary in found if summary.charity_zh == house.organisation.name_zh]
    assert [summary.id for summary in mine] == [soon.id, late.id, upcoming.id, ended.id, closed.id]
    assert mine[0].days_left == 1
    assert [summary.stage for summary in mine[2:]] == [Stage.UPCOMING, Stage.ENDED, Stage.CLOSED]


def test_a_directed_campaign_is_for_its_members(session: Session, house: making.House) -> None:
    campaign = making.make_campaign(session, house)
    member, stranger = people.make_user(session), people.make_user(session)
    services.invite_member(session, house.actor, campaign.public_id, member.id)
    services.invite_member(session, house.actor, campaign.public_id, member.id)
    assert len(session.scalars(select(CampaignMember)).all()) == 1
    directed = FundraisingMode.DIRECTED
    assert queries.get_visible_campaign(session, people.actor_of(member), campaign.slug, directed)
    assert queries.get_visible_campaign(session, house.actor, campaign.slug, directed)
    for actor in (GUEST, people.actor_of(stranger)):
        with pytest.raises(NotFound):
            queries.get_visible_campaign(session, actor, campaign.slug, directed)
        assert queries.visible_campaigns(session, actor, directed, limit=50) == []


def test_the_statements_of_the_list_do_not_grow(session: Session, house: making.House, statements) -> None:  # type: ignore[no-untyped-def]
    making.make_campaign(session, house)
    session.flush()
    with statements:
        queries.visible_campaigns(session, GUEST, making.OWN_SITE, limit=50)
    few = len(statements)
    for _ in range(5):
        making.make_campaign(session, house)
    session.flush()
    with statements:
        assert len(queries.visible_campaigns(session, GUEST, making.OWN_SITE, limit=50)) >= 6
    assert len(statements) == few == 3
