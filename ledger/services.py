"""Posting, holding and reversing: every movement of money and points goes through here."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import BigInteger, bindparam, func, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from core import clock
from core.db import one_or_many, table_of
from core.permissions import Actor
from ledger import accounts
from ledger.errors import HoldNotPending, InsufficientBalance, KeyReused, ReversalTooLarge
from ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    LedgerHold,
    LedgerLot,
    LedgerLotUse,
    LedgerTransfer,
    LedgerUnrolled,
)
from ledger.values import Account, AccountKind, AccountSpec, Fact, Leg, Policy, Posted, Unit

_POST = text(
    """
    WITH entry AS (
        INSERT INTO ledger_entries (idem_key, request_hash, kind, source, source_id, effective_at, actor_user_id,
                                    reverses_entry_id, memo, canonical)
        VALUES (:idem_key, :request_hash, :kind, :source, :source_id, :effective_at, :actor_user_id,
                :reverses_entry_id, :memo, :canonical)
        ON CONFLICT (idem_key) DO NOTHING
        RETURNING id
    ), legs AS (
        INSERT INTO ledger_transfers (entry_id, position, debit_account_id, credit_account_id, unit, amount)
        SELECT entry.id, leg.position, leg.debit_id, leg.credit_id, leg.unit, leg.amount
        FROM entry, unnest(CAST(:debit_ids AS bigint[]), CAST(:credit_ids AS bigint[]), CAST(:units AS text[]),
                           CAST(:amounts AS bigint[])) WITH ORDINALITY
                    AS leg (debit_id, credit_id, unit, amount, position)
    ), later AS (
        INSERT INTO ledger_unrolled (account_id, debit, credit)
        SELECT move.account_id, move.debit, move.credit
        FROM entry, unnest(CAST(:later_ids AS bigint[]), CAST(:later_debits AS bigint[]),
                           CAST(:later_credits AS bigint[])) AS move (account_id, debit, credit)
    ), unsealed AS (
        INSERT INTO ledger_unsealed (entry_id) SELECT id FROM entry
    )
    SELECT id FROM entry
    """
)

_MOVE = text(
    """
    UPDATE ledger_balances SET debits = debits + :debit, credits = credits + :credit
    WHERE account_id = :account_id
      AND (NOT floored OR CASE WHEN grows_by_debit
           THEN debits + :debit - credits - :credit - credits_pending
           ELSE credits + :credit - debits - :debit - debits_pending END >= 0)
    """
)

_TAKE_FROM_LOTS = text(
    """
    UPDATE ledger_lots AS lot SET remaining = lot.remaining - taken.amount
    FROM unnest(CAST(:lot_ids AS bigint[]), CAST(:amounts AS bigint[])) AS taken (lot_id, amount)
    WHERE lot.id = taken.lot_id
    """
)

_ROLL_ACCOUNTS = text(
    """
    SELECT account_id FROM ledger_balances
    WHERE account_id IN (SELECT DISTINCT account_id FROM ledger_unrolled WHERE id <= :up_to)
    ORDER BY account_id FOR UPDATE
    """
)

_ROLL = text(
    """
    WITH taken AS (
        DELETE FROM ledger_unrolled WHERE account_id = ANY(:account_ids) AND id <= :up_to
        RETURNING account_id, debit, credit
    ), sums AS (
        SELECT account_id, sum(debit) AS debit, sum(credit) AS credit FROM taken GROUP BY account_id
    )
    UPDATE ledger_balances AS balance SET debits = balance.debits + sums.debit,
                                          credits = balance.credits + sums.credit
    FROM sums WHERE sums.account_id = balance.account_id
    """
)


# Sent with every redemption, so built once, over the plain tables.
_lots = table_of(LedgerLot)
_LOCK_LOTS = (
    select(_lots.c.id, _lots.c.remaining)
    .where(_lots.c.account_id == bindparam("account_id", type_=BigInteger), _lots.c.remaining > 0)
    .order_by(_lots.c.expires_on.nulls_last(), _lots.c.id)
    .with_for_update()
)
_USE_LOTS = insert(table_of(LedgerLotUse))


def post(
    session: Session, actor: Actor, fact: Fact, legs: Sequence[Leg], *, reverses_entry_id: int | None = None
) -> Posted:
    """Write a business fact down once, with all its movements (fen or points), in the step of the caller.

    The same fact with the same content gives back the first entry; with another content it is refused (`KeyReused`).
    Raises `InsufficientBalance` when an account with a floor would go below zero, open holds included.
    """
    if not legs:
        raise ValueError("a posting needs at least one leg")
    by_code = accounts.ensure(session, [spec for leg in legs for spec in (leg.debit, leg.credit)])
    pairs = [(by_code[leg.debit.code], by_code[leg.credit.code], leg.amount) for leg in legs]
    effective_at = fact.effective_at or clock.now()
    canonical = _canonical(fact, effective_at, pairs, reverses_entry_id)
    now_moves, later_moves = _moves(pairs)
    key = f"{fact.source}:{fact.source_id}:{fact.kind}"
    request_hash = hashlib.sha256(_canonical(fact, None, pairs, reverses_entry_id)).digest()
    entry_id = session.execute(
        _POST,
        {
            "idem_key": key,
            "request_hash": request_hash,
            "kind": fact.kind,
            "source": fact.source,
            "source_id": fact.source_id,
            "effective_at": effective_at,
            "actor_user_id": actor.user_id,
            "reverses_entry_id": reverses_entry_id,
            "memo": fact.memo,
            "canonical": canonical,
            "debit_ids": [debit.id for debit, _, _ in pairs],
            "credit_ids": [credit.id for _, credit, _ in pairs],
            "units": [debit.unit.value for debit, _, _ in pairs],
            "amounts": [amount for _, _, amount in pairs],
            "later_ids": [account.id for account, _, _ in later_moves],
            "later_debits": [debit for _, debit, _ in later_moves],
            "later_credits": [credit for _, _, credit in later_moves],
        },
    ).scalar()
    if entry_id is None:
        return _replay(session, key, request_hash)
    for account, debit, credit in now_moves:
        _move(session, account, debit, credit)
    return Posted(entry_id, replayed=False)


def reverse(session: Session, actor: Actor, entry_id: int, fact: Fact, legs: Sequence[Leg]) -> Posted:
    """Undo all or a part of an entry by a counter-entry; all reversals together never exceed it."""
    original = session.scalar(select(LedgerEntry).where(LedgerEntry.id == entry_id).with_for_update())
    if original is None:
        raise ValueError("no such entry")
    posted = post(session, actor, fact, legs, reverses_entry_id=entry_id)
    total = (
        session.scalar(select(func.sum(LedgerTransfer.amount)).where(LedgerTransfer.entry_id == entry_id))
        or 0
    )
    undone = session.scalar(
        select(func.coalesce(func.sum(LedgerTransfer.amount), 0))
        .join(LedgerEntry, LedgerEntry.id == LedgerTransfer.entry_id)
        .where(LedgerEntry.reverses_entry_id == entry_id)
    )
    if (undone or 0) > total:
        raise ReversalTooLarge(f"entry {entry_id} is {total}, reversals would be {undone}")
    return posted


def roll(session: Session, limit: int = 20_000) -> int:
    """Add recorded movements to their balances; returns how many balances moved. Safe to run in parallel."""
    up_to = session.scalar(
        select(func.max(LedgerUnrolled.id)).where(
            LedgerUnrolled.id.in_(select(LedgerUnrolled.id).order_by(LedgerUnrolled.id).limit(limit))
        )
    )
    if up_to is None:
        return 0
    ids = list(session.scalars(_ROLL_ACCOUNTS, {"up_to": up_to}))
    session.execute(_ROLL, {"account_ids": ids, "up_to": up_to})
    return len(ids)


def hold(
    session: Session, key: str, debit: AccountSpec, credit: AccountSpec, amount: int, expires_at: datetime
) -> int:
    """Set an amount aside until it is posted, voided or `expires_at` comes; returns the hold's id.

    The same key gives back the same hold. Raises `InsufficientBalance` when it is not there.
    """
    by_code = accounts.ensure(session, [debit, credit])
    paying, paid = by_code[debit.code], by_code[credit.code]
    added = session.scalar(
        postgresql.insert(LedgerHold)
        .values(
            idem_key=key,
            debit_account_id=paying.id,
            credit_account_id=paid.id,
            unit=paying.unit.value,
            amount=amount,
            posted_amount=0,
            status="pending",
            created_at=clock.now(),
            expires_at=expires_at,
        )
        .on_conflict_do_nothing(index_elements=[LedgerHold.idem_key])
        .returning(LedgerHold.id)
    )
    if added is None:
        known = session.scalars(select(LedgerHold).where(LedgerHold.idem_key == key)).one()
        if (known.debit_account_id, known.credit_account_id, known.amount) != (paying.id, paid.id, amount):
            raise KeyReused(key)
        return known.id
    _pend(session, paying, paid, amount)
    return int(added)


def post_hold(session: Session, actor: Actor, hold_id: int, fact: Fact, amount: int | None = None) -> Posted:
    """Move all or a part of a pending hold for good and release the rest."""
    held = _resolve(session, hold_id)
    wanted = held.amount if amount is None else amount
    if not 0 < wanted <= held.amount or held.expires_at <= clock.now():
        raise HoldNotPending(hold_id)
    debit, credit = (_spec_of(session, i) for i in (held.debit_account_id, held.credit_account_id))
    posted = post(session, actor, fact, [Leg(debit, credit, wanted)])
    session.execute(
        update(LedgerHold)
        .where(LedgerHold.id == hold_id)
        .values(status="posted", posted_amount=wanted, entry_id=posted.entry_id, resolved_at=clock.now())
    )
    return posted


def void_hold(session: Session, hold_id: int, *, expired: bool = False) -> None:
    """Release a pending hold."""
    _resolve(session, hold_id)
    session.execute(
        update(LedgerHold)
        .where(LedgerHold.id == hold_id)
        .values(status="expired" if expired else "voided", resolved_at=clock.now())
    )


def expire_holds(session: Session, limit: int = 200) -> int:
    """Release the pending holds whose time is over; returns how many."""
    ids = session.scalars(
        select(LedgerHold.id)
        .where(LedgerHold.status == "pending", LedgerHold.expires_at <= clock.now())
        .order_by(LedgerHold.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for hold_id in ids:
        void_hold(session, hold_id, expired=True)
    return len(ids)


def issue_lot(
    session: Session,
    account: AccountSpec,
    posted: Posted,
    amount: int,
    *,
    origin: str,
    expires_on: object = None,
) -> None:
    """Remember points that just came into `account` as one lot; a replayed posting has its lot already."""
    if posted.replayed:
        return
    opened = accounts.ensure(session, [account])[account.code]
    session.execute(
        insert(LedgerLot).values(
            account_id=opened.id,
            entry_id=posted.entry_id,
            origin=origin,
            amount=amount,
            remaining=amount,
            expires_on=expires_on,
            created_at=clock.now(),
        )
    )


def spend_lots(session: Session, account: AccountSpec, posted: Posted, amount: int) -> None:
    """Take points that just left `account` from its lots, soonest expiry first, then oldest."""
    if posted.replayed:
        return
    opened = accounts.ensure(session, [account])[account.code]
    lots = session.execute(_LOCK_LOTS, {"account_id": opened.id}).all()
    left = amount
    uses = []
    for lot in lots:
        taken = min(lot.remaining, left)
        uses.append({"lot_id": lot.id, "entry_id": posted.entry_id, "amount": taken})
        left -= taken
        if not left:
            break
    if left:
        raise InsufficientBalance(account.code, amount - left, amount)
    session.execute(
        _TAKE_FROM_LOTS,
        {"lot_ids": [use["lot_id"] for use in uses], "amounts": [use["amount"] for use in uses]},
    )
    session.execute(_USE_LOTS, one_or_many(uses))


def _canonical(
    fact: Fact,
    effective_at: datetime | None,
    pairs: Sequence[tuple[Account, Account, int]],
    reverses_entry_id: int | None,
) -> bytes:
    content = {
        "kind": fact.kind,
        "source": fact.source,
        "source_id": fact.source_id,
        "effective_at": effective_at.astimezone(UTC).isoformat() if effective_at else None,
        "memo": hashlib.sha256(fact.memo.encode()).hexdigest(),
        "reverses": reverses_entry_id,
        "legs": [[debit.code, credit.code, debit.unit.value, amount] for debit, credit, amount in pairs],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _moves(
    pairs: Sequence[tuple[Account, Account, int]],
) -> tuple[list[tuple[Account, int, int]], list[tuple[Account, int, int]]]:
    """Sum the movements by account and say which touch their balance now (in id order) and which later."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    touched: dict[int, Account] = {}
    for debit, credit, amount in pairs:
        sums[debit.id][0] += amount
        sums[credit.id][1] += amount
        touched[debit.id], touched[credit.id] = debit, credit
    now_moves: list[tuple[Account, int, int]] = []
    later_moves: list[tuple[Account, int, int]] = []
    for account_id in sorted(sums):
        account = touched[account_id]
        debit_sum, credit_sum = sums[account_id]
        growth = debit_sum - credit_sum if account.kind.grows_by_debit else credit_sum - debit_sum
        lags = account.policy is Policy.OPEN or (account.policy is Policy.DEFERRED and growth >= 0)
        (later_moves if lags else now_moves).append((account, debit_sum, credit_sum))
    return now_moves, later_moves


