"""The operator sets up nodes with their people, and says after how many days receipt confirms itself."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from accounts import services as account_services
from accounts.models import RoleGrant
from accounts.values import Role
from core import audit, clock, ids
from core.permissions import Actor
from registry import queries as registry_queries
from registry.models import Region
from registry.values import RegionLevel
from shop.fulfilment import queries
from shop.fulfilment.errors import NodeInUse, NodeMisplaced, PeriodInThePast, PersonUnknown
from shop.fulfilment.models import Node, ReceiptPeriod
from shop.fulfilment.values import DEFAULT_REMIND_DAYS, NewNode, NodeKind

KINDS: dict[str, NodeKind] = {
    RegionLevel.COUNTY: NodeKind.COUNTY,
    RegionLevel.TOWN: NodeKind.TOWNSHIP,
    RegionLevel.VILLAGE: NodeKind.VILLAGE,
}


def add_node(session: Session, actor: Actor, region_id: int, new: NewNode) -> Node:
    """Open the node of a county, town or village (`NodeMisplaced` elsewhere) with its people (`PersonUnknown`)."""
    region = session.get(Region, region_id)
    kind = KINDS.get(region.level) if region is not None else None
    if kind is None:
        raise NodeMisplaced
    node = Node(public_id=ids.public_id(), kind=kind.value, region_id=region_id, opened_at=clock.now())
    _write(session, node, new)
    session.add(node)
    session.flush()
    _grant(session, actor, node)
    audit.record(session, actor, "node opened", "node", node.public_id, after=_told(node))
    return node


def change_node(session: Session, actor: Actor, public_id: str, new: NewNode) -> None:
    """Say anew what a node is called, where it is and who keeps it; its kind and region stay."""
    node = queries.get_node(session, public_id, lock=True)
    before = _told(node)
    former = {node.keeper_user_id, node.courier_user_id}
    _write(session, node, new)
    session.flush()
    _grant(session, actor, node)
    for user_id in former - {node.keeper_user_id, node.courier_user_id, None}:
        assert user_id is not None
        _take_back(session, actor, user_id, node.region_id)
    if _told(node) != before:
        audit.record(session, actor, "node changed", "node", public_id, before=before, after=_told(node))


def close_node(session: Session, actor: Actor, public_id: str) -> None:
    """Let a node take no new parcels; refused while parcels lie there or are bound for it (`NodeInUse`)."""
    node = queries.get_node(session, public_id, lock=True)
    if node.closed_at is not None:
        return
    bound = queries.parcels_bound_for(session, node)
    if bound:
        raise NodeInUse(bound)
    node.closed_at = clock.now()
    session.flush()
    audit.record(session, actor, "node closed", "node", public_id)


def reopen_node(session: Session, actor: Actor, public_id: str) -> None:
    """Let a closed node take parcels again."""
    node = queries.get_node(session, public_id, lock=True)
    if node.closed_at is None:
        return
    node.closed_at = None
    session.flush()
    audit.record(session, actor, "node reopened", "node", public_id)


def set_receipt_days(
    session: Session, actor: Actor, valid_from: date, days: int, remind_days: int = DEFAULT_REMIND_DAYS
) -> None:
    """Set after how many days receipt confirms itself, for what is sent from a day to come on.

    From that day on buyers are reminded of a parcel that waits after `remind_days`, and once more after as many.
    """
    if valid_from <= clock.today():
        raise PeriodInThePast
    values = {
        "days": days,
        "remind_days": remind_days,
        "set_at": clock.now(),
        "set_by_user_id": actor.user_id,
    }
    session.execute(
        insert(ReceiptPeriod)
        .values(valid_from=valid_from, **values)
        .on_conflict_do_update(index_elements=[ReceiptPeriod.valid_from], set_=values)
    )
    audit.record(
        session,
        actor,
        "receipt days set",
        "setting",
        "receipt days",
        after={"days": days, "remind_days": remind_days, "valid_from": valid_from.isoformat()},
    )


def _write(session: Session, node: Node, new: NewNode) -> None:
    node.name_zh = new.name_zh
    node.name_en = new.name_en
    node.address = new.address
    node.hours = new.hours
    node.keeper_user_id = _person(session, "keeper", new.keeper)
    node.courier_user_id = _person(session, "courier", new.courier)


def _person(session: Session, field: str, login: str) -> int | None:
    if not login:
        return None
    user = account_queries.find_user_by_login(session, login)
    if user is None:
        raise PersonUnknown(field)
    return user.id


def _grant(session: Session, actor: Actor, node: Node) -> None:
    """Let the people of a node in at the pages of their task."""
    region = registry_queries.get_region(session, node.region_id)
    for user_id in sorted({node.keeper_user_id, node.courier_user_id} - {None}, key=lambda found: found or 0):
        assert user_id is not None
        held = session.scalar(
            select(RoleGrant.id).where(
                RoleGrant.user_id == user_id,
                RoleGrant.role == Role.NODE_KEEPER.value,
                RoleGrant.region_id == region.id,
                RoleGrant.valid_until.is_(None),
            )
        )
        if held is None:
            account_services.grant_role(
                session, actor, user_id, Role.NODE_KEEPER, region_id=region.id, region_path=region.path
            )


def _take_back(session: Session, actor: Actor, user_id: int, region_id: int) -> None:
    """End the role of somebody who has no node left in a region."""
    if not queries.keeps_in(session, user_id, region_id):
        account_services.end_role(session, actor, user_id, Role.NODE_KEEPER, region_id=region_id)


def _told(node: Node) -> dict[str, object]:
    return {
        "kind": node.kind,
        "name": node.name_zh,
        "address": node.address,
        "hours": node.hours,
        "keeper": node.keeper_user_id,
        "courier": node.courier_user_id,
    }
