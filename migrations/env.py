"""Alembic's environment: every model of Yigou, one transaction for all migrations, one process at a time."""

from __future__ import annotations

import importlib
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, pool, text

from core.db import Base

ROOT = Path(__file__).resolve().parent.parent
for path in sorted([*ROOT.glob("*/models.py"), *ROOT.glob("*/*/models.py")]):
    parts = path.relative_to(ROOT).with_suffix("").parts
    if not parts[0].startswith((".", "var", "tests")):
        importlib.import_module(".".join(parts))
for name in ("core.audit", "core.jobs", "core.mail", "core.stamps"):
    importlib.import_module(name)


#: A table that is waited for is shut to everybody who comes later, readers too: so long, and not until some report has ended.
LOCK_SECONDS = 10
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('migrations', 11))")
FROM_NOW_ON = text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")


def run() -> None:
    """Run the migrations on the database that the caller named; what another process did meanwhile is not done again.

    Nothing is changed when a table is not to be had in time: the next start tries again.
    """
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            connection.execute(ONE_AT_A_TIME)
            connection.execute(FROM_NOW_ON)
            context.run_migrations()


run()
