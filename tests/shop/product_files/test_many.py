"""Lists of many new products: added together, exactly as one by one, and through the death of the worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import clock, jobs
from core.audit import AuditEntry
from core.db import reading, transaction
from core.jobs import Job
from search.models import SearchOutbox
from shop.catalogue import services as catalogue
from shop.catalogue.models import PriceChange, Product, Variant
from shop.product_files import jobs as product_file_jobs
from shop.product_files import services
from shop.product_files.values import Column, Mode, State
from shop.stock.models import StockMovement
from shop.tracing.models import TraceCode
from tests.conftest import ENVIRON, StatementCounter
from tests.factories.product_files import apply, as_csv, faults_of, make_supplier, row, send, upload_now
from tests.shop.product_files.test_concurrency import counted, supplier_with

ROOT = Path(__file__).resolve().parents[3]

#: A worker that dies in the middle of a step: the third chunk is written and not committed.
WORKER = """
import time
from app import create_app
create_app()
from core import jobs
from shop.catalogue import services as catalogue
from shop.product_files import jobs as product_file_jobs
product_file_jobs.APPLY_AT_ONCE = 7
real, calls = catalogue.add_many, []
def dying(*given):
    done = real(*given)
    calls.append(done)
    if len(calls) == 3:
        print("in the middle", len(done), flush=True)
        time.sleep(600)
    return done
catalogue.add_many = dying
jobs.run_due()
"""


def written(session: Session, supplier_id: int, mark: str = "") -> dict[str, Any]:
    """Return what stands in the tables about a supplier's products, without `mark`, what is drawn by lot, and the clock."""
    products = session.scalars(select(Product).where(Product.supplier_id == supplier_id)).all()
    names = {product.id: product.name_zh.removeprefix(mark) for product in products}
    slugs = {product.slug: names[product.id] for product in products}
    packs = session.scalars(select(Variant).where(Variant.product_id.in_(names))).all()
    skus = {pack.id: pack.sku.removeprefix(mark) for pack in packs}
    plain = ("category", "name_en", "from_price_fen", "village_id", "county_id", "return_terms", "version")
    return {
        "products": sorted(
            (names[one.id], one.listed_at is not None, *(getattr(one, name) for name in plain))
            for one in products
        ),
        "packs": sorted(
            (names[p.product_id], skus[p.id], p.label_zh, p.price_fen, p.net_grams, p.ladder, p.version)
            for p in packs
        ),
        "prices": sorted(
            (skus[p.variant_id], p.price_fen, p.producer_fen, p.ladder)
            for p in session.scalars(select(PriceChange).where(PriceChange.variant_id.in_(skus)))
        ),
        "moves": sorted(
            (skus[m.variant_id], m.change, m.reason)
            for m in session.scalars(select(StockMovement).where(StockMovement.variant_id.in_(skus)))
        ),
        "audit": sorted(
            (e.action, e.subject_type, slugs[e.subject_id], str(e.after).replace(mark, ""), e.actor_name)
            for e in session.scalars(select(AuditEntry).where(AuditEntry.subject_id.in_(slugs)))
        ),
        "codes": sorted(
            names[one]
            for one in session.scalars(select(TraceCode.product_id).where(TraceCode.product_id.in_(names)))
        ),
        "search": sorted(
            {
                names[one]
                for one in session.scalars(
                    select(SearchOutbox.document_id).where(SearchOutbox.document_id.in_(names))
                )
            }
        ),
    }


def four_rows(mark: str) -> bytes:
    return as_csv(
        [
            row(name=f"{mark}山楂干", sku=f"{mark}A-1"),
            row(
                name=f"{mark}山楂干",
                label="1kg 箱",
                sku=f"{mark}A-2",
                price="38",
                producer="23",
                net_grams="1000",
                logistics="10",
                other="5",
            ),
            row(name=f"{mark}核桃", sku=f"{mark}A-3", on_sale="否", stock_change="", stock_reason=""),
            row(name=f"{mark}小米", name_en="Millet", sku=f"{mark}A-4", ladder="", stock_change="7"),
        ]
    )


