"""Money that lies in the operator's bank account, for tests that pay from it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import ids
from core.permissions import SYSTEM
from ledger import services as ledger
from ledger.values import Fact, Leg
from payments import books
from payments.values import OPERATOR


def fill_bank(session: Session, amount_fen: int = 100_000_00) -> None:
    """Let the operator put money of its own into its account, as a decision about a held transfer does."""
    fact = Fact("own_money", "resolution", ids.public_id(16))
    ledger.post(session, SYSTEM, fact, [Leg(books.bank(OPERATOR), books.own_money(OPERATOR), amount_fen)])
