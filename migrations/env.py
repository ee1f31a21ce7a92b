"""Alembic's environment: every model of Yigou, one transaction for all migrations."""

from __future__ import annotations

import importlib
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, pool

from core.db import Base

ROOT = Path(__file__).resolve().parent.parent
for path in sorted([*ROOT.glob("*/models.py"), *ROOT.glob("*/*/models.py")]):
    parts = path.relative_to(ROOT).with_suffix("").parts
    if not parts[0].startswith((".", "var", "tests")):
        importlib.import_module(".".join(parts))
for name in ("core.audit", "core.jobs", "core.mail", "core.stamps"):
    importlib.import_module(name)


def run() -> None:
    """Run the migrations on the database that the caller named."""
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()


run()
