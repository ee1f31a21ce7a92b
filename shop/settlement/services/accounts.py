"""Bank accounts of suppliers: named by the supplier, confirmed by the operator, read in full only on purpose."""

from __future__ import annotations

from sqlalchemy.orm import Session

from accounts.values import Role
from core import audit, clock, ids, sealing
from core.errors import NotFound
from core.permissions import Actor
from payments.services import require_operator
from shop.settlement import queries, rules
from shop.settlement.errors import (
    AccountDecided,
    AccountUnreadable,
    FormSentBefore,
    SecondPersonNeeded,
)
from shop.settlement.models import SupplierAccount
from shop.settlement.values import AccountState, NewAccount

SUBJECT = "supplier_account"


def enter_account(session: Session, actor: Actor, supplier_id: int, new: NewAccount) -> SupplierAccount:
    """Name the account into which a supplier wants to be paid; nothing is paid out until the operator has confirmed it.

    The actor belongs to the supplier (`NotFound` else). An account that waited is replaced. The same form again gives
    the first account.
    """
    if supplier_id not in actor.organisation_ids(Role.SUPPLIER):
        raise NotFound("supplier")
    if not rules.is_account_number(new.number):
        raise ValueError("an account number has 9 to 30 digits")
    queries.lock_supplier(session, supplier_id)
    once = f"{actor.user_id}:{new.once}"
    known = queries.find_account_by_once(session, once)
    if known is not None:
        same = (known.supplier_id, known.holder, known.bank, known.bank_code) == (
            supplier_id,
            new.holder,
            new.bank,
            new.bank_code,
        )
        if not same or number_of(known) != new.number:
            raise FormSentBefore
        return known
    for waiting in queries.accounts_in(session, supplier_id, AccountState.WAITING):
        waiting.state = AccountState.REPLACED.value
    session.flush()
    public_id = ids.public_id(16)
    account = SupplierAccount(
        public_id=public_id,
        once=once,
        supplier_id=supplier_id,
        holder=new.holder,
        bank=new.bank,
        bank_code=new.bank_code,
        number_sealed=sealing.seal(new.number, public_id),
        last4=new.number[-4:],
        state=AccountState.WAITING.value,
        entered_by_user_id=actor.user_id,
        entered_at=clock.now(),
    )
    session.add(account)
    session.flush()
    _told(session, actor, "bank account entered", account)
    return account


def confirm_account(session: Session, actor: Actor, public_id: str) -> SupplierAccount:
    """Confirm, for the operator, that an account is the supplier's; the one before is replaced."""
    require_operator(session, actor)
    account = _decide(session, actor, public_id)
    if account.state == AccountState.CONFIRMED:
        return account
    for before in queries.accounts_in(session, account.supplier_id, AccountState.CONFIRMED):
        before.state = AccountState.REPLACED.value
    session.flush()
    account.state = AccountState.CONFIRMED.value
    account.decided_by_user_id = actor.user_id
    account.decided_at = clock.now()
    session.flush()
    _told(session, actor, "bank account confirmed", account)
    return account


def refuse_account(session: Session, actor: Actor, public_id: str, reason: str) -> SupplierAccount:
    """Refuse an account, with a reason that the supplier reads; the one confirmed before holds again."""
    require_operator(session, actor)
    account = _decide(session, actor, public_id)
    if account.state == AccountState.CONFIRMED:
        raise AccountDecided
    account.state = AccountState.REFUSED.value
    account.decided_by_user_id = actor.user_id
    account.decided_at = clock.now()
    account.reason = reason.strip()
    session.flush()
    _told(session, actor, "bank account refused", account, account.reason)
    return account


def reveal_account(session: Session, actor: Actor, public_id: str) -> str:
    """Return the whole number of an account, and write down who read it."""
    require_operator(session, actor)
    account = queries.lock_account(session, public_id)
    number = number_of(account)
    _told(session, actor, "bank account revealed", account)
    return number


def number_of(account: SupplierAccount) -> str:
    """Return the number of an account; whoever calls this writes down who asked."""
    try:
        return sealing.open_sealed(account.number_sealed, account.public_id)
    except sealing.SealBroken as broken:
        raise AccountUnreadable from broken


def _decide(session: Session, actor: Actor, public_id: str) -> SupplierAccount:
    queries.lock_supplier(session, queries.supplier_of_account(session, public_id))
    account = queries.lock_account(session, public_id)
    if account.state == AccountState.CONFIRMED and account.decided_by_user_id == actor.user_id:
        return account
    if account.state != AccountState.WAITING:
        raise AccountDecided
    if account.entered_by_user_id is not None and account.entered_by_user_id == actor.user_id:
        raise SecondPersonNeeded
    return account


def _told(session: Session, actor: Actor, action: str, account: SupplierAccount, reason: str = "") -> None:
    audit.record(
        session,
        actor,
        action,
        SUBJECT,
        account.public_id,
        after={"state": account.state, "last4": account.last4, "bank": account.bank},
        reason=reason,
    )
