"""What becomes of approved payouts: the file for the bank, paid, or not possible."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import audit, clock, events
from core.permissions import Actor
from ledger import services as ledger_services
from ledger.values import Fact, Leg
from payments import books as payment_books
from payments.services import require_in_bank, require_operator
from shop import books
from shop.settlement import queries, rules
from shop.settlement.errors import (
    AccountChanged,
    PaidOnWrongDay,
    ReferenceTaken,
    WrongBatchState,
    WrongPayoutState,
)
from shop.settlement.events import PayoutFailed, PayoutPaid
from shop.settlement.models import Payout, PayoutBatch, SupplierAccount
from shop.settlement.services.accounts import number_of
from shop.settlement.values import (
    BankLine,
    BatchAction,
    BatchState,
    ItemState,
    PayoutAction,
    PayoutState,
)

SUBJECT = "payout_batch"
#: Whose bank account pays.
PAYER = "operator"


def take_bank_file(session: Session, actor: Actor, public_id: str) -> list[BankLine]:
    """Return what the bank is told to pay for an approved batch, and write down who took the account numbers.

    Refused while less lies in the bank by the books than this file and those taken before tell it to pay
    (`BankTooLow`), and while it would pay into an account that its supplier has given up or wants to (`AccountChanged`):
    that payout is noted as not possible and proposed anew.
    """
    require_operator(session, actor)
    batch = queries.lock_batch(session, public_id)
    if batch.state not in (BatchState.APPROVED, BatchState.CLOSED):
        raise WrongBatchState(batch.state, "export")
    to_pay = [p for p in queries.lock_payouts(session, batch.id) if p.state == PayoutState.TO_PAY]
    moved = queries.moved_accounts(session, to_pay)
    if moved:
        raise AccountChanged(moved)
    lines = []
    for payout in to_pay:
        account = session.get_one(SupplierAccount, payout.account_id)
        lines.append(
            BankLine(
                payout.public_id,
                number_of(account),
                account.holder,
                account.bank,
                account.bank_code,
                payout.amount_fen,
            )
        )
    total = sum(line.amount_fen for line in lines)
    require_in_bank(session, PAYER, total)
    # Asked once this step is the only one at the bank account: a file that was being taken meanwhile counts.
    require_in_bank(session, PAYER, total + queries.sent_to_the_bank_fen(session, batch.id))
    batch.exported_at = clock.now()
    session.flush()
    audit.record(
        session,
        actor,
        "payout file taken",
        SUBJECT,
        batch.public_id,
        after={"payouts": [line.payout for line in lines], "amount_fen": total},
    )
    return lines


def note_paid(session: Session, actor: Actor, public_id: str, bank_reference: str, paid_on: date) -> Payout:
    """Note that the bank has paid a payout, with its own number of the transfer; the same note again changes nothing.

    Refused while less than that lies in the bank by the books (`BankTooLow`).
    """
    require_operator(session, actor)
    batch, payout = _lock(session, public_id)
    reference = " ".join(bank_reference.split())
    if payout.state == PayoutState.PAID and (payout.bank_reference, payout.paid_on) == (reference, paid_on):
        return payout
    target = rules.payout_after(payout.state, PayoutAction.PAY)
    assert batch.decided_at is not None
    if not batch.decided_at.astimezone(clock.CHINA).date() <= paid_on <= clock.today():
        raise PaidOnWrongDay
    require_in_bank(session, PAYER, payout.amount_fen)
    # Looked at once this step is the only one that pays: another one may have been noted meanwhile.
    if queries.reference_taken(session, reference, payout.id):
        raise ReferenceTaken
    payout.state = target.value
    payout.bank_reference = reference
    payout.paid_on = paid_on
    payout.ended_at = clock.now()
    _set_items(session, payout, ItemState.PAID)
    ledger_services.post(
        session,
        actor,
        Fact("payout_paid", "payout", payout.public_id),
        [Leg(books.payouts_due(), payment_books.bank(PAYER), payout.amount_fen)],
    )
    _told(session, actor, "payout paid", payout)
    events.publish(session, PayoutPaid(payout.id, payout.public_id, payout.supplier_id, payout.amount_fen))
    _close_when_done(session, batch)
    return payout


def fail_payout(
    session: Session, actor: Actor, public_id: str, reason: str, *, came_back: bool = False
) -> Payout:
    """Note that a payout could not be paid, or (`came_back`) that the bank returned it: it is owed to the supplier again.

    Of two officers at once, one noting it paid, the other that it could not be, the second is refused.
    """
    require_operator(session, actor)
    batch, payout = _lock(session, public_id)
    before = payout.state
    if before == PayoutState.FAILED and payout.reason == reason.strip():
        return payout
    target = rules.payout_after(before, PayoutAction.FAIL)
    if came_back != (before == PayoutState.PAID):
        raise WrongPayoutState(before, PayoutAction.FAIL)
    supplier = session.get_one(Organisation, payout.supplier_id)
    payable = books.supplier_payable(supplier.public_id)
    payout.state = target.value
    payout.reason = reason.strip()
    payout.ended_at = clock.now()
    _set_items(session, payout, ItemState.RETURNED)
    if before == PayoutState.PAID:
        ledger_services.post(
            session,
            actor,
            Fact("payout_returned", "payout", payout.public_id),
            [Leg(payment_books.bank(PAYER), payable, payout.amount_fen)],
        )
    else:
        assert payout.approved_entry_id is not None
        ledger_services.reverse(
            session,
            actor,
            payout.approved_entry_id,
            Fact("payout_failed", "payout", payout.public_id),
            [Leg(books.payouts_due(), payable, payout.amount_fen)],
        )
    _told(session, actor, "payout failed", payout, payout.reason)
    events.publish(session, PayoutFailed(payout.public_id, payout.supplier_id))
    _close_when_done(session, batch)
    return payout


def _lock(session: Session, public_id: str) -> tuple[PayoutBatch, Payout]:
    batch = queries.lock_batch(session, queries.batch_of_payout(session, public_id))
    payouts = queries.lock_payouts(session, batch.id)
    return batch, next(payout for payout in payouts if payout.public_id == public_id)


def _set_items(session: Session, payout: Payout, state: ItemState) -> None:
    for item in queries.items_of(session, [payout.id]):
        item.state = state.value
    session.flush()


def _close_when_done(session: Session, batch: PayoutBatch) -> None:
    payouts = queries.lock_payouts(session, batch.id)
    if batch.state == BatchState.APPROVED and all(p.state != PayoutState.TO_PAY for p in payouts):
        batch.state = rules.batch_after(batch.state, BatchAction.CLOSE).value
        batch.closed_at = clock.now()
        session.flush()


def _told(session: Session, actor: Actor, action: str, payout: Payout, reason: str = "") -> None:
    audit.record(
        session,
        actor,
        action,
        "payout",
        payout.public_id,
        after={
            "state": payout.state,
            "amount_fen": payout.amount_fen,
            "bank_reference": payout.bank_reference,
        },
        reason=reason,
    )
