"""Opening accounts by their code, and remembering the ones that exist for good."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.db import after_commit, table_of
from ledger.models import LedgerAccount, LedgerBalance
from ledger.values import Account, AccountKind, AccountSpec, Policy, Unit

_known: dict[str, Account] = {}


def forget_known() -> None:
    """Empty the memory of this process (tests roll their accounts back)."""
    _known.clear()


def ensure(session: Session, specs: Iterable[AccountSpec]) -> dict[str, Account]:
    """Return the accounts of `specs` by code, opening the missing ones in this step."""
    wanted = {spec.code: spec for spec in specs}
    found = {code: _known[code] for code in wanted if code in _known}
    missing = [wanted[code] for code in sorted(wanted) if code not in found]
    if not missing:
        return found
    found.update(_read(session, [spec.code for spec in missing]))
    unopened = [spec for spec in missing if spec.code not in found]
    if unopened:
        session.execute(
            insert(LedgerAccount)
            .values(
                [
                    {
                        "code": spec.code,
                        "unit": spec.unit.value,
                        "kind": spec.kind.value,
                        "policy": spec.policy.value,
                        "book": spec.book,
                        "opened_at": clock.now(),
                    }
                    for spec in unopened
                ]
            )
            .on_conflict_do_nothing(index_elements=[LedgerAccount.code])
        )
        found.update(_read(session, [spec.code for spec in unopened]))
        session.execute(
            insert(LedgerBalance)
            .values(
                [
                    {
                        "account_id": found[spec.code].id,
                        "grows_by_debit": spec.kind.grows_by_debit,
                        "floored": spec.policy is not Policy.OPEN,
                        "debits": 0,
                        "credits": 0,
                        "debits_pending": 0,
                        "credits_pending": 0,
                    }
                    for spec in unopened
                ]
            )
            .on_conflict_do_nothing()
        )
    if not session.in_nested_transaction():
        # What a savepoint opened may be rolled back although the step commits, so it is read again next time.
        newly = {code: account for code, account in found.items() if code not in _known}
        after_commit(session, lambda: _known.update(newly))
    return found


_accounts = table_of(LedgerAccount)
_READ = select(
    _accounts.c.id, _accounts.c.code, _accounts.c.unit, _accounts.c.kind, _accounts.c.policy
).where(_accounts.c.code.in_(bindparam("codes", expanding=True)))


def _read(session: Session, codes: list[str]) -> dict[str, Account]:
    return {
        row.code: Account(row.id, row.code, Unit(row.unit), AccountKind(row.kind), Policy(row.policy))
        for row in session.execute(_READ, {"codes": codes})
    }
