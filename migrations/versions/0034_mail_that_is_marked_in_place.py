"""Find messages whose words are to be forgotten by when they were written, so that marking one sent touches no index.

Revision ID: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

INDEX, MAILS = "ix_core_mails_worded", "core_mails"
WORDED = sa.text("text <> ''")


def upgrade() -> None:
    """Index them by `created_at`."""
    op.drop_index(INDEX, table_name=MAILS, postgresql_where=WORDED)
    op.create_index(INDEX, MAILS, ["created_at"], postgresql_where=WORDED)


def downgrade() -> None:
    """Index them by `sent_at` again."""
    op.drop_index(INDEX, table_name=MAILS, postgresql_where=WORDED)
    op.create_index(INDEX, MAILS, ["sent_at"], postgresql_where=WORDED)
