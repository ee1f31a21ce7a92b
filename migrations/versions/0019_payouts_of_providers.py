"""Book what providers pay to the bank; tell the operator's own money from others'.

Revision ID: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

MOMENT = postgresql.TIMESTAMP(timezone=True)
KIND = "ck_payments_resolutions_kind"
#: Which payouts of the sandbox its payments, refunds and disputes were part of.
SANDBOX = {
    "payments_sandbox_sessions": ("payout_id",),
    "payments_sandbox_refunds": ("payout_id",),
    "payments_sandbox_disputes": ("payout_id", "won_payout_id"),
}


def upgrade() -> None:
    """Add the tables and columns."""
    op.create_table(
        "payments_incoming_payouts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_payout_id", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("parts", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("booked_at", MOMENT, nullable=True),
        sa.Column("returned_at", MOMENT, nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')",
            name=op.f("ck_payments_incoming_payouts_status"),
        ),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_payments_incoming_payouts_amount")),
        sa.CheckConstraint(
            "returned_at IS NULL OR booked_at IS NOT NULL", name=op.f("ck_payments_incoming_payouts_returned")
        ),
        sa.CheckConstraint(
            "booked_at IS NULL OR trouble IS NULL", name=op.f("ck_payments_incoming_payouts_trouble")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_incoming_payouts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payments_incoming_payouts_public_id")),
        sa.UniqueConstraint(
            "provider",
            "provider_payout_id",
            name=op.f("uq_payments_incoming_payouts_provider_provider_payout_id"),
        ),
    )
    op.create_index("ix_payments_incoming_payouts_made", "payments_incoming_payouts", ["made_at"])
    op.create_table(
        "payments_sandbox_payouts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("payout_id", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("again_payout_id", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('paid', 'failed')", name=op.f("ck_payments_sandbox_payouts_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_sandbox_payouts")),
        sa.UniqueConstraint("payout_id", name=op.f("uq_payments_sandbox_payouts_payout_id")),
    )
    for table, columns in SANDBOX.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    for column in ("provider_banked_fen", "ledger_banked_fen"):
        op.add_column(
            "payments_reconciliations",
            sa.Column(column, sa.BigInteger(), server_default="0", nullable=False),
        )
    op.drop_constraint(op.f(KIND), "payments_resolutions")
    op.create_check_constraint(
        op.f(KIND), "payments_resolutions", "kind IN ('match', 'return', 'close', 'own')"
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_constraint(op.f(KIND), "payments_resolutions")
    op.create_check_constraint(op.f(KIND), "payments_resolutions", "kind IN ('match', 'return', 'close')")
    for column in ("provider_banked_fen", "ledger_banked_fen"):
        op.drop_column("payments_reconciliations", column)
    for table, columns in SANDBOX.items():
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("payments_sandbox_payouts")
    op.drop_table("payments_incoming_payouts")
