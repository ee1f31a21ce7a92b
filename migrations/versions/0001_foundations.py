"""Lay every table.

Revision ID: 0001
"""

from __future__ import annotations

from alembic import op

from core.db import Base

revision = "0001"
down_revision = None

ONLY_ADDED = ("ledger_entries", "ledger_transfers", "core_audit_entries")


def upgrade() -> None:
    """Create everything."""
    Base.metadata.create_all(op.get_bind())
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
    Base.metadata.drop_all(op.get_bind())
    op.execute("DROP FUNCTION refuse_rewriting()")
