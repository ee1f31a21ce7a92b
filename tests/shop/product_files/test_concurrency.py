from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core import clock, jobs
from core.db import reading, transaction
from core.jobs import Job
from shop.catalogue.models import Product, Variant
from shop.product_files import jobs as product_file_jobs
from shop.product_files import queries, services
from shop.product_files.models import ProductUpload
from shop.product_files.values import Mode, State
from shop.stock.models import Stock
from tests.factories.product_files import as_csv, faults_of, make_supplier, row, send, upload_now

pytestmark = pytest.mark.concurrency


def at_once(*steps: Callable[[], Any]) -> None:
    threads = [threading.Thread(target=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def supplier_with(rows: int) -> tuple[Any, Any, ProductUpload]:
    with transaction() as session:
        supplier, _user, actor = make_supplier(session)
    upload = send(actor, supplier, as_csv([row(name=f"产品{n}", sku=f"A-{n}") for n in range(rows)]))
    assert (upload.adds, upload.wrong) == (rows, 0)
    return supplier, actor, upload


def counted() -> tuple[int, int, int]:
    with reading() as session:
        products = session.scalar(select(func.count()).select_from(Product)) or 0
        packs = session.scalar(select(func.count()).select_from(Variant)) or 0
        stock = session.scalar(select(func.sum(Stock.on_hand))) or 0
    return products, packs, int(stock)


@pytest.mark.parametrize("mode", list(Mode))
def test_apply_clicked_twice_at_the_same_moment_applies_once(live_database: Any, mode: Mode) -> None:
    _supplier, actor, upload = supplier_with(30)

    def click() -> None:
        with transaction() as session:
            services.start_applying(session, actor, upload.public_id, mode)
        product_file_jobs.apply_product_file({"upload_id": upload.id})

    at_once(click, click, click)
    jobs.run_due()
    assert counted() == (30, 30, 900)
    done = upload_now(upload.id)
    assert (done.state, done.applied, done.turned_away) == (State.APPLIED, 30, 0)


def test_two_uploads_of_the_same_list_add_each_product_once(live_database: Any) -> None:
    supplier, actor, first = supplier_with(12)
    second = send(actor, supplier, as_csv([row(name=f"产品{n}", sku=f"A-{n}") for n in range(12)]))
    for upload in (first, second):
        with transaction() as session:
            services.start_applying(session, actor, upload.public_id, Mode.GOOD_ROWS)
    at_once(*(lambda u=u: product_file_jobs.apply_product_file({"upload_id": u.id}) for u in (first, second)))
    jobs.run_due()
    assert counted() == (12, 12, 360)
    ends = [upload_now(upload.id) for upload in (first, second)]
    assert sum(upload.applied for upload in ends) == 12
    assert sum(upload.turned_away for upload in ends) == 12
    assert {problem for u in ends for _row, _column, problem in faults_of(u)} <= {
        "added meanwhile",
        "sku taken",
    }


class Killed(BaseException):
    """The process ended."""


@pytest.mark.parametrize("mode", list(Mode))
def test_a_job_that_was_killed_goes_on_and_does_nothing_twice(
    live_database: Any, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    _supplier, actor, upload = supplier_with(30)
    with transaction() as session:
        services.start_applying(session, actor, upload.public_id, mode)
    monkeypatch.setattr(product_file_jobs, "APPLY_AT_ONCE", 7)
    real, calls = queries.next_units, []

    def dying(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise Killed
        return real(*given)

    monkeypatch.setattr(queries, "next_units", dying)
    with pytest.raises(Killed):
        jobs.run_due()
    assert counted()[0] == (14 if mode is Mode.GOOD_ROWS else 0)
    # The lease of the dead worker runs out.
    with transaction() as session:
        session.execute(update(Job).values(leased_until=clock.now()))
    jobs.run_due()
    assert counted() == (30, 30, 900)
    assert upload_now(upload.id).applied == 30


def test_a_killed_check_begins_anew(live_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        supplier, _user, actor = make_supplier(session)
    monkeypatch.setattr(product_file_jobs, "_read", lambda _upload: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        send(actor, supplier, as_csv([row()]))
    monkeypatch.undo()
    with transaction() as session:
        session.execute(update(Job).values(leased_until=clock.now()))
    jobs.run_due()
    with reading() as session:
        upload = session.scalars(select(ProductUpload)).one()
    assert (upload.state, upload.adds) == (State.CHECKED, 1)


def test_progress_is_seen_while_the_one_large_step_is_open(
    live_database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _supplier, actor, upload = supplier_with(20)
    with transaction() as session:
        services.start_applying(session, actor, upload.public_id, Mode.ALL_OR_NOTHING)
    monkeypatch.setattr(product_file_jobs, "APPLY_AT_ONCE", 5)
    seen: list[int] = []
    real = queries.next_units

    def watching(*given: Any) -> Any:
        seen.append(upload_now(upload.id).rows_done)
        assert counted()[0] == 0
        return real(*given)

    monkeypatch.setattr(queries, "next_units", watching)
    jobs.run_due()
    assert seen == [0, 5, 10, 15, 20]
    assert counted()[0] == 20
