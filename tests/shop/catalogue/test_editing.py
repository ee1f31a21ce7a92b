from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, events
from core.db import transaction
from core.errors import NotFound
from core.permissions import SYSTEM, Actor, Grant
from shop.catalogue import queries, services
from shop.catalogue.errors import (
    BadProduct,
    ChangedMeanwhile,
    NotReadyForSale,
    PackClosed,
    TooManyPictures,
)
from shop.catalogue.events import PriceChanged
from shop.catalogue.models import Picture, PriceChange, Product, Variant
from shop.catalogue.values import PriceStep, ProductEdit, VariantEdit
from tests.factories.orders import place
from tests.factories.people import make_organisation
from tests.factories.products import make_product, new_product, pack


def edit_of(product: Product, **changes: Any) -> ProductEdit:
    same = ProductEdit(**{name: getattr(product, name) for name in ProductEdit.__dataclass_fields__})
    return replace(same, **changes)


def variant_of(session: Session, product: Product) -> Variant:
    return session.scalars(select(Variant).where(Variant.product_id == product.id).order_by(Variant.id)).one()


def edit_variant_of(variant: Variant, **changes: Any) -> VariantEdit:
    names = [name for name in VariantEdit.__dataclass_fields__ if name != "ladder"]
    ladder = tuple(PriceStep(*step) for step in variant.ladder)
    return replace(VariantEdit(**{name: getattr(variant, name) for name in names}, ladder=ladder), **changes)


def priced(price_fen: int) -> dict[str, int]:
    return {"price_fen": price_fen, "producer_fen": price_fen, "logistics_fen": 0, "other_fen": 0}


def test_an_edit_writes_only_what_changed_and_counts(session: Session) -> None:
    product = make_product(session)
    assert services.edit_product(session, SYSTEM, product.id, edit_of(product), version=1) == {}
    assert product.version == 1
    changes = services.edit_product(
        session, SYSTEM, product.id, edit_of(product, summary_zh="新磨的小米"), version=1
    )
    assert changes == {"summary_zh": ("慢磨的小米，熬粥起油。", "新磨的小米")}
    assert product.version == 2
    with pytest.raises(ChangedMeanwhile) as refused:
        services.edit_product(session, SYSTEM, product.id, edit_of(product, story_zh="别的"), version=1)
    assert refused.value.changes == {"summary_zh": ("慢磨的小米，熬粥起油。", "新磨的小米")}


def test_several_edits_meanwhile_are_told_as_one(session: Session) -> None:
    product = make_product(session)
    variant = variant_of(session, product)
    services.edit_variant(session, SYSTEM, variant.id, edit_variant_of(variant, **priced(40_00)), version=1)
    services.edit_variant(session, SYSTEM, variant.id, edit_variant_of(variant, **priced(42_00)), version=2)
    with pytest.raises(ChangedMeanwhile) as refused:
        services.edit_variant(session, SYSTEM, variant.id, edit_variant_of(variant, sku="Z"), version=1)
    assert refused.value.version == 3
    assert refused.value.changes["price_fen"] == (39_80, 42_00)


def test_a_price_is_told_written_down_and_copied(session: Session) -> None:
    told: list[PriceChanged] = []
    events.on(PriceChanged)(lambda _session, event: told.append(event))
    product = make_product(session, variants=(pack(39_80), pack(72_00)))
    dear, cheap = session.scalars(select(Variant).order_by(Variant.price_fen.desc())).all()
    services.edit_variant(session, SYSTEM, dear.id, edit_variant_of(dear, **priced(30_00)), version=1)
    assert (told[-1].before_fen, told[-1].after_fen) == (72_00, 30_00)
    assert session.get_one(Product, product.id).from_price_fen == 30_00
    assert [p.price_fen for p in queries.price_history(session, dear.id)] == [30_00, 72_00]
    services.close_variant(session, SYSTEM, dear.id, version=2)
    assert session.get_one(Product, product.id).from_price_fen == cheap.price_fen
    services.edit_variant(session, SYSTEM, cheap.id, edit_variant_of(cheap, label_zh="大袋"), version=1)
    assert len(queries.price_history(session, cheap.id)) == 1


def test_orders_placed_before_keep_their_price(session: Session) -> None:
    product = make_product(session)
    variant = variant_of(session, product)
    placed = place(session, (variant, 2))
    services.edit_variant(session, SYSTEM, variant.id, edit_variant_of(variant, **priced(90_00)), version=1)
    row = session.execute(
        text("SELECT unit_price_fen, line_fen FROM shop_order_lines WHERE order_id = :id"),
        {"id": placed.order_id},
    ).one()
    assert tuple(row) == (39_80, 79_60)


