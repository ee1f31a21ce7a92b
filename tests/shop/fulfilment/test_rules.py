"""The way of a parcel, its scans, its codes and the day of its receipt, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from shop.fulfilment import codes, rules
from shop.fulfilment.errors import NoWayThere, ParcelExpectedElsewhere, ParcelUnknown
from shop.fulfilment.values import NodeKind, RoutePoint, Scan, Stop, Way

COUNTY, TOWN, VILLAGE = (RoutePoint(number, kind) for number, kind in enumerate(NodeKind, 1))


def stops(count: int) -> list[Stop]:
    return [Stop(n, n, f"网点{n}", f"Node {n}", "county", "", "", None, "") for n in range(1, count + 1)]


def test_a_parcel_goes_down_from_the_county_whatever_order_the_nodes_are_in() -> None:
    assert rules.plan_stops([VILLAGE, COUNTY, TOWN], Way.OWN, None) == (1, 2, 3)
    assert rules.plan_stops([TOWN], Way.OWN, None) == (2,)
    assert rules.plan_stops([COUNTY, RoutePoint(9, NodeKind.COUNTY)], Way.OWN, None) == (1,)


def test_the_chosen_point_ends_the_way_and_a_carrier_only_stops_there() -> None:
    assert rules.plan_stops([COUNTY, VILLAGE], Way.OWN, 7) == (1, 7)
    assert rules.plan_stops([], Way.OWN, 7) == (7,)
    assert rules.plan_stops([COUNTY], Way.CARRIER, 7) == (7,)
    assert rules.plan_stops([COUNTY], Way.CARRIER, None) == ()
    with pytest.raises(NoWayThere):
        rules.plan_stops([], Way.OWN, None)


def test_every_scan_is_noted_known_or_out_of_order() -> None:
    way = stops(3)
    for reached in range(4):
        for node in range(1, 4):
            if node <= reached:
                assert rules.judge_scan(way, reached, node)[0] is Scan.KNOWN
            elif node == reached + 1:
                assert rules.judge_scan(way, reached, node)[0] is Scan.NOTED
            else:
                with pytest.raises(ParcelExpectedElsewhere) as refusal:
                    rules.judge_scan(way, reached, node)
                assert refusal.value.expected == (f"网点{reached + 1}", f"Node {reached + 1}")
        with pytest.raises(ParcelUnknown):
            rules.judge_scan(way, reached, 99)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("YG-7K3M-92QF-1", "YG-7K3M-92QF-1"),
        (" yg-7k3m-92qf-1 ", "YG-7K3M-92QF-1"),
        ("ＹＧ－７Ｋ３Ｍ－９２ＱＦ－１", "YG-7K3M-92QF-1"),
        ("http://127.0.0.1:8000/handover?parcel=YG-7K3M-92QF-12", "YG-7K3M-92QF-12"),
        ("YG-7K3M-92QF", "YG-7K3M-92QF"),
        ("7K3M-92QF-1", ""),
        ("", ""),
        ("x" * 100_000, ""),
    ],
)
def test_a_parcels_code_is_read_as_typed_and_as_scanned(typed: str, read: str) -> None:
    assert rules.read_parcel_code(typed) == read


def test_days_are_counted_from_the_day_in_china() -> None:
    assert rules.confirm_on(datetime(2026, 11, 1, 15, 59, tzinfo=UTC), 10) == date(2026, 11, 11)
    assert rules.confirm_on(datetime(2026, 11, 1, 16, 1, tzinfo=UTC), 10) == date(2026, 11, 12)


def test_only_the_end_of_a_phone_number_is_told() -> None:
    assert rules.last_digits("13800138000") == "**** 8000"
    assert rules.last_digits("12") == ""


def test_a_pick_up_code_has_seven_digits_and_notices_every_slip(app: Flask) -> None:
    with app.app_context():
        made = {codes.pickup_code(f"YG-AAAA-BBB{n}-1") for n in range(10)}
        assert len(made) == 10
        code = codes.pickup_code("YG-7K3M-92QF-1")
    assert codes.is_well_formed(code)
    assert codes.is_code_of("YG-7K3M-92QF-1", code)
    assert not codes.is_code_of("YG-7K3M-92QF-2", code)
    for place in range(7):
        for digit in "0123456789":
            other = code[:place] + digit + code[place + 1 :]
            assert codes.is_well_formed(other) == (other == code)
    for bad in ("", "123456", "12345678", "１２３４５６７", "abcdefg"):
        assert not codes.is_well_formed(bad)
