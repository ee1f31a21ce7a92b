"""Mail about claims: each step is written once to the sides that did not make it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core import events, jobs
from core.db import reading, transaction
from shop.after_sales import queries, wording
from shop.after_sales.events import ClaimMoved
from shop.after_sales.values import Move, Side, State
from shop.applications import queries as application_queries
from shop.orders import addresses
from web import mailing

MAIL_CLAIM = "shop.mail_claim"


@events.on(ClaimMoved)
def tell(session: Session, event: ClaimMoved) -> None:
    """Let the worker write about a step."""
    jobs.enqueue(
        session,
        MAIL_CLAIM,
        {"claim_id": event.claim_id, "step_id": event.step_id},
        key=f"{MAIL_CLAIM}:{event.step_id}",
    )


@jobs.handler(MAIL_CLAIM)
def compose(payload: dict[str, Any]) -> None:
    """Compose the mails about a step, each in its reader's language; what comes next is told as it stands by now."""
    with reading() as session:
        file, step, order, supplier_id = queries.mailed_step(session, payload["claim_id"], payload["step_id"])
        claim = file.row.public_id
        readers: list[tuple[Side, str, str, str, str]] = []
        if step.side is not Side.BUYER or step.move is Move.FILE:
            path = f"{addresses.order_path(order)}/claims/{claim}"
            readers.append((Side.BUYER, order.email, order.locale, file.recipient, path))
        if step.side is not Side.SUPPLIER:
            path = f"/supplier/claims/{claim}"
            readers += [
                (Side.SUPPLIER, user.email or "", user.locale, user.name, path)
                for user in application_queries.readers_of_supplier(session, supplier_id)
            ]
        if step.state in (State.ESCALATED, State.AGREED):
            path = f"/operator/claims/{claim}"
            readers += [
                (Side.OPERATOR, user.email or "", user.locale, user.name, path)
                for user in queries.readers_of_operator(session)
            ]
    with transaction() as session:
        for side, recipient, locale, name, path in readers:
            mailing.post(
                session,
                key=f"claim:{claim}:{payload['step_id']}:{side.value}:{recipient}",
                recipient=recipient,
                template="shop/after_sales/emails/news",
                locale=locale,
                file=file,
                step=step,
                side=side,
                name=name,
                wording=wording,
                path=path,
            )