def test_an_order_pays_the_step_it_reaches_and_its_parts_sum(session: Session) -> None:
    product = make_product(
        session, variants=(pack(39_80, 50, ladder=(PriceStep(3, 37_01), PriceStep(9, 33_33))),)
    )
    variant = variant_of(session, product)
    for packs, unit in ((2, 39_80), (3, 37_01), (8, 37_01), (9, 33_33)):
        placed = place(session, (variant, packs))
        row = session.execute(
            text(
                "SELECT unit_price_fen, line_fen, producer_fen, logistics_fen, other_fen FROM shop_order_lines "
                "WHERE order_id = :id"
            ),
            {"id": placed.order_id},
        ).one()
        assert row.unit_price_fen == unit
        assert row.line_fen == unit * packs == row.producer_fen + row.logistics_fen + row.other_fen
        assert row.producer_fen % packs == 0


def test_everything_wrong_is_named_at_once(session: Session) -> None:
    product = make_product(session)
    variant = variant_of(session, product)
    other = variant_of(session, make_product(session))
    with pytest.raises(BadProduct) as refused:
        services.edit_variant(
            session,
            SYSTEM,
            variant.id,
            edit_variant_of(variant, label_zh=" ", producer_fen=1, sku=other.sku, ladder=(PriceStep(1, 1),)),
            version=1,
        )
    assert [(f.field, f.problem) for f in refused.value.faults] == [
        ("label_zh", "label"),
        ("producer", "split"),
        ("ladder", "ladder packs"),
        ("sku", "sku taken"),
    ]
    assert refused.value.faults[1].off_fen == variant.producer_fen - 1


def test_a_draft_is_not_put_on_sale_and_gets_an_address(session: Session) -> None:
    first = services.add_product(session, SYSTEM, new_product(session, slug="", variants=()))
    assert first.slug == "stone-milled-millet"
    second = services.add_product(session, SYSTEM, new_product(session, slug="", variants=()))
    assert second.slug.startswith("stone-milled-millet-")
    third = services.add_product(session, SYSTEM, new_product(session, slug="", name_en="", variants=()))
    assert third.slug == "shimoxiaomi"
    with pytest.raises(NotReadyForSale):
        services.list_product(session, SYSTEM, first.id)


def test_what_a_certificate_was_given_for_stays(session: Session) -> None:
    product = make_product(session)
    actor = Actor(1, "孔令禾", (Grant(Role.SUPPLIER, product.supplier_id),))
    with pytest.raises(BadProduct, match="certified"):
        services.edit_product(session, actor, product.id, edit_of(product, name_zh="有机小米"), version=1)
    services.edit_product(session, actor, product.id, edit_of(product, name_en="Millet"), version=1)
    draft = make_product(session, certified=False)
    actor = Actor(1, "孔令禾", (Grant(Role.SUPPLIER, draft.supplier_id),))
    services.edit_product(session, actor, draft.id, edit_of(draft, name_zh="黄小米"), version=1)
    with pytest.raises(BadProduct, match="village"):
        services.edit_product(session, actor, draft.id, edit_of(draft, village_id=draft.county_id), version=2)


def test_strangers_change_nothing(session: Session) -> None:
    product = make_product(session)
    variant = variant_of(session, product)
    stranger = Actor(1, "孔令禾", (Grant(Role.SUPPLIER, make_organisation(session).id),))
    with pytest.raises(NotFound):
        services.edit_product(session, stranger, product.id, edit_of(product, name_en="X"), version=1)
    with pytest.raises(NotFound):
        services.edit_variant(session, stranger, variant.id, edit_variant_of(variant, sku="X"), version=1)
    with pytest.raises(NotFound):
        services.add_variant(session, stranger, product.id, pack())
    with pytest.raises(NotFound):
        services.close_variant(session, stranger, variant.id, version=1)
    with pytest.raises(NotFound):
        services.add_picture(session, stranger, product.id, "b" * 24)
    with pytest.raises(NotFound):
        services.edit_variant(session, SYSTEM, 10**12, edit_variant_of(variant), version=1)


def test_a_closed_pack_is_not_edited(session: Session) -> None:
    variant = variant_of(session, make_product(session))
    services.close_variant(session, SYSTEM, variant.id, version=1)
    with pytest.raises(PackClosed):
        services.edit_variant(session, SYSTEM, variant.id, edit_variant_of(variant, sku="N"), version=2)
    services.reopen_variant(session, SYSTEM, variant.id, version=2)
    services.edit_variant(session, SYSTEM, variant.id, edit_variant_of(variant, sku="N"), version=3)


