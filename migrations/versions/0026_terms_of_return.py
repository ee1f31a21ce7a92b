"""Say of each product and each bought line on which terms it goes back without a reason (rule B10).

What was fresh stays fresh, and a line that somebody agreed could not go back stays one that cannot. `perishable` stays for
processes of the release before; the next one takes over what these wrote in the meantime, and removes it.

Revision ID: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

TABLES = ("shop_products", "shop_order_lines")
TERMS = "return_terms IN ('seven_days', 'fresh', 'made_to_order', 'only_unopened', 'near_end', 'flawed')"
NOTE = "return_terms NOT IN ('near_end', 'flawed') OR (return_note_zh <> '' AND return_note_en <> '')"


def upgrade() -> None:
    """Add the terms, take them over from what was fresh, and what a buyer says of a pack that goes back."""
    for table in TABLES:
        op.add_column(
            table, sa.Column("return_terms", sa.Text(), server_default="seven_days", nullable=False)
        )
        op.add_column(table, sa.Column("return_note_zh", sa.Text(), server_default="", nullable=False))
        op.add_column(table, sa.Column("return_note_en", sa.Text(), server_default="", nullable=False))
        op.alter_column(table, "perishable", server_default=sa.false())
    op.execute("UPDATE shop_products SET return_terms = 'fresh' WHERE perishable")
    op.execute("UPDATE shop_order_lines SET return_terms = 'fresh' WHERE perishable OR no_return_confirmed")
    for table in TABLES:
        op.create_check_constraint(op.f(f"ck_{table}_return_terms"), table, TERMS)
    op.create_check_constraint(op.f("ck_shop_products_return_note"), "shop_products", NOTE)
    op.add_column("shop_claims", sa.Column("unopened", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Remove them: what no reason is needed for still goes back, and what cannot go back still does not.

    Of what goes back only unopened, the release before knows nothing: it goes back.
    """
    op.drop_column("shop_claims", "unopened")
    op.execute("UPDATE shop_products SET perishable = return_terms IN ('fresh', 'made_to_order')")
    op.execute(
        "UPDATE shop_order_lines SET perishable = return_terms IN ('fresh', 'made_to_order'), "
        "no_return_confirmed = no_return_confirmed AND return_terms NOT IN ('seven_days', 'only_unopened')"
    )
    for table in TABLES:
        op.alter_column(table, "perishable", server_default=None)
        for column in ("return_note_en", "return_note_zh", "return_terms"):
            op.drop_column(table, column)
