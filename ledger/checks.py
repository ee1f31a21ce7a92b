"""The books check themselves: each invariant is one query that counts what it looked at and what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.db import allowing
from core.text import N_
from ledger.models import LedgerSelfCheck


@dataclass(frozen=True, slots=True)
class Check:
    """An invariant; `sql` returns one row (looked_at, wrong)."""

    name: str
    sentence: str
    sql: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    name: str
    sentence: str
    looked_at: int
    wrong: int


_checks: dict[str, Check] = {}

#: A colon inside a check's SQL is part of an account code, never a bind parameter.
_COLON = re.compile(r"(?<!:):(?=\w)")

#: An invariant reads all there is, so it may take longer than any statement that somebody waits for.
SECONDS = 600


def register(check: Check) -> Check:
    """Add an invariant; packages above the ledger add theirs."""
    _checks[check.name] = check
    return check


def run(session: Session) -> list[Finding]:
    """Run every invariant and return what each found, in the order of their names.

    They read all there is: in a step of its own, and never while a page waits (`latest` has what they found last).
    """
    findings = []
    with allowing(session, SECONDS):
        for name in sorted(_checks):
            check = _checks[name]
            looked_at, wrong = session.execute(text(_COLON.sub(r"\\:", check.sql))).one()
            findings.append(Finding(check.name, check.sentence, int(looked_at or 0), int(wrong or 0)))
    return findings


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """The result of the last self-check, as the public sees it."""

    checked_at: datetime
    invariants: int
    looked_at: int
    wrong: int
    took: timedelta
    findings: tuple[Finding, ...]

    @property
    def balanced(self) -> bool:
        """Say whether nothing was wrong."""
        return self.wrong == 0


def keep(session: Session, findings: list[Finding], took: timedelta = timedelta(0)) -> None:
    """Remember what a run found and how long it took; what each invariant found is kept of the newest run only."""
    newest = select(func.max(LedgerSelfCheck.id)).scalar_subquery()
    session.execute(update(LedgerSelfCheck).where(LedgerSelfCheck.id == newest).values(findings=[]))
    session.execute(
        insert(LedgerSelfCheck).values(
            checked_at=clock.now(),
            invariants=len(findings),
            looked_at=sum(finding.looked_at for finding in findings),
            wrong=sum(finding.wrong for finding in findings),
            took_ms=round(took / timedelta(milliseconds=1)),
            findings=[[finding.name, finding.looked_at, finding.wrong] for finding in findings],
        )
    )


def latest(session: Session) -> SelfCheck | None:
    """Return the result of the newest self-check, if there was one."""
    row = session.scalar(select(LedgerSelfCheck).order_by(LedgerSelfCheck.id.desc()).limit(1))
    if row is None:
        return None
    return SelfCheck(
        row.checked_at,
        row.invariants,
        row.looked_at,
        row.wrong,
        timedelta(milliseconds=row.took_ms),
        tuple(_finding(*found) for found in row.findings),
    )


def _finding(name: str, looked_at: int, wrong: int) -> Finding:
    # An invariant that the code of today no longer knows has its name only.
    return Finding(name, _checks[name].sentence if name in _checks else name, looked_at, wrong)


register(
    Check(
        "I01-balances-are-entries",
        N_("every balance equals the sum of its transfers, counted with what waits for the roller"),
        """
        WITH sums AS (
            SELECT account_id, sum(d) AS d, sum(c) AS c FROM (
                SELECT debit_account_id AS account_id, amount AS d, 0 AS c FROM ledger_transfers
                UNION ALL SELECT credit_account_id, 0, amount FROM ledger_transfers) AS sides GROUP BY 1
        ), waiting AS (
            SELECT account_id, sum(debit) AS d, sum(credit) AS c FROM ledger_unrolled GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (WHERE b.debits + coalesce(w.d, 0) <> coalesce(s.d, 0)
                                             OR b.credits + coalesce(w.c, 0) <> coalesce(s.c, 0) OR b.account_id IS NULL)
        FROM ledger_accounts a LEFT JOIN ledger_balances b ON b.account_id = a.id
        LEFT JOIN sums s ON s.account_id = a.id LEFT JOIN waiting w ON w.account_id = a.id
        """,
    )
)
register(
    Check(
        "I01-sum-zero",
        N_("over the whole book, debits equal credits in each unit"),
        """
        SELECT count(*), count(*) FILTER (WHERE difference <> 0) FROM (
            SELECT a.unit, sum(b.debits - b.credits) + coalesce((
                SELECT sum(u.debit - u.credit) FROM ledger_unrolled u
                JOIN ledger_accounts ua ON ua.id = u.account_id WHERE ua.unit = a.unit), 0) AS difference
            FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id GROUP BY a.unit) AS units
        """,
    )
)
register(
    Check(
        "I02-one-unit",
        N_("no transfer crosses units"),
        """
        SELECT count(*), count(*) FILTER (WHERE d.unit <> t.unit OR c.unit <> t.unit)
        FROM ledger_transfers t JOIN ledger_accounts d ON d.id = t.debit_account_id
        JOIN ledger_accounts c ON c.id = t.credit_account_id
        """,
    )
)
register(
    Check(
        "I03-one-fact-one-entry",
        N_("one business fact has one entry, and every entry has transfers"),
        """
        SELECT count(*), coalesce(sum(n - 1), 0) + (
            SELECT count(*) FROM ledger_entries e
            WHERE NOT EXISTS (SELECT FROM ledger_transfers t WHERE t.entry_id = e.id))
        FROM (SELECT count(*) AS n FROM ledger_entries GROUP BY source, source_id, kind) AS facts
        """,
    )
)
register(
    Check(
        "I04-nothing-rewritten",
        N_("the sealed bytes of every entry tell the same transfers as its rows, and the guards are on"),
        """
        WITH rows AS (
            SELECT t.entry_id, jsonb_agg(jsonb_build_array(d.code, c.code, t.unit, t.amount) ORDER BY t.position) AS legs
            FROM ledger_transfers t JOIN ledger_accounts d ON d.id = t.debit_account_id
            JOIN ledger_accounts c ON c.id = t.credit_account_id GROUP BY t.entry_id
        )
        SELECT count(*), count(*) FILTER (
                   WHERE r.legs IS DISTINCT FROM convert_from(e.canonical, 'UTF8')::jsonb -> 'legs'
                      OR e.kind <> convert_from(e.canonical, 'UTF8')::jsonb ->> 'kind'
                      OR e.source_id <> convert_from(e.canonical, 'UTF8')::jsonb ->> 'source_id')
               + (SELECT 2 - count(*) FROM pg_trigger WHERE tgname IN ('ledger_entries_only_added',
                  'ledger_transfers_only_added') AND tgenabled IN ('O', 'A'))
        FROM ledger_entries e LEFT JOIN rows r ON r.entry_id = e.id
        """,
    )
)
register(
    Check(
        "I05-never-below-zero",
        N_("restricted funds, points and other floored accounts are not below zero, open holds included"),
        """
        SELECT count(*), count(*) FILTER (WHERE CASE WHEN b.grows_by_debit THEN b.debits - b.credits - b.credits_pending
                                                ELSE b.credits - b.debits - b.debits_pending END < 0)
        FROM ledger_balances b WHERE b.floored
        """,
    )
)
register(
    Check(
        "I06-holds-resolve-once",
        N_(
            "pending counters equal the pending holds, and nothing was posted beyond what was held or after its time"
        ),
        """
        WITH pending AS (
            SELECT account_id, sum(d) AS d, sum(c) AS c FROM (
                SELECT debit_account_id AS account_id, amount AS d, 0 AS c FROM ledger_holds WHERE status = 'pending'
                UNION ALL SELECT credit_account_id, 0, amount FROM ledger_holds WHERE status = 'pending') AS sides
            GROUP BY 1
        )
        SELECT (SELECT count(*) FROM ledger_holds), (
            SELECT count(*) FROM ledger_holds
            WHERE posted_amount > amount OR (status = 'posted' AND resolved_at > expires_at)) + (
            SELECT count(*) FROM ledger_balances b LEFT JOIN pending p ON p.account_id = b.account_id
            WHERE b.debits_pending <> coalesce(p.d, 0) OR b.credits_pending <> coalesce(p.c, 0))
        """,
    )
)
register(
    Check(
        "I07-reversals-within-entry",
        N_("reversals never exceed the entry they reverse"),
        """
        SELECT count(*), count(*) FILTER (WHERE undone > total) FROM (
            SELECT r.reverses_entry_id, sum(t.amount) AS undone,
                   (SELECT sum(o.amount) FROM ledger_transfers o WHERE o.entry_id = r.reverses_entry_id) AS total
            FROM ledger_entries r JOIN ledger_transfers t ON t.entry_id = r.id
            WHERE r.reverses_entry_id IS NOT NULL GROUP BY r.reverses_entry_id) AS reversals
        """,
    )
)
register(
    Check(
        "I08-lots-are-balances",
        N_("the lots of an account sum to its balance, and their uses explain what remains"),
        """
        WITH lots AS (
            SELECT account_id, sum(remaining) AS remaining FROM ledger_lots GROUP BY 1
        ), uses AS (
            SELECT l.id, l.amount - l.remaining - coalesce(sum(u.amount), 0) AS unexplained
            FROM ledger_lots l LEFT JOIN ledger_lot_uses u ON u.lot_id = l.id GROUP BY l.id
        )
        SELECT (SELECT count(*) FROM ledger_lots), (
            SELECT count(*) FROM lots JOIN ledger_balances b ON b.account_id = lots.account_id
            WHERE lots.remaining <> b.credits - b.debits) + (SELECT count(*) FROM uses WHERE unexplained <> 0)
        """,
    )
)
register(
    Check(
        "I11-every-entry-queued-or-sealed",
        N_("every entry waits for its leaf in the public log"),
        """
        SELECT count(*), count(*) FILTER (WHERE u.entry_id IS NULL)
        FROM ledger_entries e LEFT JOIN ledger_unsealed u ON u.entry_id = e.id
        """,
    )
)
