from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock
from core.audit import AuditEntry
from core.db import reading, transaction
from core.errors import NotFound
from core.permissions import Actor
from registry.models import Region
from shop.certification import services as certification
from shop.certification.values import CertificateState
from shop.recalls import services as recalls
from shop.stock.models import Stock, StockMovement
from shop.tracing import jobs, queries, rules, services
from shop.tracing.errors import (
    BadBatch,
    BadLabels,
    BatchClosed,
    BatchMovedOn,
    BatchTaken,
    FormSentBefore,
    NotCertifiedNow,
    NothingChanged,
    UnknownTraceCode,
)
from shop.tracing.models import Batch, BatchVersion, TraceCode
from shop.tracing.values import (
    BatchFacts,
    Closing,
    CodeFault,
    Freshness,
    LabelKind,
    LabelOrder,
    SheetFormat,
)
from tests.factories.certification import agreed_link, make_home, make_link, make_world
from tests.factories.orders import certifier_of
from tests.factories.products import make_product
from tests.factories.tracing import code_of, days, make_batch, new_batch, seller_of


def on_hand(session: Session, variant_id: int) -> int:
    return session.scalar(select(Stock.on_hand).where(Stock.variant_id == variant_id)) or 0


def test_a_batch_gets_its_day_from_the_shelf_life_and_its_packs_into_the_stock(session: Session) -> None:
    product = make_product(session)
    new = new_batch(session, product, into_stock=True)
    before = on_hand(session, new.variant_id)
    code = services.record_batch(session, seller_of(product.supplier_id), new)
    file = queries.get_own_batch(session, seller_of(product.supplier_id), code)
    assert file.row.best_before == days(170)
    assert file.row.freshness is Freshness.FRESH
    assert on_hand(session, new.variant_id) == before + 100
    assert session.scalars(select(StockMovement.reason).order_by(StockMovement.id.desc())).first() == (
        f"batch {new.number}"
    )
    assert rules.read_code(code) == (code, None)


def test_a_day_that_is_given_holds_against_the_shelf_life(session: Session) -> None:
    product = make_product(session)
    code = make_batch(session, product, best_before=days(3))
    row = queries.get_own_batch(session, seller_of(product.supplier_id), code).row
    assert (row.best_before, row.freshness, row.days_left) == (days(3), Freshness.NEAR, 3)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"made_on": clock.today().replace(year=2100)}, "made_on"),
        ({"best_before": clock.today().replace(year=2020)}, "best_before"),
        ({"packs": 0}, "packs"),
        ({"number": "   "}, "number"),
        ({"number": "批" * 31}, "number"),
        ({"variant_id": 10**9}, "variant"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    session: Session, changes: dict[str, object], field: str
) -> None:
    product = make_product(session)
    with pytest.raises(BadBatch) as refused:
        make_batch(session, product, **changes)
    assert refused.value.field == field
    assert session.scalar(select(func.count()).select_from(Batch)) == 0


def test_a_number_stands_once_for_a_product(session: Session) -> None:
    one, other = make_product(session), make_product(session)
    make_batch(session, one, number="A-1")
    make_batch(session, other, number="A-1")
    with pytest.raises(BatchTaken):
        make_batch(session, one, number="ａ-1")


def test_the_same_form_records_once(session: Session) -> None:
    product = make_product(session)
    new = new_batch(session, product, into_stock=True)
    actor = seller_of(product.supplier_id)
    before = on_hand(session, new.variant_id)
    first = services.record_batch(session, actor, new)
    assert services.record_batch(session, actor, new) == first
    assert on_hand(session, new.variant_id) == before + 100
    with pytest.raises(FormSentBefore):
        services.record_batch(session, actor, replace(new, number="B-2"))


def test_nobody_touches_the_batches_of_others(session: Session) -> None:
    product, other = make_product(session), make_product(session)
    code = make_batch(session, product)
    stranger = seller_of(other.supplier_id)
    with pytest.raises(NotFound):
        services.record_batch(session, stranger, new_batch(session, product))
    with pytest.raises(NotFound):
        queries.get_own_batch(session, stranger, code)
    with pytest.raises(NotFound):
        services.correct_batch(session, stranger, code, 1, BatchFacts(days(-3), 5), "why")
    with pytest.raises(NotFound):
        services.close_batch(session, stranger, code, Closing.SOLD_OUT, "why")
    with pytest.raises(NotFound):
        queries.get_printable(session, stranger, product.slug)
    assert queries.visible_batches(session, stranger, limit=10) == ([], 0)


