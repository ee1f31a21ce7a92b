"""Let mails about orders that wait be written as all of them are now: in one job, to the buyer and to suppliers.

Revision ID: 0024
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Give the jobs of two kinds that are no more the name of the one that does their work; told twice is told once."""
    op.execute(
        """
        UPDATE core_jobs SET kind = 'shop.mail_order',
            payload = jsonb_build_object('about', 'paid', 'order_id', payload->'order_id', 'part_id', NULL)
        WHERE kind = 'shop.mail_new_order' AND done_at IS NULL
        """
    )
    op.execute(
        """
        UPDATE core_jobs SET kind = 'shop.mail_order',
            payload = jsonb_build_object('about', 'called_off', 'order_id', part.order_id, 'part_id', part.id)
        FROM shop_supplier_orders part
        WHERE kind = 'shop.mail_called_off' AND done_at IS NULL AND part.id = (payload->>'part_id')::bigint
        """
    )


def downgrade() -> None:
    """Leave them: nothing of the tables has changed."""
