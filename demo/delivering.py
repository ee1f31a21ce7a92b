"""Where the goods of the demo world go, whom its invoices name, and the freight table that is planned."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from random import Random

from sqlalchemy.orm import Session

from core import clock, ids
from demo.timeline import Timeline
from demo.world import World
from registry.country import regions_of_the_mainland
from registry.values import RegionLevel
from shop.freight import queries, services
from shop.freight.values import NewTariff
from shop.orders.values import Delivery, Invoice, InvoiceKind

#: How many of a hundred buyers want an invoice.
WITH_INVOICE = 15
#: When the operator wrote the next table, and from when on it holds, in days from today.
WRITTEN, HOLDS_FROM = -2, 12


def delivery_to(name: str, phone: str, province: str, city: str, county: str, address: str) -> Delivery:
    """Return a delivery to a real county by its names; in the municipalities the city is the province."""
    above = "" if city == province else city
    code = _codes()[province, above, county]
    return Delivery(name, phone, province, above, county, address, region_code=code)


def invoice_of(email: str, name: str) -> Invoice | None:
    """Return whom the invoice of a buyer names, always the same; most want none."""
    wanted = Random(f"invoice {email}").random() * 100 < WITH_INVOICE
    return Invoice(InvoiceKind.PERSON, name) if wanted else None


def add_freight(world: World, timeline: Timeline) -> None:
    """Plan that the operator writes a freight table that holds soon."""
    moment = timeline.moment(timeline.day(WRITTEN), 9, 17)
    timeline.inside(moment, partial(_write_next, world, timeline))


def _write_next(world: World, timeline: Timeline, session: Session) -> None:
    now = queries.tariff_of(session, clock.today())
    near, far = now.zones[0], now.zones[1]
    dearer = replace(far, bands=tuple((up_to, fee + 2_00) for up_to, fee in far.bands), free_from_fen=399_00)
    services.write_tariff(
        session,
        world.fixed["admin"],
        NewTariff(timeline.day(HOLDS_FROM), (near, dearer), "青藏、新疆冬季线路运价上调，其他地区不变。"),
        seen=now.public_id,
        once=ids.public_id(20),
    )


@cache
def _codes() -> dict[tuple[str, str, str], str]:
    names: dict[str, str] = {}
    found = {}
    for region in regions_of_the_mainland():
        names[region.code] = region.name_zh
        if region.level is RegionLevel.COUNTY:
            city = names[region.parent_code] if region.parent_code and len(region.parent_code) == 4 else ""
            found[names[region.code[:2]], city, region.name_zh] = region.code
    return found