def _move(session: Session, account: Account, debit: int, credit: int) -> None:
    if account.policy is Policy.DEFERRED:
        _roll_account(session, account.id)
    moved = session.execute(_MOVE, {"account_id": account.id, "debit": debit, "credit": credit})
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise InsufficientBalance(account.code, _available(session, account.id), abs(debit - credit))


def _roll_account(session: Session, account_id: int) -> None:
    session.execute(
        select(LedgerBalance.account_id).where(LedgerBalance.account_id == account_id).with_for_update()
    )
    session.execute(_ROLL, {"account_ids": [account_id], "up_to": 2**62})


def _available(session: Session, account_id: int) -> int:
    row = session.execute(select(LedgerBalance).where(LedgerBalance.account_id == account_id)).scalar_one()
    if row.grows_by_debit:
        return row.debits - row.credits - row.credits_pending
    return row.credits - row.debits - row.debits_pending


def _replay(session: Session, key: str, request_hash: bytes) -> Posted:
    known = session.execute(
        select(LedgerEntry.id, LedgerEntry.request_hash).where(LedgerEntry.idem_key == key)
    ).one()
    if known.request_hash != request_hash:
        raise KeyReused(key)
    return Posted(known.id, replayed=True)


def _pend(session: Session, debit: Account, credit: Account, amount: int) -> None:
    for account, column, sign in sorted(
        ((debit, "debits_pending", amount), (credit, "credits_pending", amount)), key=lambda item: item[0].id
    ):
        shrinks = (column == "debits_pending") != account.kind.grows_by_debit
        if account.policy is Policy.DEFERRED and shrinks:
            _roll_account(session, account.id)
        pending = getattr(LedgerBalance, column)
        guard = (
            LedgerBalance.debits - LedgerBalance.credits
            if account.kind.grows_by_debit
            else LedgerBalance.credits - LedgerBalance.debits
        )
        statement = update(LedgerBalance).where(LedgerBalance.account_id == account.id)
        if shrinks and account.policy is not Policy.OPEN:
            statement = statement.where(guard - pending >= sign)
        moved = session.execute(
            statement.values({column: pending + sign}).execution_options(synchronize_session=False)
        )
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            raise InsufficientBalance(account.code, _available(session, account.id), amount)


def _resolve(session: Session, hold_id: int) -> LedgerHold:
    held = session.scalar(
        select(LedgerHold).where(LedgerHold.id == hold_id, LedgerHold.status == "pending").with_for_update()
    )
    if held is None:
        raise HoldNotPending(hold_id)
    for account_id, column in sorted(
        ((held.debit_account_id, "debits_pending"), (held.credit_account_id, "credits_pending"))
    ):
        pending = getattr(LedgerBalance, column)
        session.execute(
            update(LedgerBalance)
            .where(LedgerBalance.account_id == account_id)
            .values({column: pending - held.amount})
            .execution_options(synchronize_session=False)
        )
    return held


def _spec_of(session: Session, account_id: int) -> AccountSpec:
    row = session.scalars(select(LedgerAccount).where(LedgerAccount.id == account_id)).one()
    return AccountSpec(row.code, Unit(row.unit), AccountKind(row.kind), Policy(row.policy), row.book)
