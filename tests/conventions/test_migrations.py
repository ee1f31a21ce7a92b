"""The migrations build what the models say, and can be taken back."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy.exc
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, select, text

from core import migrations
from core.db import Base, reading, transaction
from shop.catalogue.models import Product
from shop.catalogue.values import ReturnTerms
from shop.live.models import LiveSession
from tests.factories.live import make_live
from tests.factories.orders import make_variant, place
from tests.factories.people import make_village
from tests.factories.product_files import apply, as_csv, make_supplier, row, send
from tests.factories.products import make_product, pack

ROOT = Path(__file__).resolve().parent.parent.parent


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


def test_two_servers_that_start_at_once_migrate_once(live_database: Any) -> None:
    url = live_database.url.render_as_string(hide_password=False)
    migrations.downgrade(url, "0030")
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(_upgrade_by_a_process, url) for _ in range(2)]:
            assert done.result() == ""


def _upgrade_by_a_process(url: str) -> str:
    code = f"from core import migrations; migrations.upgrade({url!r})"
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    return ran.stderr if ran.returncode else ""


def test_a_migration_gives_up_on_a_table_that_somebody_reads(live_database: Any) -> None:
    url = live_database.url.render_as_string(hide_password=False)
    before = migrations.head()
    with create_engine(url).connect() as reader:
        reader.execute(text("SELECT count(*) FROM core_mails"))
        began = time.monotonic()
        with pytest.raises(sqlalchemy.exc.OperationalError, match="lock timeout"):
            migrations.downgrade(url, "0030")
        assert time.monotonic() - began < 60
        assert reader.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == before


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


def test_lists_that_wait_are_applied_after_the_terms_of_return_came(live_database: Any) -> None:
    url = live_database.url.render_as_string(hide_password=False)
    with transaction() as session:
        village = make_village(session)
        supplier, _user, actor = make_supplier(session, village)
        product = make_product(
            session, village, supplier=supplier, certified=False, variants=(pack(sku="M"),)
        )
        product.name_zh, product.return_terms = "小米", "fresh"
    rows = [
        row("鲜桃", return_terms="是"),
        row("黑陶瓶", return_terms="也许"),
        row("小米", sku="M", return_terms="否"),
    ]
    upload = send(actor, supplier, as_csv(rows, list(rows[0])))
    live_database.dispose()

    def kept() -> list[dict[str, Any]]:
        with create_engine(url).connect() as connection:
            found = connection.execute(
                text("SELECT cells, changes, faults, wanted FROM shop_product_upload_rows ORDER BY number")
            )
            return [dict(one._mapping) for one in found]

    before = kept()
    migrations.downgrade(url, "0027")
    peach, vase, millet = kept()
    assert peach["cells"]["perishable"] == "是"
    assert peach["wanted"]["new_product"]["perishable"] is True
    assert vase["faults"][0][0] == "perishable"
    assert ["perishable", "yes", "no"] in millet["changes"]
    assert millet["wanted"]["product"]["perishable"] is False
    assert "return_" not in str(kept())
    migrations.upgrade(url)
    assert "perishable" not in str(kept())
    for now, then in zip(kept(), before, strict=True):
        assert (now["cells"], now["changes"], now["faults"]) == (
            then["cells"],
            then["changes"],
            then["faults"],
        )
    apply(actor, upload)
    with reading() as session:
        terms = {one.name_zh: one.return_terms for one in session.scalars(select(Product))}
    assert terms == {"鲜桃": "fresh", "小米": "seven_days"}


def test_sessions_opened_early_end_as_early_after_the_update(live_database: Any) -> None:
    url = live_database.url.render_as_string(hide_password=False)
    with transaction() as session:
        early, timely = (make_live(session, make_variant(session), opened=True) for _ in range(2))
        early_id, timely_end = early.id, timely.ends_at
    live_database.dispose()
    migrations.downgrade(url, "0029")
    moved = "starts_at = opened_at + interval '30 days', ends_at = opened_at + interval '30 days 2 hours'"
    with create_engine(url).begin() as connection:
        connection.execute(text(f"UPDATE shop_live_sessions SET {moved} WHERE id = {early_id}"))
    migrations.upgrade(url)
    with reading() as session:
        for live in session.scalars(select(LiveSession)):
            assert live.version == 1
            assert live.ends_at - live.starts_at == timedelta(hours=2)
            assert live.opened_at is not None
            assert timedelta(0) <= live.opened_at - live.starts_at < timedelta(minutes=1)
            assert live.id == early_id or live.ends_at == timely_end
