"""Payouts: who is owed what, batches with their payouts and items, and their locks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core.db import lock_keys
from core.errors import NotFound
from core.permissions import Actor
from ledger import queries as ledger_queries
from shop import books
from shop.orders.models import SupplierOrder
from shop.settlement import rules
from shop.settlement.models import (
    Payout,
    PayoutBatch,
    PayoutItem,
    SettlementDispute,
    SupplierAccount,
)
from shop.settlement.queries.parts import PART_FACTS, money_of_parts, open_fen
from shop.settlement.values import (
    AccountState,
    BatchRow,
    BatchState,
    DisputeState,
    ItemRow,
    ItemState,
    PayoutRow,
    PayoutState,
    SupplierRow,
)


def list_suppliers(session: Session, today: date) -> list[SupplierRow]:
    """Return every supplier that is owed something, what is due first; at most 500."""
    facts = PART_FACTS.subquery()
    columns = facts.c
    opened = open_fen(columns)
    free = and_(
        columns.due_on <= today,
        ~columns.claimed,
        ~columns.disputed,
        ~columns.refunding,
        ~columns.in_payout,
    )
    sums = (
        select(
            columns.supplier_id,
            cast(func.coalesce(func.sum(opened).filter(or_(opened < 0, free)), 0), BigInteger).label("due"),
            cast(
                func.coalesce(func.sum(opened).filter(opened > 0, columns.due_on > today), 0), BigInteger
            ).label("later"),
            cast(
                func.coalesce(func.sum(opened).filter(opened > 0, columns.due_on <= today, ~free), 0),
                BigInteger,
            ).label("kept"),
        )
        .where(opened != 0)
        .group_by(columns.supplier_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Organisation.id,
            Organisation.public_id,
            Organisation.name_zh,
            Organisation.name_en,
            sums.c.due,
            sums.c.later,
            sums.c.kept,
            _account_in(AccountState.CONFIRMED).label("confirmed"),
            _account_in(AccountState.WAITING).label("waiting"),
        )
        .join(sums, sums.c.supplier_id == Organisation.id)
        .order_by(sums.c.due.desc(), Organisation.id)
        .limit(500)
    )
    return [
        SupplierRow(
            row.id,
            row.public_id,
            row.name_zh,
            row.name_en,
            row.due,
            row.later,
            row.kept,
            rules.standing(due_fen=row.due, confirmed=row.confirmed, waiting=row.waiting),
        )
        for row in rows
    ]


def _account_in(state: AccountState) -> ColumnElement[bool]:
    return (
        exists()
        .where(SupplierAccount.supplier_id == Organisation.id, SupplierAccount.state == state.value)
        .correlate(Organisation)
    )


def lock_proposals(session: Session) -> None:
    """Let one person propose at a time, until the end of the step."""
    lock_keys(session, "payout proposals")


def find_batch_by_once(session: Session, once: str) -> PayoutBatch | None:
    """Return the batch that a form made before."""
    return session.scalar(select(PayoutBatch).where(PayoutBatch.once == once))


def suppliers_named(session: Session, public_ids: Iterable[str]) -> list[Organisation]:
    """Return suppliers by their public ids, in the order of their ids."""
    return list(
        session.scalars(
            select(Organisation)
            .where(
                Organisation.public_id.in_(list(public_ids)),
                Organisation.kind == OrganisationKind.SUPPLIER.value,
            )
            .order_by(Organisation.id)
        )
    )


def payable_accounts(session: Session, supplier_ids: Collection[int]) -> dict[int, SupplierAccount]:
    """Return the confirmed account of each supplier that has not named another one since."""
    rows = session.scalars(
        select(SupplierAccount).where(
            SupplierAccount.supplier_id.in_(supplier_ids),
            SupplierAccount.state.in_([AccountState.CONFIRMED.value, AccountState.WAITING.value]),
        )
    ).all()
    waiting = {row.supplier_id for row in rows if row.state == AccountState.WAITING}
    return {row.supplier_id: row for row in rows if row.supplier_id not in waiting}


def moved_accounts(session: Session, payouts: Collection[Payout]) -> tuple[tuple[str, str], ...]:
    """Return the suppliers (Chinese, English names) that have or want another account than their payout goes to."""
    accounts = payable_accounts(session, [payout.supplier_id for payout in payouts])
    moved = [
        payout.supplier_id
        for payout in payouts
        if payout.supplier_id not in accounts or accounts[payout.supplier_id].id != payout.account_id
    ]
    names = select(Organisation.name_zh, Organisation.name_en).where(Organisation.id.in_(moved))
    return tuple((row.name_zh, row.name_en) for row in session.execute(names.order_by(Organisation.id)))


def lock_batch(session: Session, public_id: str) -> PayoutBatch:
    """Return a batch that nobody else changes until this step ends; raises `NotFound`."""
    batch = session.scalar(
        select(PayoutBatch)
        .where(PayoutBatch.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise NotFound("batch")
    return batch


def batch_of_payout(session: Session, public_id: str) -> str:
    """Return the public id of the batch in which a payout lies, else `NotFound`."""
    found = session.scalar(
        select(PayoutBatch.public_id)
        .join(Payout, Payout.batch_id == PayoutBatch.id)
        .where(Payout.public_id == public_id)
    )
    if found is None:
        raise NotFound("payout")
    return found


def lock_payouts(session: Session, batch_id: int) -> list[Payout]:
    """Return the payouts of a locked batch in the order of their ids."""
    return list(
        session.scalars(
            select(Payout)
            .where(Payout.batch_id == batch_id)
            .order_by(Payout.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def sent_to_the_bank_fen(session: Session, besides_batch_id: int) -> int:
    """Return what the bank was told to pay in the files of other batches and is not noted as paid yet (fen)."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(Payout.amount_fen), 0))
            .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
            .where(
                Payout.state == PayoutState.TO_PAY.value,
                PayoutBatch.exported_at.is_not(None),
                PayoutBatch.id != besides_batch_id,
            )
        )
        or 0
    )


