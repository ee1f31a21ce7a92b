from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.permissions import GUEST, Actor
from shop.catalogue import services
from shop.catalogue.models import PriceChange, Product, Variant
from shop.catalogue.values import PackPatch, ProductPatch
from tests.factories.people import make_village
from tests.factories.product_files import make_supplier
from tests.factories.products import make_product, pack

DEARER = {"price_fen": 4000, "producer_fen": 2408}


def products(session: Session, count: int, **changes: Any) -> tuple[Actor, list[tuple[Product, Variant]]]:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    made = [
        make_product(session, village, supplier=supplier, variants=(pack(),), **changes) for _ in range(count)
    ]
    return actor, [
        (product, session.scalars(select(Variant).where(Variant.product_id == product.id)).one())
        for product in made
    ]


def patch(product: Product, variant: Variant, fields: dict[str, Any] | None = None) -> ProductPatch:
    return ProductPatch(
        product.id,
        product.version,
        {"summary_zh": "新简介"} if fields is None else fields,
        (PackPatch(variant.id, variant.version, DEARER),),
    )


def test_many_products_are_changed_in_the_same_few_statements(session: Session, statements: Any) -> None:
    counts = []
    for count in (2, 20):
        actor, made = products(session, count)
        session.flush()
        with statements:
            done = services.edit_many(session, actor, [patch(*pair) for pair in made])
            session.flush()
        counts.append(len(statements))
        assert done == {product.id for product, _variant in made}
    assert counts[0] == counts[1] <= 12
    for product, variant in made:
        assert (product.summary_zh, product.version, product.from_price_fen) == ("新简介", 2, 4000)
        assert (variant.price_fen, variant.version) == (4000, 2)
    of_supplier = AuditEntry.actor_user_id == actor.user_id
    assert session.scalar(select(func.count()).select_from(AuditEntry).where(of_supplier)) == 40
    last = select(func.count()).where(
        PriceChange.price_fen == 4000, PriceChange.actor_user_id == actor.user_id
    )
    assert session.scalar(last) == 20


def test_what_meets_something_is_left_for_the_use_case_that_says_so(session: Session) -> None:
    actor, made = products(session, 5)
    (fine, a), (overtaken, b), (wrong, c), (renamed, d), (closed, e) = made
    patches = [
        patch(fine, a),
        ProductPatch(overtaken.id, 1, {}, (PackPatch(b.id, 7, DEARER),)),
        ProductPatch(wrong.id, 1, {}, (PackPatch(c.id, 1, {"price_fen": 9999}),)),
        patch(renamed, d, {"name_zh": "别的名字"}),
        patch(closed, e),
    ]
    services.close_variant(session, actor, e.id, version=1)
    assert services.edit_many(session, actor, patches) == {fine.id}
    session.flush()
    assert [v.price_fen for _p, v in made] == [4000, 3980, 3980, 3980, 3980]
    assert renamed.name_zh != "别的名字"


def test_products_of_others_are_left_alone(session: Session) -> None:
    _actor, made = products(session, 1)
    stranger = make_supplier(session)[2]
    for actor in (stranger, GUEST):
        assert services.edit_many(session, actor, [patch(*made[0])]) == frozenset()
    own, mine = products(session, 1)
    mixed = ProductPatch(mine[0][0].id, 1, {}, (PackPatch(made[0][1].id, 1, DEARER),))
    assert services.edit_many(session, own, [mixed]) == frozenset()
    assert made[0][1].price_fen == 3980
