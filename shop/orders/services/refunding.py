"""Giving back the money of paid orders: called off before shipping, a line that was not right, an order under review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import audit, clock, events
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from ledger import queries as ledger_queries
from ledger import services as ledger_services
from ledger.errors import InsufficientBalance
from ledger.values import AccountSpec, Fact, Leg
from payments import queries as payment_queries
from payments import services as payment_services
from payments.errors import RefundSentBefore
from payments.models import Refund
from payments.values import PaymentState, Purpose
from shop import books
from shop.benefit_shares import services as share_services
from shop.orders import queries, rules
from shop.orders.errors import LineRefundedBefore, StillShort, SupplierPaidOut, WrongState
from shop.orders.events import OrderPaid, OrderRefunded, PaidOrderCancelled
from shop.orders.models import Order, OrderLine, OrderRefund, SupplierOrder
from shop.orders.values import Action, PartAction, PartState, Received, State
from shop.recalls import queries as recall_queries
from shop.stock import services as stock_services
from shop.vouchers import services as voucher_services
from shop.vouchers.errors import VoucherUsed


@dataclass(frozen=True, slots=True)
class _Share:
    """What of a refund belongs to one part and line (fen): where it lies, and what of it a voucher had paid."""

    part: SupplierOrder | None
    line: OrderLine | None
    prepaid_fen: int = 0
    payable_fen: int = 0
    unapplied_fen: int = 0
    voucher_fen: int = 0

    @property
    def gross_fen(self) -> int:
        return self.prepaid_fen + self.payable_fen + self.unapplied_fen

    @property
    def amount_fen(self) -> int:
        """What the buyer gets."""
        return self.gross_fen - self.voucher_fen

    @property
    def voucher_prepaid_fen(self) -> int:
        return min(self.voucher_fen, self.prepaid_fen)

    @property
    def voucher_payable_fen(self) -> int:
        return self.voucher_fen - self.voucher_prepaid_fen


def call_off(
    session: Session, actor: Actor, order: Order, reason: str, *, part: str = "", owed: bool = True
) -> int:
    """Give up a paid, locked order before it is sent, or one supplier's part of it; returns what goes back (fen).

    Everything that was paid for it goes back, freight included, and the goods are for others again. Refused once a
    part is on its way (`WrongState`). `owed`: the buyer asks, so no second person need approve. Calling off twice
    refunds once (`DoneBefore`).
    """
    parts = queries.lock_parts(session, order.id)
    chosen = [p for p in parts if (p.public_id == part if part else p.state != PartState.CANCELLED)]
    # Of the parts first: what was called off stays so, whatever became of the order meanwhile.
    targets = [rules.part_after(found.state, PartAction.CALL_OFF) for found in chosen]
    rules.after(order.state, Action.CALL_OFF)
    if not chosen:
        raise NotFound("part")
    before = order.state
    back = queries.prepaid_refunds(session, order.id)
    for found, target in zip(chosen, targets, strict=True):
        found.state = target.value
    order.state = rules.derive_state([p.state for p in parts]).value
    if order.state in (State.CANCELLED, State.RECEIVED):
        order.closed_at = clock.now()
    session.flush()
    if order.state == State.CANCELLED and order.discount_fen:
        voucher_services.release_voucher(session, order.id)
    _put_back(session, actor, order, chosen)
    shares = [_Share(p, None, p.goods_fen + p.freight_fen - back.get(p.id, 0)) for p in chosen]
    amount = _refund(
        session, actor, order, shares, reason, once=f"call-off:{order.number}:{part or 'all'}", owed=owed
    )
    audit.record(
        session,
        actor,
        "paid order called off",
        "order",
        order.number,
        before={"state": before},
        after={"state": order.state, "parts": [p.public_id for p in chosen], "amount_fen": amount},
        reason=reason,
    )
    events.publish(session, PaidOrderCancelled(order.id, order.number, amount, tuple(p.id for p in chosen)))
    return amount


def refund_line(
    session: Session,
    actor: Actor,
    order: Order,
    line_id: int,
    amount_fen: int,
    reason: str,
    *,
    once: str,
    accepted: bool = False,
) -> Refund:
    """Give back a part of what a line of a paid, locked order cost; never more than the line in all.

    `amount_fen` counts in the prices of the line. Where a voucher had paid a share of it, that share goes back to the
    operator and the rest to the buyer (`queries.refunded_lines` and what is left count in the prices, too). The money
    comes from what is prepaid for the line and was not accepted, else from what is owed to the supplier for it
    (`SupplierPaidOut` when that was paid out before). `accepted`: it is about goods that were accepted, so what is
    prepaid for those that are missing stays for them. Above the limit a second person approves. The same form again
    gives the first refund, with other contents it is refused.
    """
    known = queries.find_refund_by_once(session, once)
    if known is not None:
        if queries.refunded_by(session, known.public_id) != (line_id, amount_fen):
            raise RefundSentBefore
        return known
    rules.after(order.state, Action.REFUND_LINE)
    parts = {p.id: p for p in queries.lock_parts(session, order.id)}
    line = session.get(OrderLine, line_id)
    if line is None or line.order_id != order.id:
        raise NotFound("line")
    part = parts[line.supplier_order_id]
    rules.part_after(part.state, PartAction.REFUND_LINE)
    given_back, refunded = queries.refunds_of_lines(session, order.id).get(line.id, (0, 0))
    worth = (line.accepted_quantity or 0) * line.unit_price_fen
    kept = rules.kept_fen(worth, line.line_fen, given_back, refunded)
    missing = 0 if accepted else max(0, line.line_fen - worth - given_back)
    if amount_fen > kept + missing:
        raise LineRefundedBefore(kept + missing)
    prepaid = min(amount_fen, missing)
    share = _Share(part, line, prepaid, amount_fen - prepaid)
    _refund(session, actor, order, [share], reason, once=once, owed=False)
    refund = queries.find_refund_by_once(session, once)
    assert refund is not None
    audit.record(
        session,
        actor,
        "line refunded",
        "order",
        order.number,
        after={"line": line.id, "amount_fen": amount_fen, "state": refund.state},
        reason=reason,
    )
    return refund


def give_back(session: Session, actor: Actor, order: Order, reason: str) -> int:
    """Give back what is prepaid for a locked order and owed to nobody any more; returns how much (fen).

    An order under review ends by it, whether money had paid it or all that had come for it was decided about. Of an
    order that goes on it is what was not accepted, with the freight where nothing was. Also what was called off, where
    a second person had declined the refund. Nothing to give back is `WrongState`.
    """
    target = rules.after(order.state, Action.GIVE_BACK)
    parts = queries.lock_parts(session, order.id)
    back = queries.prepaid_refunds(session, order.id)
    shares = [share for part in parts for share in _unowed(session, order, part, back)]
    ends = order.state != target
    if not shares and not (ends and _is_unpaid(session, order)):
        raise WrongState(order.state, Action.GIVE_BACK)
    if ends:
        _end(session, order, target, parts)
    times = queries.count_refunds(session, order.id)
    amount = _refund(
        session, actor, order, shares, reason, once=f"give-back:{order.number}:{times}", owed=False
    )
    audit.record(
        session,
        actor,
        "order given back",
        "order",
        order.number,
        after={"state": order.state, "amount_fen": amount},
        reason=reason,
    )
    if amount and order.state == State.CANCELLED:
        events.publish(session, PaidOrderCancelled(order.id, order.number, amount))
    return amount


def _unowed(session: Session, order: Order, part: SupplierOrder, back: Mapping[int, int]) -> list[_Share]:
    """Say of what is owed to nobody for a part which line it was for; what no line has is its freight, or the whole part."""
    left = queries.unowed_of_part(order, part, back) if order.paid_at is not None else 0
    shares = []
    if left and part.accepted_fen is not None:
        refunds = queries.refunds_of_lines(session, order.id)
        lines = select(OrderLine).where(OrderLine.supplier_order_id == part.id).order_by(OrderLine.id)
        for line in session.scalars(lines):
            given_back, _refunded = refunds.get(line.id, (0, 0))
            worth = (line.accepted_quantity or 0) * line.unit_price_fen
            missing = max(0, min(left, line.line_fen - worth - given_back))
            shares.append(_Share(part, line, missing))
            left -= missing
    return [share for share in (*shares, _Share(part, None, left)) if share.gross_fen]


def _is_unpaid(session: Session, order: Order) -> bool:
    """Say whether nothing paid an order, and nobody has to decide any more about money that came for it."""
    payments = payment_queries.payments_of_subject(session, Purpose.ORDER, order.id)
    return order.paid_at is None and not any(
        PaymentState(payment.state).is_open or payment_queries.is_open_review(payment) for payment in payments
    )


def send_after_all(session: Session, actor: Actor, order: Order, reason: str) -> None:
    """Let a locked, paid order under review be sent after all, now that its goods are there (`StillShort` if not)."""
    target = rules.after(order.state, Action.SEND_AFTER_ALL)
    if order.paid_at is None:
        raise WrongState(order.state, Action.SEND_AFTER_ALL)
    parts = queries.lock_parts(session, order.id)
    if order.discount_fen and not voucher_services.retake_voucher(session, order.id):
        raise VoucherUsed
    if stock_services.take_held_stock(session, actor, order.id):
        raise StillShort
    order.state = target.value
    order.review_reason = ""
    order.closed_at = None
    for part in parts:
        part.state = PartState.TO_SHIP.value
    session.flush()
    audit.record(
        session,
        actor,
        "order sent after all",
        "order",
        order.number,
        after={"state": order.state},
        reason=reason,
    )
    events.publish(session, OrderPaid(order.id, order.number, order.total_fen))


def end_unpaid_review(session: Session, order_id: int) -> None:
    """End an order under review whose money went back to its payer; one that was paid otherwise stays as it is."""
    payment_services.withdraw_payment_codes(session, Purpose.ORDER, order_id)
    order = queries.lock_order(session, order_id)
    if order.state != State.NEEDS_REVIEW or order.paid_at is not None:
        return
    _end(session, order, rules.after(order.state, Action.GIVE_BACK), queries.lock_parts(session, order.id))
    audit.record(
        session,
        SYSTEM,
        "order ended, its money goes back",
        "order",
        order.number,
        after={"state": order.state},
    )


def refund_unapplied(session: Session, order: Order, received: Received) -> None:
    """Send money back by itself that came for an order which was paid before."""
    paid_by = f"{received.source}:{received.reference}"
    if not payment_queries.is_known(session, paid_by):
        return
    share = _Share(None, None, unapplied_fen=received.amount_fen)
    _refund(
        session,
        SYSTEM,
        order,
        [share],
        "The order had been paid before.",
        once=f"unapplied:{paid_by}",
        owed=True,
        paid_by=paid_by,
    )


def note_refund_paid(session: Session, order_id: int, refund: str, amount_fen: int, currency: str) -> None:
    """Tell the buyer that money went back."""
    order = session.get(Order, order_id)
    if order is not None:
        events.publish(session, OrderRefunded(order.id, order.number, refund, amount_fen, currency))


def lock_for_refund(session: Session, order_id: int) -> None:
    """Lock the order of a refund that is about to be declined, before its payment is locked: everybody's order of locks."""
    session.execute(select(Order.id).where(Order.id == order_id).with_for_update())


