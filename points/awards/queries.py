"""Reading claims, always within the villages of the one who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from accounts.values import Role
from core.db import table_of
from core.errors import NotFound
from core.permissions import Actor
from points.awards.models import PointsClaim
from points.awards.values import ClaimState
from points.schemes.models import PointsRule
from registry.models import Household, Region
from registry.queries import within


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim as desks show it; `householder` is for people with a role in the village only."""

    id: int
    public_id: str
    household_id: int
    rule_id: int
    householder: str
    village_zh: str
    village_en: str
    rule_zh: str
    rule_en: str
    category: str
    points: int
    yearly_cap: int
    deed: str
    evidence: str | None
    happened_on: date
    recorded_at: datetime
    recorder_user_id: int
    recorder: str
    state: ClaimState
    decider: str | None
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class HouseholdChoice:
    """A household in the cadre's list."""

    public_id: str
    householder: str
    village_zh: str
    village_en: str
    members_count: int
    labour_exempt: bool
    phone_ending: str


@dataclass(frozen=True, slots=True)
class OwnClaim:
    """A claim as its household sees it."""

    public_id: str
    rule_zh: str
    rule_en: str
    deed: str
    points: int
    happened_on: date
    recorded_at: datetime
    state: ClaimState
    decided_at: datetime | None
    reason: str


def _rows() -> Select[*tuple[Any, ...]]:
    recorder, decider = aliased(User), aliased(User)
    return (
        select(
            PointsClaim.id,
            PointsClaim.public_id,
            PointsClaim.household_id,
            PointsClaim.rule_id,
            Household.householder,
            Region.name_zh,
            Region.name_en,
            PointsRule.title_zh,
            PointsRule.title_en,
            PointsRule.category,
            PointsClaim.points,
            PointsRule.yearly_cap,
            PointsClaim.deed,
            PointsClaim.evidence,
            PointsClaim.happened_on,
            PointsClaim.recorded_at,
            PointsClaim.recorder_user_id,
            recorder.name,
            PointsClaim.state,
            decider.name,
            PointsClaim.decided_at,
            PointsClaim.reason,
        )
        .join(Household, Household.id == PointsClaim.household_id)
        .join(Region, Region.id == PointsClaim.village_id)
        .join(PointsRule, PointsRule.id == PointsClaim.rule_id)
        .join(recorder, recorder.id == PointsClaim.recorder_user_id)
        .outerjoin(decider, decider.id == PointsClaim.decided_by_user_id)
    )


def _claim_row(row: tuple[object, ...]) -> ClaimRow:
    values = list(row)
    values[18] = ClaimState(str(values[18]))
    return ClaimRow(*values)  # type: ignore[arg-type]


def visible_claims(
    session: Session,
    actor: Actor,
    role: Role,
    *,
    state: ClaimState | None = None,
    limit: int = 25,
    offset: int = 0,
) -> tuple[list[ClaimRow], int]:
    """Return claims of the villages in which the actor holds `role`, newest first, and how many there are."""
    conditions = [within(actor.region_paths(role.value))]
    if state is not None:
        conditions.append(PointsClaim.state == state.value)
    statement = _rows().where(*conditions).order_by(PointsClaim.id.desc()).limit(limit).offset(offset)
    total = session.scalar(
        select(func.count())
        .select_from(PointsClaim)
        .join(Region, Region.id == PointsClaim.village_id)
        .where(*conditions)
    )
    return [_claim_row(tuple(row)) for row in session.execute(statement)], total or 0


def waiting_claims(session: Session, actor: Actor, *, limit: int = 50) -> list[ClaimRow]:
    """Return the oldest claims that wait for the committee of the actor's villages."""
    statement = (
        _rows()
        .where(
            PointsClaim.state == ClaimState.RECORDED.value, within(actor.region_paths(Role.COMMITTEE.value))
        )
        .order_by(PointsClaim.id)
        .limit(limit)
    )
    return [_claim_row(tuple(row)) for row in session.execute(statement)]


def decided_claims(
    session: Session, actor: Actor, *, limit: int = 25, offset: int = 0
) -> tuple[list[ClaimRow], int]:
    """Return what was decided in the committee member's villages, newest decision first, and how many there are."""
    conditions = [
        within(actor.region_paths(Role.COMMITTEE.value)),
        PointsClaim.state != ClaimState.RECORDED.value,
    ]
    statement = (
        _rows()
        .where(*conditions)
        .order_by(PointsClaim.decided_at.desc(), PointsClaim.id.desc())
        .limit(limit)
        .offset(offset)
    )
    total = session.scalar(
        select(func.count())
        .select_from(PointsClaim)
        .join(Region, Region.id == PointsClaim.village_id)
        .where(*conditions)
    )
    return [_claim_row(tuple(row)) for row in session.execute(statement)], total or 0


def count_waiting(session: Session, actor: Actor) -> int:
    """Count what waits for the committee of the actor's villages."""
    return (
        session.scalar(
            select(func.count())
            .select_from(PointsClaim)
            .join(Region, Region.id == PointsClaim.village_id)
            .where(
                PointsClaim.state == ClaimState.RECORDED.value,
                within(actor.region_paths(Role.COMMITTEE.value)),
            )
        )
        or 0
    )


def lock_claim(session: Session, actor: Actor, public_id: str) -> PointsClaim:
    """Lock a claim of the committee member's villages, else `NotFound`."""
    claim = session.scalar(
        select(PointsClaim)
        .join(Region, Region.id == PointsClaim.village_id)
        .where(PointsClaim.public_id == public_id, within(actor.region_paths(Role.COMMITTEE.value)))
        .with_for_update(of=PointsClaim)
        .execution_options(populate_existing=True)
    )
    if claim is None:
        raise NotFound("claim")
    return claim