def test_a_correction_is_a_new_version_and_the_old_one_stays(session: Session) -> None:
    product = make_product(session)
    actor = seller_of(product.supplier_id)
    code = make_batch(session, product)
    facts = BatchFacts(days(-9), 90, inspection_number="J-2026-7", inspected_on=days(-1))
    assert services.correct_batch(session, actor, code, 1, facts, "数错了十包") == 2
    file = queries.get_own_batch(session, actor, code)
    assert [(step.version, step.packs, step.reason) for step in file.steps] == [
        (2, 90, "数错了十包"),
        (1, 100, ""),
    ]
    assert file.row.packs == 90
    with pytest.raises(BatchMovedOn):
        services.correct_batch(session, actor, code, 1, replace(facts, packs=80), "again")
    with pytest.raises(NothingChanged):
        services.correct_batch(session, actor, code, 2, facts, "same")
    with pytest.raises(BadBatch):
        services.correct_batch(session, actor, code, 2, replace(facts, packs=80), "  ")
    trace = queries.read_trace(session, code)
    assert trace.batch is not None
    assert trace.batch.corrected_on == clock.today()


def test_versions_cannot_be_rewritten(session: Session) -> None:
    make_batch(session, make_product(session))
    for statement in ("UPDATE shop_batch_versions SET packs = 1", "DELETE FROM shop_batch_versions"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(statement))


def test_a_closed_batch_changes_no_more_and_gets_no_labels(session: Session) -> None:
    product = make_product(session)
    actor = seller_of(product.supplier_id)
    code = make_batch(session, product)
    recalls.recall_batch(session, actor, code, "抽检不合格")
    with pytest.raises(BatchClosed):
        services.close_batch(session, actor, code, Closing.SOLD_OUT, "again")
    with pytest.raises(BatchClosed):
        services.correct_batch(session, actor, code, 1, BatchFacts(days(-3), 5), "why")
    with pytest.raises(BadLabels):
        services.prepare_labels(session, actor, product.slug, LabelOrder(code, SheetFormat.ROLL, 1))
    batch = queries.read_trace(session, code).batch
    assert batch is not None
    assert (batch.closing, batch.closing_reason) == (Closing.RECALLED, "抽检不合格")


def test_near_batches_come_first_and_alone(session: Session) -> None:
    product = make_product(session)
    actor = seller_of(product.supplier_id)
    far = make_batch(session, product)
    near = make_batch(session, product, best_before=days(2))
    over = make_batch(session, product, made_on=days(-40), best_before=days(-1))
    gone = make_batch(session, product, best_before=days(1))
    services.close_batch(session, actor, gone, Closing.SOLD_OUT, "卖完了")
    rows, total = queries.visible_batches(session, actor, limit=10)
    assert ([row.code for row in rows], total) == ([over, near, far, gone], 4)
    rows, total = queries.visible_batches(session, actor, near_only=True, limit=10)
    assert ([row.code for row in rows], total) == ([over, near], 2)
    rows, total = queries.visible_batches(session, actor, limit=1, offset=1)
    assert ([row.code for row in rows], total) == ([near], 4)


def test_a_trace_shows_the_certificate_as_it_stands_now(session: Session, statements: Any) -> None:
    product = make_product(session)
    code = make_batch(session, product)
    county = session.get_one(Region, product.county_id)
    with statements:
        trace = queries.read_trace(session, code)
    assert len(statements) <= 4
    assert trace.holds
    assert trace.certificate is not None
    number = trace.certificate.number
    officer = certifier_of(county)
    certification.suspend_certificate(session, officer, number, "抽检不合格")
    session.flush()
    found = queries.read_trace(session, code).certificate
    assert found is not None
    assert (found.state, found.suspended_on) == (CertificateState.SUSPENDED, clock.today())
    certification.lift_suspension(session, officer, number, "复检合格")
    assert queries.read_trace(session, code).holds
    certification.revoke_certificate(session, officer, number, "弄虚作假")
    trace = queries.read_trace(session, code)
    assert not trace.holds
    assert trace.certificate is not None
    assert trace.certificate.state is CertificateState.REVOKED


def test_a_trace_runs_from_the_province_to_the_village_and_counts_households_only(session: Session) -> None:
    world = make_world(session, households=3)
    make_link(session, world, make_home(session, world.village))
    agreed_link(session, world)
    code = make_batch(session, world.product)
    trace = queries.read_trace(session, code)
    assert [zh for zh, _en in trace.origin] == ["山东省", "枣庄市", "山亭区", "店子镇", "青莲村"]
    assert trace.households == 4
    assert trace.certificate is None
    assert not trace.holds