def note_refund_declined(session: Session, refund: str) -> None:
    """Count a declined refund no longer against the lines it was for; what was accepted meanwhile is owed in full."""
    rows = session.scalars(
        update(OrderRefund)
        .where(OrderRefund.refund == refund)
        .values(declined=True)
        .returning(OrderRefund)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).all()
    returned = ledger_queries.entry_of(session, "refund", refund, "voucher_returned")
    if returned is not None:
        shares = [
            _Share(
                session.get(SupplierOrder, row.supplier_order_id),
                None,
                row.prepaid_fen,
                row.payable_fen,
                row.unapplied_fen,
                row.voucher_fen,
            )
            for row in rows
        ]
        ledger_services.reverse(
            session,
            SYSTEM,
            returned,
            Fact("voucher_spent_after_all", "refund", refund),
            [Leg(leg.credit, leg.debit, leg.amount) for leg in _voucher_legs(session, shares)],
        )
    for row in rows:
        _keep_shares_again(session, row)
        accepted = select(SupplierOrder.accepted_fen).where(SupplierOrder.id == row.supplier_order_id)
        if row.supplier_order_id is not None and session.scalar(accepted) is not None:
            _owe_the_rest(session, row.order_id, row.supplier_order_id, refund)


def _keep_shares_again(session: Session, row: OrderRefund) -> None:
    """Keep for households again what a declined refund would have taken from their shares of its line."""
    if row.payable_fen and row.order_line_id is not None:
        line = session.get_one(OrderLine, row.order_line_id)
        part = session.get_one(SupplierOrder, line.supplier_order_id)
        share_services.keep_again(session, SYSTEM, part, line, row.payable_fen, row.refund)


