"""Bank accounts of suppliers, never with their numbers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Select,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation, User
from core.db import lock_keys
from core.errors import NotFound
from shop.settlement.models import (
    SupplierAccount,
)
from shop.settlement.values import (
    AccountRow,
    AccountState,
)

_enterer, _decider = aliased(User), aliased(User)


def _accounts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            SupplierAccount,
            Organisation.public_id.label("supplier"),
            Organisation.name_zh,
            Organisation.name_en,
            _enterer.name.label("entered_by"),
            _decider.name.label("decided_by"),
        )
        .join(Organisation, Organisation.id == SupplierAccount.supplier_id)
        .outerjoin(_enterer, _enterer.id == SupplierAccount.entered_by_user_id)
        .outerjoin(_decider, _decider.id == SupplierAccount.decided_by_user_id)
    )


def _account_row(row: Any) -> AccountRow:
    account: SupplierAccount = row.SupplierAccount
    return AccountRow(
        account.public_id,
        row.supplier,
        row.name_zh,
        row.name_en,
        account.holder,
        account.bank,
        account.bank_code,
        account.last4,
        AccountState(account.state),
        row.entered_by or "",
        account.entered_by_user_id,
        account.entered_at,
        row.decided_by or "",
        account.decided_at,
        account.reason,
    )


def accounts_of(session: Session, supplier_id: int) -> list[AccountRow]:
    """Return the accounts that a supplier named, the newest first."""
    rows = session.execute(
        _accounts()
        .where(SupplierAccount.supplier_id == supplier_id)
        .order_by(SupplierAccount.id.desc())
        .limit(20)
    )
    return [_account_row(row) for row in rows]


def list_accounts(session: Session, *, limit: int, offset: int) -> tuple[list[AccountRow], int]:
    """Return one page of accounts, those that wait first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(SupplierAccount)) or 0
    waits = SupplierAccount.state == AccountState.WAITING.value
    rows = session.execute(
        _accounts().order_by(waits.desc(), SupplierAccount.id.desc()).limit(limit).offset(offset)
    )
    return [_account_row(row) for row in rows], total


def get_account(session: Session, public_id: str) -> AccountRow:
    """Return an account without its number, else `NotFound`."""
    row = session.execute(_accounts().where(SupplierAccount.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("account")
    return _account_row(row)


def lock_account(session: Session, public_id: str) -> SupplierAccount:
    """Return an account that nobody else changes until this step ends; raises `NotFound`."""
    account = session.scalar(
        select(SupplierAccount)
        .where(SupplierAccount.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if account is None:
        raise NotFound("account")
    return account


def supplier_of_account(session: Session, public_id: str) -> int:
    """Return to whom an account belongs, else `NotFound`."""
    found = session.scalar(select(SupplierAccount.supplier_id).where(SupplierAccount.public_id == public_id))
    if found is None:
        raise NotFound("account")
    return found


def accounts_in(session: Session, supplier_id: int, state: AccountState) -> list[SupplierAccount]:
    """Return the accounts of a supplier in a state, locked for this step."""
    return list(
        session.scalars(
            select(SupplierAccount)
            .where(SupplierAccount.supplier_id == supplier_id, SupplierAccount.state == state.value)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def find_account_by_once(session: Session, once: str) -> SupplierAccount | None:
    """Return the account that a form entered before."""
    return session.scalar(select(SupplierAccount).where(SupplierAccount.once == once))


def lock_supplier(session: Session, supplier_id: int) -> None:
    """Let one person name an account of a supplier at a time, until the end of the step."""
    lock_keys(session, f"bank accounts of {supplier_id}")