def test_what_goes_on_sale_gets_a_code_of_its_own(session: Session) -> None:
    product = make_product(session)
    code = code_of(session, product)
    assert queries.read_trace(session, code).batch is None
    unlisted = make_product(session, listed=False, certified=False)
    assert queries.find_code(session, unlisted.id, None) is None


def test_the_job_gives_codes_to_products_without(session: Session) -> None:
    product = make_product(session)
    session.query(TraceCode).delete()
    session.commit()
    assert jobs.give_missing_codes() == 1
    assert jobs.give_missing_codes() == 0
    assert queries.find_code(session, product.id, None) is not None


def test_unknown_codes_say_what_is_wrong(session: Session) -> None:
    for typed, fault in (
        (rules.with_check("000000000"), None),
        ("0000000001", CodeFault.CHECK),
        ("6901234567892", CodeFault.SHAPE),
    ):
        with pytest.raises(UnknownTraceCode) as refused:
            queries.read_trace(session, typed)
        assert refused.value.fault is fault


def test_labels_never_show_a_certificate_that_does_not_hold(session: Session) -> None:
    product = make_product(session)
    actor = seller_of(product.supplier_id)
    code = make_batch(session, product)
    order = LabelOrder(code, SheetFormat.A4_3X8, 24)
    printable, chosen = services.prepare_labels(session, actor, product.slug, order)
    assert printable.holds
    assert chosen.code == code
    county = session.get_one(Region, product.county_id)
    assert printable.certificate is not None
    certification.suspend_certificate(
        session, certifier_of(county), printable.certificate.number, "抽检不合格"
    )
    with pytest.raises(NotCertifiedNow):
        services.prepare_labels(session, actor, product.slug, order)
    services.prepare_labels(session, actor, product.slug, replace(order, kind=LabelKind.PLAIN))
    assert (
        session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "labels printed")
        )
        == 2
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": rules.MOST_LABELS + 1}, "count"),
        ({"start": 0}, "start"),
        ({"start": 25}, "start"),
        ({"sheet": SheetFormat.ROLL, "start": 2}, "start"),
        ({"code": "0000000000"}, "code"),
    ],
)
def test_labels_have_limits(session: Session, changes: dict[str, Any], field: str) -> None:
    product = make_product(session)
    order = replace(LabelOrder(make_batch(session, product), SheetFormat.A4_3X8, 24), **changes)
    with pytest.raises(BadLabels) as refused:
        services.prepare_labels(session, seller_of(product.supplier_id), product.slug, order)
    assert refused.value.field == field


def test_goods_past_their_day_get_no_labels(session: Session) -> None:
    product = make_product(session)
    code = make_batch(session, product, made_on=days(-40), best_before=days(-1))
    with pytest.raises(BadLabels):
        services.prepare_labels(
            session, seller_of(product.supplier_id), product.slug, LabelOrder(code, SheetFormat.ROLL, 1)
        )


def test_packs_without_a_batch_get_the_code_of_the_product(session: Session) -> None:
    product = make_product(session, listed=False)
    order = LabelOrder(services.PRODUCT_ITSELF, SheetFormat.ROLL, 1)
    actor = seller_of(product.supplier_id)
    _printable, first = services.prepare_labels(session, actor, product.slug, order)
    _printable, second = services.prepare_labels(session, actor, product.slug, order)
    assert first.code == second.code == code_of(session, product)


@pytest.mark.concurrency
def test_of_two_who_record_the_same_number_one_gets_it_and_the_stock_grows_once(live_database: Any) -> None:
    with transaction() as session:
        product = make_product(session)
        news = [new_batch(session, product, number="A-1", into_stock=True) for _ in range(8)]
        before = on_hand(session, news[0].variant_id)
        actor = seller_of(product.supplier_id)

    def record(new: Any) -> str:
        try:
            with transaction() as session:
                return services.record_batch(session, actor, new)
        except BatchTaken:
            return ""

    with ThreadPoolExecutor(8) as pool:
        codes = [code for code in pool.map(record, news) if code]
    with reading() as session:
        assert len(codes) == 1
        assert on_hand(session, news[0].variant_id) == before + 100


@pytest.mark.concurrency
def test_of_two_who_correct_at_once_one_is_told(live_database: Any) -> None:
    with transaction() as session:
        product = make_product(session)
        code = make_batch(session, product)
        actor: Actor = seller_of(product.supplier_id)

    def correct(packs: int) -> bool:
        try:
            with transaction() as session:
                services.correct_batch(session, actor, code, 1, BatchFacts(days(-10), packs), "recount")
        except BatchMovedOn:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(correct, range(1, 7))) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(BatchVersion)) == 2