def _owe_the_rest(session: Session, order_id: int, part_id: int, refund: str) -> None:
    """Owe the supplier of an accepted part what had been kept back for a refund that did not come."""
    part = next(found for found in queries.lock_parts(session, order_id) if found.id == part_id)
    lines = session.scalars(select(OrderLine).where(OrderLine.supplier_order_id == part.id)).all()
    owed = queries.owed_for_part(session, part, lines)
    rest = owed - (part.accepted_fen or 0)
    if rest <= 0:
        return
    part.accepted_fen = owed
    session.flush()
    supplier = session.get_one(Organisation, part.supplier_id)
    ledger_services.post(
        session,
        SYSTEM,
        Fact("order_delivered", "supplier_order", f"{part.public_id}:{refund}"),
        [Leg(books.prepaid(), books.supplier_payable(supplier.public_id), rest)],
    )
    share_services.keep_the_rest(session, SYSTEM, part, lines, refund)


def _refund(
    session: Session,
    actor: Actor,
    order: Order,
    shares: Sequence[_Share],
    reason: str,
    *,
    once: str,
    owed: bool,
    paid_by: str = "",
) -> int:
    shares = _with_vouchers(session, order, [share for share in shares if share.gross_fen > 0])
    amount = sum(share.amount_fen for share in shares)
    if not amount:
        return 0
    # What households have of the line goes back first, so that the supplier's account holds all of what is asked for.
    for share in shares:
        if share.payable_fen and share.part is not None and share.line is not None:
            share_services.return_shares(session, actor, share.part, share.line, share.payable_fen, once)
    try:
        refund = payment_services.request_refund(
            session,
            actor,
            paid_by or order.paid_by or "",
            amount,
            reason,
            _sources(session, shares),
            once=once,
            owed=owed,
        )
        if any(share.voucher_fen for share in shares):
            ledger_services.post(
                session,
                actor,
                Fact("voucher_returned", "refund", refund.public_id),
                _voucher_legs(session, shares),
            )
    except InsufficientBalance as short:
        raise SupplierPaidOut(short.available) from short
    for share in shares:
        session.add(
            OrderRefund(
                refund=refund.public_id,
                order_id=order.id,
                supplier_order_id=share.part.id if share.part else None,
                order_line_id=share.line.id if share.line else None,
                amount_fen=share.amount_fen,
                prepaid_fen=share.prepaid_fen,
                payable_fen=share.payable_fen,
                unapplied_fen=share.unapplied_fen,
                voucher_fen=share.voucher_fen,
                made_at=clock.now(),
            )
        )
    session.flush()
    return amount


