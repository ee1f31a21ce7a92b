"""Reading the payouts that providers sent to the bank, and what lies there by the books."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation, User
from accounts.values import OrganisationKind
from core.errors import NotFound
from ledger import queries as ledger_queries
from payments import books
from payments.models import IncomingPayout, PaymentIntent, PayoutByHand
from payments.values import OPERATOR, PayoutPart, PayoutStatus

#: A payout that was paid may still come back within five working days; the sweeper looks twice as far.
MAY_COME_BACK = timedelta(days=14)


def find_payout(session: Session, provider: str, provider_payout_id: str) -> IncomingPayout | None:
    """Return what is written down of a provider's payout."""
    return session.scalar(
        select(IncomingPayout).where(
            IncomingPayout.provider == provider, IncomingPayout.provider_payout_id == provider_payout_id
        )
    )


def lock_payout(session: Session, provider: str, provider_payout_id: str) -> IncomingPayout:
    """Return a payout that is written down, locked for this step."""
    return session.scalars(
        select(IncomingPayout)
        .where(IncomingPayout.provider == provider, IncomingPayout.provider_payout_id == provider_payout_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def payouts_of(
    session: Session, provider: str, since: datetime, until: datetime, listed: Collection[str]
) -> Sequence[IncomingPayout]:
    """Return what is written down of a provider's payouts made in that time, and of those `listed` by their numbers."""
    made = (IncomingPayout.made_at >= since) & (IncomingPayout.made_at < until)
    return session.scalars(
        select(IncomingPayout)
        .where(
            IncomingPayout.provider == provider, IncomingPayout.provider_payout_id.in_(list(listed)) | made
        )
        .order_by(IncomingPayout.id)
    ).all()


def look_from(session: Session, provider: str) -> datetime | None:
    """Return from when on a provider's payouts must be looked at; None when nothing was ever paid there."""
    last = session.scalar(select(func.max(IncomingPayout.made_at)).where(IncomingPayout.provider == provider))
    if last is not None:
        return last - MAY_COME_BACK
    return session.scalar(
        select(func.min(PaymentIntent.begun_at)).where(
            PaymentIntent.provider == provider, PaymentIntent.confirmed_at.is_not(None)
        )
    )


def payees_of(session: Session, provider: str, payment_ids: Collection[str]) -> dict[str, str]:
    """Return whose money each payment of a provider is, by the provider's number of it."""
    rows = session.execute(
        select(PaymentIntent.provider_payment_id, PaymentIntent.payee).where(
            PaymentIntent.provider == provider, PaymentIntent.provider_payment_id.in_(list(payment_ids))
        )
    )
    return {row.provider_payment_id: row.payee for row in rows if row.provider_payment_id is not None}


def parts_of(payout: IncomingPayout) -> list[PayoutPart]:
    """Return what a payout brings each payee."""
    return [PayoutPart(kept["payee"], kept["amount"], kept["fee"]) for kept in payout.parts]


def payouts_to_look_at() -> ColumnElement[bool]:
    """Return the condition on payouts that a person must look at: not bookable, or come back and not paid since."""
    later = aliased(IncomingPayout)
    paid_since = (
        select(later.id)
        .where(
            later.provider == IncomingPayout.provider,
            later.made_at > IncomingPayout.made_at,
            later.status == PayoutStatus.PAID.value,
        )
        .exists()
    )
    came_back = IncomingPayout.status.in_([PayoutStatus.FAILED.value, PayoutStatus.CANCELED.value])
    return or_(IncomingPayout.trouble.is_not(None), and_(came_back, ~paid_since))


def list_payouts(session: Session, *, limit: int, offset: int) -> list[IncomingPayout]:
    """Return the payouts to the bank, newest first."""
    return list(
        session.scalars(
            select(IncomingPayout)
            .order_by(IncomingPayout.made_at.desc(), IncomingPayout.id.desc())
            .limit(limit)
            .offset(offset)
        )
    )


def count_payouts(session: Session, *conditions: ColumnElement[bool]) -> int:
    """Count the payouts to the bank."""
    return session.scalar(select(func.count()).select_from(IncomingPayout).where(*conditions)) or 0


def find_booking(session: Session, payout_id: int) -> PayoutByHand | None:
    """Return the booking of a payout from the statement that waits or was confirmed."""
    return session.scalar(
        select(PayoutByHand).where(PayoutByHand.payout_id == payout_id, PayoutByHand.state != "declined")
    )


def lock_booking(session: Session, public_id: str) -> tuple[IncomingPayout, PayoutByHand]:
    """Return a payout and a booking of it from the statement, both locked for this step; raises `NotFound`."""
    known = session.scalar(select(PayoutByHand.payout_id).where(PayoutByHand.public_id == public_id))
    if known is None:
        raise NotFound("booking of a payout")
    payout = session.scalars(
        select(IncomingPayout)
        .where(IncomingPayout.id == known)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    booking = session.scalars(
        select(PayoutByHand)
        .where(PayoutByHand.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return payout, booking


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A payout as somebody read it off the statement; amounts in fen."""

    public_id: str
    provider: str
    provider_payout_id: str
    sent_at: datetime
    payout_status: str
    amount_fen: int
    fee_fen: int
    arrived_on: date
    payee: str
    state: str
    reason: str
    proposed_by_user_id: int | None
    proposed_by: str | None
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None


def bookings(session: Session, *conditions: ColumnElement[bool]) -> list[BookingRow]:
    """Return what was read off the statement of payouts, newest first."""
    proposed, decided = aliased(User), aliased(User)
    rows: Iterable[Sequence[Any]] = session.execute(
        select(
            PayoutByHand.public_id,
            IncomingPayout.provider,
            IncomingPayout.provider_payout_id,
            IncomingPayout.made_at,
            IncomingPayout.status,
            PayoutByHand.amount_fen,
            PayoutByHand.fee_fen,
            PayoutByHand.arrived_on,
            PayoutByHand.payee,
            PayoutByHand.state,
            PayoutByHand.reason,
            PayoutByHand.proposed_by_user_id,
            proposed.name,
            PayoutByHand.proposed_at,
            decided.name,
            PayoutByHand.decided_at,
        )
        .join(IncomingPayout, IncomingPayout.id == PayoutByHand.payout_id)
        .outerjoin(proposed, proposed.id == PayoutByHand.proposed_by_user_id)
        .outerjoin(decided, decided.id == PayoutByHand.decided_by_user_id)
        .where(*conditions)
        .order_by(PayoutByHand.id.desc())
    )
    return [BookingRow(*row) for row in rows]


def get_booking(session: Session, public_id: str) -> BookingRow:
    """Return what was read off the statement of a payout; raises `NotFound`."""
    found = bookings(session, PayoutByHand.public_id == public_id)
    if not found:
        raise NotFound("booking of a payout")
    return found[0]


def bookings_of(session: Session, payouts: Collection[IncomingPayout]) -> dict[str, BookingRow]:
    """Return the bookings of these payouts that wait or were confirmed, by the provider's number."""
    wanted = PayoutByHand.payout_id.in_([payout.id for payout in payouts])
    return {
        row.provider_payout_id: row for row in bookings(session, wanted, PayoutByHand.state != "declined")
    }


def bank_accounts(session: Session) -> dict[str, tuple[str, str] | None]:
    """Return whose bank accounts a provider pays into: the operator's (None), and charities' with their two names."""
    charities = session.execute(
        select(Organisation.public_id, Organisation.name_zh, Organisation.name_en)
        .where(Organisation.kind == OrganisationKind.CHARITY.value)
        .order_by(Organisation.id)
    )
    return {OPERATOR: None, **{f"charity-{row[0]}": (row[1], row[2] or "") for row in charities}}


@dataclass(frozen=True, slots=True)
class OperatorMoney:
    """Where the operator's money lies by the books (fen): at each provider, in the bank; and what providers kept."""

    at_providers: dict[str, int]
    in_bank_fen: int
    fees_fen: int


def operator_money(session: Session, providers: Collection[str]) -> OperatorMoney:
    """Return where the operator's money lies, in one statement."""
    clearing = {provider: books.clearing(provider, OPERATOR).code for provider in providers}
    fees = [books.provider_fees(provider, OPERATOR).code for provider in providers]
    bank = books.bank(OPERATOR).code
    found = ledger_queries.balances(session, [*clearing.values(), *fees, bank])
    return OperatorMoney(
        {provider: found[code].settled for provider, code in clearing.items()},
        found[bank].settled,
        sum(found[code].settled for code in fees),
    )
