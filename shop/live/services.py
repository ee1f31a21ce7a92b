"""Use cases of live sessions: planning one, setting packs aside, opening, ending, calling off.

A session's packs are a variant of their own (`edition_of` the ordinary one) with a stock of their own, so nothing that
orders, holds, pays or gives back needs to know of sessions. Locks: the session, the product, its variants, the stock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import audit, clock, events, ids
from core.db import lock_keys
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from registry.models import Region
from shop.catalogue.errors import ChangedMeanwhile
from shop.catalogue.events import PriceChanged, PricesChanged
from shop.catalogue.models import Product, Variant
from shop.catalogue.services.owning import in_audit, own_variant, require_version
from shop.catalogue.values import Changes, Charge
from shop.certification.queries import certificate_ids
from shop.live import queries, rules
from shop.live.errors import DearerThanOrdinary, NotForSession, NotInMultiples, TooManyItems
from shop.live.models import LiveItem, LiveSession
from shop.live.values import (
    LEFT_OVER,
    MOST_ITEMS,
    RUNNING,
    SET_ASIDE,
    TAKEN_BACK,
    Ineligible,
    Plan,
    SessionState,
)
from shop.stock import services as stock


def plan_session(session: Session, actor: Actor, host_id: int, plan: Plan, *, once: str) -> LiveSession:
    """Plan a session of a host to which the actor belongs (`NotFound` else); a form sent twice plans it once."""
    if host_id not in [host.id for host in queries.hosts_of(session, actor)]:
        raise NotFound("host")
    lock_keys(session, f"live session {once}")
    known = session.scalar(
        select(LiveSession).where(LiveSession.once == once, LiveSession.host_id == host_id)
    )
    if known is not None:
        return known
    rules.check_plan(plan, clock.now())
    live = LiveSession(
        public_id=ids.public_id(),
        once=once,
        host_id=host_id,
        state=SessionState.PLANNED.value,
        made_at=clock.now(),
        made_by_user_id=actor.user_id,
        reason="",
        **{name: getattr(plan, name) for name in Plan.__dataclass_fields__},
    )
    session.add(live)
    session.flush()
    _told(session, actor, live, "live session planned")
    return live


def edit_session(session: Session, actor: Actor, public_id: str, plan: Plan, *, version: int) -> Changes:
    """Change what is planned, of an open session everything but its start; returns what was changed, by field.

    `version` is the one that the form showed: refused when somebody changed the plan since (`ChangedMeanwhile`). An edit
    that changes nothing is no edit.
    """
    live = _own(session, actor, public_id)
    rules.require_state(live.state, RUNNING)
    opened = live.state == SessionState.OPEN
    if opened:
        plan = replace(plan, starts_at=live.starts_at)
    changes = _changes(live, plan)
    if not changes:
        return {}
    require_version(session, "live_session", live.public_id, version, live.version)
    rules.check_plan(plan, clock.now(), opened=opened)
    _change(session, actor, live, changes, "live session edited")
    return changes


def set_aside(
    session: Session,
    actor: Actor,
    public_id: str,
    ordinary_public_id: str,
    packs: int,
    price_fen: int | None = None,
    most_per_buyer: int | None = None,
    *,
    version: int | None = None,
    once: str,
) -> LiveItem:
    """Set packs of an own certified product aside for a session, more of them where some are already.

    They leave the ordinary stock in the same step; never more than is free there (`OutOfStock` says how many are). The
    price (fen) may lie below the ordinary one, its parts keep the proportions, and there is no ladder; a buyer gets
    `most_per_buyer` packs, or with None as many as there are. Once the session is open both stay (`price_fen` None: both
    as they are, at first the ordinary price and no limit). Another price or limit than now is refused when somebody changed
    them since the `version` that was shown (`ChangedMeanwhile`). A form sent twice counts once.
    """
    live = queries.lock_session(session, queries.get_session(session, public_id).id)
    rules.require_state(live.state, RUNNING)
    ordinary_id = queries.ordinary_id(session, ordinary_public_id)
    product, ordinary = own_variant(session, actor, ordinary_id)
    _require_eligible(session, live, product, ordinary)
    if packs < 1 or packs % ordinary.pack_multiple:
        raise NotInMultiples(ordinary.pack_multiple)
    if price_fen is not None and not 1 <= price_fen <= ordinary.price_fen:
        raise DearerThanOrdinary(ordinary.price_fen)
    if most_per_buyer is not None and (most_per_buyer < 1 or most_per_buyer % ordinary.pack_multiple):
        raise NotInMultiples(ordinary.pack_multiple, "most_per_buyer")
    item = session.scalar(
        select(LiveItem).where(LiveItem.session_id == live.id, LiveItem.ordinary_id == ordinary.id)
    )
    if item is None:
        if queries.count_items(session, live.id) >= MOST_ITEMS:
            raise TooManyItems
        item = _add_item(session, live, ordinary, price_fen or ordinary.price_fen, most_per_buyer)
    elif price_fen is not None and live.state == SessionState.PLANNED:
        edition = session.get_one(Variant, item.variant_id, populate_existing=True)
        if (edition.price_fen, edition.most_per_buyer) != (price_fen, most_per_buyer):
            if version is not None and version != edition.version:
                raise ChangedMeanwhile(edition.version, {})
            _price(edition, ordinary, price_fen)
            edition.most_per_buyer = most_per_buyer
            edition.version += 1
    if stock.move_stock(session, actor, ordinary.id, item.variant_id, packs, SET_ASIDE, once=once):
        item.set_aside += packs
        session.flush()
        edition = session.get_one(Variant, item.variant_id)
        _told(
            session,
            actor,
            live,
            "packs set aside",
            {
                "product": product.slug,
                "pack": ordinary.sku,
                "packs": packs,
                "price_fen": edition.price_fen,
                "most_per_buyer": edition.most_per_buyer,
            },
        )
    return item


def take_back(
    session: Session, actor: Actor, public_id: str, ordinary_public_id: str, packs: int, *, once: str
) -> None:
    """Take own packs that nobody has bought or holds back into the ordinary stock, while the session is not over."""
    live = queries.lock_session(session, queries.get_session(session, public_id).id)
    rules.require_state(live.state, RUNNING)
    product, ordinary = own_variant(session, actor, queries.ordinary_id(session, ordinary_public_id))
    item = session.scalar(
        select(LiveItem).where(LiveItem.session_id == live.id, LiveItem.ordinary_id == ordinary.id)
    )
    if item is None:
        raise NotFound("item")
    if packs < 1 or packs % ordinary.pack_multiple:
        raise NotInMultiples(ordinary.pack_multiple)
    if stock.move_stock(session, actor, item.variant_id, ordinary.id, packs, TAKEN_BACK, once=once):
        item.set_aside -= packs
        session.flush()
        _told(
            session,
            actor,
            live,
            "packs taken back",
            {"product": product.slug, "pack": ordinary.sku, "packs": packs},
        )


def open_session(session: Session, actor: Actor, public_id: str) -> None:
    """Open a planned session: from now on its packs can be ordered. Opening an open one does nothing."""
    live = _own(session, actor, public_id)
    if live.state != SessionState.OPEN:
        rules.require_state(live.state, [SessionState.PLANNED])
        _open(session, actor, live)


def end_session(session: Session, actor: Actor, public_id: str) -> None:
    """End an open session: what nobody holds is back in the ordinary stock at once. Ending an ended one does nothing."""
    live = _own(session, actor, public_id)
    if live.state != SessionState.ENDED:
        rules.require_state(live.state, [SessionState.OPEN])
        _close(session, actor, live, SessionState.ENDED)


def call_off_session(session: Session, actor: Actor, public_id: str, reason: str) -> None:
    """Call off a session of one's own, or as the operator any, with a reason that buyers read; everything goes back."""
    if not reason.strip():
        raise ValueError("calling off has a reason")
    live = _own(session, actor, public_id, operator_too=True)
    if live.state != SessionState.CALLED_OFF:
        rules.require_state(live.state, RUNNING)
        live.reason = reason.strip()
        _close(session, actor, live, SessionState.CALLED_OFF)


