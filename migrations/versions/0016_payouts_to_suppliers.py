"""Pay suppliers out: claim periods, bank accounts, payout batches, disputed lines.

Revision ID: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

MOMENT = postgresql.TIMESTAMP(timezone=True)
TABLES = (
    "shop_settlement_disputes",
    "shop_payout_items",
    "shop_payouts",
    "shop_supplier_accounts",
    "shop_payout_batches",
    "shop_claim_periods",
)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "shop_claim_periods",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("claim_days", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.CheckConstraint("claim_days BETWEEN 1 AND 90", name=op.f("ck_shop_claim_periods_claim_days")),
        sa.ForeignKeyConstraint(
            ["set_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_claim_periods_set_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_claim_periods")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_shop_claim_periods_valid_from")),
    )
    op.create_table(
        "shop_payout_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("exported_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_shop_payout_batches_closed")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_shop_payout_batches_decided")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'declined', 'closed')",
            name=op.f("ck_shop_payout_batches_state"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'declined') OR (decided_by_user_id IS NOT NULL AND decided_by_user_id IS DISTINCT FROM proposed_by_user_id)",
            name=op.f("ck_shop_payout_batches_second_person"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_shop_payout_batches_amount_positive")),
        sa.ForeignKeyConstraint(
            ["decided_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_payout_batches_decided_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_payout_batches_proposed_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_payout_batches")),
        sa.UniqueConstraint("once", name=op.f("uq_shop_payout_batches_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_payout_batches_public_id")),
    )
    op.create_index("ix_shop_payout_batches_state", "shop_payout_batches", ["state", "id"], unique=False)
    op.create_table(
        "shop_supplier_accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entered_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("decided_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("bank_code ~ '^([0-9]{12})?$'", name=op.f("ck_shop_supplier_accounts_bank_code")),
        sa.CheckConstraint("last4 ~ '^[0-9]{4}$'", name=op.f("ck_shop_supplier_accounts_last4")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (decided_by_user_id IS NOT NULL AND decided_by_user_id IS DISTINCT FROM entered_by_user_id)",
            name=op.f("ck_shop_supplier_accounts_second_person"),
        ),
        sa.CheckConstraint(
            "state = 'replaced' OR (state = 'waiting') = (decided_at IS NULL)",
            name=op.f("ck_shop_supplier_accounts_decided"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'confirmed', 'refused', 'replaced')",
            name=op.f("ck_shop_supplier_accounts_state"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_supplier_accounts_decided_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_supplier_accounts_entered_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_supplier_accounts_supplier_id_accounts_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_supplier_accounts")),
        sa.UniqueConstraint("once", name=op.f("uq_shop_supplier_accounts_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_supplier_accounts_public_id")),
    )
    op.create_index(
        "uq_shop_supplier_accounts_confirmed",
        "shop_supplier_accounts",
        ["supplier_id"],
        unique=True,
        postgresql_where=sa.text("state = 'confirmed'"),
    )
    op.create_index(
        "uq_shop_supplier_accounts_waiting",
        "shop_supplier_accounts",
        ["supplier_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "shop_payouts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("approved_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("bank_reference", sa.Text(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state IN ('proposed', 'to_pay')) = (ended_at IS NULL)", name=op.f("ck_shop_payouts_ended")
        ),
        sa.CheckConstraint("state <> 'failed' OR reason <> ''", name=op.f("ck_shop_payouts_reason")),
        sa.CheckConstraint(
            "state <> 'paid' OR (bank_reference IS NOT NULL AND paid_on IS NOT NULL)",
            name=op.f("ck_shop_payouts_bank_reference"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'to_pay', 'paid', 'failed', 'declined')",
            name=op.f("ck_shop_payouts_state"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_shop_payouts_amount_positive")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["shop_supplier_accounts.id"],
            name=op.f("fk_shop_payouts_account_id_shop_supplier_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["shop_payout_batches.id"],
            name=op.f("fk_shop_payouts_batch_id_shop_payout_batches"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_payouts_supplier_id_accounts_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_payouts")),
        sa.UniqueConstraint("bank_reference", name=op.f("uq_shop_payouts_bank_reference")),
        sa.UniqueConstraint("batch_id", "supplier_id", name=op.f("uq_shop_payouts_batch_id_supplier_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_payouts_public_id")),
    )
    op.create_index("ix_shop_payouts_supplier", "shop_payouts", ["supplier_id", "id"], unique=False)
    op.create_table(
        "shop_payout_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("payout_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_order_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'paid', 'returned')", name=op.f("ck_shop_payout_items_state")),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_shop_payout_items_amount")),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["shop_payouts.id"], name=op.f("fk_shop_payout_items_payout_id_shop_payouts")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_order_id"],
            ["shop_supplier_orders.id"],
            name=op.f("fk_shop_payout_items_supplier_order_id_shop_supplier_orders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_payout_items")),
        sa.UniqueConstraint(
            "payout_id", "supplier_order_id", name=op.f("uq_shop_payout_items_payout_id_supplier_order_id")
        ),
    )
    op.create_index("ix_shop_payout_items_part", "shop_payout_items", ["supplier_order_id"], unique=False)
    op.create_index(
        "uq_shop_payout_items_open",
        "shop_payout_items",
        ["supplier_order_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open' AND amount_fen > 0"),
    )
    op.create_table(
        "shop_settlement_disputes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("supplier_order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("corrected_fen", sa.BigInteger(), nullable=False),
        sa.Column("ended_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state = 'answered') = (answer <> '') AND (state = 'open') = (ended_at IS NULL)",
            name=op.f("ck_shop_settlement_disputes_ended"),
        ),
        sa.CheckConstraint(
            "corrected_fen = 0 OR (corrected_fen > 0 AND state = 'answered')",
            name=op.f("ck_shop_settlement_disputes_corrected"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_shop_settlement_disputes_reason")),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'withdrawn')", name=op.f("ck_shop_settlement_disputes_state")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_settlement_disputes_ended_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_settlement_disputes_opened_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["shop_order_lines.id"],
            name=op.f("fk_shop_settlement_disputes_order_line_id_shop_order_lines"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_order_id"],
            ["shop_supplier_orders.id"],
            name=op.f("fk_shop_settlement_disputes_supplier_order_id_shop_supplier_orders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_settlement_disputes")),
        sa.UniqueConstraint("once", name=op.f("uq_shop_settlement_disputes_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_settlement_disputes_public_id")),
    )
    op.create_index(
        "ix_shop_settlement_disputes_part", "shop_settlement_disputes", ["supplier_order_id"], unique=False
    )
    op.create_index(
        "uq_shop_settlement_disputes_open",
        "shop_settlement_disputes",
        ["supplier_order_id", sa.text("coalesce(order_line_id, 0)")],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    """Remove them."""
    for table in TABLES:
        op.drop_table(table)
