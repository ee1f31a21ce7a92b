"""Freight by zone and weight, and what makes a table whole, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.freight import rules
from shop.freight.values import Tariff, Zone

NEAR = Zone(
    "全国大部分地区",
    "Most of the country",
    (),
    ((1_000, 8_00), (3_000, 12_00), (5_000, 16_00), (10_000, 22_00), (20_000, 36_00)),
    1_50,
    99_00,
)
FAR = replace(NEAR, provinces=("54", "65"), bands=((1_000, 18_00), (3_000, 32_00)), free_from_fen=None)
TARIFF = Tariff(1, "A", date(2026, 1, 1), (NEAR, FAR), "", "系统", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("grams", "fen"),
    [
        (1, 800),
        (1000, 800),
        (1001, 1200),
        (5000, 1600),
        (20_000, 3600),
        (20_001, 3750),
        (21_000, 3750),
        (22_000, 3900),
        (0, 0),
    ],
)
def test_freight_follows_the_table(grams: int, fen: int) -> None:
    assert rules.freight_fen(NEAR, grams, 100) == fen


def test_goods_worth_enough_travel_free() -> None:
    assert rules.freight_fen(NEAR, 5000, 99_00 - 1) == 1600
    assert rules.freight_fen(NEAR, 5000, 99_00) == 0
    assert rules.until_free_fen(NEAR, 99_00 - 1) == 1
    assert rules.until_free_fen(NEAR, 99_00) == 0
    assert rules.freight_fen(FAR, 1000, 10_000_00) == 1800
    assert rules.until_free_fen(FAR, 1) == 0


def test_each_province_has_one_zone() -> None:
    assert rules.zone_of(TARIFF, "650102") is FAR
    assert rules.zone_of(TARIFF, "54") is FAR
    assert rules.zone_of(TARIFF, "370406101201") is NEAR
    assert rules.zone_of(TARIFF, "") is NEAR


@pytest.mark.parametrize(
    ("zones", "fault"),
    [
        ((NEAR, FAR), None),
        ((NEAR,), None),
        ((), (0, "first")),
        ((FAR,), (0, "first")),
        ((replace(NEAR, bands=()),), (0, "bands")),
        ((replace(NEAR, bands=((1_000, 8_00), (1_000, 9_00))),), (0, "limits")),
        ((replace(NEAR, bands=((3_000, 8_00), (1_000, 9_00))),), (0, "limits")),
        ((replace(NEAR, bands=((0, 8_00),)),), (0, "limits")),
        ((replace(NEAR, bands=((1_000, 9_00), (3_000, 8_00))),), (0, "fees")),
        ((replace(NEAR, bands=((1_000, -1),)),), (0, "fees")),
        ((replace(NEAR, further_kg_fen=rules.MOST_FEE_FEN + 1),), (0, "fees")),
        ((NEAR, replace(FAR, provinces=())), (1, "no_provinces")),
        ((NEAR, FAR, replace(FAR, provinces=("65",))), (2, "twice")),
    ],
)
def test_a_table_without_a_gap_stands(zones: tuple[Zone, ...], fault: tuple[int, str] | None) -> None:
    assert rules.fault_of(zones) == fault


@given(st.integers(1, 2_000_000), st.integers(0, 50_000))
def test_every_weight_has_one_price_and_more_never_costs_less(grams: int, more: int) -> None:
    assert 0 < rules.freight_fen(NEAR, grams, 1) <= rules.freight_fen(NEAR, grams + more, 1)


def test_a_zone_is_kept_whole() -> None:
    for zone in (NEAR, FAR):
        assert rules.from_json(rules.to_json(zone)) == zone