def _with_vouchers(session: Session, order: Order, shares: Sequence[_Share]) -> list[_Share]:
    """Say of each share what a voucher had paid of it, in the proportion in which it paid the part."""
    if not order.discount_fen:
        return list(shares)
    before = dict(queries.refunds_of_parts(session, order.id))
    found = []
    for share in shares:
        if share.part is None:
            found.append(share)
            continue
        gross, voucher = before.get(share.part.id, (0, 0))
        back = rules.voucher_share_fen(
            share.gross_fen, share.part.goods_fen, share.part.discount_fen, gross, voucher
        )
        before[share.part.id] = (gross + share.gross_fen, voucher + back)
        found.append(replace(share, voucher_fen=back))
    return found


def _voucher_legs(session: Session, shares: Iterable[_Share]) -> list[Leg]:
    legs = []
    for share in shares:
        if share.voucher_prepaid_fen:
            legs.append(Leg(books.prepaid(), books.vouchers_spent(), share.voucher_prepaid_fen))
        if share.voucher_payable_fen:
            legs.append(Leg(_payable(session, share), books.vouchers_spent(), share.voucher_payable_fen))
    return legs


def _sources(session: Session, shares: Iterable[_Share]) -> list[tuple[AccountSpec, int]]:
    sums: dict[AccountSpec, int] = defaultdict(int)
    for share in shares:
        sums[books.prepaid()] += share.prepaid_fen - share.voucher_prepaid_fen
        sums[books.unapplied()] += share.unapplied_fen
        if share.payable_fen:
            sums[_payable(session, share)] += share.payable_fen - share.voucher_payable_fen
    return [(account, amount) for account, amount in sums.items() if amount]


def _payable(session: Session, share: _Share) -> AccountSpec:
    assert share.part is not None
    return books.supplier_payable(session.get_one(Organisation, share.part.supplier_id).public_id)


def _put_back(session: Session, actor: Actor, order: Order, parts: Iterable[SupplierOrder]) -> None:
    lines = session.execute(
        select(OrderLine.id, OrderLine.variant_id, OrderLine.quantity).where(
            OrderLine.supplier_order_id.in_([part.id for part in parts])
        )
    ).all()
    packs: dict[int, int] = defaultdict(int)
    for row in lines:
        packs[row.variant_id] += row.quantity
    stock_services.put_back(session, actor, order.id, packs)
    # Looked at once the stock is locked, so a recall that is under way is waited for: its packs are not for others.
    recalled = recall_queries.last_recall_of_lines(session, order.id)
    for row in lines:
        if row.id in recalled:
            stock_services.withdraw_stock(
                session, actor, row.variant_id, row.quantity, "recalled", once=f"recalled:{row.id}"
            )


def _end(session: Session, order: Order, target: State, parts: Iterable[SupplierOrder]) -> None:
    order.state = target.value
    order.closed_at = clock.now()
    order.payment_intent = None
    for part in parts:
        part.state = PartState.CANCELLED.value
    session.flush()
    if order.discount_fen:
        voucher_services.release_voucher(session, order.id)
    stock_services.release_held_stock(session, order.id)