def follow_clock(session: Session, session_id: int) -> int:
    """Open or end a session whose time has come, or bring back what came back to an ended one; 1 if anything was done."""
    live = queries.lock_session(session, session_id)
    due = rules.due_state(live.state, live.starts_at, live.ends_at, clock.now())
    if due is SessionState.OPEN:
        _open(session, SYSTEM, live)
    elif due is SessionState.ENDED:
        _close(session, SYSTEM, live, due)
    elif live.closed_at is None or not _return_free(session, SYSTEM, live):
        return 0
    return 1


@events.on(PriceChanged)
def follow_ordinary_price(session: Session, event: PriceChanged) -> None:
    """Keep the prices of sessions that are not over at or below the ordinary price, with its proportions."""
    _follow_prices(session, [event.variant_id])


@events.on(PricesChanged)
def follow_ordinary_prices(session: Session, event: PricesChanged) -> None:
    """Do the same for many."""
    _follow_prices(session, event.variant_ids)


def _follow_prices(session: Session, ordinary_ids: Sequence[int]) -> None:
    for edition in queries.running_editions(session, ordinary_ids):
        _price(edition, session.get_one(Variant, edition.edition_of), edition.price_fen)
    session.flush()


def _own(session: Session, actor: Actor, public_id: str, *, operator_too: bool = False) -> LiveSession:
    """Return a session of a host to which the actor belongs, locked; `NotFound` for others."""
    live = queries.lock_session(session, queries.get_session(session, public_id).id)
    if not queries.is_host(session, actor, live) and not (operator_too and actor.has_role(Role.ADMIN)):
        raise NotFound("live session")
    return live


