"""The migrations build what the models say, and can be taken back."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from core import migrations
from core.db import Base, transaction
from shop.catalogue.values import ReturnTerms
from tests.factories.orders import make_variant, place


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


def test_terms_of_return_keep_their_meaning_forth_and_back(live_database: Any) -> None:
    url = live_database.url.render_as_string(hide_password=False)
    with transaction() as session:
        variants = {
            terms.value: make_variant(session, terms=terms, note=("有缺", "A chip")) for terms in ReturnTerms
        }
        place(session, *((variant, 1) for variant in variants.values()))
        products = {variant.product_id: terms for terms, variant in variants.items()}
    live_database.dispose()

    def stored(table: str, key: str, *columns: str) -> dict[str, Any]:
        with create_engine(url).connect() as connection:
            rows = connection.execute(text(f"SELECT {key}, {', '.join(columns)} FROM {table}"))
            return {products[row[0]]: row[1] if len(columns) == 1 else tuple(row[1:]) for row in rows}

    migrations.downgrade(url, "0025")
    by_law = {"fresh", "made_to_order"}
    assert stored("shop_products", "id", "perishable") == {terms: terms in by_law for terms in variants}
    # Excepted is what is perishable or was confirmed; unopened packs of that kind still go back.
    assert stored("shop_order_lines", "product_id", "perishable", "no_return_confirmed") == {
        terms: (terms in by_law, terms not in ("seven_days", "only_unopened")) for terms in variants
    }
    migrations.upgrade(url)
    assert stored("shop_products", "id", "return_terms") == {
        terms: "fresh" if terms in by_law else "seven_days" for terms in variants
    }
    assert stored("shop_order_lines", "product_id", "return_terms") == {
        terms: "seven_days" if terms in ("seven_days", "only_unopened") else "fresh" for terms in variants
    }
