"""Lay every table.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

#: Tables of facts: the database refuses to change or remove a row.
ONLY_ADDED = ("ledger_entries", "ledger_transfers", "core_audit_entries")


def upgrade() -> None:
    """Create everything."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("charity_acknowledgement_numbers")))
    op.create_table(
        "accounts_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tried_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_attempts")),
    )
    op.create_index("ix_accounts_attempts_key", "accounts_attempts", ["key", "tried_at"], unique=False)
    op.create_table(
        "core_audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("happened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_audit_entries")),
    )
    op.create_index(
        "ix_core_audit_entries_actor", "core_audit_entries", ["actor_user_id", "id"], unique=False
    )
    op.create_index(
        "ix_core_audit_entries_subject",
        "core_audit_entries",
        ["subject_type", "subject_id", "id"],
        unique=False,
    )
    op.create_table(
        "core_heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beat_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_heartbeats")),
    )
    op.create_table(
        "core_jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("run_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("leased_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_jobs")),
        sa.UniqueConstraint("key", name=op.f("uq_core_jobs_key")),
    )
    op.create_index(
        "ix_core_jobs_open",
        "core_jobs",
        ["run_at", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
    )
    op.create_table(
        "core_mails",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_mails")),
        sa.UniqueConstraint("key", name=op.f("uq_core_mails_key")),
    )
    op.create_index("ix_core_mails_created_at", "core_mails", ["created_at", "id"], unique=False)
    op.create_table(
        "core_periodic_jobs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_succeeded_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_periodic_jobs")),
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('asset', 'expense', 'liability', 'fund', 'income')",
            name=op.f("ck_ledger_accounts_kind"),
        ),
        sa.CheckConstraint(
            "policy IN ('open', 'deferred', 'strict')", name=op.f("ck_ledger_accounts_policy")
        ),
        sa.CheckConstraint("unit IN ('CNY', 'PTS')", name=op.f("ck_ledger_accounts_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_accounts_code")),
        sa.UniqueConstraint("id", "unit", name=op.f("uq_ledger_accounts_id_unit")),
    )
    op.create_index("ix_ledger_accounts_book", "ledger_accounts", ["book"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("effective_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reverses_entry_id"],
            ["ledger_entries.id"],
            name=op.f("fk_ledger_entries_reverses_entry_id_ledger_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_ledger_entries_idem_key")),
        sa.UniqueConstraint(
            "source", "source_id", "kind", name=op.f("uq_ledger_entries_source_source_id_kind")
        ),
    )
    op.create_index(
        "ix_ledger_entries_effective_at", "ledger_entries", ["effective_at", "kind"], unique=False
    )
    op.create_index(
        "ix_ledger_entries_reverses",
        "ledger_entries",
        ["reverses_entry_id"],
        unique=False,
        postgresql_where=sa.text("reverses_entry_id IS NOT NULL"),
    )
    op.create_table(
        "ledger_self_checks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("checked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("invariants", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_self_checks")),
    )
    op.create_table(
        "ledger_unrolled",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_unrolled")),
    )
    op.create_index("ix_ledger_unrolled_account", "ledger_unrolled", ["account_id", "id"], unique=False)
    op.create_table(
        "payments_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_key", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("paid_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('order', 'donation')", name=op.f("ck_payments_codes_purpose")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payments_codes_amount_positive")),
        sa.CheckConstraint("paid_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_payments_codes_one_end")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_codes")),
        sa.UniqueConstraint("code_key", name=op.f("uq_payments_codes_code_key")),
    )
    op.create_index(
        "ix_payments_codes_open",
        "payments_codes",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("paid_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index("ix_payments_codes_subject", "payments_codes", ["purpose", "subject_id"], unique=False)
    op.create_table(
        "payments_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("intent_public_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("handled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("failed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_events")),
        sa.UniqueConstraint("gateway", "event_id", name=op.f("uq_payments_events_gateway_event_id")),
    )
    op.create_index("ix_payments_events_intent", "payments_events", ["intent_public_id", "id"], unique=False)
    op.create_index(
        "ix_payments_events_waiting",
        "payments_events",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_table(
        "payments_intents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("provider_session_id", sa.Text(), nullable=True),
        sa.Column("provider_payment_id", sa.Text(), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("begun_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("begun_from", sa.Text(), nullable=True),
        sa.Column("checked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("declined_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cancelled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("review_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'needs_review') = (review_reason IS NOT NULL)",
            name=op.f("ck_payments_intents_reviewed"),
        ),
        sa.CheckConstraint(
            "(state = 'succeeded') = (confirmed_at IS NOT NULL)", name=op.f("ck_payments_intents_confirmed")
        ),
        sa.CheckConstraint("currency = 'CNY'", name=op.f("ck_payments_intents_currency")),
        sa.CheckConstraint("purpose IN ('order', 'donation')", name=op.f("ck_payments_intents_purpose")),
        sa.CheckConstraint(
            "state <> 'succeeded' OR provider_payment_id IS NOT NULL",
            name=op.f("ck_payments_intents_payment_known"),
        ),
        sa.CheckConstraint(
            "state IN ('created', 'pending', 'succeeded', 'cancelled', 'needs_review')",
            name=op.f("ck_payments_intents_state"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payments_intents_amount_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_intents")),
        sa.UniqueConstraint(
            "provider", "provider_payment_id", name=op.f("uq_payments_intents_provider_provider_payment_id")
        ),
        sa.UniqueConstraint(
            "provider", "provider_session_id", name=op.f("uq_payments_intents_provider_provider_session_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_payments_intents_public_id")),
    )
    op.create_index(
        "ix_payments_intents_begun_from", "payments_intents", ["begun_from", "begun_at"], unique=False
    )
    op.create_index(
        "ix_payments_intents_subject", "payments_intents", ["purpose", "subject_id"], unique=False
    )
    op.create_index(
        "ix_payments_intents_watched",
        "payments_intents",
        ["checked_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('created', 'pending')"),
    )
    op.create_index(
        "uq_payments_intents_open",
        "payments_intents",
        ["purpose", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('created', 'pending')"),
    )
    op.create_table(
        "payments_sandbox_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("leave_url", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("declines", sa.Integer(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("paid_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'complete') = (payment_id IS NOT NULL)", name=op.f("ck_payments_sandbox_sessions_paid")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'complete', 'expired')", name=op.f("ck_payments_sandbox_sessions_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_sandbox_sessions")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_payments_sandbox_sessions_idem_key")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_payments_sandbox_sessions_payment_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_payments_sandbox_sessions_session_id")),
    )
    op.create_table(
        "registry_regions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "level IN ('province', 'prefecture', 'county', 'town', 'village')",
            name=op.f("ck_registry_regions_level"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["registry_regions.id"],
            name=op.f("fk_registry_regions_parent_id_registry_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_regions")),
    )
    op.create_index("ix_registry_regions_parent", "registry_regions", ["parent_id", "code"], unique=False)
    op.create_index(
        "ix_registry_regions_path",
        "registry_regions",
        ["path"],
        unique=False,
        postgresql_ops={"path": "text_pattern_ops"},
    )
    op.create_index(
        "uq_registry_regions_code_open",
        "registry_regions",
        ["code"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_table(
        "search_builds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("make", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("began_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_builds")),
    )
    op.create_index(
        "uq_search_builds_current",
        "search_builds",
        ["collection"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "search_outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "noted_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_outbox")),
    )
    op.create_table(
        "accounts_organisations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("region_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("about_zh", sa.Text(), nullable=False),
        sa.Column("about_en", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('supplier', 'institution', 'charity', 'operator', 'government', 'village')",
            name=op.f("ck_accounts_organisations_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_accounts_organisations_parent_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"],
            ["registry_regions.id"],
            name=op.f("fk_accounts_organisations_region_id_registry_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_organisations")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_accounts_organisations_credit_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_accounts_organisations_public_id")),
    )
    op.create_index(
        "ix_accounts_organisations_kind", "accounts_organisations", ["kind", "region_id"], unique=False
    )
    op.create_table(
        "ledger_balances",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grows_by_debit", sa.Boolean(), nullable=False),
        sa.Column("floored", sa.Boolean(), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("debits_pending", sa.BigInteger(), nullable=False),
        sa.Column("credits_pending", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "NOT floored OR CASE WHEN grows_by_debit THEN debits - credits - credits_pending ELSE credits - debits - debits_pending END >= 0",
            name=op.f("ck_ledger_balances_never_below_zero"),
        ),
        sa.CheckConstraint(
            "debits >= 0 AND credits >= 0 AND debits_pending >= 0 AND credits_pending >= 0",
            name=op.f("ck_ledger_balances_counters"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_accounts.id"], name=op.f("fk_ledger_balances_account_id_ledger_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_ledger_balances")),
    )
    op.create_table(
        "ledger_holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("debit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("posted_amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("resolved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(status = 'posted') = (entry_id IS NOT NULL)", name=op.f("ck_ledger_holds_entry")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'posted', 'voided', 'expired')", name=op.f("ck_ledger_holds_status")
        ),
        sa.CheckConstraint(
            "amount > 0 AND posted_amount BETWEEN 0 AND amount", name=op.f("ck_ledger_holds_amount")
        ),
        sa.ForeignKeyConstraint(
            ["credit_account_id"],
            ["ledger_accounts.id"],
            name=op.f("fk_ledger_holds_credit_account_id_ledger_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["debit_account_id"],
            ["ledger_accounts.id"],
            name=op.f("fk_ledger_holds_debit_account_id_ledger_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.id"], name=op.f("fk_ledger_holds_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_holds")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_ledger_holds_idem_key")),
    )
    op.create_index(
        "ix_ledger_holds_pending",
        "ledger_holds",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "ledger_lots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("origin IN ('earned', 'gifted')", name=op.f("ck_ledger_lots_origin")),
        sa.CheckConstraint(
            "amount > 0 AND remaining BETWEEN 0 AND amount", name=op.f("ck_ledger_lots_remaining")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_accounts.id"], name=op.f("fk_ledger_lots_account_id_ledger_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.id"], name=op.f("fk_ledger_lots_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_lots")),
        sa.UniqueConstraint("entry_id", "account_id", name=op.f("uq_ledger_lots_entry_id_account_id")),
    )
    op.create_index(
        "ix_ledger_lots_open",
        "ledger_lots",
        ["account_id", "expires_on", "id"],
        unique=False,
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_table(
        "ledger_transfers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("debit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_transfers_amount_positive")),
        sa.CheckConstraint(
            "debit_account_id <> credit_account_id", name=op.f("ck_ledger_transfers_two_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["credit_account_id", "unit"],
            ["ledger_accounts.id", "ledger_accounts.unit"],
            name=op.f("fk_ledger_transfers_credit_account_id_unit_ledger_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["debit_account_id", "unit"],
            ["ledger_accounts.id", "ledger_accounts.unit"],
            name=op.f("fk_ledger_transfers_debit_account_id_unit_ledger_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.id"], name=op.f("fk_ledger_transfers_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfers")),
        sa.UniqueConstraint("entry_id", "position", name=op.f("uq_ledger_transfers_entry_id_position")),
    )
    op.create_index(
        "ix_ledger_transfers_credit", "ledger_transfers", ["credit_account_id", "id"], unique=False
    )
    op.create_index("ix_ledger_transfers_debit", "ledger_transfers", ["debit_account_id", "id"], unique=False)
    op.create_table(
        "ledger_unsealed",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.id"], name=op.f("fk_ledger_unsealed_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_ledger_unsealed")),
    )
    op.create_table(
        "payments_bank_transfers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("typed_code", sa.Text(), nullable=False),
        sa.Column("code_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("review_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by_user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'review') = (review_reason IS NOT NULL)",
            name=op.f("ck_payments_bank_transfers_reviewed"),
        ),
        sa.CheckConstraint(
            "state <> 'matched' OR code_id IS NOT NULL", name=op.f("ck_payments_bank_transfers_matched")
        ),
        sa.CheckConstraint("state IN ('matched', 'review')", name=op.f("ck_payments_bank_transfers_state")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payments_bank_transfers_amount_positive")),
        sa.ForeignKeyConstraint(
            ["code_id"], ["payments_codes.id"], name=op.f("fk_payments_bank_transfers_code_id_payments_codes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_bank_transfers")),
        sa.UniqueConstraint("bank_reference", name=op.f("uq_payments_bank_transfers_bank_reference")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payments_bank_transfers_public_id")),
    )
    op.create_index(
        "uq_payments_bank_transfers_code",
        "payments_bank_transfers",
        ["code_id"],
        unique=True,
        postgresql_where=sa.text("state = 'matched'"),
    )
    op.create_table(
        "points_covers",
        sa.Column("region_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rate_fen", sa.BigInteger(), nullable=False),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("enforced", sa.Boolean(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("rate_fen > 0 AND fund_fen >= 0", name=op.f("ck_points_covers_amounts")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["registry_regions.id"], name=op.f("fk_points_covers_region_id_registry_regions")
        ),
        sa.PrimaryKeyConstraint("region_id", name=op.f("pk_points_covers")),
    )
    op.create_table(
        "points_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("description_zh", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("yearly_cap", sa.BigInteger(), nullable=False),
        sa.Column("lasting_months", sa.SmallInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "category IN ('hygiene', 'public_work', 'neighbourliness', 'family_virtue', 'education', 'self_reliance', 'customs', 'care')",
            name=op.f("ck_points_rules_category"),
        ),
        sa.CheckConstraint("lasting_months > 0", name=op.f("ck_points_rules_lasting")),
        sa.CheckConstraint("points > 0 AND yearly_cap >= points", name=op.f("ck_points_rules_points")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["registry_regions.id"], name=op.f("fk_points_rules_region_id_registry_regions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_rules")),
        sa.UniqueConstraint("public_id", name=op.f("uq_points_rules_public_id")),
    )
    op.create_index("ix_points_rules_region", "points_rules", ["region_id", "id"], unique=False)
    op.create_table(
        "registry_households",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("ledger_ref", sa.Text(), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("householder", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("members_count", sa.SmallInteger(), nullable=False),
        sa.Column("labour_exempt", sa.Boolean(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["village_id"],
            ["registry_regions.id"],
            name=op.f("fk_registry_households_village_id_registry_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_households")),
        sa.UniqueConstraint("ledger_ref", name=op.f("uq_registry_households_ledger_ref")),
        sa.UniqueConstraint("public_id", name=op.f("uq_registry_households_public_id")),
    )
    op.create_index(
        "ix_registry_households_village", "registry_households", ["village_id", "id"], unique=False
    )
    op.create_table(
        "search_documents",
        sa.Column("build_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title_words", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["build_id"],
            ["search_builds.id"],
            name=op.f("fk_search_documents_build_id_search_builds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("build_id", "document_id", name=op.f("pk_search_documents")),
    )
    op.create_index("ix_search_documents_document", "search_documents", ["document_id"], unique=False)
    op.create_index(
        "ix_search_documents_words", "search_documents", ["words"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "search_words",
        sa.Column("build_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["build_id"],
            ["search_builds.id"],
            name=op.f("fk_search_words_build_id_search_builds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("build_id", "word", name=op.f("pk_search_words")),
    )
    op.create_table(
        "accounts_users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("disabled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_accounts_users_email_lower")),
        sa.CheckConstraint(
            "email IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_accounts_users_reachable")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["registry_households.id"],
            name=op.f("fk_accounts_users_household_id_registry_households"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_users")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_users_email")),
        sa.UniqueConstraint("phone", name=op.f("uq_accounts_users_phone")),
        sa.UniqueConstraint("public_id", name=op.f("uq_accounts_users_public_id")),
    )
    op.create_table(
        "charity_charities",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("registration_no", sa.Text(), nullable=False),
        sa.Column("qualification_no", sa.Text(), nullable=False),
        sa.Column("qualification_valid_until", sa.Date(), nullable=True),
        sa.Column("contact_zh", sa.Text(), nullable=False),
        sa.Column("contact_en", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("address_zh", sa.Text(), nullable=False),
        sa.Column("address_en", sa.Text(), nullable=False),
        sa.Column("query_zh", sa.Text(), nullable=False),
        sa.Column("query_en", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_charity_charities_organisation_id_accounts_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charity_charities")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_charity_charities_organisation_id")),
    )
    op.create_table(
        "ledger_lot_uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_lot_uses_amount")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.id"], name=op.f("fk_ledger_lot_uses_entry_id_ledger_entries")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["ledger_lots.id"], name=op.f("fk_ledger_lot_uses_lot_id_ledger_lots")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_lot_uses")),
    )
    op.create_index("ix_ledger_lot_uses_entry", "ledger_lot_uses", ["entry_id"], unique=False)
    op.create_index(op.f("ix_ledger_lot_uses_lot_id"), "ledger_lot_uses", ["lot_id"], unique=False)
    op.create_table(
        "points_stores",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("serves", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("address_zh", sa.Text(), nullable=False),
        sa.Column("address_en", sa.Text(), nullable=False),
        sa.Column("open_days", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("serves IN ('village', 'town', 'county')", name=op.f("ck_points_stores_serves")),
        sa.CheckConstraint(
            "open_days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]", name=op.f("ck_points_stores_open_days")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_points_stores_organisation_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["registry_regions.id"], name=op.f("fk_points_stores_village_id_registry_regions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_stores")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_points_stores_organisation_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_points_stores_public_id")),
    )
    op.create_index("ix_points_stores_village", "points_stores", ["village_id"], unique=False)
    op.create_table(
        "registry_household_statuses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["registry_households.id"],
            name=op.f("fk_registry_household_statuses_household_id_registry_households"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_household_statuses")),
    )
    op.create_index(
        "ix_registry_household_statuses_household",
        "registry_household_statuses",
        ["household_id", "valid_from"],
        unique=False,
    )
    op.create_table(
        "shop_products",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("summary_zh", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("story_zh", sa.Text(), nullable=False),
        sa.Column("story_en", sa.Text(), nullable=False),
        sa.Column("storage_zh", sa.Text(), nullable=False),
        sa.Column("storage_en", sa.Text(), nullable=False),
        sa.Column("shelf_life_days", sa.Integer(), nullable=True),
        sa.Column("perishable", sa.Boolean(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=True),
        sa.Column("households_count", sa.Integer(), nullable=False),
        sa.Column("from_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("listed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "category IN ('fruit_vegetables', 'grain_oil', 'snacks', 'daily_goods', 'cooked_food', 'plants', 'crafts')",
            name=op.f("ck_shop_products_category"),
        ),
        sa.CheckConstraint("households_count >= 0", name=op.f("ck_shop_products_households")),
        sa.ForeignKeyConstraint(
            ["county_id"], ["registry_regions.id"], name=op.f("fk_shop_products_county_id_registry_regions")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_products_supplier_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["registry_regions.id"], name=op.f("fk_shop_products_village_id_registry_regions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_products")),
        sa.UniqueConstraint("slug", name=op.f("uq_shop_products_slug")),
    )
    op.create_index(
        "ix_shop_products_category",
        "shop_products",
        ["category", "listed_at", "id"],
        unique=False,
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_shop_products_county",
        "shop_products",
        ["county_id", "listed_at", "id"],
        unique=False,
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_shop_products_listed",
        "shop_products",
        ["listed_at", "id"],
        unique=False,
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_shop_products_price",
        "shop_products",
        ["from_price_fen", "id"],
        unique=False,
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.create_index("ix_shop_products_supplier", "shop_products", ["supplier_id", "id"], unique=False)
    op.create_index(
        "ix_shop_products_village",
        "shop_products",
        ["village_id", "id"],
        unique=False,
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.create_table(
        "accounts_password_resets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["accounts_users.id"],
            name=op.f("fk_accounts_password_resets_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_password_resets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_accounts_password_resets_token_hash")),
    )
    op.create_table(
        "accounts_role_grants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("region_id", sa.BigInteger(), nullable=True),
        sa.Column("region_path", sa.Text(), nullable=True),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("granted_by_user_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_accounts_role_grants_organisation_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"],
            ["registry_regions.id"],
            name=op.f("fk_accounts_role_grants_region_id_registry_regions"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_users.id"], name=op.f("fk_accounts_role_grants_user_id_accounts_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_role_grants")),
    )
    op.create_index("ix_accounts_role_grants_user", "accounts_role_grants", ["user_id"], unique=False)
    op.create_index(
        "uq_accounts_role_grants_open",
        "accounts_role_grants",
        [
            "user_id",
            "role",
            sa.literal_column("coalesce(organisation_id, 0)"),
            sa.literal_column("coalesce(region_id, 0)"),
        ],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_table(
        "accounts_sign_ins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_users.id"], name=op.f("fk_accounts_sign_ins_user_id_accounts_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_accounts_sign_ins_token_hash")),
    )
    op.create_index("ix_accounts_sign_ins_user", "accounts_sign_ins", ["user_id", "id"], unique=False)
    op.create_table(
        "charity_campaigns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("charity_id", sa.BigInteger(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("summary_zh", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("story_zh", sa.Text(), nullable=False),
        sa.Column("story_en", sa.Text(), nullable=False),
        sa.Column("purpose_zh", sa.Text(), nullable=False),
        sa.Column("purpose_en", sa.Text(), nullable=False),
        sa.Column("target_fen", sa.BigInteger(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=True),
        sa.Column("record_no", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("area_zh", sa.Text(), nullable=False),
        sa.Column("area_en", sa.Text(), nullable=False),
        sa.Column("person_in_charge_zh", sa.Text(), nullable=False),
        sa.Column("person_in_charge_en", sa.Text(), nullable=False),
        sa.Column("office_zh", sa.Text(), nullable=False),
        sa.Column("office_en", sa.Text(), nullable=False),
        sa.Column("ways_zh", sa.Text(), nullable=False),
        sa.Column("ways_en", sa.Text(), nullable=False),
        sa.Column("bank_account", sa.Text(), nullable=False),
        sa.Column("beneficiary_zh", sa.Text(), nullable=False),
        sa.Column("beneficiary_en", sa.Text(), nullable=False),
        sa.Column("use_zh", sa.Text(), nullable=False),
        sa.Column("use_en", sa.Text(), nullable=False),
        sa.Column("cost_zh", sa.Text(), nullable=False),
        sa.Column("cost_en", sa.Text(), nullable=False),
        sa.Column("leftover_zh", sa.Text(), nullable=False),
        sa.Column("leftover_en", sa.Text(), nullable=False),
        sa.Column("platform_url", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('ended', 'closed')) = (ended_on IS NOT NULL)", name=op.f("ck_charity_campaigns_ended")
        ),
        sa.CheckConstraint(
            "platform_url = '' OR left(platform_url, 8) = 'https://'",
            name=op.f("ck_charity_campaigns_platform_https"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (record_no <> '' AND published_at IS NOT NULL)",
            name=op.f("ck_charity_campaigns_published_recorded"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'ended', 'closed')", name=op.f("ck_charity_campaigns_state")
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_charity_campaigns_dates")),
        sa.CheckConstraint("target_fen > 0", name=op.f("ck_charity_campaigns_target_positive")),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["charity_charities.id"],
            name=op.f("fk_charity_campaigns_charity_id_charity_charities"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"],
            ["registry_regions.id"],
            name=op.f("fk_charity_campaigns_region_id_registry_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charity_campaigns")),
        sa.UniqueConstraint("public_id", name=op.f("uq_charity_campaigns_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_charity_campaigns_slug")),
    )
    op.create_index("ix_charity_campaigns_charity", "charity_campaigns", ["charity_id", "id"], unique=False)
    op.create_index("ix_charity_campaigns_state", "charity_campaigns", ["state", "ends_on"], unique=False)
    op.create_index(
        "uq_charity_campaigns_record_no",
        "charity_campaigns",
        ["record_no"],
        unique=True,
        postgresql_where=sa.text("record_no <> ''"),
    )
    op.create_table(
        "points_cards",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("code_digest", sa.Text(), nullable=False),
        sa.Column("code_ending", sa.Text(), nullable=False),
        sa.Column("issued_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("blocked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("blocked_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["registry_households.id"],
            name=op.f("fk_points_cards_household_id_registry_households"),
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_points_cards_issued_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_cards")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_points_cards_code_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_points_cards_public_id")),
    )
    op.create_index(
        "uq_points_cards_open",
        "points_cards",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("blocked_at IS NULL"),
    )
    op.create_table(
        "points_claims",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorder_user_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'recorded') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_user_id IS NULL)",
            name=op.f("ck_points_claims_decided"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR reason <> ''", name=op.f("ck_points_claims_refused_with_reason")
        ),
        sa.CheckConstraint(
            "state IN ('recorded', 'approved', 'refused')", name=op.f("ck_points_claims_state")
        ),
        sa.CheckConstraint(
            "decided_by_user_id <> recorder_user_id", name=op.f("ck_points_claims_two_people")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_points_claims_points")),
        sa.ForeignKeyConstraint(
            ["decided_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_points_claims_decided_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["registry_households.id"],
            name=op.f("fk_points_claims_household_id_registry_households"),
        ),
        sa.ForeignKeyConstraint(
            ["recorder_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_points_claims_recorder_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["points_rules.id"], name=op.f("fk_points_claims_rule_id_points_rules")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["registry_regions.id"], name=op.f("fk_points_claims_village_id_registry_regions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_claims")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_points_claims_idem_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_points_claims_public_id")),
    )
    op.create_index("ix_points_claims_household", "points_claims", ["household_id", "id"], unique=False)
    op.create_index("ix_points_claims_village", "points_claims", ["village_id", "id"], unique=False)
    op.create_index(
        "ix_points_claims_waiting",
        "points_claims",
        ["village_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'recorded'"),
    )
    op.create_index(
        "uq_points_claims_deed",
        "points_claims",
        ["household_id", "rule_id", "happened_on"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_table(
        "points_goods",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit_zh", sa.Text(), nullable=False),
        sa.Column("unit_en", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=True),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("points > 0 AND value_fen > 0", name=op.f("ck_points_goods_price")),
        sa.ForeignKeyConstraint(
            ["store_id"], ["points_stores.id"], name=op.f("fk_points_goods_store_id_points_stores")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_goods")),
        sa.UniqueConstraint("public_id", name=op.f("uq_points_goods_public_id")),
    )
    op.create_index("ix_points_goods_store", "points_goods", ["store_id", "id"], unique=False)
    op.create_index(
        "uq_points_goods_barcode",
        "points_goods",
        ["store_id", "barcode"],
        unique=True,
        postgresql_where=sa.text("barcode IS NOT NULL"),
    )
    op.create_table(
        "publicity_notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("place_zh", sa.Text(), nullable=False),
        sa.Column("place_en", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("minimum_days", sa.SmallInteger(), nullable=False),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("opened_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("result_zh", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'running') = (ended_at IS NULL)", name=op.f("ck_publicity_notices_ended")
        ),
        sa.CheckConstraint(
            "state IN ('running', 'ended_clear', 'ended_upheld', 'withdrawn')",
            name=op.f("ck_publicity_notices_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('ended_clear', 'ended_upheld') OR ended_at >= ends_at",
            name=op.f("ck_publicity_notices_stood_its_time"),
        ),
        sa.CheckConstraint(
            "ends_at >= starts_at + make_interval(days => minimum_days)",
            name=op.f("ck_publicity_notices_ends_at"),
        ),
        sa.CheckConstraint("minimum_days BETWEEN 1 AND 60", name=op.f("ck_publicity_notices_minimum_days")),
        sa.ForeignKeyConstraint(
            ["ended_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_publicity_notices_ended_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_publicity_notices_opened_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_publicity_notices_organisation_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"],
            ["registry_regions.id"],
            name=op.f("fk_publicity_notices_region_id_registry_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_notices")),
        sa.UniqueConstraint("code", name=op.f("uq_publicity_notices_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_publicity_notices_public_id")),
    )
    op.create_index("ix_publicity_notices_region", "publicity_notices", ["region_id", "id"], unique=False)
    op.create_index(
        "ix_publicity_notices_state", "publicity_notices", ["state", "ends_at", "id"], unique=False
    )
    op.create_index(
        "ix_publicity_notices_subject",
        "publicity_notices",
        ["subject_type", "subject_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_publicity_notices_running",
        "publicity_notices",
        ["kind", "subject_type", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "publicity_periods",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("minimum_days", sa.SmallInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("minimum_days BETWEEN 1 AND 60", name=op.f("ck_publicity_periods_minimum_days")),
        sa.ForeignKeyConstraint(
            ["set_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_publicity_periods_set_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_periods")),
        sa.UniqueConstraint("kind", "valid_from", name=op.f("uq_publicity_periods_kind_valid_from")),
    )
    op.create_table(
        "shop_benefit_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("promised_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("last_paid_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("added_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(supplier_id, supplier_id, '[]')"), "&&"),
            (sa.literal_column("int8range(household_id, household_id, '[]')"), "&&"),
            (sa.literal_column("int4range(ascii(kind), ascii(kind), '[]')"), "&&"),
            (sa.literal_column("daterange(valid_from, valid_until, '[]')"), "&&"),
            where=sa.text("withdrawn_at IS NULL"),
            using="gist",
            name="ex_shop_benefit_links_period",
        ),
        sa.CheckConstraint(
            "(answer = 'none') = (answered_at IS NULL) AND (answer = 'none') = (answered_by_user_id IS NULL)",
            name=op.f("ck_shop_benefit_links_answered"),
        ),
        sa.CheckConstraint(
            "answer IN ('none', 'agreed', 'disputed')", name=op.f("ck_shop_benefit_links_answer")
        ),
        sa.CheckConstraint(
            "kind IN ('wage', 'rent', 'dividend', 'order_purchase', 'land_trust', 'share')",
            name=op.f("ck_shop_benefit_links_kind"),
        ),
        sa.CheckConstraint(
            "reason <> '' OR (answer <> 'disputed' AND NOT on_behalf)",
            name=op.f("ck_shop_benefit_links_reason"),
        ),
        sa.CheckConstraint(
            "(paid_fen = 0) = (last_paid_on IS NULL)", name=op.f("ck_shop_benefit_links_paid")
        ),
        sa.CheckConstraint("promised_fen > 0 AND paid_fen >= 0", name=op.f("ck_shop_benefit_links_amounts")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_shop_benefit_links_period")),
        sa.ForeignKeyConstraint(
            ["added_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_benefit_links_added_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_benefit_links_answered_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["registry_households.id"],
            name=op.f("fk_shop_benefit_links_household_id_registry_households"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], name=op.f("fk_shop_benefit_links_product_id_shop_products")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_benefit_links_supplier_id_accounts_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_benefit_links")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_shop_benefit_links_idem_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_benefit_links_public_id")),
    )
    op.create_index(
        "ix_shop_benefit_links_disputed",
        "shop_benefit_links",
        ["product_id", "id"],
        unique=False,
        postgresql_where=sa.text("answer = 'disputed' AND withdrawn_at IS NULL"),
    )
    op.create_index(
        "ix_shop_benefit_links_household", "shop_benefit_links", ["household_id", "id"], unique=False
    )
    op.create_index("ix_shop_benefit_links_product", "shop_benefit_links", ["product_id", "id"], unique=False)
    op.create_index(
        "ix_shop_benefit_links_supplier", "shop_benefit_links", ["supplier_id", "id"], unique=False
    )
    op.create_table(
        "shop_carts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("(token_hash IS NULL) <> (user_id IS NULL)", name=op.f("ck_shop_carts_one_owner")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_users.id"], name=op.f("fk_shop_carts_user_id_accounts_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_carts")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_shop_carts_token_hash")),
        sa.UniqueConstraint("user_id", name=op.f("uq_shop_carts_user_id")),
    )
    op.create_table(
        "shop_certificates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("suspended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("reminded_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_shop_certificates_window")),
        sa.ForeignKeyConstraint(
            ["issuer_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_certificates_issuer_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], name=op.f("fk_shop_certificates_product_id_shop_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_certificates")),
        sa.UniqueConstraint("number", name=op.f("uq_shop_certificates_number")),
    )
    op.create_index(
        "ix_shop_certificates_product", "shop_certificates", ["product_id", "valid_until"], unique=False
    )
    op.create_index(
        "ix_shop_certificates_to_remind",
        "shop_certificates",
        ["valid_until"],
        unique=False,
        postgresql_where=sa.text("reminded_at IS NULL AND revoked_at IS NULL"),
    )
    op.create_table(
        "shop_certification_settings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_certification_settings_set_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_certification_settings")),
        sa.UniqueConstraint(
            "name", "valid_from", name=op.f("uq_shop_certification_settings_name_valid_from")
        ),
    )
    op.create_table(
        "shop_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payment_method", sa.Text(), nullable=False),
        sa.Column("payment_code", sa.Text(), nullable=True),
        sa.Column("payment_intent", sa.Text(), nullable=True),
        sa.Column("buyer_user_id", sa.BigInteger(), nullable=True),
        sa.Column("institution_id", sa.BigInteger(), nullable=True),
        sa.Column("guest_token_hash", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("delivery", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("no_return_confirmed", sa.Boolean(), nullable=False),
        sa.Column("review_reason", sa.Text(), nullable=False),
        sa.Column("goods_fen", sa.BigInteger(), nullable=False),
        sa.Column("freight_fen", sa.BigInteger(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("hold_expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("paid_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("paid_by", sa.Text(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'institution') = (institution_id IS NOT NULL)", name=op.f("ck_shop_orders_institution")
        ),
        sa.CheckConstraint("kind IN ('public', 'institution')", name=op.f("ck_shop_orders_kind")),
        sa.CheckConstraint(
            "payment_method IN ('online', 'bank_transfer')", name=op.f("ck_shop_orders_payment_method")
        ),
        sa.CheckConstraint(
            "state = 'needs_review' OR (state IN ('paid', 'shipped', 'received')) = (paid_at IS NOT NULL)",
            name=op.f("ck_shop_orders_paid_at"),
        ),
        sa.CheckConstraint(
            "state IN ('placed', 'paid', 'shipped', 'received', 'cancelled', 'expired', 'needs_review')",
            name=op.f("ck_shop_orders_state"),
        ),
        sa.CheckConstraint(
            "goods_fen >= 0 AND freight_fen >= 0 AND goods_fen + freight_fen = total_fen",
            name=op.f("ck_shop_orders_total"),
        ),
        sa.ForeignKeyConstraint(
            ["buyer_user_id"], ["accounts_users.id"], name=op.f("fk_shop_orders_buyer_user_id_accounts_users")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_orders_institution_id_accounts_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_orders")),
        sa.UniqueConstraint("guest_token_hash", name=op.f("uq_shop_orders_guest_token_hash")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_shop_orders_idem_key")),
        sa.UniqueConstraint("number", name=op.f("uq_shop_orders_number")),
        sa.UniqueConstraint("paid_by", name=op.f("uq_shop_orders_paid_by")),
        sa.UniqueConstraint("payment_code", name=op.f("uq_shop_orders_payment_code")),
    )
    op.create_index("ix_shop_orders_buyer", "shop_orders", ["buyer_user_id", "id"], unique=False)
    op.create_index(
        "ix_shop_orders_expiry",
        "shop_orders",
        ["hold_expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'placed'"),
    )
    op.create_index("ix_shop_orders_institution", "shop_orders", ["institution_id", "id"], unique=False)
    op.create_index("ix_shop_orders_state", "shop_orders", ["state", "id"], unique=False)
    op.create_table(
        "shop_variants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("label_zh", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("net_grams", sa.BigInteger(), nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=True),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("producer_fen", sa.BigInteger(), nullable=False),
        sa.Column("logistics_fen", sa.BigInteger(), nullable=False),
        sa.Column("other_fen", sa.BigInteger(), nullable=False),
        sa.Column("pack_multiple", sa.Integer(), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(net_grams IS NULL) <> (pieces IS NULL)", name=op.f("ck_shop_variants_grams_or_pieces")
        ),
        sa.CheckConstraint("price_fen > 0 AND pack_multiple > 0", name=op.f("ck_shop_variants_positive")),
        sa.CheckConstraint(
            "producer_fen + logistics_fen + other_fen = price_fen", name=op.f("ck_shop_variants_split_sums")
        ),
        sa.CheckConstraint(
            "producer_fen >= 0 AND logistics_fen >= 0 AND other_fen >= 0",
            name=op.f("ck_shop_variants_split_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], name=op.f("fk_shop_variants_product_id_shop_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_variants")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_variants_public_id")),
        sa.UniqueConstraint("sku", name=op.f("uq_shop_variants_sku")),
    )
    op.create_index("ix_shop_variants_product", "shop_variants", ["product_id", "price_fen"], unique=False)
    op.create_table(
        "charity_campaign_members",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("invited_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("invited_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["charity_campaigns.id"],
            name=op.f("fk_charity_campaign_members_campaign_id_charity_campaigns"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["accounts_users.id"],
            name=op.f("fk_charity_campaign_members_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "user_id", name=op.f("pk_charity_campaign_members")),
    )
    op.create_index(
        op.f("ix_charity_campaign_members_user_id"), "charity_campaign_members", ["user_id"], unique=False
    )
    op.create_table(
        "charity_donations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("donor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("guest_token_hash", sa.Text(), nullable=True),
        sa.Column("donor_name", sa.Text(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("intent_public_id", sa.Text(), nullable=True),
        sa.Column("acknowledgement_no", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'settled') = (settled_at IS NOT NULL) AND (state = 'settled') = (acknowledgement_no IS NOT NULL)",
            name=op.f("ck_charity_donations_settled"),
        ),
        sa.CheckConstraint(
            "remark IS NULL OR remark IN ('after_end', 'unqualified')",
            name=op.f("ck_charity_donations_remark"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'settled', 'cancelled', 'needs_review')",
            name=op.f("ck_charity_donations_state"),
        ),
        sa.CheckConstraint(
            "(donor_user_id IS NULL) = (guest_token_hash IS NOT NULL)",
            name=op.f("ck_charity_donations_one_way_in"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_charity_donations_amount_positive")),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["charity_campaigns.id"],
            name=op.f("fk_charity_donations_campaign_id_charity_campaigns"),
        ),
        sa.ForeignKeyConstraint(
            ["donor_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_charity_donations_donor_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charity_donations")),
        sa.UniqueConstraint("acknowledgement_no", name=op.f("uq_charity_donations_acknowledgement_no")),
        sa.UniqueConstraint("guest_token_hash", name=op.f("uq_charity_donations_guest_token_hash")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_charity_donations_idem_key")),
        sa.UniqueConstraint("intent_public_id", name=op.f("uq_charity_donations_intent_public_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_charity_donations_public_id")),
    )
    op.create_index("ix_charity_donations_campaign", "charity_donations", ["campaign_id", "id"], unique=False)
    op.create_index(
        "ix_charity_donations_donor",
        "charity_donations",
        ["donor_user_id", "id"],
        unique=False,
        postgresql_where=sa.text("donor_user_id IS NOT NULL"),
    )
    op.create_index(
        "ix_charity_donations_pending",
        "charity_donations",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_charity_donations_settled",
        "charity_donations",
        ["campaign_id", "settled_at"],
        unique=False,
        postgresql_where=sa.text("state = 'settled'"),
    )
    op.create_table(
        "points_goods_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("goods_id", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("quantity_received", sa.BigInteger(), nullable=False),
        sa.Column("quantity_left", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "quantity_left >= 0 AND quantity_left <= quantity_received",
            name=op.f("ck_points_goods_batches_never_below_zero"),
        ),
        sa.CheckConstraint("quantity_received > 0", name=op.f("ck_points_goods_batches_received")),
        sa.CheckConstraint("value_fen > 0", name=op.f("ck_points_goods_batches_value")),
        sa.ForeignKeyConstraint(
            ["goods_id"], ["points_goods.id"], name=op.f("fk_points_goods_batches_goods_id_points_goods")
        ),
        sa.ForeignKeyConstraint(
            ["received_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_points_goods_batches_received_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_goods_batches")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_points_goods_batches_idem_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_points_goods_batches_public_id")),
    )
    op.create_index(
        "ix_points_goods_batches_left",
        "points_goods_batches",
        ["goods_id", "id"],
        unique=False,
        postgresql_where=sa.text("quantity_left > 0"),
    )
    op.create_table(
        "points_redemptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("keeper_user_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_points_redemptions_points")),
        sa.ForeignKeyConstraint(
            ["card_id"], ["points_cards.id"], name=op.f("fk_points_redemptions_card_id_points_cards")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["registry_households.id"],
            name=op.f("fk_points_redemptions_household_id_registry_households"),
        ),
        sa.ForeignKeyConstraint(
            ["keeper_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_points_redemptions_keeper_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["points_stores.id"], name=op.f("fk_points_redemptions_store_id_points_stores")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"],
            ["registry_regions.id"],
            name=op.f("fk_points_redemptions_village_id_registry_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_redemptions")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_points_redemptions_idem_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_points_redemptions_public_id")),
    )
    op.create_index(
        "ix_points_redemptions_household", "points_redemptions", ["household_id", "id"], unique=False
    )
    op.create_index("ix_points_redemptions_store", "points_redemptions", ["store_id", "id"], unique=False)
    op.create_index("ix_points_redemptions_village", "points_redemptions", ["village_id"], unique=False)
    op.create_table(
        "publicity_objections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("tracking_digest", sa.Text(), nullable=False),
        sa.Column("objector_user_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('dismissed', 'upheld')", name=op.f("ck_publicity_objections_decision")
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (decision IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name=op.f("ck_publicity_objections_answered_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_publicity_objections_answered_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["publicity_notices.id"],
            name=op.f("fk_publicity_objections_notice_id_publicity_notices"),
        ),
        sa.ForeignKeyConstraint(
            ["objector_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_publicity_objections_objector_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_objections")),
        sa.UniqueConstraint("public_id", name=op.f("uq_publicity_objections_public_id")),
        sa.UniqueConstraint("tracking_digest", name=op.f("uq_publicity_objections_tracking_digest")),
    )
    op.create_index(
        "ix_publicity_objections_notice", "publicity_objections", ["notice_id", "id"], unique=False
    )
    op.create_index(
        "ix_publicity_objections_objector", "publicity_objections", ["objector_user_id", "id"], unique=False
    )
    op.create_index(
        "ix_publicity_objections_open",
        "publicity_objections",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "shop_benefit_payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("recorded_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_shop_benefit_payments_amount")),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["shop_benefit_links.id"],
            name=op.f("fk_shop_benefit_payments_link_id_shop_benefit_links"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_benefit_payments_recorded_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_benefit_payments")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_shop_benefit_payments_idem_key")),
    )
    op.create_index(
        "ix_shop_benefit_payments_link", "shop_benefit_payments", ["link_id", "paid_on"], unique=False
    )
    op.create_table(
        "shop_cart_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("quantity BETWEEN 1 AND 9999", name=op.f("ck_shop_cart_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["cart_id"],
            ["shop_carts.id"],
            name=op.f("fk_shop_cart_lines_cart_id_shop_carts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["shop_variants.id"], name=op.f("fk_shop_cart_lines_variant_id_shop_variants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_cart_lines")),
        sa.UniqueConstraint("cart_id", "variant_id", name=op.f("uq_shop_cart_lines_cart_id_variant_id")),
    )
    op.create_table(
        "shop_certification_applications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("renews_certificate_id", sa.BigInteger(), nullable=True),
        sa.Column("issuer_id", sa.BigInteger(), nullable=True),
        sa.Column("notice_id", sa.BigInteger(), nullable=True),
        sa.Column("certificate_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'certified') = (certificate_id IS NOT NULL)",
            name=op.f("ck_shop_certification_applications_certified"),
        ),
        sa.CheckConstraint(
            "state <> 'in_publicity' OR (notice_id IS NOT NULL AND issuer_id IS NOT NULL)",
            name=op.f("ck_shop_certification_applications_public"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'township_passed', 'sector_passed', 'county_approved', 'in_publicity', 'certified', 'rejected')",
            name=op.f("ck_shop_certification_applications_state"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["shop_certificates.id"],
            name=op.f("fk_shop_certification_applications_certificate_id_shop_certificates"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_certification_applications_created_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_certification_applications_issuer_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["publicity_notices.id"],
            name=op.f("fk_shop_certification_applications_notice_id_publicity_notices"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["shop_products.id"],
            name=op.f("fk_shop_certification_applications_product_id_shop_products"),
        ),
        sa.ForeignKeyConstraint(
            ["renews_certificate_id"],
            ["shop_certificates.id"],
            name=op.f("fk_shop_certification_applications_renews_certificate_id_shop_certificates"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_certification_applications_supplier_id_accounts_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_certification_applications")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_certification_applications_public_id")),
    )
    op.create_index(
        "ix_shop_certification_applications_certificate",
        "shop_certification_applications",
        ["certificate_id"],
        unique=False,
    )
    op.create_index(
        "ix_shop_certification_applications_product",
        "shop_certification_applications",
        ["product_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_shop_certification_applications_state",
        "shop_certification_applications",
        ["state", "state_since", "id"],
        unique=False,
    )
    op.create_index(
        "uq_shop_certification_applications_open",
        "shop_certification_applications",
        ["product_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('certified', 'rejected')"),
    )
    op.create_table(
        "shop_stock",
        sa.Column("variant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_shop_stock_never_below_zero")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["shop_variants.id"], name=op.f("fk_shop_stock_variant_id_shop_variants")
        ),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("pk_shop_stock")),
    )
    op.create_table(
        "shop_stock_holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("payable", sa.Boolean(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('held', 'taken', 'released')", name=op.f("ck_shop_stock_holds_status")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shop_stock_holds_quantity")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_orders.id"], name=op.f("fk_shop_stock_holds_order_id_shop_orders")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["shop_variants.id"], name=op.f("fk_shop_stock_holds_variant_id_shop_variants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_stock_holds")),
    )
    op.create_index(
        "ix_shop_stock_holds_expiry",
        "shop_stock_holds",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'held'"),
    )
    op.create_index("ix_shop_stock_holds_order", "shop_stock_holds", ["order_id"], unique=False)
    op.create_index(
        "ix_shop_stock_holds_variant",
        "shop_stock_holds",
        ["variant_id"],
        unique=False,
        postgresql_where=sa.text("status = 'held'"),
    )
    op.create_table(
        "shop_stock_movements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("moved_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("change <> 0", name=op.f("ck_shop_stock_movements_change")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_orders.id"], name=op.f("fk_shop_stock_movements_order_id_shop_orders")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["shop_variants.id"],
            name=op.f("fk_shop_stock_movements_variant_id_shop_variants"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_stock_movements")),
    )
    op.create_index(
        "ix_shop_stock_movements_variant", "shop_stock_movements", ["variant_id", "id"], unique=False
    )
    op.create_table(
        "shop_supplier_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("goods_fen", sa.BigInteger(), nullable=False),
        sa.Column("freight_fen", sa.BigInteger(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("shipped_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("inspectors", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("accepted_fen", sa.BigInteger(), nullable=True),
        sa.Column("shortage_note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'received') = (accepted_fen IS NOT NULL)", name=op.f("ck_shop_supplier_orders_accepted")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'to_ship', 'shipped', 'received', 'cancelled')",
            name=op.f("ck_shop_supplier_orders_state"),
        ),
        sa.CheckConstraint(
            "accepted_fen BETWEEN 0 AND goods_fen + freight_fen",
            name=op.f("ck_shop_supplier_orders_accepted_at_most_sent"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_orders.id"], name=op.f("fk_shop_supplier_orders_order_id_shop_orders")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_supplier_orders_supplier_id_accounts_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_supplier_orders")),
        sa.UniqueConstraint(
            "order_id", "supplier_id", name=op.f("uq_shop_supplier_orders_order_id_supplier_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_supplier_orders_public_id")),
    )
    op.create_index(
        "ix_shop_supplier_orders_supplier",
        "shop_supplier_orders",
        ["supplier_id", "state", "id"],
        unique=False,
    )
    op.create_table(
        "points_redemption_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("goods_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "quantity > 0 AND points > 0 AND value_fen > 0", name=op.f("ck_points_redemption_lines_positive")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["points_goods_batches.id"],
            name=op.f("fk_points_redemption_lines_batch_id_points_goods_batches"),
        ),
        sa.ForeignKeyConstraint(
            ["goods_id"], ["points_goods.id"], name=op.f("fk_points_redemption_lines_goods_id_points_goods")
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"],
            ["points_redemptions.id"],
            name=op.f("fk_points_redemption_lines_redemption_id_points_redemptions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_redemption_lines")),
    )
    op.create_index("ix_points_redemption_lines_batch", "points_redemption_lines", ["batch_id"], unique=False)
    op.create_index(
        "ix_points_redemption_lines_redemption", "points_redemption_lines", ["redemption_id"], unique=False
    )
    op.create_table(
        "shop_certification_stages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("happened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('submitted', 'passed', 'refused', 'opened', 'clear', 'upheld', 'withdrawn', 'issued')",
            name=op.f("ck_shop_certification_stages_outcome"),
        ),
        sa.CheckConstraint(
            "stage IN ('application', 'township', 'sector', 'county', 'publicity', 'certificate')",
            name=op.f("ck_shop_certification_stages_stage"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["shop_certification_applications.id"],
            name=op.f("fk_shop_certification_stages_application_id_shop_certification_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_certification_stages_office_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_certification_stages_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_certification_stages")),
    )
    op.create_index(
        "ix_shop_certification_stages_application",
        "shop_certification_stages",
        ["application_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_shop_certification_stages_decided",
        "shop_certification_stages",
        ["application_id", "round", "stage"],
        unique=True,
        postgresql_where=sa.text("stage IN ('township', 'sector', 'county')"),
    )
    op.create_table(
        "shop_order_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_order_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("certificate_id", sa.BigInteger(), nullable=True),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("label_zh", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("line_fen", sa.BigInteger(), nullable=False),
        sa.Column("producer_fen", sa.BigInteger(), nullable=False),
        sa.Column("logistics_fen", sa.BigInteger(), nullable=False),
        sa.Column("other_fen", sa.BigInteger(), nullable=False),
        sa.Column("perishable", sa.Boolean(), nullable=False),
        sa.Column("accepted_quantity", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "accepted_quantity IS NULL OR accepted_quantity BETWEEN 0 AND quantity",
            name=op.f("ck_shop_order_lines_accepted"),
        ),
        sa.CheckConstraint("line_fen = quantity * unit_price_fen", name=op.f("ck_shop_order_lines_line")),
        sa.CheckConstraint(
            "producer_fen + logistics_fen + other_fen = line_fen", name=op.f("ck_shop_order_lines_split_sums")
        ),
        sa.CheckConstraint("quantity > 0 AND unit_price_fen > 0", name=op.f("ck_shop_order_lines_positive")),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["shop_certificates.id"],
            name=op.f("fk_shop_order_lines_certificate_id_shop_certificates"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_orders.id"], name=op.f("fk_shop_order_lines_order_id_shop_orders")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], name=op.f("fk_shop_order_lines_product_id_shop_products")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_order_id"],
            ["shop_supplier_orders.id"],
            name=op.f("fk_shop_order_lines_supplier_order_id_shop_supplier_orders"),
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["shop_variants.id"], name=op.f("fk_shop_order_lines_variant_id_shop_variants")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"],
            ["registry_regions.id"],
            name=op.f("fk_shop_order_lines_village_id_registry_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_order_lines")),
    )
    op.create_index("ix_shop_order_lines_order", "shop_order_lines", ["order_id"], unique=False)
    op.create_index(
        "ix_shop_order_lines_supplier_order", "shop_order_lines", ["supplier_order_id"], unique=False
    )
    op.create_index("ix_shop_order_lines_variant", "shop_order_lines", ["variant_id"], unique=False)
    op.execute(
        """
        CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    for table in ONLY_ADDED:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def downgrade() -> None:
    """Remove everything."""
    op.drop_index("ix_shop_order_lines_variant", table_name="shop_order_lines")
    op.drop_index("ix_shop_order_lines_supplier_order", table_name="shop_order_lines")
    op.drop_index("ix_shop_order_lines_order", table_name="shop_order_lines")
    op.drop_table("shop_order_lines")
    op.drop_index(
        "uq_shop_certification_stages_decided",
        table_name="shop_certification_stages",
        postgresql_where=sa.text("stage IN ('township', 'sector', 'county')"),
    )
    op.drop_index("ix_shop_certification_stages_application", table_name="shop_certification_stages")
    op.drop_table("shop_certification_stages")
    op.drop_index("ix_points_redemption_lines_redemption", table_name="points_redemption_lines")
    op.drop_index("ix_points_redemption_lines_batch", table_name="points_redemption_lines")
    op.drop_table("points_redemption_lines")
    op.drop_index("ix_shop_supplier_orders_supplier", table_name="shop_supplier_orders")
    op.drop_table("shop_supplier_orders")
    op.drop_index("ix_shop_stock_movements_variant", table_name="shop_stock_movements")
    op.drop_table("shop_stock_movements")
    op.drop_index(
        "ix_shop_stock_holds_variant",
        table_name="shop_stock_holds",
        postgresql_where=sa.text("status = 'held'"),
    )
    op.drop_index("ix_shop_stock_holds_order", table_name="shop_stock_holds")
    op.drop_index(
        "ix_shop_stock_holds_expiry",
        table_name="shop_stock_holds",
        postgresql_where=sa.text("status = 'held'"),
    )
    op.drop_table("shop_stock_holds")
    op.drop_table("shop_stock")
    op.drop_index(
        "uq_shop_certification_applications_open",
        table_name="shop_certification_applications",
        postgresql_where=sa.text("state NOT IN ('certified', 'rejected')"),
    )
    op.drop_index("ix_shop_certification_applications_state", table_name="shop_certification_applications")
    op.drop_index("ix_shop_certification_applications_product", table_name="shop_certification_applications")
    op.drop_index(
        "ix_shop_certification_applications_certificate", table_name="shop_certification_applications"
    )
    op.drop_table("shop_certification_applications")
    op.drop_table("shop_cart_lines")
    op.drop_index("ix_shop_benefit_payments_link", table_name="shop_benefit_payments")
    op.drop_table("shop_benefit_payments")
    op.drop_index(
        "ix_publicity_objections_open",
        table_name="publicity_objections",
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.drop_index("ix_publicity_objections_objector", table_name="publicity_objections")
    op.drop_index("ix_publicity_objections_notice", table_name="publicity_objections")
    op.drop_table("publicity_objections")
    op.drop_index("ix_points_redemptions_village", table_name="points_redemptions")
    op.drop_index("ix_points_redemptions_store", table_name="points_redemptions")
    op.drop_index("ix_points_redemptions_household", table_name="points_redemptions")
    op.drop_table("points_redemptions")
    op.drop_index(
        "ix_points_goods_batches_left",
        table_name="points_goods_batches",
        postgresql_where=sa.text("quantity_left > 0"),
    )
    op.drop_table("points_goods_batches")
    op.drop_index(
        "ix_charity_donations_settled",
        table_name="charity_donations",
        postgresql_where=sa.text("state = 'settled'"),
    )
    op.drop_index(
        "ix_charity_donations_pending",
        table_name="charity_donations",
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_index(
        "ix_charity_donations_donor",
        table_name="charity_donations",
        postgresql_where=sa.text("donor_user_id IS NOT NULL"),
    )
    op.drop_index("ix_charity_donations_campaign", table_name="charity_donations")
    op.drop_table("charity_donations")
    op.drop_index(op.f("ix_charity_campaign_members_user_id"), table_name="charity_campaign_members")
    op.drop_table("charity_campaign_members")
    op.drop_index("ix_shop_variants_product", table_name="shop_variants")
    op.drop_table("shop_variants")
    op.drop_index("ix_shop_orders_state", table_name="shop_orders")
    op.drop_index("ix_shop_orders_institution", table_name="shop_orders")
    op.drop_index(
        "ix_shop_orders_expiry", table_name="shop_orders", postgresql_where=sa.text("state = 'placed'")
    )
    op.drop_index("ix_shop_orders_buyer", table_name="shop_orders")
    op.drop_table("shop_orders")
    op.drop_table("shop_certification_settings")
    op.drop_index(
        "ix_shop_certificates_to_remind",
        table_name="shop_certificates",
        postgresql_where=sa.text("reminded_at IS NULL AND revoked_at IS NULL"),
    )
    op.drop_index("ix_shop_certificates_product", table_name="shop_certificates")
    op.drop_table("shop_certificates")
    op.drop_table("shop_carts")
    op.drop_index("ix_shop_benefit_links_supplier", table_name="shop_benefit_links")
    op.drop_index("ix_shop_benefit_links_product", table_name="shop_benefit_links")
    op.drop_index("ix_shop_benefit_links_household", table_name="shop_benefit_links")
    op.drop_index(
        "ix_shop_benefit_links_disputed",
        table_name="shop_benefit_links",
        postgresql_where=sa.text("answer = 'disputed' AND withdrawn_at IS NULL"),
    )
    op.drop_table("shop_benefit_links")
    op.drop_table("publicity_periods")
    op.drop_index(
        "uq_publicity_notices_running",
        table_name="publicity_notices",
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index("ix_publicity_notices_subject", table_name="publicity_notices")
    op.drop_index("ix_publicity_notices_state", table_name="publicity_notices")
    op.drop_index("ix_publicity_notices_region", table_name="publicity_notices")
    op.drop_table("publicity_notices")
    op.drop_index(
        "uq_points_goods_barcode", table_name="points_goods", postgresql_where=sa.text("barcode IS NOT NULL")
    )
    op.drop_index("ix_points_goods_store", table_name="points_goods")
    op.drop_table("points_goods")
    op.drop_index(
        "uq_points_claims_deed", table_name="points_claims", postgresql_where=sa.text("state <> 'refused'")
    )
    op.drop_index(
        "ix_points_claims_waiting", table_name="points_claims", postgresql_where=sa.text("state = 'recorded'")
    )
    op.drop_index("ix_points_claims_village", table_name="points_claims")
    op.drop_index("ix_points_claims_household", table_name="points_claims")
    op.drop_table("points_claims")
    op.drop_index(
        "uq_points_cards_open", table_name="points_cards", postgresql_where=sa.text("blocked_at IS NULL")
    )
    op.drop_table("points_cards")
    op.drop_index(
        "uq_charity_campaigns_record_no",
        table_name="charity_campaigns",
        postgresql_where=sa.text("record_no <> ''"),
    )
    op.drop_index("ix_charity_campaigns_state", table_name="charity_campaigns")
    op.drop_index("ix_charity_campaigns_charity", table_name="charity_campaigns")
    op.drop_table("charity_campaigns")
    op.drop_index("ix_accounts_sign_ins_user", table_name="accounts_sign_ins")
    op.drop_table("accounts_sign_ins")
    op.drop_index(
        "uq_accounts_role_grants_open",
        table_name="accounts_role_grants",
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.drop_index("ix_accounts_role_grants_user", table_name="accounts_role_grants")
    op.drop_table("accounts_role_grants")
    op.drop_table("accounts_password_resets")
    op.drop_index(
        "ix_shop_products_village",
        table_name="shop_products",
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.drop_index("ix_shop_products_supplier", table_name="shop_products")
    op.drop_index(
        "ix_shop_products_price",
        table_name="shop_products",
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_shop_products_listed",
        table_name="shop_products",
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_shop_products_county",
        table_name="shop_products",
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_shop_products_category",
        table_name="shop_products",
        postgresql_where=sa.text("listed_at IS NOT NULL"),
    )
    op.drop_table("shop_products")
    op.drop_index("ix_registry_household_statuses_household", table_name="registry_household_statuses")
    op.drop_table("registry_household_statuses")
    op.drop_index("ix_points_stores_village", table_name="points_stores")
    op.drop_table("points_stores")
    op.drop_index(op.f("ix_ledger_lot_uses_lot_id"), table_name="ledger_lot_uses")
    op.drop_index("ix_ledger_lot_uses_entry", table_name="ledger_lot_uses")
    op.drop_table("ledger_lot_uses")
    op.drop_table("charity_charities")
    op.drop_table("accounts_users")
    op.drop_table("search_words")
    op.drop_index("ix_search_documents_words", table_name="search_documents", postgresql_using="gin")
    op.drop_index("ix_search_documents_document", table_name="search_documents")
    op.drop_table("search_documents")
    op.drop_index("ix_registry_households_village", table_name="registry_households")
    op.drop_table("registry_households")
    op.drop_index("ix_points_rules_region", table_name="points_rules")
    op.drop_table("points_rules")
    op.drop_table("points_covers")
    op.drop_index(
        "uq_payments_bank_transfers_code",
        table_name="payments_bank_transfers",
        postgresql_where=sa.text("state = 'matched'"),
    )
    op.drop_table("payments_bank_transfers")
    op.drop_table("ledger_unsealed")
    op.drop_index("ix_ledger_transfers_debit", table_name="ledger_transfers")
    op.drop_index("ix_ledger_transfers_credit", table_name="ledger_transfers")
    op.drop_table("ledger_transfers")
    op.drop_index("ix_ledger_lots_open", table_name="ledger_lots", postgresql_where=sa.text("remaining > 0"))
    op.drop_table("ledger_lots")
    op.drop_index(
        "ix_ledger_holds_pending", table_name="ledger_holds", postgresql_where=sa.text("status = 'pending'")
    )
    op.drop_table("ledger_holds")
    op.drop_table("ledger_balances")
    op.drop_index("ix_accounts_organisations_kind", table_name="accounts_organisations")
    op.drop_table("accounts_organisations")
    op.drop_table("search_outbox")
    op.drop_index(
        "uq_search_builds_current", table_name="search_builds", postgresql_where=sa.text("is_current")
    )
    op.drop_table("search_builds")
    op.drop_index(
        "uq_registry_regions_code_open",
        table_name="registry_regions",
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.drop_index(
        "ix_registry_regions_path", table_name="registry_regions", postgresql_ops={"path": "text_pattern_ops"}
    )
    op.drop_index("ix_registry_regions_parent", table_name="registry_regions")
    op.drop_table("registry_regions")
    op.drop_table("payments_sandbox_sessions")
    op.drop_index(
        "uq_payments_intents_open",
        table_name="payments_intents",
        postgresql_where=sa.text("state IN ('created', 'pending')"),
    )
    op.drop_index(
        "ix_payments_intents_watched",
        table_name="payments_intents",
        postgresql_where=sa.text("state IN ('created', 'pending')"),
    )
    op.drop_index("ix_payments_intents_subject", table_name="payments_intents")
    op.drop_index("ix_payments_intents_begun_from", table_name="payments_intents")
    op.drop_table("payments_intents")
    op.drop_index(
        "ix_payments_events_waiting",
        table_name="payments_events",
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.drop_index("ix_payments_events_intent", table_name="payments_events")
    op.drop_table("payments_events")
    op.drop_index("ix_payments_codes_subject", table_name="payments_codes")
    op.drop_index(
        "ix_payments_codes_open",
        table_name="payments_codes",
        postgresql_where=sa.text("paid_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.drop_table("payments_codes")
    op.drop_index("ix_ledger_unrolled_account", table_name="ledger_unrolled")
    op.drop_table("ledger_unrolled")
    op.drop_table("ledger_self_checks")
    op.drop_index(
        "ix_ledger_entries_reverses",
        table_name="ledger_entries",
        postgresql_where=sa.text("reverses_entry_id IS NOT NULL"),
    )
    op.drop_index("ix_ledger_entries_effective_at", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index("ix_ledger_accounts_book", table_name="ledger_accounts")
    op.drop_table("ledger_accounts")
    op.drop_table("core_periodic_jobs")
    op.drop_index("ix_core_mails_created_at", table_name="core_mails")
    op.drop_table("core_mails")
    op.drop_index(
        "ix_core_jobs_open",
        table_name="core_jobs",
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
    )
    op.drop_table("core_jobs")
    op.drop_table("core_heartbeats")
    op.drop_index("ix_core_audit_entries_subject", table_name="core_audit_entries")
    op.drop_index("ix_core_audit_entries_actor", table_name="core_audit_entries")
    op.drop_table("core_audit_entries")
    op.drop_index("ix_accounts_attempts_key", table_name="accounts_attempts")
    op.drop_table("accounts_attempts")
    op.execute(sa.schema.DropSequence(sa.Sequence("charity_acknowledgement_numbers")))
    op.execute("DROP FUNCTION refuse_rewriting()")