def _require_eligible(session: Session, live: LiveSession, product: Product, ordinary: Variant) -> None:
    if product.listed_at is None or ordinary.closed_at is not None:
        raise NotForSession(Ineligible.OFF_SALE)
    if product.id not in certificate_ids(session, [product.id], clock.now()):
        raise NotForSession(Ineligible.NOT_CERTIFIED)
    host = session.get_one(Organisation, live.host_id)
    if host.kind == OrganisationKind.SUPPLIER and product.supplier_id != host.id:
        raise NotForSession(Ineligible.SOMEBODY_ELSES)
    if host.kind == OrganisationKind.GOVERNMENT and not _comes_from(session, product, host):
        raise NotForSession(Ineligible.OTHER_COUNTY)


def _comes_from(session: Session, product: Product, office: Organisation) -> bool:
    if office.region_id is None:
        return False
    home = session.get_one(Region, office.region_id)
    return session.get_one(Region, product.village_id).path.startswith(home.path)


def _add_item(
    session: Session, live: LiveSession, ordinary: Variant, price_fen: int, most_per_buyer: int | None
) -> LiveItem:
    public_id = ids.public_id()
    edition = Variant(
        public_id=public_id,
        product_id=ordinary.product_id,
        sku=f"{ordinary.sku}-L{public_id[:6]}",
        label_zh=ordinary.label_zh,
        label_en=ordinary.label_en,
        net_grams=ordinary.net_grams,
        pieces=ordinary.pieces,
        pack_multiple=ordinary.pack_multiple,
        ladder=[],
        edition_of=ordinary.id,
        most_per_buyer=most_per_buyer,
        closed_at=None if live.state == SessionState.OPEN else clock.now(),
    )
    _price(edition, ordinary, price_fen)
    session.add(edition)
    session.flush()
    stock.open_many(session, SYSTEM, [(edition.id, 0, SET_ASIDE, "")])
    item = LiveItem(
        session_id=live.id,
        variant_id=edition.id,
        ordinary_id=ordinary.id,
        set_aside=0,
        added_at=clock.now(),
    )
    session.add(item)
    session.flush()
    return item


def _price(edition: Variant, ordinary: Variant, price_fen: int) -> None:
    base = Charge(ordinary.price_fen, ordinary.producer_fen, ordinary.logistics_fen, ordinary.other_fen)
    charge = rules.session_charge(base, price_fen)
    edition.price_fen = charge.price_fen
    edition.producer_fen = charge.producer_fen
    edition.logistics_fen = charge.logistics_fen
    edition.other_fen = charge.other_fen


def _open(session: Session, actor: Actor, live: LiveSession) -> None:
    live.state = SessionState.OPEN.value
    live.opened_at = clock.now()
    live.opened_by_user_id = actor.user_id
    plan = rules.moved_to(_plan_of(live), live.opened_at)
    changes = _changes(live, plan)
    if changes:
        _change(session, actor, live, changes, "live session opened")
    else:
        session.flush()
        _told(session, actor, live, "live session opened")
    _let_order(session, live, closed=False)


def _close(session: Session, actor: Actor, live: LiveSession, state: SessionState) -> None:
    live.state = state.value
    live.closed_at = clock.now()
    live.closed_by_user_id = actor.user_id
    session.flush()
    _let_order(session, live, closed=True)
    back = _return_free(session, actor, live)
    _told(
        session,
        actor,
        live,
        "live session ended" if state is SessionState.ENDED else "live session called off",
        {"packs_back": back},
    )


def _plan_of(live: LiveSession) -> Plan:
    return Plan(**{name: getattr(live, name) for name in Plan.__dataclass_fields__})


def _changes(live: LiveSession, plan: Plan) -> Changes:
    """Return what another plan would change, by field."""
    both = ((name, getattr(live, name), getattr(plan, name)) for name in Plan.__dataclass_fields__)
    return {name: (old, new) for name, old, new in both if old != new}


def _change(session: Session, actor: Actor, live: LiveSession, changes: Changes, action: str) -> None:
    """Change the plan of a session, and write down who did so and what it was before."""
    for name, (_old, new) in changes.items():
        setattr(live, name, new)
    live.version += 1
    session.flush()
    before, after = in_audit(
        {name: (_written(old), _written(new)) for name, (old, new) in changes.items()}, live.version
    )
    _told(session, actor, live, action, after, before)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _let_order(session: Session, live: LiveSession, *, closed: bool) -> None:
    items = select(LiveItem.variant_id).where(LiveItem.session_id == live.id)
    session.execute(
        update(Variant)
        .where(Variant.id.in_(items))
        .values(closed_at=clock.now() if closed else None)
        .execution_options(synchronize_session=False)
    )


def _return_free(session: Session, actor: Actor, live: LiveSession) -> int:
    """Bring what nobody holds back to the ordinary stock; returns how many packs."""
    ways = {
        item.variant_id: item.ordinary_id
        for item in session.scalars(select(LiveItem).where(LiveItem.session_id == live.id))
    }
    return sum(stock.move_free_stock(session, actor, ways, LEFT_OVER).values()) if ways else 0


def _told(
    session: Session,
    actor: Actor,
    live: LiveSession,
    action: str,
    more: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        actor,
        action,
        "live_session",
        live.public_id,
        before=before,
        after={"title": live.title_zh, **(more or {})},
        reason=live.reason,
    )
