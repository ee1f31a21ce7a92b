"""Decisions about orders: sums, shares, how long goods are held, and the whole state table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from core import ids, money
from shop.cart.values import Basket
from shop.catalogue.values import STATED
from shop.freight import rules as freight_rules
from shop.freight.values import Zone
from shop.orders.errors import DoneBefore, WrongState
from shop.orders.values import (
    Action,
    InVain,
    Kind,
    PartAction,
    PartState,
    PricedLine,
    PricedOrder,
    PricedPart,
    State,
    VillageShare,
)
from shop.stock.rules import charged, problem_of
from shop.stock.values import MOST_PACKS, Goods, LineProblem, Problem, Wanted

#: How long goods are held for an order that waits for its money: at the till of a web page, or for a bank transfer (B6).
HOLD_ONLINE = timedelta(minutes=30)
HOLD_TRANSFER = timedelta(days=30)

#: Stripe's largest charge in CNY (eight digits of fen); larger orders go by bank transfer.
MOST_ONLINE_FEN = 99_999_999

#: So many orders of one account may wait for their money at a time. Guests have no such limit: whole villages share one
#: network address, and anybody may type another's e-mail address and would keep them from ordering (decision 11).
MOST_UNPAID = 30

#: What a pack counted in pieces is taken to weigh for freight, in grams a piece.
GRAMS_A_PIECE = 500


#: What an empty basket costs.
NOTHING = PricedOrder((), 0, 0, 0, 0, ())


def add_up(wanted: Iterable[Wanted]) -> dict[int, int]:
    """Sum packs by variant: the same variant on two lines passes the same guard as on one."""
    sums: dict[int, int] = defaultdict(int)
    for item in wanted:
        if not 1 <= item.quantity <= MOST_PACKS:
            raise ValueError("a line is from 1 to MOST_PACKS packs")
        sums[item.variant_id] += item.quantity
    return dict(sums)


def terms_shown(goods: Goods) -> str:
    """Return what names goods together with the terms of return that stand beside them (rule B10).

    Whoever confirmed other terms, or another flaw, has not confirmed these.
    """
    shown = f"{goods.public_id}.{goods.return_terms}"
    if goods.return_terms in STATED:
        shown += "." + ids.digest(f"{goods.return_note_zh}\n{goods.return_note_en}")[:12]
    return shown


def problems_of(
    goods: Mapping[int, Goods], wanted: Mapping[int, int], *, on_account: bool = False
) -> list[LineProblem]:
    """Return every line that cannot be bought as it stands, in the order of the variants' ids.

    What a live session sells is paid for at once: `on_account` it would lie held for weeks.
    """
    found = []
    for variant_id in sorted(wanted):
        problem = problem_of(goods[variant_id], wanted[variant_id])
        if problem is None and on_account and goods[variant_id].in_session:
            problem = Problem.PAID_AT_ONCE
        if problem is not None:
            found.append(LineProblem(goods[variant_id], wanted[variant_id], problem))
    return found


def price_order(goods: Iterable[Goods], wanted: Mapping[int, int], zone: Zone) -> PricedOrder:
    """Put a price on a basket that goes into a freight zone: each line by its ladder, lines by supplier, freight by weight.

    The freight is shared by weight, so that the parts sum to the whole.
    """
    by_supplier: dict[int, list[PricedLine]] = defaultdict(list)
    villages: dict[int, VillageShare] = {}
    for item in sorted(goods, key=lambda g: g.variant_id):
        quantity = wanted[item.variant_id]
        grams = quantity * (item.net_grams or (item.pieces or 1) * GRAMS_A_PIECE)
        charge = charged(item, quantity)
        by_supplier[item.supplier_id].append(
            PricedLine(item, quantity, charge, charge.price_fen * quantity, grams)
        )
        before = villages.get(item.village_id)
        villages[item.village_id] = VillageShare(
            item.village_zh,
            item.village_en,
            charge.producer_fen * quantity + (before.producer_fen if before else 0),
        )
    suppliers = sorted(by_supplier)
    weights = [sum(line.grams for line in by_supplier[s]) for s in suppliers]
    sums = [sum(line.line_fen for line in by_supplier[s]) for s in suppliers]
    goods_fen, grams = sum(sums), sum(weights)
    freight = freight_rules.freight_fen(zone, grams, goods_fen)
    shares = money.split_fen(freight, weights) if suppliers else []
    return PricedOrder(
        tuple(
            PricedPart(supplier_id, tuple(by_supplier[supplier_id]), sums[i], shares[i])
            for i, supplier_id in enumerate(suppliers)
        ),
        goods_fen,
        freight,
        goods_fen + freight,
        grams,
        tuple(sorted(villages.values(), key=lambda share: -share.producer_fen)),
        until_free_fen=freight_rules.until_free_fen(zone, goods_fen),
    )


def discounted(priced: PricedOrder, discount_fen: int) -> PricedOrder:
    """Let a voucher pay so much of the goods (fen), shared among the parts by what their goods cost."""
    shares = money.split_fen(discount_fen, [part.goods_fen for part in priced.parts])
    return replace(
        priced,
        parts=tuple(
            replace(part, discount_fen=share) for part, share in zip(priced.parts, shares, strict=True)
        ),
        discount_fen=discount_fen,
        total_fen=priced.goods_fen + priced.freight_fen - discount_fen,
    )


def voucher_share_fen(
    gross_fen: int, goods_fen: int, discount_fen: int, before_fen: int, before_voucher_fen: int
) -> int:
    """Return what of a refund (`gross_fen`) of a part goes back to the voucher that paid for it, the rest to the buyer.

    The voucher paid `discount_fen` of goods of `goods_fen`; `before_fen` and `before_voucher_fen` went back before.
    Summed over all refunds each gets back the proportion it paid, and never more.
    """
    back = min(goods_fen, before_fen + gross_fen)
    due = discount_fen * back // goods_fen - before_voucher_fen if goods_fen else 0
    return max(0, min(due, gross_fen - 1))


def price_basket(basket: Basket, zone: Zone) -> PricedOrder:
    """Put a price on what can be bought of a basket that goes into a freight zone."""
    return price_order(
        (line.goods for line in basket.buyable),
        {line.goods.variant_id: line.quantity for line in basket.buyable},
        zone,
    )


#: What each state of an order allows, and where it leads. What is not here is refused with 409.
#: Money that arrives late is never turned away: it finishes an expired order if the goods are still there, and a
#: cancelled one goes to a person. Shipping, receiving and calling off happen part by part: `derive_state` has the last
#: word there. A finance officer can match money that did not fit (MATCH) to whatever is not paid yet.
TABLE: Mapping[State, Mapping[Action, State]] = {
    State.PLACED: {
        Action.PAY: State.PLACED,
        Action.CANCEL: State.CANCELLED,
        Action.EXPIRE: State.EXPIRED,
        Action.CONFIRM_PAYMENT: State.PAID,
        Action.MATCH: State.PAID,
        Action.REVIEW: State.NEEDS_REVIEW,
    },
    State.PAID: {
        Action.SHIP: State.SHIPPED,
        Action.RECEIVE: State.PAID,
        Action.CONFIRM_PAYMENT: State.PAID,
        Action.CALL_OFF: State.CANCELLED,
        Action.REFUND_LINE: State.PAID,
        Action.GIVE_BACK: State.PAID,
    },
    State.SHIPPED: {
        Action.SHIP: State.SHIPPED,
        Action.RECEIVE: State.RECEIVED,
        Action.CONFIRM_PAYMENT: State.SHIPPED,
        Action.REFUND_LINE: State.SHIPPED,
        Action.GIVE_BACK: State.SHIPPED,
    },
    State.RECEIVED: {
        Action.CONFIRM_PAYMENT: State.RECEIVED,
        Action.REFUND_LINE: State.RECEIVED,
        Action.GIVE_BACK: State.RECEIVED,
    },
    State.CANCELLED: {
        Action.CONFIRM_PAYMENT: State.NEEDS_REVIEW,
        Action.MATCH: State.PAID,
        Action.REVIEW: State.NEEDS_REVIEW,
        Action.GIVE_BACK: State.CANCELLED,
    },
    State.EXPIRED: {
        Action.CONFIRM_PAYMENT: State.PAID,
        Action.MATCH: State.PAID,
        Action.REVIEW: State.NEEDS_REVIEW,
    },
    State.NEEDS_REVIEW: {
        Action.CONFIRM_PAYMENT: State.NEEDS_REVIEW,
        Action.MATCH: State.PAID,
        Action.REVIEW: State.NEEDS_REVIEW,
        Action.GIVE_BACK: State.CANCELLED,
        Action.SEND_AFTER_ALL: State.PAID,
    },
}

#: The same for the part of one supplier.
PART_TABLE: Mapping[PartState, Mapping[PartAction, PartState]] = {
    PartState.WAITING: {PartAction.RELEASE: PartState.TO_SHIP, PartAction.CANCEL: PartState.CANCELLED},
    PartState.TO_SHIP: {
        PartAction.SHIP: PartState.SHIPPED,
        PartAction.CALL_OFF: PartState.CANCELLED,
        PartAction.REFUND_LINE: PartState.TO_SHIP,
    },
    PartState.SHIPPED: {
        PartAction.RECEIVE: PartState.RECEIVED,
        PartAction.REFUND_LINE: PartState.SHIPPED,
    },
    PartState.RECEIVED: {PartAction.REFUND_LINE: PartState.RECEIVED},
    PartState.CANCELLED: {PartAction.RELEASE: PartState.TO_SHIP},
}

#: Who asks for this of an order that has come this far has what they ask for: a form that was sent twice says so.
DONE: Mapping[Action, frozenset[State]] = {
    Action.PAY: frozenset({State.PAID, State.SHIPPED, State.RECEIVED}),
    Action.CANCEL: frozenset({State.CANCELLED}),
    Action.CALL_OFF: frozenset({State.CANCELLED}),
}


def after(state: str, action: Action) -> State:
    """Return where an action leads, or refuse it (`WrongState`; `DoneBefore` where it has led there already)."""
    target = TABLE[State(state)].get(action)
    if target is None:
        raise (DoneBefore if state in DONE.get(action, ()) else WrongState)(state, action)
    return target


def part_after(state: str, action: PartAction) -> PartState:
    """Return where an action leads the part of one supplier, or refuse it, as `after` does."""
    target = PART_TABLE[PartState(state)].get(action)
    if target is None:
        done = action is PartAction.CALL_OFF and state == PartState.CANCELLED
        raise (DoneBefore if done else WrongState)(state, action)
    return target


def derive_state(parts: Sequence[str]) -> State:
    """Return the state of a paid order from its parts: shipped once all are on their way, received once all are there.

    Parts that were called off do not count; when all were, so was the order.
    """
    wanted = [part for part in parts if part != PartState.CANCELLED]
    if not wanted:
        return State.CANCELLED
    if all(part == PartState.RECEIVED for part in wanted):
        return State.RECEIVED
    if all(part in (PartState.SHIPPED, PartState.RECEIVED) for part in wanted):
        return State.SHIPPED
    return State.PAID


def shown_state(state: str, kind: str, *, nothing_accepted: bool) -> str:
    """Return as what an order or a part is shown to people: its state, unless it was received and `nothing_accepted`."""
    if state != State.RECEIVED or not nothing_accepted:
        return state
    return (InVain.TURNED_BACK if kind == Kind.INSTITUTION else InVain.NOT_ARRIVED).value


def owed_to_supplier_fen(lines: Sequence[tuple[int, int, int]], freight: int) -> int:
    """Return what an accepted part owes its supplier (fen), and its freight unless nothing was accepted.

    Lines of (what was accepted is worth, what was paid for the line, what of that goes back or went back before).
    """
    if not any(worth for worth, _paid_for, _given_back in lines):
        return 0
    return freight + sum(kept_fen(*line) for line in lines)


def kept_fen(worth: int, paid_for: int, given_back: int, refunded: int = 0) -> int:
    """Return what a supplier keeps of a line (fen), less what was `refunded` of what had been accepted.

    Money for what is missing goes back before or after the rest is accepted: it and the shortage of that line count
    once (`reached.kept_fen` says the same in SQL).
    """
    return max(0, min(worth, paid_for - given_back) - refunded)


def kept_back_fen(worth: int, paid_for: int, given_back: int) -> int:
    """Return what of an accepted line's worth its supplier does not keep (fen), as money for the line had gone back by then.

    What went back for packs that were not accepted is no part of it: they are not in what the line is worth.
    """
    return worth - kept_fen(worth, paid_for, given_back)


def unowed_fen(order: str, part: str, paid_for: int, accepted: int | None, given_back: int) -> int:
    """Return what is prepaid for a part and owed to nobody any more (fen): not accepted, or called off, or all of it ended.

    `accepted` is None before receipt; `given_back` counts what waits for a second person, too.
    """
    if (
        accepted is None
        and part != PartState.CANCELLED
        and order not in (State.CANCELLED, State.NEEDS_REVIEW)
    ):
        return 0
    return max(0, paid_for - (accepted or 0) - given_back)


def hold_for(kind: Kind) -> timedelta:
    """Return how long goods are held for an order of this kind."""
    return HOLD_TRANSFER if kind is Kind.INSTITUTION else HOLD_ONLINE
