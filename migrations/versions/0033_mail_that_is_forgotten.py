"""Mark messages whose words only their reader may see, and find those whose words are to be forgotten.

Messages with a link for a new password were kept with it; those that were sent are emptied.

Revision ID: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Add the mark and the index."""
    op.add_column(
        "core_mails", sa.Column("secret", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute("UPDATE core_mails SET secret = true WHERE key LIKE 'password-reset:%'")
    op.execute("UPDATE core_mails SET text = '', html = '' WHERE secret AND sent_at IS NOT NULL")
    op.create_index("ix_core_mails_worded", "core_mails", ["sent_at"], postgresql_where=sa.text("text <> ''"))


def downgrade() -> None:
    """Remove both; what was emptied stays empty."""
    op.drop_index("ix_core_mails_worded", table_name="core_mails", postgresql_where=sa.text("text <> ''"))
    op.drop_column("core_mails", "secret")
