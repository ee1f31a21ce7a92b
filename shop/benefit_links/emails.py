"""Mail to households: a supplier says that it paid them, and they are asked whether the money came."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts import queries as account_queries
from core import events, jobs, money
from core.db import reading, transaction
from shop.benefit_links import queries
from shop.benefit_links.events import PaymentRecorded
from web import mailing

MAIL_PAYMENT = "shop.mail_benefit_payment"


@events.on(PaymentRecorded)
def ask_household(session: Session, event: PaymentRecorded) -> None:
    """Let the worker ask those of the household who read mail; the village asks the others."""
    if account_queries.reachable_members(session, event.household_id):
        payload = {"payment": event.payment_id}
        jobs.enqueue(session, MAIL_PAYMENT, payload, key=f"{MAIL_PAYMENT}:{event.payment_id}")


@jobs.handler(MAIL_PAYMENT)
def compose_payment(payload: dict[str, Any]) -> None:
    """Compose one mail for each member of the household, unless the payment was answered meanwhile."""
    with reading() as session:
        found = queries.payment_to_answer(session, payload["payment"])
        if found is None:
            return
        household_id, payment, supplier, product = found
        members = account_queries.reachable_members(session, household_id)
    with transaction() as session:
        for member in members:
            mailing.post(
                session,
                key=f"benefit-payment:{payment.id}:{member.public_id}",
                recipient=member.email,
                template="shop/benefit_links/emails/payment",
                locale=member.locale,
                name=member.name,
                supplier=supplier,
                product=product,
                amount=money.format_fen(payment.amount_fen),
                paid_on=payment.paid_on,
            )