def items_of(session: Session, payout_ids: Collection[int]) -> list[PayoutItem]:
    """Return what payouts have for which parts, in the order of the parts."""
    return list(
        session.scalars(
            select(PayoutItem)
            .where(PayoutItem.payout_id.in_(payout_ids))
            .order_by(PayoutItem.supplier_order_id, PayoutItem.id)
            .execution_options(populate_existing=True)
        )
    )


def lock_parts(session: Session, part_ids: Collection[int]) -> None:
    """Lock parts in the order of their ids; whoever refunds or claims holds them too."""
    session.execute(
        select(SupplierOrder.id)
        .where(SupplierOrder.id.in_(part_ids))
        .order_by(SupplierOrder.id)
        .with_for_update()
    ).all()


_proposer, _decider = aliased(User), aliased(User)


def _batches() -> Select[*tuple[Any, ...]]:
    payouts = (
        select(func.count())
        .select_from(Payout)
        .where(Payout.batch_id == PayoutBatch.id)
        .correlate(PayoutBatch)
        .scalar_subquery()
    )
    return (
        select(
            PayoutBatch,
            payouts.label("payouts"),
            _proposer.name.label("proposed_by"),
            _decider.name.label("decided_by"),
        )
        .outerjoin(_proposer, _proposer.id == PayoutBatch.proposed_by_user_id)
        .outerjoin(_decider, _decider.id == PayoutBatch.decided_by_user_id)
    )


def _batch_row(row: Any) -> BatchRow:
    batch: PayoutBatch = row.PayoutBatch
    return BatchRow(
        batch.public_id,
        BatchState(batch.state),
        batch.amount_fen,
        row.payouts,
        row.proposed_by or "",
        batch.proposed_by_user_id,
        batch.proposed_at,
        row.decided_by or "",
        batch.decided_at,
        batch.reason,
        batch.exported_at,
        batch.closed_at,
    )


