"""The table of gifts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

#: Where acknowledgement numbers come from; a step that fails leaves a gap, which is no fault.
ACKNOWLEDGEMENT_NUMBERS = Sequence("charity_acknowledgement_numbers", metadata=Base.metadata)


class Donation(Base):
    """A gift to one campaign. Name, e-mail address and message never reach a public page.

    A guest opens it by the secret of `guest_token_hash`. It is settled only by a confirmed payment, whose intent it
    names; the ledger entry has the same name.
    """

    __tablename__ = "charity_donations"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'settled', 'cancelled', 'needs_review')", name="state"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint(
            "(state = 'settled') = (settled_at IS NOT NULL) AND (state = 'settled') = (acknowledgement_no IS NOT NULL)",
            name="settled",
        ),
        CheckConstraint("(donor_user_id IS NULL) = (guest_token_hash IS NOT NULL)", name="one_way_in"),
        CheckConstraint("remark IS NULL OR remark IN ('after_end', 'unqualified')", name="remark"),
        Index(
            "ix_charity_donations_settled",
            "campaign_id",
            "settled_at",
            postgresql_where=text("state = 'settled'"),
        ),
        Index("ix_charity_donations_campaign", "campaign_id", "id"),
        Index(
            "ix_charity_donations_donor",
            "donor_user_id",
            "id",
            postgresql_where=text("donor_user_id IS NOT NULL"),
        ),
        Index("ix_charity_donations_pending", "created_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("charity_campaigns.id"))
    donor_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    guest_token_hash: Mapped[str | None] = mapped_column(unique=True)
    donor_name: Mapped[str]
    anonymous: Mapped[bool]
    email: Mapped[str]
    message: Mapped[str]
    locale: Mapped[str]
    amount_fen: Mapped[int]
    state: Mapped[str]
    intent_public_id: Mapped[str | None] = mapped_column(unique=True)
    acknowledgement_no: Mapped[str | None] = mapped_column(unique=True)
    remark: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