def test_no_more_pictures_than_fit(session: Session) -> None:
    product = make_product(session, picture="a" * 24)
    for n in range(7):
        services.add_picture(session, SYSTEM, product.id, f"{n}" * 24)
    services.add_picture(session, SYSTEM, product.id, "a" * 24)
    with pytest.raises(TooManyPictures):
        services.add_picture(session, SYSTEM, product.id, "f" * 24)
    shown = session.scalars(select(Picture).order_by(Picture.position)).all()
    services.move_picture(session, SYSTEM, product.id, shown[4].public_id, to=2)
    assert [p.key[0] for p in session.scalars(select(Picture).order_by(Picture.position))] == list("a3012456")
    assert product.picture == "a" * 24


def test_the_price_history_is_never_rewritten(session: Session) -> None:
    variant = variant_of(session, make_product(session))
    with pytest.raises(DBAPIError, match="only added"), session.begin_nested():
        session.execute(text("UPDATE shop_price_changes SET price_fen = 1"))
    assert session.scalar(select(PriceChange.price_fen).where(PriceChange.variant_id == variant.id)) == 39_80


@pytest.mark.parametrize(
    ("story", "median"),
    [
        ([(200, 10_00)], 10_00),
        ([(200, 10_00), (44, 13_00)], 10_00),
        ([(200, 10_00), (46, 13_00)], 13_00),
        ([(200, 10_00), (60, 12_00), (30, 14_00)], 12_00),
        ([(10, 10_00), (4, 20_00)], 10_00),
        ([(10, 10_00), (6, 20_00)], 20_00),
        ([(120, 50_00), (95, 10_00)], 10_00),
    ],
)
def test_the_median_is_weighed_by_time(session: Session, story: list[tuple[int, int]], median: int) -> None:
    now = clock.now()
    variant = None
    for days, price in story:
        with clock.at(now - timedelta(days=days)):
            if variant is None:
                product = make_product(session, variants=(pack(price),))
                variant = variant_of(session, product)
            else:
                services.edit_variant(
                    session,
                    SYSTEM,
                    variant.id,
                    edit_variant_of(variant, **priced(price)),
                    version=variant.version,
                )
    assert variant is not None
    with clock.at(now):
        assert queries.median_prices(session, [variant.id]) == {variant.id: median}


def test_only_what_rose_far_is_dear(session: Session) -> None:
    now = clock.now()
    ids = []
    for after in (12_00, 12_01, 18_00, 9_00):
        with clock.at(now - timedelta(days=40)):
            product = make_product(session, variants=(pack(10_00),))
        variant = variant_of(session, product)
        services.edit_variant(
            session, SYSTEM, variant.id, edit_variant_of(variant, **priced(after)), version=1
        )
        ids.append(product.id)
    with clock.at(now + timedelta(days=1)):
        found, total = queries.dear_packs(session, Product.id.in_(ids), 20, limit=10)
        assert [(row.price_fen, row.median_fen, row.percent_above) for row in found] == [
            (18_00, 10_00, 80),
            (12_01, 10_00, 20),
        ]
        assert total == 2
        assert queries.dear_packs(session, Product.id.in_(ids[:1]), 20, limit=10) == ([], 0)
        services.unlist_product(session, SYSTEM, ids[2])
        assert queries.dear_packs(session, Product.id.in_(ids), 20, limit=10)[1] == 1


def test_of_two_editors_at_once_one_wins_and_the_other_is_told(live_database: Any) -> None:
    with transaction() as session:
        variant = variant_of(session, make_product(session))
        before = edit_variant_of(variant)
        variant_id = variant.id
    start = threading.Barrier(2)
    outcome: list[str] = []

    def save(price: int) -> None:
        start.wait()
        try:
            with transaction() as session:
                services.edit_variant(
                    session, SYSTEM, variant_id, replace(before, **priced(price)), version=1
                )
            outcome.append("stored")
        except ChangedMeanwhile as refusal:
            outcome.append("told" if refusal.changes["price_fen"][0] == 39_80 else "told wrongly")

    threads = [threading.Thread(target=save, args=(price,)) for price in (41_00, 42_00)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["stored", "told"]


def test_one_form_sent_twice_at_once_adds_one_product(live_database: Any) -> None:
    with transaction() as session:
        new = new_product(session, slug="")
    start = threading.Barrier(3)
    found: list[int] = []

    def add() -> None:
        start.wait()
        with transaction() as session:
            found.append(services.add_product(session, SYSTEM, new, once="0123456789ABCDEFGHJK").id)

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1


def test_an_edit_waits_for_nobody_who_orders(live_database: Any) -> None:
    with transaction() as session:
        variant = variant_of(session, make_product(session))
        before = edit_variant_of(variant)
        variant_id = variant.id
    inside, done = threading.Event(), threading.Event()

    def edit() -> None:
        with transaction() as session:
            services.edit_variant(session, SYSTEM, variant_id, replace(before, **priced(45_00)), version=1)
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=edit)
    thread.start()
    inside.wait(10)
    try:
        with transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            place(session, (variant_id, 1))
    finally:
        done.set()
        thread.join()