def list_batches(session: Session, *, limit: int, offset: int) -> tuple[list[BatchRow], int]:
    """Return one page of the batches, what waits for somebody first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(PayoutBatch)) or 0
    waits = PayoutBatch.state.in_([BatchState.PROPOSED.value, BatchState.APPROVED.value])
    rows = session.execute(
        _batches().order_by(waits.desc(), PayoutBatch.id.desc()).limit(limit).offset(offset)
    )
    return [_batch_row(row) for row in rows], total


class Waiting(NamedTuple):
    """How much waits for somebody of the operator."""

    batches: int
    accounts: int
    disputes: int
    failed: int


def count_waiting(session: Session) -> Waiting:
    """Count the batches, accounts, disputed lines and failed payouts that wait for somebody, in one statement."""
    batches = PayoutBatch.state.in_([BatchState.PROPOSED.value, BatchState.APPROVED.value])
    counted = (
        select(func.count()).select_from(PayoutBatch).where(batches),
        select(func.count()).where(SupplierAccount.state == AccountState.WAITING.value),
        select(func.count()).where(SettlementDispute.state == DisputeState.OPEN.value),
        select(func.count()).select_from(Payout).where(_not_paid_since()),
    )
    row = session.execute(select(*(statement.scalar_subquery() for statement in counted))).one()
    return Waiting(*row)


def failed_payouts(session: Session) -> list[PayoutRow]:
    """Return the payouts that failed and were not proposed anew, the newest first; at most 50."""
    rows = session.execute(_payouts().where(_not_paid_since()).order_by(Payout.id.desc()).limit(50))
    return [_payout_row(row) for row in rows]


def _not_paid_since() -> ColumnElement[bool]:
    later, proposed = aliased(Payout), aliased(PayoutBatch)
    return and_(
        Payout.state == PayoutState.FAILED.value,
        ~exists().where(
            later.supplier_id == Payout.supplier_id,
            later.state != PayoutState.DECLINED.value,
            proposed.id == later.batch_id,
            proposed.proposed_at > Payout.ended_at,
        ),
    )


def get_batch(session: Session, public_id: str) -> tuple[BatchRow, list[PayoutRow]]:
    """Return a batch with its payouts, else `NotFound`."""
    row = session.execute(_batches().where(PayoutBatch.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("batch")
    payouts = session.execute(
        _payouts().where(Payout.batch_id == row.PayoutBatch.id).order_by(Payout.id).limit(500)
    )
    return _batch_row(row), [_payout_row(payout) for payout in payouts]


def _payouts() -> Select[*tuple[Any, ...]]:
    parts = (
        select(func.count())
        .select_from(PayoutItem)
        .where(PayoutItem.payout_id == Payout.id)
        .correlate(Payout)
        .scalar_subquery()
    )
    return (
        select(
            Payout,
            PayoutBatch.public_id.label("batch"),
            Organisation.name_zh,
            Organisation.name_en,
            SupplierAccount.public_id.label("account"),
            SupplierAccount.holder,
            SupplierAccount.bank,
            SupplierAccount.last4,
            parts.label("parts"),
        )
        .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
        .join(Organisation, Organisation.id == Payout.supplier_id)
        .join(SupplierAccount, SupplierAccount.id == Payout.account_id)
    )


def _payout_row(row: Any) -> PayoutRow:
    payout: Payout = row.Payout
    return PayoutRow(
        payout.public_id,
        row.batch,
        row.name_zh,
        row.name_en,
        row.account,
        row.holder,
        row.bank,
        row.last4,
        payout.amount_fen,
        row.parts,
        PayoutState(payout.state),
        payout.bank_reference or "",
        payout.paid_on,
        payout.reason,
    )


def get_payout(session: Session, public_id: str) -> tuple[PayoutRow, list[ItemRow]]:
    """Return a payout with what it has for which part (at most 2,000 parts), else `NotFound`."""
    return _one_payout(session, Payout.public_id == public_id)


def get_own_payout(session: Session, actor: Actor, public_id: str) -> tuple[PayoutRow, list[ItemRow]]:
    """Return an approved payout to one of the actor's suppliers, else `NotFound`."""
    return _one_payout(
        session,
        Payout.public_id == public_id,
        Payout.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        Payout.state.in_(_SHOWN_TO_SUPPLIERS),
    )


#: What a supplier sees of payouts: nothing before a second person has approved it.
_SHOWN_TO_SUPPLIERS = (PayoutState.TO_PAY.value, PayoutState.PAID.value, PayoutState.FAILED.value)


def _one_payout(session: Session, *conditions: ColumnElement[bool]) -> tuple[PayoutRow, list[ItemRow]]:
    row = session.execute(_payouts().where(*conditions)).one_or_none()
    if row is None:
        raise NotFound("payout")
    amounts = {item.supplier_order_id: item.amount_fen for item in items_of(session, [row.Payout.id])[:2000]}
    before = set(
        session.scalars(
            select(PayoutItem.supplier_order_id).where(
                PayoutItem.supplier_order_id.in_(list(amounts)),
                PayoutItem.payout_id < row.Payout.id,
                PayoutItem.amount_fen > 0,
                PayoutItem.state != ItemState.RETURNED.value,
            )
        )
    )
    return _payout_row(row), [
        ItemRow(
            part.public_id,
            part.number,
            part.received_on,
            part.due_on,
            amounts[part.part_id],
            part.part_id in before,
        )
        for part in money_of_parts(session, list(amounts))
    ]


def own_payouts(session: Session, supplier_id: int, *, limit: int = 24) -> list[PayoutRow]:
    """Return the latest payouts to a supplier that were approved, the newest first."""
    rows = session.execute(
        _payouts()
        .where(Payout.supplier_id == supplier_id, Payout.state.in_(_SHOWN_TO_SUPPLIERS))
        .order_by(Payout.id.desc())
        .limit(limit)
    )
    return [_payout_row(row) for row in rows]


def payable_balance(session: Session, supplier_public_id: str) -> int:
    """Return what the ledger says is owed to a supplier and not on its way (fen)."""
    return ledger_queries.balance(session, books.supplier_payable(supplier_public_id).code).settled


def reference_taken(session: Session, reference: str, payout_id: int) -> bool:
    """Say whether another payout carries a bank reference."""
    found = select(Payout.id).where(Payout.bank_reference == reference, Payout.id != payout_id)
    return session.scalar(found.limit(1)) is not None
