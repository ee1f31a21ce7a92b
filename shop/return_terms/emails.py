"""Mail to a supplier whose terms of return the operator put right; written by the worker, once a fact."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core import events, jobs
from core.db import reading, transaction
from shop.applications import queries as application_queries
from shop.catalogue.events import TermsCorrected
from shop.catalogue.models import Product
from shop.catalogue.values import STATED
from shop.catalogue.wording import terms_label
from web import mailing

MAIL_CORRECTED = "shop.mail_terms_corrected"


@events.on(TermsCorrected)
def write_corrected(session: Session, event: TermsCorrected) -> None:
    """Let the worker write what was corrected, and why."""
    payload = {"product_id": event.product_id, "version": event.version, "reason": event.reason}
    jobs.enqueue(session, MAIL_CORRECTED, payload, key=f"{MAIL_CORRECTED}:{event.product_id}:{event.version}")


@jobs.handler(MAIL_CORRECTED)
def compose_corrected(payload: dict[str, Any]) -> None:
    """Compose the mail, with the terms as they are now, for each person of the supplier who reads mail."""
    with reading() as session:
        product = session.get_one(Product, payload["product_id"])
        readers = application_queries.readers_of_supplier(session, product.supplier_id)
    stated = product.return_terms in STATED
    with transaction() as session:
        for reader in readers:
            mailing.post(
                session,
                key=f"terms-corrected:{product.id}:{payload['version']}:{reader.public_id}",
                recipient=reader.email or "",
                template="shop/return_terms/emails/corrected",
                locale=reader.locale,
                name=reader.name,
                product=(product.name_zh, product.name_en),
                terms=product.return_terms,
                terms_label=terms_label,
                note=(product.return_note_zh, product.return_note_en) if stated else ("", ""),
                reason=payload["reason"],
                path=f"/supplier/products/{product.slug}",
            )