def lock_household(session: Session, household_id: int) -> None:
    """Let only one decision about a household's points run at a time."""
    session.execute(select(Household.id).where(Household.id == household_id).with_for_update(key_share=True))


def approved_in_year(session: Session, household_id: int, rule_id: int, year: int) -> int:
    """Return the points approved for a household under a rule for deeds of a calendar year."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(PointsClaim.points), 0)).where(
                PointsClaim.household_id == household_id,
                PointsClaim.rule_id == rule_id,
                PointsClaim.state == ClaimState.APPROVED.value,
                PointsClaim.happened_on.between(date(year, 1, 1), date(year, 12, 31)),
            )
        )
        or 0
    )


def approved_by_rule(session: Session, pairs: list[tuple[int, int, int]]) -> dict[tuple[int, int, int], int]:
    """Return approved points by (household, rule, year of the deed) for the given triples, in one query."""
    if not pairs:
        return {}
    year = func.extract("year", PointsClaim.happened_on)
    rows = session.execute(
        select(
            PointsClaim.household_id,
            PointsClaim.rule_id,
            year,
            func.sum(PointsClaim.points),
        )
        .where(
            PointsClaim.state == ClaimState.APPROVED.value,
            PointsClaim.household_id.in_({household for household, _, _ in pairs}),
            PointsClaim.rule_id.in_({rule for _, rule, _ in pairs}),
        )
        .group_by(PointsClaim.household_id, PointsClaim.rule_id, year)
    )
    return {(row[0], row[1], int(row[2])): int(row[3]) for row in rows}


def find_claim_by_key(session: Session, idem_key: str) -> PointsClaim | None:
    """Return the claim that a form's token made, if it did."""
    return session.scalar(select(PointsClaim).where(PointsClaim.idem_key == idem_key))


def choose_household(
    session: Session, actor: Actor, query: str = "", *, limit: int = 30
) -> tuple[list[HouseholdChoice], int]:
    """Return households of the cadre's villages whose name, village or phone ending fits `query`, and how many do."""
    conditions = [within(actor.region_paths(Role.CADRE.value)), Household.closed_on.is_(None)]
    wanted = query.strip()
    if wanted:
        conditions.append(
            or_(
                Household.householder.contains(wanted, autoescape=True),
                Region.name_zh.contains(wanted, autoescape=True),
                func.lower(Region.name_en).contains(wanted.lower(), autoescape=True),
                Household.phone.endswith(wanted, autoescape=True),
            )
        )
    statement = (
        select(
            Household.public_id,
            Household.householder,
            Region.name_zh,
            Region.name_en,
            Household.members_count,
            Household.labour_exempt,
            func.coalesce(func.right(Household.phone, 4), ""),
            func.count().over(),
        )
        .join(Region, Region.id == Household.village_id)
        .where(*conditions)
        .order_by(Region.code, Household.householder, Household.id)
        .limit(limit)
    )
    rows = session.execute(statement).all()
    return [HouseholdChoice(*row[:7]) for row in rows], rows[0][7] if rows else 0


def claims_of_household(session: Session, household_id: int, *, limit: int = 20) -> list[OwnClaim]:
    """Return a household's own claims, newest first."""
    return _own_claims(session, PointsClaim.household_id == household_id, limit=limit)


def _own_claims(session: Session, condition: ColumnElement[bool], *, limit: int) -> list[OwnClaim]:
    rows = session.execute(
        select(
            PointsClaim.public_id,
            PointsRule.title_zh,
            PointsRule.title_en,
            PointsClaim.deed,
            PointsClaim.points,
            PointsClaim.happened_on,
            PointsClaim.recorded_at,
            PointsClaim.state,
            PointsClaim.decided_at,
            PointsClaim.reason,
        )
        .join(PointsRule, PointsRule.id == PointsClaim.rule_id)
        .where(condition)
        .order_by(PointsClaim.id.desc())
        .limit(limit)
    )
    return [
        OwnClaim(row[0], row[1], row[2], row[3], row[4], row[5], row[6], ClaimState(row[7]), row[8], row[9])
        for row in rows
    ]


def earned_since(session: Session, household_id: int, since: datetime) -> int:
    """Return the points issued to a household since a moment."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(PointsClaim.points), 0)).where(
                PointsClaim.household_id == household_id,
                PointsClaim.state == ClaimState.APPROVED.value,
                PointsClaim.decided_at >= since,
            )
        )
        or 0
    )


def get_own_claim(session: Session, claim_id: int) -> tuple[int, OwnClaim]:
    """Return a claim as its household sees it, after the household's id."""
    household_id = session.scalars(select(PointsClaim.household_id).where(PointsClaim.id == claim_id)).one()
    return household_id, _own_claims(session, PointsClaim.id == claim_id, limit=1)[0]


# Sent twice with every redemption, so built once, over the plain table.
_claims = table_of(PointsClaim)
_HAND_IN = (
    select(_claims.c.id)
    .where(
        _claims.c.household_id == bindparam("household_id", type_=BigInteger),
        _claims.c.state == ClaimState.APPROVED.value,
        _claims.c.decided_at >= bindparam("since", type_=DateTime(timezone=True)),
        bindparam("user_id", type_=BigInteger).in_(
            [_claims.c.recorder_user_id, _claims.c.decided_by_user_id]
        ),
    )
    .limit(1)
)


def had_a_hand_in(session: Session, user_id: int, household_id: int, since: datetime) -> bool:
    """Say whether somebody recorded or approved points that a household got since a moment."""
    asked = {"user_id": user_id, "household_id": household_id, "since": since}
    return session.scalar(_HAND_IN, asked) is not None
