"""Mail to suppliers: that they were paid or could not be, and what was answered to a disputed line; written by the worker, once a fact."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import events, jobs, money
from core.db import reading, transaction
from shop.applications import queries as application_queries
from shop.settlement import queries
from shop.settlement.events import DisputeAnswered, PayoutFailed, PayoutPaid
from web import mailing

MAIL_PAYOUT = "shop.mail_payout"
MAIL_DISPUTE = "shop.mail_settlement_dispute"


@events.on(PayoutPaid)
def write_paid(session: Session, event: PayoutPaid) -> None:
    """Let the worker write that money has left."""
    payload = {"about": "paid", "payout": event.public_id, "supplier_id": event.supplier_id}
    jobs.enqueue(session, MAIL_PAYOUT, payload, key=f"{MAIL_PAYOUT}:{event.public_id}")


@events.on(PayoutFailed)
def write_failed(session: Session, event: PayoutFailed) -> None:
    """Let the worker write that the bank did not pay."""
    payload = {"about": "failed", "payout": event.public_id, "supplier_id": event.supplier_id}
    jobs.enqueue(session, MAIL_PAYOUT, payload, key=f"{MAIL_PAYOUT}:failed:{event.public_id}")


@events.on(DisputeAnswered)
def write_answered(session: Session, event: DisputeAnswered) -> None:
    """Let the worker write what was answered."""
    payload = {"dispute": event.public_id, "supplier_id": event.supplier_id}
    jobs.enqueue(session, MAIL_DISPUTE, payload, key=f"{MAIL_DISPUTE}:{event.public_id}")


@jobs.handler(MAIL_PAYOUT)
def compose_payout(payload: dict[str, Any]) -> None:
    """Compose the mail about a payout that was paid, or failed, for each person of its supplier who reads mail."""
    about = payload.get("about", "paid")
    with reading() as session:
        row, items = queries.get_payout(session, payload["payout"])
        supplier = session.get_one(Organisation, payload["supplier_id"])
        readers = application_queries.readers_of_supplier(session, supplier.id)
    with transaction() as session:
        for reader in readers:
            mailing.post(
                session,
                key=f"payout-{about}:{row.public_id}:{reader.public_id}",
                recipient=reader.email or "",
                template=f"shop/settlement/emails/{about}",
                locale=reader.locale,
                name=reader.name,
                supplier=(supplier.name_zh, supplier.name_en),
                amount=money.format_fen(row.amount_fen),
                row=row,
                parts=len(items),
                path=f"/supplier/settlement/payouts/{row.public_id}",
            )


@jobs.handler(MAIL_DISPUTE)
def compose_answered(payload: dict[str, Any]) -> None:
    """Compose the mail about an answered dispute for each person of its supplier who reads mail."""
    with reading() as session:
        row, _part = queries.get_dispute(session, payload["dispute"])
        readers = application_queries.readers_of_supplier(session, payload["supplier_id"])
    with transaction() as session:
        for reader in readers:
            mailing.post(
                session,
                key=f"settlement-dispute:{row.public_id}:{reader.public_id}",
                recipient=reader.email or "",
                template="shop/settlement/emails/answered",
                locale=reader.locale,
                name=reader.name,
                row=row,
                corrected=money.format_fen(row.corrected_fen) if row.corrected_fen else "",
                path=f"/supplier/settlement/parts/{row.part}",
            )
