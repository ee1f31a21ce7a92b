"""Use cases of freight: writing a table that holds from a day on."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import audit, clock
from core.permissions import Actor
from shop.freight import queries, rules
from shop.freight.errors import BadTariff, TableMovedOn, TooEarly
from shop.freight.models import FreightTable
from shop.freight.values import NewTariff, Tariff


def write_tariff(session: Session, actor: Actor, wanted: NewTariff, *, seen: str, once: str) -> str:
    """Write a whole freight table that holds from a day on, and return its id; orders keep what they were placed with.

    From tomorrow at the earliest (`TooEarly`). `seen` is the id of the table that was the newest when the page was
    opened: two people do not overwrite each other (`TableMovedOn`), nor does one person's older page. The same form sent
    twice writes one table.
    """
    newest = queries.newest_id(session)
    if newest == once and _is(queries.find_tariff(session, once), wanted):
        return once
    if newest != seen:
        raise TableMovedOn
    if wanted.valid_from <= clock.today():
        raise TooEarly
    fault = rules.fault_of(wanted.zones)
    if fault is not None:
        raise BadTariff(*fault)
    before = queries.tariff_of(session, wanted.valid_from)
    zones = [rules.to_json(zone) for zone in wanted.zones]
    session.add(
        FreightTable(
            public_id=once,
            valid_from=wanted.valid_from,
            zones=zones,
            reason=wanted.reason,
            user_id=actor.user_id,
            user_name=actor.name,
            made_at=clock.now(),
        )
    )
    session.flush()
    audit.record(
        session,
        actor,
        "freight table written",
        "freight table",
        once,
        before={"zones": [rules.to_json(zone) for zone in before.zones]},
        after={"valid_from": wanted.valid_from.isoformat(), "zones": zones},
        reason=wanted.reason,
    )
    return once


def _is(tariff: Tariff | None, wanted: NewTariff) -> bool:
    return tariff is not None and wanted == NewTariff(tariff.valid_from, tariff.zones, tariff.reason)
