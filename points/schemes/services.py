"""Use cases of points rules and covers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.permissions import Actor
from points.schemes.errors import BadRule
from points.schemes.models import PointsCover, PointsRule
from points.schemes.values import NewRule


def add_rule(session: Session, actor: Actor, new: NewRule) -> PointsRule:
    """Add a rule that holds in a region and everything below it."""
    if not 0 < new.points <= new.yearly_cap <= 100_000 or not new.title_zh.strip():
        raise BadRule
    rule = PointsRule(
        public_id=ids.public_id(),
        region_id=new.region_id,
        category=new.category.value,
        title_zh=new.title_zh,
        title_en=new.title_en,
        description_zh=new.description_zh,
        description_en=new.description_en,
        points=new.points,
        yearly_cap=new.yearly_cap,
        lasting_months=new.lasting_months,
        created_at=clock.now(),
    )
    session.add(rule)
    session.flush()
    audit.record(
        session,
        actor,
        "points rule added",
        "points_rule",
        rule.public_id,
        after={"points": new.points, "yearly_cap": new.yearly_cap, "region_id": new.region_id},
    )
    return rule


def close_rule(session: Session, actor: Actor, rule_id: int, closed_on: date) -> None:
    """End a rule on a day; claims recorded before are still decided on."""
    session.execute(update(PointsRule).where(PointsRule.id == rule_id).values(closed_on=closed_on))
    audit.record(
        session, actor, "points rule closed", "points_rule", rule_id, after={"closed_on": str(closed_on)}
    )


def set_cover(
    session: Session,
    actor: Actor,
    region_id: int,
    *,
    fund_fen: int,
    rate_fen: int = 100,
    enforced: bool = True,
) -> None:
    """Say what must stand behind the points of a region: its stores' goods and `fund_fen`, at `rate_fen` a point."""
    if rate_fen <= 0 or fund_fen < 0:
        raise BadRule
    values = {"fund_fen": fund_fen, "rate_fen": rate_fen, "enforced": enforced, "changed_at": clock.now()}
    session.execute(
        insert(PointsCover)
        .values(region_id=region_id, **values)
        .on_conflict_do_update(index_elements=[PointsCover.region_id], set_=values)
    )
    audit.record(
        session,
        actor,
        "points cover set",
        "region",
        region_id,
        after={"fund_fen": fund_fen, "rate_fen": rate_fen, "enforced": enforced},
    )
