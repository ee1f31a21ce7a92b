"""Claims: recorded by one person, decided on by another, issued in the same step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids
from core.errors import Forbidden, NotFound
from core.permissions import SYSTEM, Actor
from ledger import checks
from points.awards import queries, services
from points.awards.errors import (
    AlreadyDecided,
    CapReached,
    DeedInFuture,
    DeedRecordedBefore,
    DeedTooOld,
    OwnHousehold,
    ReasonMissing,
    RecorderDecides,
)
from points.awards.models import PointsClaim
from points.awards.values import NewClaim
from points.redemptions.queries import points_balance
from points.schemes import services as schemes
from points.schemes.errors import NotCovered
from tests.factories.people import actor_of, make_household, make_user, make_village
from tests.factories.points import PointsWorld, add_rule, claim_of


def test_approval_issues_the_points_as_a_lot(session: Session, world: PointsWorld) -> None:
    claim = claim_of(session, world, rule=add_rule(session, world, 7, months=24))
    services.approve_claim(session, world.committee, claim.public_id)
    assert points_balance(session, world.household.ledger_ref) == 107
    lot = session.execute(
        text("SELECT amount, remaining, origin, expires_on FROM ledger_lots WHERE amount = 7")
    ).one()
    assert tuple(lot)[:3] == (7, 7, "earned")
    assert lot.expires_on > clock.today() + timedelta(days=700)
    assert (claim.state, claim.decided_by_user_id) == ("approved", world.committee.user_id)


def test_points_carry_over_when_nothing_else_is_said(session: Session, world: PointsWorld) -> None:
    assert session.execute(text("SELECT expires_on FROM ledger_lots")).scalars().all() == [None]


def test_a_refusal_moves_nothing_and_keeps_its_reason(session: Session, world: PointsWorld) -> None:
    claim = claim_of(session, world)
    services.refuse_claim(session, world.committee, claim.public_id, "  当天未见该户到场。 ")
    assert claim.reason == "当天未见该户到场。"
    assert points_balance(session, world.household.ledger_ref) == 100


@pytest.mark.parametrize("reason", ["", " ", "。"])
def test_a_refusal_needs_a_reason(session: Session, world: PointsWorld, reason: str) -> None:
    claim = claim_of(session, world)
    with pytest.raises(ReasonMissing):
        services.refuse_claim(session, world.committee, claim.public_id, reason)


def test_the_recorder_does_not_decide(session: Session, world: PointsWorld) -> None:
    both = make_user(session, Role.CADRE, Role.COMMITTEE, region=world.village)
    actor = actor_of(both, Role.CADRE, Role.COMMITTEE, region=world.village)
    new = NewClaim(
        world.household.public_id, world.rule.public_id, "清扫街道", clock.today(), ids.public_id(20)
    )
    claim = services.record_claim(session, actor, new)
    for decide in (services.approve_claim, services.refuse_claim):
        with pytest.raises(RecorderDecides):
            decide(session, actor, claim.public_id, "理由充分")


def test_the_database_itself_wants_two_people(session: Session, world: PointsWorld) -> None:
    claim = claim_of(session, world)
    with pytest.raises(IntegrityError, match="two_people"), session.begin_nested():
        session.execute(
            text(
                "UPDATE points_claims SET state = 'approved', decided_at = now(),"
                " decided_by_user_id = recorder_user_id WHERE id = :id"
            ),
            {"id": claim.id},
        )


def test_a_member_of_the_household_does_not_decide(session: Session, world: PointsWorld) -> None:
    relative = make_user(session, Role.COMMITTEE, region=world.village, household=world.household)
    actor = actor_of(relative, Role.COMMITTEE, region=world.village)
    claim = claim_of(session, world)
    for decide in (services.approve_claim, services.refuse_claim):
        with pytest.raises(OwnHousehold):
            decide(session, actor, claim.public_id, "理由充分")


def test_a_cadre_does_not_record_for_the_own_household(session: Session, world: PointsWorld) -> None:
    own = make_user(session, Role.CADRE, region=world.village, household=world.household)
    new = NewClaim(
        world.household.public_id, world.rule.public_id, "清扫街道", clock.today(), ids.public_id(20)
    )
    with pytest.raises(OwnHousehold):
        services.record_claim(session, actor_of(own, Role.CADRE, region=world.village), new)


def test_a_claim_of_another_village_is_not_there(session: Session, world: PointsWorld) -> None:
    elsewhere = make_village(session, "石门村", suffix="101202")
    stranger = make_user(session, Role.COMMITTEE, Role.CADRE, region=elsewhere)
    actor = actor_of(stranger, Role.COMMITTEE, Role.CADRE, region=elsewhere)
    claim = claim_of(session, world)
    with pytest.raises(NotFound):
        services.approve_claim(session, actor, claim.public_id)
    new = NewClaim(
        world.household.public_id, world.rule.public_id, "清扫街道", clock.today(), ids.public_id(20)
    )
    with pytest.raises(NotFound):
        services.record_claim(session, actor, new)
    assert queries.waiting_claims(session, actor) == []
    assert queries.choose_household(session, actor) == ([], 0)


def test_a_rule_of_another_village_does_not_hold(session: Session, world: PointsWorld) -> None:
    elsewhere = make_village(session, "石门村", suffix="101202")
    household = make_household(session, elsewhere)
    cadre = make_user(session, Role.CADRE)
    actor = actor_of(cadre, Role.CADRE)
    new = NewClaim(household.public_id, world.rule.public_id, "清扫街道", clock.today(), ids.public_id(20))
    with pytest.raises(NotFound):
        services.record_claim(session, actor, new)


def test_the_system_decides_nothing(session: Session, world: PointsWorld) -> None:
    claim = claim_of(session, world)
    with pytest.raises(Forbidden):
        services.approve_claim(session, SYSTEM, claim.public_id)


def test_a_decision_is_final(session: Session, world: PointsWorld) -> None:
    claim = claim_of(session, world)
    services.approve_claim(session, world.committee, claim.public_id)
    with pytest.raises(AlreadyDecided):
        services.approve_claim(session, world.committee, claim.public_id)
    with pytest.raises(AlreadyDecided):
        services.refuse_claim(session, world.committee, claim.public_id, "理由充分")
    assert points_balance(session, world.household.ledger_ref) == 110


def test_the_form_sent_twice_is_one_claim(session: Session, world: PointsWorld) -> None:
    new = NewClaim(
        world.household.public_id, world.rule.public_id, "清扫街道", clock.today(), ids.public_id(20)
    )
    first = services.record_claim(session, world.cadre, new)
    assert services.record_claim(session, world.cadre, new).id == first.id


def test_the_same_deed_on_the_same_day_is_recorded_once_unless_refused(
    session: Session, world: PointsWorld
) -> None:
    claim = claim_of(session, world)
    with pytest.raises(DeedRecordedBefore):
        claim_of(session, world)
    services.refuse_claim(session, world.committee, claim.public_id, "缺证明人")
    assert claim_of(session, world).id != claim.id


def test_deeds_lie_in_the_past_year(session: Session, world: PointsWorld) -> None:
    with pytest.raises(DeedInFuture):
        claim_of(session, world, day=clock.today() + timedelta(days=1))
    with pytest.raises(DeedTooOld):
        claim_of(session, world, day=clock.today() - timedelta(days=367))


def test_the_yearly_cap_counts_what_was_approved_for_deeds_of_that_year(
    session: Session, world: PointsWorld
) -> None:
    rule = add_rule(session, world, 10, cap=20)
    year = clock.today().year
    days = [d for d in (clock.today() - timedelta(days=n) for n in range(8)) if d.year == year]
    if len(days) < 3:
        pytest.skip("the first days of a year")
    claims = [claim_of(session, world, rule=rule, day=day) for day in days[:3]]
    services.approve_claim(session, world.committee, claims[0].public_id)
    services.approve_claim(session, world.committee, claims[1].public_id)
    with pytest.raises(CapReached) as refused:
        services.approve_claim(session, world.committee, claims[2].public_id)
    assert (refused.value.yearly_cap, refused.value.left) == (20, 0)
    assert points_balance(session, world.household.ledger_ref) == 120


def test_points_beyond_the_cover_are_not_issued(session: Session, world: PointsWorld) -> None:
    # The shelf is worth 20 x 1200 + 50 x 250 = 36,500 fen; 100 points are out.
    schemes.set_cover(session, SYSTEM, world.village.parent_id, fund_fen=3_500, rate_fen=400)
    with pytest.raises(NotCovered) as refused:
        services.approve_claim(session, world.committee, claim_of(session, world).public_id)
    assert (refused.value.needed_fen, refused.value.backing_fen) == (44_000, 40_000)
    schemes.set_cover(session, SYSTEM, world.village.parent_id, fund_fen=7_500, rate_fen=400)
    claim = session.scalars(select(PointsClaim).where(PointsClaim.state == "recorded")).one()
    services.approve_claim(session, world.committee, claim.public_id)
    finding = next(f for f in checks.run(session) if f.name.startswith("I09"))
    assert (finding.looked_at, finding.wrong) == (1, 0)


def test_a_cover_below_the_points_is_found(session: Session, world: PointsWorld) -> None:
    schemes.set_cover(session, SYSTEM, world.village.id, fund_fen=0, rate_fen=100_000)
    assert next(f for f in checks.run(session) if f.name.startswith("I09")).wrong == 1
    schemes.set_cover(session, SYSTEM, world.village.id, fund_fen=0, rate_fen=100_000, enforced=False)


def test_a_guest_sees_no_claims(session: Session, world: PointsWorld) -> None:
    claim_of(session, world)
    assert queries.waiting_claims(session, Actor(None, "guest")) == []
    assert queries.count_waiting(session, world.committee) == 1
