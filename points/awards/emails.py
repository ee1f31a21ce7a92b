"""Mail about claims: the household hears what the committee decided, and why."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts import queries as account_queries
from core import events, jobs
from core.db import reading, transaction
from points.awards import queries
from points.awards.events import ClaimRefused, PointsIssued
from web import mailing


@events.on(PointsIssued)
def tell_of_points(session: Session, event: PointsIssued) -> None:
    """Tell the household that points came in."""
    _enqueue(session, event.claim_id, event.household_id)


@events.on(ClaimRefused)
def tell_of_refusal(session: Session, event: ClaimRefused) -> None:
    """Tell the household that a deed was not approved, and why."""
    _enqueue(session, event.claim_id, event.household_id)


def _enqueue(session: Session, claim_id: int, household_id: int) -> None:
    if account_queries.reachable_members(session, household_id):
        jobs.enqueue(
            session,
            "points.mail_claim_decided",
            {"claim_id": claim_id},
            key=f"points.mail_claim_decided:{claim_id}",
        )


@jobs.handler("points.mail_claim_decided")
def compose_claim_decided(payload: dict[str, Any]) -> None:
    """Compose one mail for each member who reads mail."""
    with reading() as session:
        household_id, claim = queries.get_own_claim(session, payload["claim_id"])
        members = account_queries.reachable_members(session, household_id)
    with transaction() as session:
        for member in members:
            mailing.post(
                session,
                key=f"claim-decided:{claim.public_id}:{member.public_id}",
                recipient=member.email,
                template="points/awards/emails/decided",
                locale=member.locale,
                name=member.name,
                claim=claim,
            )
