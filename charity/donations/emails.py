"""The thank-you that carries the number of the acknowledgement."""

from __future__ import annotations

from typing import Any

from charity.donations import queries
from charity.donations.events import DonationSettled
from core import events, jobs, money
from core.db import reading, transaction
from payments import queries as payment_queries
from web import mailing

MAIL_ACKNOWLEDGEMENT = "charity.mail_acknowledgement"


@events.on(DonationSettled)
def thank_donor(session: Any, event: DonationSettled) -> None:
    """Let the worker write to the donor."""
    jobs.enqueue(
        session,
        MAIL_ACKNOWLEDGEMENT,
        {"donation_id": event.donation_id},
        key=f"{MAIL_ACKNOWLEDGEMENT}:{event.public_id}",
    )


@jobs.handler(MAIL_ACKNOWLEDGEMENT)
def mail_acknowledgement(payload: dict[str, Any]) -> None:
    """Thank one donor by mail, once."""
    with reading() as session:
        gift = queries.get_gift(session, payload["donation_id"])
        # The way in for a guest is a secret of which the gift keeps only the digest; the payment's return knows it.
        intent = payment_queries.get_intent(session, gift.donation.intent_public_id or "")
    with transaction() as session:
        mailing.post(
            session,
            key=f"acknowledgement:{gift.donation.acknowledgement_no}",
            recipient=gift.donation.email,
            template="charity/donations/emails/acknowledged",
            locale=gift.donation.locale,
            gift=gift,
            in_words=money.amount_in_words(gift.donation.amount_fen),
            page_url=intent.return_url,
        )
