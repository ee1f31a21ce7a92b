"""Reading points rules and what covers the points."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core import clock
from core.errors import NotFound
from ledger import queries as ledger_queries
from points import books
from points.redemptions.models import Redemption
from points.schemes.models import PointsCover, PointsRule
from points.schemes.values import CoverState
from points.supermarkets.models import Store
from registry.models import Region


def rules_for_village(session: Session, village_id: int) -> list[PointsRule]:
    """Return the open rules that hold in a village, by category and points."""
    village = aliased(Region)
    return list(
        session.scalars(
            select(PointsRule)
            .join(Region, Region.id == PointsRule.region_id)
            .join(village, village.id == village_id)
            .where(
                village.path.startswith(Region.path),
                PointsRule.closed_on.is_(None) | (PointsRule.closed_on > clock.today()),
            )
            .order_by(PointsRule.category, PointsRule.points, PointsRule.id)
        )
    )


def get_rule_for_village(session: Session, public_id: str, village_id: int) -> PointsRule:
    """Return an open rule that holds in a village, else `NotFound`."""
    for rule in rules_for_village(session, village_id):
        if rule.public_id == public_id:
            return rule
    raise NotFound("rule")


def rules_by_id(session: Session, ids: frozenset[int]) -> dict[int, PointsRule]:
    """Return rules by id, closed ones too."""
    if not ids:
        return {}
    return {rule.id: rule for rule in session.scalars(select(PointsRule).where(PointsRule.id.in_(ids)))}


def lock_covers(session: Session, village_id: int) -> list[CoverState]:
    """Lock the covers of the regions above a village, in id order, and return how each stands."""
    village = aliased(Region)
    rows = session.execute(
        select(PointsCover, Region.path)
        .join(Region, Region.id == PointsCover.region_id)
        .join(village, village.id == village_id)
        .where(village.path.startswith(Region.path))
        .order_by(PointsCover.region_id)
        .with_for_update(of=PointsCover)
    ).all()
    return [_state(session, row.PointsCover, row.path) for row in rows]


def _state(session: Session, cover: PointsCover, path: str) -> CoverState:
    below = select(Region.id).where(Region.path.startswith(path, autoescape=True))
    codes = session.scalars(
        select(Region.code).where(Region.path.startswith(path, autoescape=True), Region.level == "village")
    ).all()
    stores = session.scalars(select(Store.public_id).where(Store.village_id.in_(below))).all()
    issued = [books.issued(code).code for code in codes]
    goods = [books.store_goods(public_id).code for public_id in stores]
    balances = ledger_queries.balances(session, [*issued, *goods])
    redeemed = session.scalar(
        select(func.coalesce(func.sum(Redemption.points), 0)).where(Redemption.village_id.in_(below))
    )
    return CoverState(
        cover.region_id,
        sum(balances[code].settled for code in issued) - int(redeemed or 0),
        cover.rate_fen,
        sum(balances[code].settled for code in goods),
        cover.fund_fen,
        cover.enforced,
    )
