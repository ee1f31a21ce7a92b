"""Let people have a second factor, with recovery codes, and sign-ins that wait for its code.

Revision ID: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Add the tables; so far nobody has one."""
    op.create_table(
        "accounts_second_factors",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("begun_in", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("stands_since", MOMENT, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["begun_in"],
            ["accounts_sign_ins.id"],
            name=op.f("fk_accounts_second_factors_begun_in_accounts_sign_ins"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["accounts_users.id"],
            name=op.f("fk_accounts_second_factors_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_second_factors")),
        sa.UniqueConstraint("user_id", name=op.f("uq_accounts_second_factors_user_id")),
    )
    op.create_table(
        "accounts_recovery_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("second_factor_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["second_factor_id"],
            ["accounts_second_factors.id"],
            name=op.f("fk_accounts_recovery_codes_second_factor_id_accounts_second_factors"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_recovery_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_accounts_recovery_codes_code_hash")),
    )
    op.create_index(
        op.f("ix_accounts_recovery_codes_second_factor_id"), "accounts_recovery_codes", ["second_factor_id"]
    )
    op.create_table(
        "accounts_half_sign_ins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["accounts_users.id"],
            name=op.f("fk_accounts_half_sign_ins_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_half_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_accounts_half_sign_ins_token_hash")),
    )
    op.create_index(op.f("ix_accounts_half_sign_ins_user_id"), "accounts_half_sign_ins", ["user_id"])


def downgrade() -> None:
    """Remove them: everybody signs in with the password alone."""
    op.drop_table("accounts_half_sign_ins")
    op.drop_table("accounts_recovery_codes")
    op.drop_table("accounts_second_factors")
