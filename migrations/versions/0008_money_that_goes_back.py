"""Give money back: refunds, what does not fit, disputes, and the comparison with the provider.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

MOMENT = postgresql.TIMESTAMP(timezone=True)
CHECKS = (
    ("payments_intents", "paid_currency", "(paid_fen IS NULL) = (paid_currency IS NULL)"),
    ("payments_intents", "refunds_within_paid", "refunding_fen BETWEEN 0 AND coalesce(paid_fen, 0)"),
    ("payments_intents", "held", "held_fen BETWEEN 0 AND coalesce(paid_fen, 0) - refunding_fen"),
    ("payments_bank_transfers", "refunds_within_amount", "refunding_fen BETWEEN 0 AND amount_fen"),
    ("payments_bank_transfers", "held", "held_fen BETWEEN 0 AND amount_fen - refunding_fen"),
)
TABLES = (
    "shop_order_refunds",
    "payments_resolutions",
    "payments_refunds",
    "payments_refund_limits",
    "payments_disputes",
    "payments_sandbox_refunds",
    "payments_sandbox_disputes",
    "payments_reconciliations",
)
COLUMNS = {
    "payments_intents": ("held_fen", "refunding_fen", "paid_currency", "paid_fen", "review_closed_at"),
    "payments_bank_transfers": ("held_fen", "refunding_fen", "review_closed_at"),
}


def upgrade() -> None:
    """Add the tables, and to payments what of them goes back or is held."""
    op.create_table(
        "payments_reconciliations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("provider_count", sa.BigInteger(), nullable=False),
        sa.Column("provider_in_fen", sa.BigInteger(), nullable=False),
        sa.Column("provider_out_fen", sa.BigInteger(), nullable=False),
        sa.Column("our_count", sa.BigInteger(), nullable=False),
        sa.Column("our_in_fen", sa.BigInteger(), nullable=False),
        sa.Column("our_out_fen", sa.BigInteger(), nullable=False),
        sa.Column("ledger_in_fen", sa.BigInteger(), nullable=False),
        sa.Column("ledger_out_fen", sa.BigInteger(), nullable=False),
        sa.Column("differences", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_reconciliations")),
        sa.UniqueConstraint("provider", "day", name=op.f("uq_payments_reconciliations_provider_day")),
    )
    op.create_table(
        "payments_sandbox_disputes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "status IN ('needs_response', 'won', 'lost')", name=op.f("ck_payments_sandbox_disputes_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_sandbox_disputes")),
        sa.UniqueConstraint("dispute_id", name=op.f("uq_payments_sandbox_disputes_dispute_id")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_payments_sandbox_disputes_payment_id")),
    )
    op.create_table(
        "payments_sandbox_refunds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "status IN ('succeeded', 'failed')", name=op.f("ck_payments_sandbox_refunds_status")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payments_sandbox_refunds_amount_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_sandbox_refunds")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_payments_sandbox_refunds_idem_key")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_payments_sandbox_refunds_refund_id")),
    )
    op.create_index(
        "ix_payments_sandbox_refunds_payment", "payments_sandbox_refunds", ["payment_id"], unique=False
    )
    op.create_table(
        "payments_disputes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_dispute_id", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("taken_fen", sa.BigInteger(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("lost_at", MOMENT, nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payments_disputes_amount_positive")),
        sa.CheckConstraint("taken_fen >= 0", name=op.f("ck_payments_disputes_taken")),
        sa.ForeignKeyConstraint(
            ["intent_id"],
            ["payments_intents.id"],
            name=op.f("fk_payments_disputes_intent_id_payments_intents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_disputes")),
        sa.UniqueConstraint(
            "provider", "provider_dispute_id", name=op.f("uq_payments_disputes_provider_provider_dispute_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_payments_disputes_public_id")),
    )
    op.create_index("ix_payments_disputes_intent", "payments_disputes", ["intent_id"], unique=False)
    op.create_table(
        "payments_refund_limits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("limit_fen", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["set_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_payments_refund_limits_set_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_refund_limits")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_payments_refund_limits_valid_from")),
    )
    op.create_table(
        "payments_refunds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.BigInteger(), nullable=True),
        sa.Column("transfer_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sources", postgresql.JSONB(), nullable=False),
        sa.Column("promise_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("asked_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("provider_refund_id", sa.Text(), nullable=True),
        sa.Column("bank_reference", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state IN ('succeeded', 'declined')) = (ended_at IS NOT NULL)",
            name=op.f("ck_payments_refunds_ended"),
        ),
        sa.CheckConstraint(
            "NOT needs_second OR state IN ('requested', 'declined') OR (approved_by_user_id IS NOT NULL AND approved_by_user_id IS DISTINCT FROM asked_by_user_id)",
            name=op.f("ck_payments_refunds_second_person"),
        ),
        sa.CheckConstraint(
            "provider <> 'bank' OR state <> 'succeeded' OR bank_reference IS NOT NULL",
            name=op.f("ck_payments_refunds_bank_reference"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_payments_refunds_reason")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'sent', 'succeeded', 'failed', 'needs_review', 'declined')",
            name=op.f("ck_payments_refunds_state"),
        ),
        sa.CheckConstraint(
            "(intent_id IS NULL) <> (transfer_id IS NULL)", name=op.f("ck_payments_refunds_one_payment")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payments_refunds_amount_positive")),
        sa.ForeignKeyConstraint(
            ["approved_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_payments_refunds_approved_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_payments_refunds_asked_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["intent_id"],
            ["payments_intents.id"],
            name=op.f("fk_payments_refunds_intent_id_payments_intents"),
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["payments_bank_transfers.id"],
            name=op.f("fk_payments_refunds_transfer_id_payments_bank_transfers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_refunds")),
        sa.UniqueConstraint("bank_reference", name=op.f("uq_payments_refunds_bank_reference")),
        sa.UniqueConstraint("once", name=op.f("uq_payments_refunds_once")),
        sa.UniqueConstraint(
            "provider", "provider_refund_id", name=op.f("uq_payments_refunds_provider_provider_refund_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_payments_refunds_public_id")),
    )
    op.create_index("ix_payments_refunds_intent", "payments_refunds", ["intent_id"], unique=False)
    op.create_index(
        "ix_payments_refunds_open",
        "payments_refunds",
        ["checked_at"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('succeeded', 'declined')"),
    )
    op.create_index("ix_payments_refunds_transfer", "payments_refunds", ["transfer_id"], unique=False)
    op.create_table(
        "payments_resolutions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.BigInteger(), nullable=True),
        sa.Column("transfer_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("proposed_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_payments_resolutions_decided")
        ),
        sa.CheckConstraint(
            "NOT needs_second OR state <> 'done' OR (decided_by_user_id IS NOT NULL AND decided_by_user_id IS DISTINCT FROM proposed_by_user_id)",
            name=op.f("ck_payments_resolutions_second_person"),
        ),
        sa.CheckConstraint("kind IN ('match', 'return', 'close')", name=op.f("ck_payments_resolutions_kind")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_payments_resolutions_reason")),
        sa.CheckConstraint(
            "state IN ('proposed', 'done', 'declined')", name=op.f("ck_payments_resolutions_state")
        ),
        sa.CheckConstraint(
            "(intent_id IS NULL) <> (transfer_id IS NULL)", name=op.f("ck_payments_resolutions_one_payment")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_payments_resolutions_decided_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["intent_id"],
            ["payments_intents.id"],
            name=op.f("fk_payments_resolutions_intent_id_payments_intents"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_payments_resolutions_proposed_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["payments_bank_transfers.id"],
            name=op.f("fk_payments_resolutions_transfer_id_payments_bank_transfers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_resolutions")),
        sa.UniqueConstraint("once", name=op.f("uq_payments_resolutions_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payments_resolutions_public_id")),
    )
    op.create_index(
        "uq_payments_resolutions_intent",
        "payments_resolutions",
        ["intent_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "uq_payments_resolutions_transfer",
        "payments_resolutions",
        ["transfer_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "shop_order_refunds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("refund", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_order_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("prepaid_fen", sa.BigInteger(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("unapplied_fen", sa.BigInteger(), nullable=False),
        sa.Column("declined", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(supplier_order_id IS NULL) = (unapplied_fen > 0)", name=op.f("ck_shop_order_refunds_part")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_shop_order_refunds_amount_positive")),
        sa.CheckConstraint(
            "prepaid_fen >= 0 AND payable_fen >= 0 AND unapplied_fen >= 0 AND prepaid_fen + payable_fen + unapplied_fen = amount_fen",
            name=op.f("ck_shop_order_refunds_where_it_lay"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_orders.id"], name=op.f("fk_shop_order_refunds_order_id_shop_orders")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["shop_order_lines.id"],
            name=op.f("fk_shop_order_refunds_order_line_id_shop_order_lines"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_order_id"],
            ["shop_supplier_orders.id"],
            name=op.f("fk_shop_order_refunds_supplier_order_id_shop_supplier_orders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_order_refunds")),
    )
    op.create_index("ix_shop_order_refunds_order", "shop_order_refunds", ["order_id", "id"], unique=False)
    op.create_index("ix_shop_order_refunds_refund", "shop_order_refunds", ["refund"], unique=False)
    op.create_index(
        "ix_shop_order_refunds_supplier_order", "shop_order_refunds", ["supplier_order_id"], unique=False
    )
    op.add_column("payments_bank_transfers", sa.Column("review_closed_at", MOMENT, nullable=True))
    op.add_column(
        "payments_bank_transfers",
        sa.Column("refunding_fen", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "payments_bank_transfers",
        sa.Column("held_fen", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("payments_intents", sa.Column("review_closed_at", MOMENT, nullable=True))
    op.add_column("payments_intents", sa.Column("paid_fen", sa.BigInteger(), nullable=True))
    op.add_column("payments_intents", sa.Column("paid_currency", sa.Text(), nullable=True))
    op.add_column(
        "payments_intents",
        sa.Column("refunding_fen", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "payments_intents",
        sa.Column("held_fen", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    for table, name, rule in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)
    op.execute(
        "UPDATE payments_intents SET paid_fen = amount_fen, paid_currency = currency WHERE state = 'succeeded'"
    )
    op.drop_constraint(op.f("ck_shop_orders_paid_at"), "shop_orders")
    op.create_check_constraint(
        op.f("ck_shop_orders_paid_at"),
        "shop_orders",
        "state IN ('needs_review', 'cancelled') OR (state IN ('paid', 'shipped', 'received')) = (paid_at IS NOT NULL)",
    )


def downgrade() -> None:
    """Remove them; only for a database in which no paid order was cancelled."""
    op.drop_constraint(op.f("ck_shop_orders_paid_at"), "shop_orders")
    op.create_check_constraint(
        op.f("ck_shop_orders_paid_at"),
        "shop_orders",
        "state = 'needs_review' OR (state IN ('paid', 'shipped', 'received')) = (paid_at IS NOT NULL)",
    )
    for table in TABLES:
        op.drop_table(table)
    for table, name, _ in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
