"""Mail about second factors: whoever has one is told of every change, for it may have been somebody else."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts import queries
from accounts.second_factors.events import (
    CodesGuessed,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorTakenOff,
    SecondFactorTurnedOff,
    SecondFactorTurnedOn,
)
from accounts.second_factors.values import News
from core import events, jobs
from core.db import reading, transaction
from web import mailing

MAIL = "accounts.mail_second_factor"


@events.on(SecondFactorTurnedOn)
def tell_on(session: Session, event: SecondFactorTurnedOn) -> None:
    """Tell the person that it is on."""
    _tell(session, News.TURNED_ON, event.user_id, event.factor_id)


@events.on(SecondFactorTurnedOff)
def tell_off(session: Session, event: SecondFactorTurnedOff) -> None:
    """Tell the person that it is off."""
    _tell(session, News.TURNED_OFF, event.user_id, event.factor_id)


@events.on(SecondFactorTakenOff)
def tell_taken_off(session: Session, event: SecondFactorTakenOff) -> None:
    """Tell the person that the operator took it off."""
    _tell(session, News.TAKEN_OFF, event.user_id, event.factor_id)


@events.on(RecoveryCodesMade)
def tell_codes_made(session: Session, event: RecoveryCodesMade) -> None:
    """Tell the person that there are new recovery codes."""
    _tell(session, News.CODES_MADE, event.user_id, event.newest_code_id)


@events.on(RecoveryCodeUsed)
def tell_code_used(session: Session, event: RecoveryCodeUsed) -> None:
    """Tell the person that a recovery code was used, and how many are left."""
    _tell(session, News.CODE_USED, event.user_id, event.code_id, event.left)


@events.on(CodesGuessed)
def tell_guessed(session: Session, event: CodesGuessed) -> None:
    """Warn the person, at most once a day, that somebody knows their password."""
    _tell(session, News.GUESSED, event.user_id, event.day)


def _tell(session: Session, news: News, user_id: int, number: int, left: int = 0) -> None:
    jobs.enqueue(
        session,
        MAIL,
        {"news": news.value, "user_id": user_id, "number": number, "left": left},
        key=f"{MAIL}:{news.value}:{user_id}:{number}",
    )


@jobs.handler(MAIL)
def compose(payload: dict[str, Any]) -> None:
    """Compose the mail; it holds no code and no secret."""
    with reading() as session:
        user = queries.get_user(session, payload["user_id"])
    if user.email is None:
        return
    with transaction() as session:
        mailing.post(
            session,
            key=f"second-factor-{payload['news']}:{user.public_id}:{payload['number']}",
            recipient=user.email,
            template="accounts/second_factors/emails/news",
            locale=user.locale,
            name=user.name,
            news=payload["news"],
            left=payload["left"],
        )