def test_what_is_added_together_is_what_is_added_one_by_one(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _user, actor = make_supplier(session)
    with monkeypatch.context() as one_by_one:
        one_by_one.setattr(catalogue, "add_many", lambda *_given: frozenset())
        assert apply(actor, send(actor, one, four_rows("YI"))).applied == 4
    slowly = written(session, one.id, "YI")
    assert [len(rows) for rows in slowly.values()] == [3, 4, 4, 3, 9, 2, 3]
    other, _user, actor = make_supplier(session)
    monkeypatch.setattr(catalogue, "add_product", lambda *_given, **_named: pytest.fail("one by one"))
    assert apply(actor, send(actor, other, four_rows("ER"))).applied == 4
    assert written(session, other.id, "ER") == slowly


def test_many_take_no_more_statements_than_few(session: Session, statements: StatementCounter) -> None:
    supplier, _user, actor = make_supplier(session)
    taken = []
    for count in (5, product_file_jobs.APPLY_AT_ONCE):
        rows = [row(name=f"产品{count}-{n}", sku=f"S-{count}-{n}") for n in range(count)]
        upload = send(actor, supplier, as_csv(rows))
        with transaction() as step:
            services.start_applying(step, actor, upload.public_id, Mode.GOOD_ROWS)
        with statements, transaction() as step:
            assert services.apply_some(step, actor, upload.id, product_file_jobs.APPLY_AT_ONCE)
        taken.append(len(statements))
        with transaction() as step:
            services.apply_some(step, actor, upload.id, 1)
        assert upload_now(upload.id).applied == count
    assert taken[0] == taken[1] <= 30


def test_one_that_is_taken_is_named_and_the_others_are_added(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    rows = [row(name=f"产品{n}", sku=f"T-{n}") for n in range(4)]
    upload = send(actor, supplier, as_csv(rows))
    # Between trying out and applying somebody adds a product of that name, and one takes an article number.
    apply(actor, send(actor, supplier, as_csv([row(name="产品1", sku="OTHER"), row(name="别的", sku="T-2")])))
    done = apply(actor, upload)
    assert (done.applied, done.turned_away) == (2, 2)
    assert [(number, problem) for number, _column, problem in faults_of(done)] == [
        (3, "added meanwhile"),
        (4, "sku taken"),
    ]


def test_a_product_whose_price_bears_no_promise_is_not_added_together(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shop.benefit_shares import queries as share_queries

    supplier, _user, actor = make_supplier(session)
    monkeypatch.setattr(share_queries, "promised_of_new", lambda *_given: 6_001)
    bulk = []
    real = catalogue.add_many
    monkeypatch.setattr(catalogue, "add_many", lambda *given: bulk.append(real(*given)) or bulk[-1])
    apply(actor, send(actor, supplier, as_csv([row(sku="B-1")])))
    assert bulk == [frozenset()]


@pytest.mark.concurrency
@pytest.mark.parametrize("mode", list(Mode))
def test_a_worker_that_is_killed_in_the_middle_is_followed_by_one_that_does_the_rest(
    live_database: Any, mode: Mode, tmp_path: Path
) -> None:
    _supplier, actor, upload = supplier_with(30)
    with transaction() as session:
        services.start_applying(session, actor, upload.public_id, mode)
    environ = {
        **os.environ,
        **ENVIRON,
        "DATABASE_URL": live_database.url.render_as_string(hide_password=False),
        "VAR_DIR": str(tmp_path),
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    try:
        assert worker.stdout.readline().strip() == "in the middle 7"
        worker.send_signal(signal.SIGKILL)
        worker.wait(30)
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
    assert counted()[0] == (14 if mode is Mode.GOOD_ROWS else 0)
    assert upload_now(upload.id).state == State.APPLYING
    with transaction() as session:
        session.execute(update(Job).values(leased_until=clock.now()))
    jobs.run_due()
    jobs.run_due()
    assert counted() == (30, 30, 900)
    done = upload_now(upload.id)
    assert (done.state, done.applied, done.turned_away) == (State.APPLIED, 30, 0)
    with reading() as session:
        added = select(func.count()).where(AuditEntry.action == "product added")
        assert session.scalar(added) == 30
        assert session.scalar(select(func.count()).select_from(StockMovement)) == 30
        assert session.scalar(select(func.count()).select_from(TraceCode)) == 30


def test_all_or_nothing_leaves_nothing_behind(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    rows = [row(name=f"产品{n}", sku=f"N-{n}") for n in range(6)]
    upload = send(actor, supplier, as_csv(rows))
    apply(actor, send(actor, supplier, as_csv([row(name="别的", sku="N-3")])))
    before = written(session, supplier.id)
    done = apply(actor, upload, Mode.ALL_OR_NOTHING)
    assert (done.state, done.applied) == (State.TURNED_BACK, 0)
    assert written(session, supplier.id) == before
    assert Column.SKU in {column for _number, column, _problem in faults_of(done)}
