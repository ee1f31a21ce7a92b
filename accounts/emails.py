"""Mail about accounts."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts import queries
from accounts.events import PasswordResetAsked, SignUpRepeated
from core import events, jobs
from core.db import reading, transaction
from web import mailing


@events.on(PasswordResetAsked)
def send_reset_link(session: Session, event: PasswordResetAsked) -> None:
    """Send the link; its secret is in this job's row until the mail is composed, and in the mail until that is sent."""
    jobs.enqueue(
        session,
        "accounts.mail_reset",
        {"reset_id": event.reset_id, "user_id": event.user_id, "token": event.token},
        key=f"accounts.mail_reset:{event.reset_id}",
        waited_for=True,
    )


@jobs.handler("accounts.mail_reset")
def compose_reset_link(payload: dict[str, Any]) -> None:
    """Compose the mail with the reset link."""
    with reading() as session:
        user = queries.get_user(session, payload["user_id"])
    if user.email is None:
        return
    with transaction() as session:
        mailing.post(
            session,
            key=f"password-reset:{payload['reset_id']}",
            recipient=user.email,
            template="accounts/emails/password_reset",
            locale=user.locale,
            name=user.name,
            path=f"/password-reset/{payload['token']}",
            waited_for=True,
            secret=True,
        )
        jobs.forget_payload(session, f"accounts.mail_reset:{payload['reset_id']}")


@events.on(SignUpRepeated)
def tell_owner(session: Session, event: SignUpRepeated) -> None:
    """Tell the owner of an address that somebody tried to open a second account with it."""
    jobs.enqueue(session, "accounts.mail_sign_up_repeated", {"user_id": event.user_id, "day": event.day})


@jobs.handler("accounts.mail_sign_up_repeated")
def compose_sign_up_repeated(payload: dict[str, Any]) -> None:
    """Compose the mail that says: you have an account already (at most one a day)."""
    with reading() as session:
        user = queries.get_user(session, payload["user_id"])
    if user.email is None:
        return
    with transaction() as session:
        mailing.post(
            session,
            key=f"sign-up-repeated:{user.public_id}:{payload['day']}",
            recipient=user.email,
            template="accounts/emails/sign_up_repeated",
            locale=user.locale,
            name=user.name,
        )
