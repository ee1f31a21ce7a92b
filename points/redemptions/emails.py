"""Mail about redemptions: a household hears when its card was used."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts import queries as account_queries
from core import events, jobs
from core.db import reading, transaction
from points.redemptions import queries
from points.redemptions.events import PointsRedeemed
from web import mailing


@events.on(PointsRedeemed)
def tell_of_redemption(session: Session, event: PointsRedeemed) -> None:
    """Tell the household what was taken on its card, so that misuse does not stay unseen."""
    if account_queries.reachable_members(session, event.household_id):
        jobs.enqueue(
            session,
            "points.mail_redeemed",
            {"redemption_id": event.redemption_id},
            key=f"points.mail_redeemed:{event.redemption_id}",
        )


@jobs.handler("points.mail_redeemed")
def compose_redeemed(payload: dict[str, Any]) -> None:
    """Compose one mail for each member who reads mail."""
    with reading() as session:
        household_id, redemption, balance = queries.get_own_redemption(session, payload["redemption_id"])
        members = account_queries.reachable_members(session, household_id)
    with transaction() as session:
        for member in members:
            mailing.post(
                session,
                key=f"redeemed:{redemption.public_id}:{member.public_id}",
                recipient=member.email,
                template="points/redemptions/emails/redeemed",
                locale=member.locale,
                name=member.name,
                redemption=redemption,
                balance=balance,
            )
