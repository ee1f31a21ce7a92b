"""Reading the ledger: balances, entries of an account, and movements by month."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Engine, Select, bindparam, case, cast, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from core.db import reading_engine, table_of
from ledger.models import LedgerAccount, LedgerBalance, LedgerEntry, LedgerTransfer, LedgerUnrolled
from ledger.values import Balance


@dataclass(frozen=True, slots=True)
class MonthlyMovement:
    """What entries of one kind moved in one month of China's calendar, in the unit's smallest part."""

    month: date
    unit: str
    kind: str
    amount: int
    entries: int


@dataclass(frozen=True, slots=True)
class Turnover:
    """What was ever debited and credited in an account, in its unit's smallest part."""

    debits: int
    credits: int


@dataclass(frozen=True, slots=True)
class MonthlyTurnover:
    """What was debited and credited in an account in one month of China's calendar."""

    month: date
    debits: int
    credits: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One transfer as the public may see it."""

    entry_id: int
    position: int
    effective_at: datetime
    recorded_at: datetime
    kind: str
    source: str
    debit: str
    credit: str
    unit: str
    amount: int


def balances(session: Session, codes: Iterable[str]) -> dict[str, Balance]:
    """Return settled and available balances by account code, movements that wait for the roller included."""
    wanted = list(codes)
    found = {code: Balance(0, 0) for code in wanted}
    for code, grows_by_debit, debits, credits, debits_pending, credits_pending in session.execute(
        _balances(), {"codes": wanted}
    ):
        settled = int(debits - credits if grows_by_debit else credits - debits)
        on_hold = credits_pending if grows_by_debit else debits_pending
        found[code] = Balance(settled, settled - int(on_hold))
    return found


@cache
def _balances() -> Select[*tuple[Any, ...]]:
    accounts, settled, unrolled = (
        table_of(model) for model in (LedgerAccount, LedgerBalance, LedgerUnrolled)
    )
    asked = accounts.c.code.in_(bindparam("codes", expanding=True))
    waiting = (
        select(
            unrolled.c.account_id,
            func.sum(unrolled.c.debit).label("debit"),
            func.sum(unrolled.c.credit).label("credit"),
        )
        .join(accounts, accounts.c.id == unrolled.c.account_id)
        .where(asked)
        .group_by(unrolled.c.account_id)
        .subquery()
    )
    return (
        select(
            accounts.c.code,
            settled.c.grows_by_debit,
            settled.c.debits + func.coalesce(waiting.c.debit, 0),
            settled.c.credits + func.coalesce(waiting.c.credit, 0),
            settled.c.debits_pending,
            settled.c.credits_pending,
        )
        .join(settled, settled.c.account_id == accounts.c.id)
        .outerjoin(waiting, waiting.c.account_id == accounts.c.id)
        .where(asked)
    )


def balance(session: Session, code: str) -> Balance:
    """Return the balance of one account; an account that was never used has nothing."""
    return balances(session, [code])[code]


def turnovers(session: Session, codes: Iterable[str]) -> dict[str, Turnover]:
    """Return what was ever debited and credited by account code, movements that wait for the roller included."""
    rows = session.execute(
        text(
            """
            SELECT a.code, b.debits + coalesce(sum(u.debit), 0) AS debits, b.credits + coalesce(sum(u.credit), 0) AS credits
            FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
            LEFT JOIN ledger_unrolled u ON u.account_id = a.id
            WHERE a.code = ANY(CAST(:codes AS text[])) GROUP BY a.code, b.debits, b.credits
            """
        ),
        {"codes": (wanted := list(codes))},
    )
    return {code: Turnover(0, 0) for code in wanted} | {
        row.code: Turnover(int(row.debits), int(row.credits)) for row in rows
    }


def monthly_turnover(session: Session, code: str) -> list[MonthlyTurnover]:
    """Sum what was debited and credited in one account by month (Asia/Shanghai), oldest first."""
    rows = session.execute(
        text(
            """
            SELECT date_trunc('month', e.effective_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
                   sum(moved.debit)::bigint AS debits, sum(moved.credit)::bigint AS credits
            FROM (
                SELECT t.entry_id, t.amount AS debit, 0 AS credit FROM ledger_transfers t
                JOIN ledger_accounts a ON a.id = t.debit_account_id WHERE a.code = :code
                UNION ALL
                SELECT t.entry_id, 0, t.amount FROM ledger_transfers t
                JOIN ledger_accounts a ON a.id = t.credit_account_id WHERE a.code = :code
            ) AS moved JOIN ledger_entries e ON e.id = moved.entry_id
            GROUP BY 1 ORDER BY 1
            """
        ),
        {"code": code},
    )
    return [MonthlyTurnover(row.month, row.debits, row.credits) for row in rows]


#: No step lasts nearly so long (a statement ends after 30 s, an idle step after 60): no earlier entry is yet to appear.
SETTLED_AFTER = timedelta(hours=1)
MOST_SETTLED = 16
_EVER = 2**62
_SETTLED = text("SELECT id FROM ledger_entries WHERE recorded_at < now() - :after ORDER BY id DESC LIMIT 1")
_SUMS = text(
    """
    SELECT date_trunc('month', e.effective_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
           t.unit, e.kind, sum(t.amount)::bigint AS amount, count(DISTINCT e.id) AS entries
    FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
    WHERE e.effective_at >= (date_trunc('month', CAST(:since AS date))::timestamp AT TIME ZONE 'Asia/Shanghai')
      AND (CAST(:kinds AS text[]) IS NULL OR e.kind = ANY(CAST(:kinds AS text[])))
      AND e.id > :above AND e.id <= :up_to
    GROUP BY 1, 2, 3
    """
)

#: Month, unit and kind of entry, with the amount and the number of entries.
_Sums = dict[tuple[date, str, str], tuple[int, int]]
_settled: dict[tuple[Engine, date, tuple[str, ...] | None], tuple[int, _Sums]] = {}
_settling = threading.Lock()


def monthly_movements(
    session: Session, since: date, kinds: Sequence[str] | None = None
) -> list[MonthlyMovement]:
    """Sum what moved by month (Asia/Shanghai), unit and kind of entry since the first day of `since`'s month.

    The sums are of this moment, though a county's year has hundreds of thousands of entries and everybody may ask: entries
    are only ever added, so a process sums those older than `SETTLED_AFTER` once, and each time only what came later.
    """
    wanted = tuple(kinds) if kinds is not None else None
    up_to, sums = _sum_settled(session, since, wanted)
    sums = _added(sums, _sum(session, since, wanted, up_to, _EVER))
    return [MonthlyMovement(*key, *sums[key]) for key in sorted(sums)]


def _sum_settled(session: Session, since: date, kinds: tuple[str, ...] | None) -> tuple[int, _Sums]:
    """Return the last entry that is settled, and the sums up to it; nothing where steps are not committed one by one."""
    engine = reading_engine(session)
    if engine is None:
        return 0, {}
    key = (engine, since, kinds)
    with _settling:
        last = session.scalar(_SETTLED, {"after": SETTLED_AFTER}) or 0
        up_to, sums = _settled.get(key, (0, {}))
        if up_to < last:
            up_to, sums = last, _added(sums, _sum(session, since, kinds, up_to, last))
            if key not in _settled and len(_settled) >= MOST_SETTLED:
                _settled.clear()
            _settled[key] = up_to, sums
    return up_to, sums


def _sum(session: Session, since: date, kinds: tuple[str, ...] | None, above: int, up_to: int) -> _Sums:
    asked = {
        "since": since,
        "kinds": list(kinds) if kinds is not None else None,
        "above": above,
        "up_to": up_to,
    }
    return {
        (row.month, row.unit, row.kind): (row.amount, row.entries) for row in session.execute(_SUMS, asked)
    }


def _added(sums: _Sums, more: _Sums) -> _Sums:
    found = dict(sums)
    for key, (amount, entries) in more.items():
        before = found.get(key, (0, 0))
        found[key] = before[0] + amount, before[1] + entries
    return found


def latest_movements(
    session: Session,
    *,
    code: str | None = None,
    kinds: Sequence[str] | None = None,
    before_entry: int | None = None,
    limit: int = 50,
) -> list[Movement]:
    """Return the newest transfers, of one account or some kinds of entry, entries below `before_entry` (keyset)."""
    debit, credit = aliased(LedgerAccount), aliased(LedgerAccount)
    statement = (
        select(
            LedgerEntry.id,
            LedgerTransfer.position,
            LedgerEntry.effective_at,
            LedgerEntry.recorded_at,
            LedgerEntry.kind,
            LedgerEntry.source,
            debit.code.label("debit"),
            credit.code.label("credit"),
            LedgerTransfer.unit,
            LedgerTransfer.amount,
        )
        .join(LedgerTransfer, LedgerTransfer.entry_id == LedgerEntry.id)
        .join(debit, debit.id == LedgerTransfer.debit_account_id)
        .join(credit, credit.id == LedgerTransfer.credit_account_id)
        .order_by(LedgerEntry.id.desc(), LedgerTransfer.position)
        .limit(limit)
    )
    if code is not None:
        statement = statement.where((debit.code == code) | (credit.code == code))
    if kinds is not None:
        statement = statement.where(LedgerEntry.kind.in_(kinds))
    if before_entry is not None:
        statement = statement.where(LedgerEntry.id < before_entry)
    rows: list[tuple[Any, ...]] = [tuple(row) for row in session.execute(statement)]
    return [Movement(*row) for row in rows]


def entry_of(session: Session, source: str, source_id: str, kind: str) -> int | None:
    """Return the id of the entry that wrote a fact down, if it was."""
    return session.scalar(
        select(LedgerEntry.id).where(
            LedgerEntry.source == source, LedgerEntry.source_id == source_id, LedgerEntry.kind == kind
        )
    )


def taken_in(
    session: Session, codes: Iterable[str], source: str, source_ids: Sequence[str], since: datetime
) -> dict[str, int]:
    """Return what accounts were debited from `since` on for facts of a source, by its id (fen).

    A fact belongs to a source by its own source and id, or because its memo names them as `source:id`.
    """
    named = func.replace(LedgerEntry.memo, f"{source}:", "")
    owner = case((LedgerEntry.source == source, LedgerEntry.source_id), else_=named)
    rows = session.execute(
        select(owner, cast(func.sum(LedgerTransfer.amount), BigInteger))
        .join(LedgerTransfer, LedgerTransfer.entry_id == LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerTransfer.debit_account_id)
        .where(
            LedgerAccount.code.in_(list(codes)),
            LedgerEntry.effective_at >= since,
            LedgerEntry.reverses_entry_id.is_(None),
            or_(
                (LedgerEntry.source == source) & LedgerEntry.source_id.in_(source_ids),
                LedgerEntry.memo.in_([f"{source}:{source_id}" for source_id in source_ids]),
            ),
        )
        .group_by(owner)
    )
    return {row[0]: int(row[1]) for row in rows}


def net_into(
    session: Session, codes: Iterable[str], source: str, source_ids: Sequence[str]
) -> dict[str, int]:
    """Return what accounts were debited less what they were credited for facts of a source, by its id (fen or points)."""
    wanted = list(codes)
    debit, credit = aliased(LedgerAccount), aliased(LedgerAccount)
    signed = case((debit.code.in_(wanted), LedgerTransfer.amount), else_=0) - case(
        (credit.code.in_(wanted), LedgerTransfer.amount), else_=0
    )
    rows = session.execute(
        select(LedgerEntry.source_id, cast(func.sum(signed), BigInteger))
        .join(LedgerTransfer, LedgerTransfer.entry_id == LedgerEntry.id)
        .join(debit, debit.id == LedgerTransfer.debit_account_id)
        .join(credit, credit.id == LedgerTransfer.credit_account_id)
        .where(LedgerEntry.source == source, LedgerEntry.source_id.in_(source_ids))
        .group_by(LedgerEntry.source_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def sum_of_entries(session: Session, kind: str, source: str, source_ids: Sequence[str]) -> int:
    """Return the sum of the entries of one kind about some facts (fen or points)."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(LedgerTransfer.amount), 0))
            .join(LedgerEntry, LedgerEntry.id == LedgerTransfer.entry_id)
            .where(
                LedgerEntry.kind == kind,
                LedgerEntry.source == source,
                LedgerEntry.source_id.in_(source_ids),
            )
        )
        or 0
    )
