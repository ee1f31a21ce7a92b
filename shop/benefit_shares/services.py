"""Keeping shares of sales for households, giving them back with refunds, and letting go what was paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import clock
from core.permissions import Actor
from ledger import services as ledger_services
from ledger.values import AccountSpec, Fact, Leg
from shop import books
from shop.benefit_links.models import BenefitLink, BenefitPayment
from shop.benefit_shares import queries, rules
from shop.benefit_shares.models import BenefitShare
from shop.orders import rules as order_rules
from shop.orders.models import OrderLine, SupplierOrder
from shop.settlement.rules import split_refunds

KEPT, RETURNED, RELEASED = "benefit_share_kept", "benefit_share_returned", "benefit_share_released"


def keep_shares(session: Session, actor: Actor, part: SupplierOrder, lines: Sequence[OrderLine]) -> int:
    """Keep back, of what a part that was just accepted is owed, the shares agreed with households; returns their sum (fen).

    One entry a part, in the step that accepts it. Only links to which the household agrees today have a share.
    """
    agreed = (
        queries.agreed_for(session, part.id, part.supplier_id, clock.today()) if part.accepted_fen else []
    )
    if not agreed:
        return 0
    bases = _bases(session, part, lines)
    shares: dict[int, list[int]] = defaultdict(list)
    for one in agreed:
        shares[one.line_id].append(one.share_bps)
    by_line = {line.id: line for line in lines}
    kept = {
        line_id: iter(rules.shares_of(bases[line_id], _growers(by_line[line_id], bases[line_id]), bps))
        for line_id, bps in shares.items()
    }
    rows: list[dict[str, Any]] = [
        {
            "link_id": one.link_id,
            "supplier_order_id": part.id,
            "order_line_id": one.line_id,
            "share_bps": one.share_bps,
            "base_fen": bases[one.line_id],
            "back_fen": 0,
            "kept_fen": next(kept[one.line_id]),
            "released_fen": 0,
            "made_at": clock.now(),
        }
        for one in agreed
    ]
    session.execute(insert(BenefitShare), rows)
    sums: dict[int, int] = defaultdict(int)
    for row in rows:
        sums[row["link_id"]] += row["kept_fen"]
    _post(session, actor, part, sums, Fact(KEPT, "supplier_order", part.public_id))
    return sum(sums.values())


def keep_the_rest(
    session: Session, actor: Actor, part: SupplierOrder, lines: Sequence[OrderLine], refund: str
) -> None:
    """Keep the shares of what is owed for an accepted part after all, because a refund from before was declined."""
    rows = queries.lock_shares(session, BenefitShare.supplier_order_id == part.id)
    if not rows:
        return
    bases = _bases(session, part, lines)
    for row in rows:
        row.base_fen = bases[row.order_line_id]
    _raise(session, actor, part, rows, lines, Fact(KEPT, "supplier_order", f"{part.public_id}:{refund}"))


def return_shares(
    session: Session, actor: Actor, part: SupplierOrder, line: OrderLine, amount_fen: int, refund: str
) -> int:
    """Give back to what the supplier is owed the shares of what of a received line goes back; returns how much (fen).

    `refund` names the refund. What was released for a payment stays: the household has it, and the supplier bears it.
    """
    rows = queries.lock_shares(session, BenefitShare.order_line_id == line.id)
    sums: dict[int, int] = defaultdict(int)
    for row in rows:
        row.back_fen += amount_fen
    for row, target in _targets(rows, [line]):
        back = rules.to_take_back(row.kept_fen, row.released_fen, target)
        row.kept_fen -= back
        sums[row.link_id] -= back
    session.flush()
    _post(session, actor, part, sums, Fact(RETURNED, "order_refund", refund))
    return -sum(sums.values())


def keep_again(
    session: Session, actor: Actor, part: SupplierOrder, line: OrderLine, amount_fen: int, refund: str
) -> None:
    """Keep the shares again of what of a received line stays paid, because its refund was declined."""
    rows = queries.lock_shares(session, BenefitShare.order_line_id == line.id)
    for row in rows:
        row.back_fen -= amount_fen
    _raise(session, actor, part, rows, [line], Fact(KEPT, "refund", refund))


def release_share(session: Session, actor: Actor, link: BenefitLink, payment: BenefitPayment) -> int:
    """Let go of what is kept for the household of a locked link as much as a payment it agreed to; returns it (fen).

    The oldest goes first; once a payment. It is owed to the supplier and goes into its next payout.
    """
    rows = queries.lock_shares(
        session, BenefitShare.link_id == link.id, BenefitShare.kept_fen > BenefitShare.released_fen
    )
    parts = rules.spread(payment.amount_fen, [row.kept_fen - row.released_fen for row in rows])
    for row, amount in zip(rows, parts, strict=True):
        row.released_fen += amount
    session.flush()
    released = sum(parts)
    if released:
        supplier = session.get_one(Organisation, link.supplier_id)
        ledger_services.post(
            session,
            actor,
            Fact(RELEASED, "benefit_payment", f"{link.public_id}:{payment.id}"),
            [Leg(books.benefit_due(link.public_id), books.supplier_payable(supplier.public_id), released)],
        )
    return released


def _bases(session: Session, part: SupplierOrder, lines: Sequence[OrderLine]) -> dict[int, int]:
    """Return what each accepted line was worth at receipt, less what had gone back, as its statement says (fen by line)."""
    before = queries.refunded_before(session, part.id)
    worths = [(line.accepted_quantity or 0) * line.unit_price_fen for line in lines]
    asked = [
        order_rules.kept_back_fen(worth, line.line_fen, before.get(line.id, 0))
        for line, worth in zip(lines, worths, strict=True)
    ]
    freight = [part.freight_fen] if part.freight_fen and sum(worths) else []
    rows = [*worths, *freight]
    kept_back = sum(rows) - (part.accepted_fen or 0)
    back = split_refunds(rows, kept_back, [*asked, *(0 for _ in freight)], [0] * len(rows), 0)
    return {line.id: max(0, worths[index] - back[index]) for index, line in enumerate(lines)}


def _growers(line: OrderLine, base_fen: int) -> int:
    return rules.growers_fen(line.producer_fen, line.line_fen, base_fen)


def _targets(rows: Sequence[BenefitShare], lines: Sequence[OrderLine]) -> list[tuple[BenefitShare, int]]:
    """Return each row with what its link has of what is left of its line (fen)."""
    by_line: dict[int, list[BenefitShare]] = defaultdict(list)
    for row in rows:
        by_line[row.order_line_id].append(row)
    found: list[tuple[BenefitShare, int]] = []
    for line in lines:
        of_line = by_line[line.id]
        if not of_line:
            continue
        left = max(0, of_line[0].base_fen - of_line[0].back_fen)
        targets = rules.shares_of(left, _growers(line, left), [row.share_bps for row in of_line])
        found.extend(zip(of_line, targets, strict=True))
    return found


def _raise(
    session: Session,
    actor: Actor,
    part: SupplierOrder,
    rows: Sequence[BenefitShare],
    lines: Sequence[OrderLine],
    fact: Fact,
) -> None:
    sums: dict[int, int] = defaultdict(int)
    for row, target in _targets(rows, lines):
        more = max(0, target - row.kept_fen)
        row.kept_fen += more
        sums[row.link_id] += more
    session.flush()
    _post(session, actor, part, sums, fact)


def _post(session: Session, actor: Actor, part: SupplierOrder, sums: Mapping[int, int], fact: Fact) -> None:
    """Post what is kept by link (fen; below 0 what goes back), all links in one entry."""
    moved = {link_id: amount for link_id, amount in sums.items() if amount}
    if not moved:
        return
    payable = books.supplier_payable(session.get_one(Organisation, part.supplier_id).public_id)
    codes = queries.link_codes(session, list(moved))
    legs = [_leg(payable, books.benefit_due(codes[link_id]), moved[link_id]) for link_id in sorted(moved)]
    ledger_services.post(session, actor, fact, legs)


def _leg(payable: AccountSpec, due: AccountSpec, amount: int) -> Leg:
    return Leg(payable, due, amount) if amount > 0 else Leg(due, payable, -amount)
