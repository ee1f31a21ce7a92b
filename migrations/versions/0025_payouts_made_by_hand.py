"""Keep what somebody read off the bank's statement about a payout that the provider lists no lines of.

Revision ID: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "payments_payouts_by_hand",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("payout_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("proposed_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decided_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'booked', 'declined')", name=op.f("ck_payments_payouts_by_hand_state")
        ),
        sa.CheckConstraint(
            "amount_fen > 0 AND fee_fen >= 0", name=op.f("ck_payments_payouts_by_hand_amounts")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_payments_payouts_by_hand_decided")
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (reason <> '')", name=op.f("ck_payments_payouts_by_hand_reason")
        ),
        sa.CheckConstraint(
            "state <> 'booked' OR "
            "(decided_by_user_id IS NOT NULL AND decided_by_user_id IS DISTINCT FROM proposed_by_user_id)",
            name=op.f("ck_payments_payouts_by_hand_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"],
            ["payments_incoming_payouts.id"],
            name=op.f("fk_payments_payouts_by_hand_payout_id_payments_incoming_payouts"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_payments_payouts_by_hand_proposed_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_payments_payouts_by_hand_decided_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_payouts_by_hand")),
        sa.UniqueConstraint("once", name=op.f("uq_payments_payouts_by_hand_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payments_payouts_by_hand_public_id")),
    )
    op.create_index(
        "uq_payments_payouts_by_hand_payout",
        "payments_payouts_by_hand",
        ["payout_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'declined'"),
    )


def downgrade() -> None:
    """Remove it; what was booked stays in the ledger and at its payout."""
    op.drop_table("payments_payouts_by_hand")
