"""Let jobs for which somebody waits pass all others.

Revision ID: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_OPEN = sa.text("done_at IS NULL AND failed_at IS NULL")


def upgrade() -> None:
    """Add the column and put it first in the order of the queue."""
    op.add_column(
        "core_jobs", sa.Column("waited_for", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.drop_index("ix_core_jobs_open", table_name="core_jobs")
    op.create_index(
        "ix_core_jobs_open",
        "core_jobs",
        [sa.literal_column("waited_for DESC"), "run_at", "id"],
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Forget who waits."""
    op.drop_index("ix_core_jobs_open", table_name="core_jobs")
    op.create_index("ix_core_jobs_open", "core_jobs", ["run_at", "id"], postgresql_where=_OPEN)
    op.drop_column("core_jobs", "waited_for")
