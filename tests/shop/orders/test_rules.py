"""Sums, shares and the whole state table, without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.freight.values import Zone
from shop.orders import rules
from shop.orders.errors import WrongState
from shop.orders.values import Action, PartAction, PartState, State
from shop.stock.rules import most_sellable, problem_of
from shop.stock.values import MOST_PACKS, Goods, Problem, Wanted

GOODS = Goods(
    variant_id=1, public_id="A", product_id=1, slug="rice", category="grain_oil", picture=None, name_zh="大米",
    name_en="Rice", label_zh="袋", label_en="bag", supplier_id=1, supplier_zh="社", supplier_en="Co-op", village_id=1,
    village_zh="青莲村", village_en="Qinglian", households_count=3, return_terms="seven_days", return_note_zh="", return_note_en="", net_grams=2500, pieces=None,
    price_fen=3980, producer_fen=2388, logistics_fen=398, other_fen=1194, pack_multiple=1, on_sale=True,
    certificate_id=1, available=10,
)  # fmt: skip


ZONE = Zone("全国", "Everywhere", (), ((1_000, 8_00), (5_000, 16_00)), 1_50, 99_00)


def goods(**changes: object) -> Goods:
    """Return goods that differ from the usual ones."""
    return replace(GOODS, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "quantity", "problem"),
    [
        ({}, 10, None),
        ({}, 11, Problem.SHORT),
        ({"available": 0}, 1, Problem.SOLD_OUT),
        ({"available": -3}, 1, Problem.SOLD_OUT),
        ({"on_sale": False}, 1, Problem.GONE),
        ({"certificate_id": None}, 1, Problem.NOT_CERTIFIED),
        ({"pack_multiple": 4}, 6, Problem.MULTIPLE),
        ({"pack_multiple": 4}, 8, None),
        ({"pack_multiple": 4}, 12, Problem.SHORT),
        ({"pack_multiple": 12}, 12, Problem.SOLD_OUT),
        ({"most_per_buyer": 2}, 2, None),
        ({"most_per_buyer": 2}, 3, Problem.TOO_MANY),
        ({"most_per_buyer": 2, "available": 1}, 2, Problem.SHORT),
        ({"most_per_buyer": 2, "available": 0}, 3, Problem.SOLD_OUT),
    ],
)
def test_a_line_is_bought_as_it_stands_or_named(
    changes: dict[str, object], quantity: int, problem: Problem | None
) -> None:
    assert problem_of(goods(**changes), quantity) is problem


def test_what_is_left_counts_in_whole_steps() -> None:
    assert most_sellable(goods(pack_multiple=4)) == 8
    assert most_sellable(goods(certificate_id=None)) == 0
    assert most_sellable(goods(most_per_buyer=2)) == 2
    assert most_sellable(goods(most_per_buyer=9, available=3)) == 3
    assert most_sellable(goods(most_per_buyer=9, pack_multiple=4)) == 8


def test_the_same_variant_on_two_lines_is_one_line() -> None:
    assert rules.add_up([Wanted(1, 2), Wanted(2, 1), Wanted(1, 3)]) == {1: 5, 2: 1}
    for quantity in (0, -1, MOST_PACKS + 1, 10**30):
        with pytest.raises(ValueError, match="line"):
            rules.add_up([Wanted(1, quantity)])


@given(
    st.lists(
        st.tuples(
            st.integers(1, 5),
            st.integers(1, 5),
            st.integers(1, 60_00),
            st.integers(1, 30_000),
            st.integers(1, 99),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_basket_adds_up_to_the_fen(baskets: list[tuple[int, int, int, int, int]]) -> None:
    found = []
    wanted = {}
    for index, (supplier, village, price, grams, quantity) in enumerate(baskets):
        producer = price // 3
        found.append(
            goods(
                variant_id=index,
                supplier_id=supplier,
                village_id=village,
                price_fen=price,
                producer_fen=producer,
                logistics_fen=price // 5,
                other_fen=price - producer - price // 5,
                net_grams=grams,
            )
        )
        wanted[index] = quantity
    priced = rules.price_order(found, wanted, ZONE)
    assert priced.total_fen == priced.goods_fen + priced.freight_fen
    assert (
        priced.goods_fen
        == sum(part.goods_fen for part in priced.parts)
        == sum(line.line_fen for line in priced.lines)
    )
    assert priced.freight_fen == sum(part.freight_fen for part in priced.parts)
    assert all(part.freight_fen >= 0 for part in priced.parts)
    assert sum(v.producer_fen for v in priced.villages) == sum(
        g.producer_fen * wanted[g.variant_id] for g in found
    )


def test_what_was_not_accepted_is_not_owed() -> None:
    assert rules.owed_to_supplier_fen([(200, 200, 0), (0, 900, 0)], 12) == 212
    assert rules.owed_to_supplier_fen([(0, 100, 0)], 12) == 0


def test_a_shortage_and_what_went_back_before_count_once_line_by_line() -> None:
    assert rules.owed_to_supplier_fen([(60, 80, 20)], 5) == 65
    assert rules.owed_to_supplier_fen([(60, 80, 10)], 5) == 65
    assert rules.owed_to_supplier_fen([(60, 80, 30)], 5) == 55
    assert rules.owed_to_supplier_fen([(80, 80, 20), (30, 60, 0)], 5) == 95
    assert rules.owed_to_supplier_fen([(80, 80, 80), (0, 60, 0)], 5) == 5
    assert rules.kept_fen(60, 80, 0, 20) == 40
    assert rules.kept_fen(60, 80, 20, 70) == 0


def test_only_what_went_back_beyond_the_shortage_is_kept_back() -> None:
    assert rules.kept_back_fen(60, 80, 20) == 0
    assert rules.kept_back_fen(60, 80, 30) == 10
    assert rules.kept_back_fen(0, 80, 80) == 0


@given(st.integers(1, 9_999), st.integers(1, 9_999), st.data())
def test_of_an_accepted_line_everything_is_kept_or_kept_back(
    packs: int, price: int, data: st.DataObject
) -> None:
    paid_for = packs * price
    worth = data.draw(st.integers(0, packs)) * price
    given_back = data.draw(st.integers(0, paid_for))
    kept_back = rules.kept_back_fen(worth, paid_for, given_back)
    assert 0 <= kept_back <= min(worth, given_back)
    assert kept_back == max(0, given_back - (paid_for - worth))
    assert worth - kept_back == rules.kept_fen(worth, paid_for, given_back)


ALLOWED = {
    ("placed", "pay"): "placed",
    ("placed", "cancel"): "cancelled",
    ("placed", "expire"): "expired",
    ("placed", "confirm_payment"): "paid",
    ("placed", "review"): "needs_review",
    ("placed", "match"): "paid",
    ("paid", "ship"): "shipped",
    ("paid", "receive"): "paid",
    ("paid", "confirm_payment"): "paid",
    ("paid", "call_off"): "cancelled",
    ("paid", "refund_line"): "paid",
    ("paid", "give_back"): "paid",
    ("shipped", "ship"): "shipped",
    ("shipped", "receive"): "received",
    ("shipped", "confirm_payment"): "shipped",
    ("shipped", "refund_line"): "shipped",
    ("shipped", "give_back"): "shipped",
    ("received", "confirm_payment"): "received",
    ("received", "refund_line"): "received",
    ("received", "give_back"): "received",
    ("cancelled", "confirm_payment"): "needs_review",
    ("cancelled", "review"): "needs_review",
    ("cancelled", "match"): "paid",
    ("cancelled", "give_back"): "cancelled",
    ("expired", "confirm_payment"): "paid",
    ("expired", "review"): "needs_review",
    ("expired", "match"): "paid",
    ("needs_review", "confirm_payment"): "needs_review",
    ("needs_review", "review"): "needs_review",
    ("needs_review", "match"): "paid",
    ("needs_review", "give_back"): "cancelled",
    ("needs_review", "send_after_all"): "paid",
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("action", list(Action))
def test_each_state_and_action_leads_where_the_table_says(state: State, action: Action) -> None:
    target = ALLOWED.get((state.value, action.value))
    if target is None:
        with pytest.raises(WrongState):
            rules.after(state, action)
    else:
        assert rules.after(state, action) == target


PART_ALLOWED = {
    ("waiting", "release"): "to_ship",
    ("waiting", "cancel"): "cancelled",
    ("to_ship", "ship"): "shipped",
    ("shipped", "receive"): "received",
    ("cancelled", "release"): "to_ship",
    ("to_ship", "call_off"): "cancelled",
    ("to_ship", "refund_line"): "to_ship",
    ("shipped", "refund_line"): "shipped",
    ("received", "refund_line"): "received",
}


@pytest.mark.parametrize("state", list(PartState))
@pytest.mark.parametrize("action", list(PartAction))
def test_each_part_and_action_leads_where_the_table_says(state: PartState, action: PartAction) -> None:
    target = PART_ALLOWED.get((state.value, action.value))
    if target is None:
        with pytest.raises(WrongState):
            rules.part_after(state, action)
    else:
        assert rules.part_after(state, action) == target


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        (["to_ship"], "paid"),
        (["shipped", "to_ship"], "paid"),
        (["received", "to_ship"], "paid"),
        (["shipped", "shipped"], "shipped"),
        (["received", "shipped"], "shipped"),
        (["received", "received"], "received"),
        (["cancelled", "received"], "received"),
        (["cancelled", "to_ship"], "paid"),
        (["cancelled", "cancelled"], "cancelled"),
    ],
)
def test_an_order_is_as_far_as_its_slowest_part(parts: list[str], state: str) -> None:
    assert rules.derive_state(parts) == state
