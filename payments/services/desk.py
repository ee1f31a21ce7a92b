"""Who is let in where the operator's money is decided about."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.errors import Forbidden
from core.permissions import Actor
from payments import queries


def require_operator(session: Session, actor: Actor) -> None:
    """Refuse everybody but the operator's own finance officers and administrators (`Forbidden`)."""
    if not queries.reads_operator_inbox(session, actor):
        raise Forbidden("the operator's own desk")
