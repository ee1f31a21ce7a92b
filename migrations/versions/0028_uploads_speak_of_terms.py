"""Let product lists that were sent before say terms of return where they said whether something is perishable.

Their rows wait to be applied, or are shown for thirty days; columns go by the names that the program has now.

Revision ID: 0028
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

OLD, NEW = "perishable", "return_terms"
NOTES = ("return_note_zh", "return_note_en")
BY_LAW = ("fresh", "made_to_order")


def upgrade() -> None:
    """Put the new column in the place of the old one: what was typed stays, yes is fresh and no is seven days."""
    words = {"yes": "fresh", "no": "seven_days"}
    _rewrite(OLD, NEW, lambda text: words.get(text, text), lambda fresh: "fresh" if fresh else "seven_days")


def downgrade() -> None:
    """Put the old column back; of a flaw or a near end it knows nothing."""
    _rewrite(
        NEW, OLD, lambda text: text and ("yes" if text in BY_LAW else "no"), lambda terms: terms in BY_LAW
    )


def _rewrite(old: str, new: str, text: Callable[[str], str], value: Callable[[Any], Any]) -> None:
    rows = op.get_bind().execute(
        sa.text(
            "SELECT upload_id, number, cells, changes, faults, wanted FROM shop_product_upload_rows "
            "WHERE concat(cells, changes, faults, wanted) LIKE :named"
        ),
        {"named": f'%"{old}"%'},
    )

    def renamed(fields: Mapping[str, Any], convert: Callable[[Any], Any]) -> dict[str, Any]:
        kept = {name: one for name, one in fields.items() if name not in (old, *NOTES)}
        return {**kept, new: convert(fields[old])} if old in fields else kept

    def parts(row: Any) -> dict[str, Any]:
        return {
            "cells": renamed(row.cells, lambda typed: typed),
            "changes": [
                [new, text(before), text(after)] if column == old else [column, before, after]
                for column, before, after in row.changes
                if column not in NOTES
            ],
            "faults": [
                [new if column == old else column, problem, data]
                for column, problem, data in row.faults
                if column not in NOTES
            ],
            "wanted": {
                name: renamed(one, value) if name in ("product", "new_product") else one
                for name, one in row.wanted.items()
            },
        }

    changed = [
        {
            "upload": row.upload_id,
            "row": row.number,
            **{name: json.dumps(part, ensure_ascii=False) for name, part in parts(row).items()},
        }
        for row in rows
    ]
    if changed:
        op.get_bind().execute(
            sa.text(
                "UPDATE shop_product_upload_rows SET cells = CAST(:cells AS jsonb), "
                "changes = CAST(:changes AS jsonb), faults = CAST(:faults AS jsonb), "
                "wanted = CAST(:wanted AS jsonb) WHERE upload_id = :upload AND number = :row"
            ),
            changed,
        )
