"""How the demo's suppliers keep their range: ladders, second pictures, a price that rose, a draft."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.albums import Album
from demo.content.products import PRODUCTS
from demo.content.values import Pack
from demo.timeline import Timeline
from demo.world import World
from shop.catalogue import rules
from shop.catalogue import services as catalogue
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import NewProduct, PriceStep, VariantEdit

#: Whose range it is: the supplier of supplier@, in the county of certifier@.
SUPPLIER = "daochuan"
#: What of it shows several pictures, and whose price rose lately.
PICTURED = ("zhenzhu-mi", "daochuan-caomi", "shitang-dami")
RISEN, RISEN_PERCENT, RISEN_DAYS_AGO = "hewan-heimi", 28, 12
_SIDES = (("装袋前的样子", "Before it is packed"), ("田里的样子", "As it stands in the field"))


def ladder_of(pack: Pack) -> tuple[PriceStep, ...]:
    """Return the ladder of a pack: about every third has one, large packs for kitchens first of all."""
    large = pack.pack_multiple > 1 or (pack.net_grams or 0) >= 5_000
    if not large and Random(f"yigou-ladder-{pack.sku}").random() > 0.3:
        return ()
    first, second = (10, 40) if large else (3, 8)
    steps = tuple(
        PriceStep(packs * pack.pack_multiple, pack.price_fen * percent // 1_000 * 10)
        for packs, percent in ((first, 96), (second, 92))
    )
    return () if rules.ladder_problem(pack.price_fen, pack.pack_multiple, steps) else steps


def add_assortment(world: World, timeline: Timeline, album: Album) -> None:
    """Plan further pictures, the price that rose, and the draft that supplier@ is at."""
    for product in PRODUCTS:
        if product.slug in PICTURED:
            for number in range(len(_SIDES)):
                album.order(f"{product.slug}/{number}", replace(product, slug=f"{product.slug}-{number}"))
    at = partial(timeline.moment, first_hour=9.0, last_hour=11.0)
    timeline.inside(at(timeline.day(-5)), partial(_show, world, album))
    timeline.inside(at(timeline.day(-RISEN_DAYS_AGO)), partial(_raise, world))
    timeline.inside(at(timeline.day(-1)), partial(_begin, world))


def _show(world: World, album: Album, session: Session) -> None:
    _id, actor = world.suppliers[SUPPLIER]
    for slug in PICTURED:
        product_id = session.scalar(select(Product.id).where(Product.slug == slug))
        for number, (zh, en) in enumerate(_SIDES):
            key = album.key(f"{slug}/{number}")
            if product_id is not None and key is not None:
                catalogue.add_picture(session, actor, product_id, key, zh, en)


def _raise(world: World, session: Session) -> None:
    _id, actor = world.suppliers[SUPPLIER]
    for variant in session.scalars(
        select(Variant).join(Product, Product.id == Variant.product_id).where(Product.slug == RISEN)
    ):
        price = variant.price_fen * (100 + RISEN_PERCENT) // 1_000 * 10
        names = [name for name in VariantEdit.__dataclass_fields__ if name != "ladder"]
        edit = VariantEdit(
            **{name: getattr(variant, name) for name in names}, ladder=rules.as_ladder(variant.ladder)
        )
        rise = price - variant.price_fen
        catalogue.edit_variant(
            session,
            actor,
            variant.id,
            replace(edit, price_fen=price, other_fen=variant.other_fen + rise),
            version=variant.version,
        )


def _begin(world: World, session: Session) -> None:
    supplier_id, actor = world.suppliers[SUPPLIER]
    village = next(product.village for product in PRODUCTS if product.supplier == SUPPLIER)
    catalogue.add_product(
        session,
        actor,
        NewProduct(
            slug="",
            supplier_id=supplier_id,
            village_id=world.places[village].id,
            category="grain_oil",
            name_zh="稻川胚芽米",
            name_en="Daochuan Germ Rice",
            summary_zh="留着胚芽的新米，香气足。",
            summary_en="New rice that keeps its germ.",
            story_zh="",
            story_en="",
            variants=(),
        ),
    )
