"""Use cases of claims: recording a deed, approving it (which issues the points), refusing it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.values import Role
from core import audit, clock, events, ids
from core.errors import Forbidden
from core.permissions import Actor
from ledger import services as ledger
from ledger.values import Fact, Leg
from points import books
from points.awards import queries, rules
from points.awards.errors import CapReached, DeedRecordedBefore
from points.awards.events import ClaimRefused, PointsIssued
from points.awards.models import PointsClaim
from points.awards.values import ClaimState, NewClaim
from points.schemes import queries as scheme_queries
from points.schemes import rules as scheme_rules
from points.schemes.errors import NotCovered
from points.schemes.models import PointsRule
from registry import queries as registry_queries
from registry.models import Household, Region


def record_claim(session: Session, actor: Actor, new: NewClaim) -> PointsClaim:
    """Write down a deed of a household of the cadre's villages; the points are those of the rule.

    The same form sent twice gives the same claim. Refuses days ahead or over a year back, the own household, a deed
    recorded before, and one that cannot be approved because the year's cap is reached.
    """
    user_id = _person(actor)
    key = f"claim:{user_id}:{new.once}"
    household = registry_queries.get_household(session, actor, new.household_public_id, Role.CADRE.value)
    rule = scheme_queries.get_rule_for_village(session, new.rule_public_id, household.village_id)
    rules.check_recorder(actor.household_id, household.id)
    rules.check_day(new.happened_on, clock.today())
    known = queries.find_claim_by_key(session, key)
    if known is not None:
        return known
    _check_cap(session, household.id, rule, new.happened_on.year)
    statement = (
        insert(PointsClaim)
        .values(
            public_id=ids.public_id(),
            idem_key=key,
            household_id=household.id,
            village_id=household.village_id,
            rule_id=rule.id,
            points=rule.points,
            deed=new.deed.strip(),
            evidence=new.evidence,
            happened_on=new.happened_on,
            recorder_user_id=user_id,
            recorded_at=clock.now(),
            state=ClaimState.RECORDED.value,
            reason="",
        )
        .on_conflict_do_nothing()
        .returning(PointsClaim.id)
    )
    added = session.scalar(statement)
    if added is None:
        known = queries.find_claim_by_key(session, key)
        if known is not None:
            return known
        raise DeedRecordedBefore
    claim = session.get_one(PointsClaim, added)
    audit.record(
        session,
        actor,
        "points claim recorded",
        "points_claim",
        claim.public_id,
        after={"rule": rule.public_id, "points": rule.points, "happened_on": str(new.happened_on)},
    )
    return claim


def approve_claim(session: Session, actor: Actor, public_id: str, reason: str = "") -> PointsClaim:
    """Approve a deed and issue its points in the same step.

    Refuses a decided claim, the recorder, a member of the same household, more than the yearly cap, and points that
    goods and fund of the region do not cover (where a cover is enforced).
    """
    claim = _lock_for_decision(session, actor, public_id)
    rule = session.get_one(PointsRule, claim.rule_id)
    queries.lock_household(session, claim.household_id)
    _check_cap(session, claim.household_id, rule, claim.happened_on.year, claim.points)
    _check_cover(session, claim)
    household, village_code = _household_and_village(session, claim)
    moment = clock.now()
    _decide(claim, actor, ClaimState.APPROVED, reason.strip())
    session.flush()
    purse = books.household_points(household.ledger_ref)
    posted = ledger.post(
        session,
        actor,
        Fact("points_issued", "points_claim", claim.public_id, effective_at=moment),
        [Leg(books.issued(village_code), purse, claim.points)],
    )
    ledger.issue_lot(
        session,
        purse,
        posted,
        claim.points,
        origin="earned",
        expires_on=scheme_rules.runs_out_on(clock.today(), rule.lasting_months),
    )
    audit.record(
        session,
        actor,
        "points claim approved",
        "points_claim",
        claim.public_id,
        before={"state": ClaimState.RECORDED},
        after={"state": ClaimState.APPROVED, "points": claim.points},
        reason=claim.reason,
    )
    events.publish(session, PointsIssued(claim.id, claim.household_id, claim.points))
    return claim


def refuse_claim(session: Session, actor: Actor, public_id: str, reason: str) -> PointsClaim:
    """Refuse a deed with a reason that the household sees."""
    claim = _lock_for_decision(session, actor, public_id)
    _decide(claim, actor, ClaimState.REFUSED, rules.check_reason(reason))
    session.flush()
    audit.record(
        session,
        actor,
        "points claim refused",
        "points_claim",
        claim.public_id,
        before={"state": ClaimState.RECORDED},
        after={"state": ClaimState.REFUSED},
        reason=claim.reason,
    )
    events.publish(session, ClaimRefused(claim.id, claim.household_id))
    return claim


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise Forbidden("a person does this")
    return actor.user_id


def _lock_for_decision(session: Session, actor: Actor, public_id: str) -> PointsClaim:
    user_id = _person(actor)
    claim = queries.lock_claim(session, actor, public_id)
    rules.check_decider(
        state=ClaimState(claim.state),
        recorder_user_id=claim.recorder_user_id,
        household_id=claim.household_id,
        user_id=user_id,
        own_household_id=actor.household_id,
    )
    return claim


def _check_cap(
    session: Session, household_id: int, rule: PointsRule, year: int, points: int | None = None
) -> None:
    approved = queries.approved_in_year(session, household_id, rule.id, year)
    if not scheme_rules.fits_cap(rule.yearly_cap, approved, rule.points if points is None else points):
        raise CapReached(rule.yearly_cap, scheme_rules.left_under_cap(rule.yearly_cap, approved))


def _check_cover(session: Session, claim: PointsClaim) -> None:
    for cover in scheme_queries.lock_covers(session, claim.village_id):
        if cover.enforced and not scheme_rules.is_covered(cover, claim.points):
            raise NotCovered(scheme_rules.needed_fen(cover, claim.points), scheme_rules.backing_fen(cover))


def _household_and_village(session: Session, claim: PointsClaim) -> tuple[Household, str]:
    row = session.execute(
        select(Household, Region.code)
        .join(Region, Region.id == claim.village_id)
        .where(Household.id == claim.household_id)
    ).one()
    return row.Household, row.code


def _decide(claim: PointsClaim, actor: Actor, state: ClaimState, reason: str) -> None:
    claim.state = state.value
    claim.decided_by_user_id = actor.user_id
    claim.decided_at = clock.now()
    claim.reason = reason
