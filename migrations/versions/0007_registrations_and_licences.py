"""Let organisations be registered by their people, and keep their licences.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

ONLY_ADDED = ("accounts_registration_decisions", "accounts_licence_reminders")
LEGAL_FORMS = (
    "legal_form IN ('company', 'cooperative', 'village_collective', 'family_farm', 'aid_workshop', 'school', "
    "'hospital', 'agency')"
)
MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Add the tables and the legal form of organisations."""
    op.add_column("accounts_organisations", sa.Column("legal_form", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_accounts_organisations_legal_form"), "accounts_organisations", LEGAL_FORMS
    )
    op.create_table(
        "accounts_registrations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("legal_form", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'refused')",
            name=op.f("ck_accounts_registrations_state"),
        ),
        sa.CheckConstraint(LEGAL_FORMS, name=op.f("ck_accounts_registrations_legal_form")),
        sa.CheckConstraint(
            "(state = 'approved') = (organisation_id IS NOT NULL)",
            name=op.f("ck_accounts_registrations_approved"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR region_id IS NOT NULL", name=op.f("ck_accounts_registrations_place")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_users.id"], name=op.f("fk_accounts_registrations_user_id_accounts_users")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"],
            ["registry_regions.id"],
            name=op.f("fk_accounts_registrations_region_id_registry_regions"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_accounts_registrations_organisation_id_accounts_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_registrations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_accounts_registrations_public_id")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_accounts_registrations_idem_key")),
    )
    op.create_index(
        "uq_accounts_registrations_waiting",
        "accounts_registrations",
        ["credit_code"],
        unique=True,
        postgresql_where=sa.text("state = 'submitted'"),
    )
    op.create_index(
        "ix_accounts_registrations_state", "accounts_registrations", ["state", "state_since", "id"]
    )
    op.create_index("ix_accounts_registrations_user", "accounts_registrations", ["user_id", "id"])
    op.create_table(
        "accounts_registration_decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "outcome IN ('submitted', 'approved', 'refused')",
            name=op.f("ck_accounts_registration_decisions_outcome"),
        ),
        sa.CheckConstraint(
            "outcome <> 'refused' OR reason <> ''", name=op.f("ck_accounts_registration_decisions_reason")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["accounts_registrations.id"],
            name=op.f("fk_accounts_registration_decisions_registration_id_accounts_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["accounts_users.id"],
            name=op.f("fk_accounts_registration_decisions_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_registration_decisions")),
    )
    op.create_index(
        "ix_accounts_registration_decisions_registration",
        "accounts_registration_decisions",
        ["registration_id", "id"],
    )
    op.create_index(
        "uq_accounts_registration_decisions_round",
        "accounts_registration_decisions",
        ["registration_id", "round"],
        unique=True,
        postgresql_where=sa.text("outcome <> 'submitted'"),
    )
    op.create_table(
        "accounts_licences",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("registration_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("document_key", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("document_bytes", sa.BigInteger(), nullable=False),
        sa.Column("added_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("superseded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("superseded_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('business', 'food_production', 'food_trading', 'origin', 'quality', 'inspection')",
            name=op.f("ck_accounts_licences_kind"),
        ),
        sa.CheckConstraint(
            "organisation_id IS NOT NULL OR registration_id IS NOT NULL",
            name=op.f("ck_accounts_licences_owner"),
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_accounts_licences_period")),
        sa.CheckConstraint(
            "document_type IN ('application/pdf', 'image/webp')",
            name=op.f("ck_accounts_licences_document_type"),
        ),
        sa.CheckConstraint(
            "(superseded_by_id IS NULL) = (superseded_on IS NULL)",
            name=op.f("ck_accounts_licences_superseded"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_accounts_licences_organisation_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["accounts_registrations.id"],
            name=op.f("fk_accounts_licences_registration_id_accounts_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["added_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_accounts_licences_added_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["accounts_licences.id"],
            name=op.f("fk_accounts_licences_superseded_by_id_accounts_licences"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_licences")),
        sa.UniqueConstraint("public_id", name=op.f("uq_accounts_licences_public_id")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_accounts_licences_idem_key")),
    )
    op.create_index(
        "ix_accounts_licences_organisation", "accounts_licences", ["organisation_id", "kind", "id"]
    )
    op.create_index("ix_accounts_licences_registration", "accounts_licences", ["registration_id", "id"])
    op.create_index(
        "ix_accounts_licences_ending",
        "accounts_licences",
        ["valid_until"],
        postgresql_where=sa.text("superseded_by_id IS NULL AND organisation_id IS NOT NULL"),
    )
    op.create_table(
        "accounts_licence_reminders",
        sa.Column("licence_id", sa.BigInteger(), nullable=False),
        sa.Column("days_before", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["licence_id"],
            ["accounts_licences.id"],
            name=op.f("fk_accounts_licence_reminders_licence_id_accounts_licences"),
        ),
        sa.PrimaryKeyConstraint("licence_id", "days_before", name=op.f("pk_accounts_licence_reminders")),
    )
    for table in ONLY_ADDED:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("accounts_licence_reminders")
    op.drop_table("accounts_licences")
    op.drop_table("accounts_registration_decisions")
    op.drop_table("accounts_registrations")
    op.drop_constraint(op.f("ck_accounts_organisations_legal_form"), "accounts_organisations")
    op.drop_column("accounts_organisations", "legal_form")
