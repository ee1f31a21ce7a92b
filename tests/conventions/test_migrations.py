"""The migrations build what the models say, and can be taken back."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from core import migrations
from core.db import Base


def test_the_migrations_build_what_the_models_say(live_database: Any) -> None:
    with live_database.connect() as connection:
        difference = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata
        )
    assert difference == []


def test_the_migrations_go_down_and_up_again(live_database: Any) -> None:
    url = live_database.url.render_as_string(hide_password=False)
    engine = create_engine(url)
    migrations.downgrade(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(url)
    assert "ledger_entries" in inspect(engine).get_table_names()
    engine.dispose()
