"""Move the number of public pages when a product gets a trace code: its page links to it.

Revision ID: 0011
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

WATCHED = ("shop_trace_codes",)


def upgrade() -> None:
    """Add the trigger."""
    for table in WATCHED:
        op.execute(
            f"CREATE TRIGGER {table}_page_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION move_page_stamp()"
        )


def downgrade() -> None:
    """Remove the trigger."""
    for table in WATCHED:
        op.execute(f"DROP TRIGGER {table}_page_stamp ON {table}")
