"""Product cards: a few statements for a page of them, whatever the filters, and one for the choices beside it.

Statements are built once for each shape of filters: building them costs more than sending them.
"""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    column,
    func,
    lateral,
    literal,
    literal_column,
    null,
    or_,
    outerjoin,
    select,
    true,
    tuple_,
    values,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation
from core import clock, money, stamps, storage
from core.db import listed
from registry.models import Region
from shop.catalogue import rules
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import (
    CardWords,
    Category,
    Facets,
    NamedFacet,
    Narrowing,
    PackSize,
    ProductCard,
    Shelf,
    Sort,
    Suggestion,
)
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition, is_certified
from shop.orders.models import Order, OrderLine
from shop.reviews.models import ProductRating
from shop.reviews.queries import RATING_COLUMNS, rating_of
from shop.stock.queries import has_stock, is_in_stock, sold_out_watch

PREFIX = "/shop/products/"
SALES_DAYS = 90

#: The front of the shop draws from so many newest products of each shelf, and looks for stock in so many of them.
DRAWN_FROM, CANDIDATES = 200, 12

#: The order of a list is remembered up to this place, and when somebody goes deeper up to where the last page ends.
DEEP, MOST_LISTED = 24 * 5, 24 * 1000

#: How many cards are remembered in a process.
MOST_CARDS = 6000

#: What else, besides its shape, tells one list from another.
_ASKED = (
    *("category", "county_id", "supplier_id", "village_id", "kind", "price_from", "price_to"),
    *("grams_over", "grams_to"),
)

_EVERYTHING = Narrowing()
_shelf = values(column("key", Text), name="shelf").data([(category.value,) for category in Category])
_county, _village = aliased(Region), aliased(Region)

#: Values that every statement here is given when it is sent.
_now: Any = bindparam("now")
_ids: Any = bindparam("ids", type_=ARRAY(BigInteger))


def on_sale(now: Any) -> ColumnElement[bool]:
    """Return the condition that a product stands in lists: listed, and certified at this moment (A4)."""
    return and_(Product.listed_at.is_not(None), is_certified(now))


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which filters a statement has; their values are bound when it is sent."""

    category: bool = False
    county: bool = False
    supplier: bool = False
    kind: bool = False
    size: str = ""
    price_from: bool = False
    price_to: bool = False
    village: bool = False
    ids: bool = False
    in_stock: bool = False
    summaries: bool = False

    def conditions(self, *, certified: bool = True) -> list[ColumnElement[bool]]:
        """Return the conditions; without `certified` the statement joins the certificate in force itself."""
        found: list[ColumnElement[bool]] = [Product.listed_at.is_not(None)]
        if certified:
            found.append(_is_kind() if self.kind else is_certified(_now))
        if self.category:
            found.append(Product.category == bindparam("category"))
        if self.county:
            found.append(Product.county_id == bindparam("county_id"))
        if self.supplier:
            found.append(Product.supplier_id == bindparam("supplier_id"))
        if self.village:
            found.append(Product.village_id == bindparam("village_id"))
        if self.ids:
            found.append(Product.id == func.any(_ids))
        if self.price_from:
            found.append(Product.from_price_fen >= bindparam("price_from"))
        if self.price_to:
            found.append(Product.from_price_fen <= bindparam("price_to"))
        if self.in_stock:
            found.append(has_stock(Product.id, _now, *_packed(self.size)))
        elif self.size:
            found.append(
                Product.id.in_(select(Variant.product_id).where(Variant.on_shelf, *_packed(self.size)))
            )
        return found


def _is_kind() -> ColumnElement[bool]:
    return Product.id.in_(
        select(Certificate.product_id).where(Certificate.kind == bindparam("kind"), certified_condition(_now))
    )


def _packed(size: str) -> list[ColumnElement[bool]]:
    """Return the conditions on `Variant` for "grams" (more than one bound, at most the other) or "pieces"."""
    if size == "grams":
        return [
            Variant.net_grams > bindparam("grams_over", type_=Integer),
            Variant.net_grams <= bindparam("grams_to", type_=Integer),
        ]
    return [Variant.pieces.is_not(None)] if size == "pieces" else []


def _order(source: Any, sort: Sort, *, by_ids: bool) -> list[Any]:
    if sort is Sort.RELEVANCE and by_ids:
        return [func.array_position(_ids, source.id)]
    if sort is Sort.SALES:
        return [literal_column("sold").desc(), source.id.desc()]
    if sort is Sort.PRICE_UP:
        return [source.from_price_fen, source.id]
    if sort is Sort.PRICE_DOWN:
        return [source.from_price_fen.desc(), source.id.desc()]
    return [source.listed_at.desc(), source.id.desc()]


def product_cards(
    session: Session,
    words: CardWords,
    *,
    category: str | None = None,
    county_id: int | None = None,
    supplier_id: int | None = None,
    kind: str | None = None,
    size: PackSize | None = None,
    price_from: int | None = None,
    price_to: int | None = None,
    ids: Sequence[int] | None = None,
    in_stock: bool = False,
    summaries: bool = False,
    sort: Sort = Sort.NEWEST,
    limit: int = 24,
    offset: int = 0,
) -> list[ProductCard]:
    """Return one page of certified products on sale; price, stock and certificate are of this moment.

    `ids` narrows the list to what a search found, in the order of `ids` when sorted by relevance. Sales are packs paid
    for within the last `SALES_DAYS` days.
    """
    shape = _Shape(
        category=category is not None,
        county=county_id is not None,
        supplier=supplier_id is not None,
        kind=kind is not None,
        size=_size_shape(size),
        price_from=price_from is not None,
        price_to=price_to is not None,
        ids=ids is not None,
        in_stock=in_stock,
        summaries=summaries,
    )
    values = {
        "now": clock.now(),
        "sold_since": clock.now() - timedelta(days=SALES_DAYS),
        "category": category,
        "county_id": county_id,
        "supplier_id": supplier_id,
        "kind": kind,
        **_grams(size),
        "price_from": price_from,
        "price_to": price_to,
        "ids": list(ids) if ids is not None else None,
        "limit": limit,
        "offset": offset,
    }
    if not in_stock and sort is not Sort.SALES:
        # A page beyond the first few would make the database walk over everything before it.
        deep = ids is not None or offset + limit > DEEP
        order = _in_order(session, shape, sort, values | {"limit": MOST_LISTED if deep else DEEP})
        return cards_by_id(session, words, order[offset : offset + limit], summaries=summaries)
    rows = session.execute(_cards_statement(shape, sort), values)
    return [_card(row, words, summaries=summaries) for row in rows]


def related_cards(
    session: Session, words: CardWords, product_id: int, village_id: int, category: str, most: int
) -> tuple[list[ProductCard], list[ProductCard]]:
    """Return the newest others from a product's village, and of its shelf what is not among these; `most` of each."""
    # Asked for the village and the shelf, not for this product: the answers serve the pages of all of them.
    near = _newest(session, _Shape(village=True), most + 1, village_id=village_id)
    alike = _newest(session, _Shape(category=True), 2 * most + 1, category=category)
    neighbours = [found for found in near if found != product_id][:most]
    others = [found for found in alike if found != product_id and found not in neighbours][:most]
    cards = {card.id: card for card in cards_by_id(session, words, [*neighbours, *others])}
    return [cards[found] for found in neighbours if found in cards], [
        cards[found] for found in others if found in cards
    ]


def _newest(session: Session, shape: _Shape, most: int, **asked: Any) -> Sequence[int]:
    return _in_order(session, shape, Sort.NEWEST, {"now": clock.now(), "limit": most, **asked})


def _in_order(session: Session, shape: _Shape, sort: Sort, values: dict[str, Any]) -> Sequence[int]:
    """Return the ids of a list in its order up to `limit`, read once for each state of the catalogue."""
    found = array("q", values.get("ids") or ()).tobytes()
    asked = (shape, sort, *(values.get(name) for name in _ASKED), found)
    return stamps.remembered(
        session,
        ("order", values["limit"], *asked),
        lambda: array("q", session.scalars(_order_statement(shape, sort), values)),
    )


#: Cards with something in stock, by (English, with summaries, id), and the state of the catalogue they are true for.
_known: OrderedDict[tuple[bool, bool, int], tuple[stamps.Stamp, ProductCard]] = OrderedDict()
_knowing = threading.Lock()


def cards_by_id(
    session: Session, words: CardWords, ids: Sequence[int], *, summaries: bool = False
) -> list[ProductCard]:
    """Return the cards of products on sale in the order of `ids`, in at most three statements.

    While nothing in the catalogue changes a card is read once; what is sold out is asked each time.
    """
    if not ids:
        return []
    now, stamp = clock.now(), stamps.current(session)
    found: dict[int, ProductCard] = {}
    if stamp is not None:
        with _knowing:
            for product_id in ids:
                known = _known.get((words.english, summaries, product_id))
                if known is not None and known[0] is stamp:
                    found[product_id] = known[1]
    if found:
        asked = list(found)
        gone = session.scalar(_sold_out_statement(), {"ids": asked, "now": now})
        for product_id, sold_out in zip(asked, gone or (), strict=True):
            if sold_out:
                found[product_id] = replace(found[product_id], sold_out=True)
    missing = [product_id for product_id in ids if product_id not in found]
    if missing:
        values = {"ids": missing, "now": now, "limit": len(missing), "offset": 0}
        shape = _Shape(ids=True, summaries=summaries)
        for row in session.execute(_cards_statement(shape, Sort.RELEVANCE), values):
            found[row.id] = _card(row, words, summaries=summaries)
        if stamp is not None:
            _know(
                stamp, words, summaries, [found[product_id] for product_id in missing if product_id in found]
            )
    return [found[product_id] for product_id in ids if product_id in found]


def _know(stamp: stamps.Stamp, words: CardWords, summaries: bool, cards: Sequence[ProductCard]) -> None:
    with _knowing:
        for card in cards:
            _known[words.english, summaries, card.id] = (
                stamp,
                replace(card, sold_out=False) if card.sold_out else card,
            )
        while len(_known) > MOST_CARDS:
            _known.popitem(last=False)


@cache
def _sold_out_statement() -> Select[Any]:
    return select(sold_out_watch(listed("ids"), _now))


@cache
def _order_statement(shape: _Shape, sort: Sort) -> Select[int]:
    return (
        select(Product.id)
        .where(*shape.conditions())
        .order_by(*_order(Product, sort, by_ids=shape.ids))
        .limit(bindparam("limit", type_=Integer))
    )


def _size_shape(size: PackSize | None) -> str:
    return "" if size is None else "grams" if size.grams else "pieces"


def _grams(size: PackSize | None) -> dict[str, int]:
    over, most = (size and size.grams) or (0, 0)
    return {"grams_over": over, "grams_to": most}


@cache
def _cards_statement(shape: _Shape, sort: Sort) -> Select[*tuple[Any, ...]]:
    listed: Any = Product
    columns: list[Any] = [Product.summary_zh, Product.summary_en] if shape.summaries else []
    if sort is Sort.SALES:
        sales = _sales()
        listed = outerjoin(Product, sales, sales.c.product_id == Product.id)
        columns.append(func.coalesce(sales.c.packs, 0).label("sold"))
    page = (
        select(
            Product.id,
            Product.slug,
            Product.category,
            Product.name_zh,
            Product.name_en,
            Product.picture,
            Product.households_count,
            Product.county_id,
            Product.village_id,
            Product.from_price_fen,
            Product.listed_at,
            *columns,
        )
        .select_from(listed)
        .where(*shape.conditions())
        .order_by(*_order(Product, sort, by_ids=shape.ids))
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
        .subquery("page")
    )
    cheapest = lateral(
        select(
            Variant.label_zh,
            Variant.label_en,
            Variant.net_grams,
            Variant.pieces,
            Variant.price_fen,
            Variant.producer_fen,
        )
        .where(Variant.product_id == page.c.id, Variant.on_shelf)
        .order_by(Variant.price_fen, Variant.id)
        .limit(1)
    ).alias("cheapest")
    packs = (
        select(func.count())
        .where(Variant.product_id == page.c.id, Variant.on_shelf)
        .correlate(page)
        .scalar_subquery()
    )
    return (
        select(
            page.c.id,
            page.c.slug,
            page.c.category,
            page.c.name_zh,
            page.c.name_en,
            page.c.picture,
            page.c.households_count,
            _county.name_zh.label("county_zh"),
            _county.name_en.label("county_en"),
            _village.name_zh.label("village_zh"),
            _village.name_en.label("village_en"),
            cheapest.c.label_zh,
            cheapest.c.label_en,
            cheapest.c.net_grams,
            cheapest.c.pieces,
            cheapest.c.price_fen,
            cheapest.c.producer_fen,
            packs.label("packs"),
            *RATING_COLUMNS,
            _kind_of(page.c.id).label("kind"),
            is_in_stock(page.c.id, _now).label("in_stock"),
            *((page.c.summary_zh, page.c.summary_en) if shape.summaries else ()),
            *((page.c.sold,) if sort is Sort.SALES else ()),
        )
        .select_from(page)
        .join(_county, _county.id == page.c.county_id)
        .join(_village, _village.id == page.c.village_id)
        .join(cheapest, true())
        .outerjoin(ProductRating, ProductRating.product_id == page.c.id)
        .order_by(*_order(page.c, sort, by_ids=shape.ids))
    )


def _kind_of(product_id: Any) -> Any:
    return (
        select(Certificate.kind)
        .where(Certificate.product_id == product_id, certified_condition(_now))
        .limit(1)
        .correlate_except(Certificate)
        .scalar_subquery()
    )


def _sales() -> Any:
    return (
        select(OrderLine.product_id, func.sum(OrderLine.quantity).label("packs"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.paid_at >= bindparam("sold_since"), Order.state.in_(("paid", "shipped", "received")))
        .group_by(OrderLine.product_id)
        .subquery("sales")
    )


def _card(row: Any, words: CardWords, *, summaries: bool) -> ProductCard:
    unit_price = money.format_fen(rules.unit_price_fen(row.price_fen, row.net_grams, row.pieces))
    unit_text = (words.per_kilogram if row.net_grams else words.per_piece) % {"price": unit_price}
    rating = rating_of(row)
    return ProductCard(
        id=row.id,
        slug=row.slug,
        url=PREFIX + row.slug,
        image_url=storage.picture_url(row.picture),
        image_srcset=storage.picture_srcset(row.picture),
        title=words.choose(row.name_zh, row.name_en),
        origin=f"{words.choose(row.county_zh, row.county_en)} · {words.choose(row.village_zh, row.village_en)}",
        impact_text=impact_text(
            words,
            rules.container(row.label_zh, row.label_en),
            row.producer_fen,
            row.households_count,
            words.choose(row.village_zh, row.village_en),
        ),
        price_text=money.format_fen(row.price_fen),
        unit_price_text=words.and_up % {"unit": unit_text} if row.packs > 1 else unit_text,
        certified=True,
        sold_out=not row.in_stock,
        tint=row.category,
        summary=words.choose(row.summary_zh, row.summary_en) if summaries else "",
        kind=row.kind,
        rating_text=rating.average_text,
        reviews=rating.total,
    )


def impact_text(
    words: CardWords, pack: tuple[str, str], producer_fen: int, households: int, village: str
) -> str:
    """Say what a pack does: 每袋 ¥12.40 到 21 户; without households it names the village."""
    template = words.impact if households else words.impact_village
    return template % {
        "pack": words.choose(*pack),
        "amount": money.format_fen(producer_fen),
        "households": households,
        "village": village,
    }


def facets(
    session: Session, narrowing: Narrowing = _EVERYTHING, *, ids: Sequence[int] | None = None
) -> Facets:
    """Return how many products a list has and how many each choice would leave, in one statement.

    Each kind of choice is counted with the other filters on. Of suppliers the ones with most products are named. A
    county or supplier that was asked for is among them as long as some product of theirs passes prices, sizes and stock.
    """
    if narrowing.in_stock:
        return _count(session, narrowing, ids)
    key = ("facets", narrowing, array("q", ids).tobytes() if ids is not None else None)
    return stamps.remembered(session, key, lambda: _count(session, narrowing, ids))


def _count(session: Session, narrowing: Narrowing, ids: Sequence[int] | None) -> Facets:
    shape = _FacetShape(
        ids=ids is not None,
        size=_size_shape(narrowing.size),
        price_from=narrowing.price_from is not None,
        price_to=narrowing.price_to is not None,
        in_stock=narrowing.in_stock,
        chosen=tuple(name for name in _DIMENSIONS if getattr(narrowing, name) is not None),
    )
    rows = session.execute(
        _facets_statement(shape),
        {
            "now": clock.now(),
            "ids": list(ids) if ids is not None else None,
            "category": narrowing.category,
            "county": narrowing.county,
            "supplier": narrowing.supplier,
            "kind": narrowing.kind,
            "price_from": narrowing.price_from,
            "price_to": narrowing.price_to,
            **_grams(narrowing.size),
        },
    )
    total, fitting = 0, array("q")
    plain: dict[str, dict[str, int]] = {"category": {}, "kind": {}}
    named: dict[str, list[NamedFacet]] = {"county": [], "supplier": []}
    for dimension, key, facet_id, code, name_zh, name_en, count, found in rows:
        if dimension == "total":
            total, fitting = count, array("q", found or ())
        elif dimension in plain:
            plain[dimension][key] = count
        else:
            named[dimension].append(NamedFacet(facet_id, code, name_zh, name_en, count))
    return Facets(
        total,
        plain["category"],
        plain["kind"],
        tuple(sorted(named["county"], key=lambda county: county.key)),
        tuple(sorted(named["supplier"], key=lambda supplier: (-supplier.count, supplier.id))),
        fitting,
    )


@dataclass(frozen=True, slots=True)
class _FacetShape:
    """Which conditions hold for every count (`ids` to `in_stock`), and which choices are `chosen`."""

    ids: bool
    size: str
    price_from: bool
    price_to: bool
    in_stock: bool
    chosen: tuple[str, ...]


_DIMENSIONS = ("category", "county", "supplier", "kind")
MOST_SUPPLIERS = 12


@cache
def _facets_statement(shape: _FacetShape) -> Select[*tuple[Any, ...]]:
    """Build the statement: one pass over the products, a grouping set a dimension, names only for what is counted."""
    conditions = _Shape(
        ids=shape.ids,
        size=shape.size,
        price_from=shape.price_from,
        price_to=shape.price_to,
        in_stock=shape.in_stock,
    ).conditions(certified=False)
    chosen_county = select(Region.id).where(
        Region.code == bindparam("county"), Region.level == "county", Region.valid_until.is_(None)
    )
    chosen_supplier = select(Organisation.id).where(Organisation.public_id == bindparam("supplier"))
    keys: dict[str, Any] = {
        "category": Product.category,
        "county": Product.county_id,
        "supplier": Product.supplier_id,
        "kind": Certificate.kind,
    }
    asked: dict[str, Any] = {
        "category": bindparam("category", type_=Text),
        "county": chosen_county.scalar_subquery(),
        "supplier": chosen_supplier.scalar_subquery(),
        "kind": bindparam("kind", type_=Text),
    }
    fits = {name: keys[name] == asked[name] for name in shape.chosen}

    def counted(*leaving_out: str) -> Any:
        others = [fit for name, fit in fits.items() if name not in leaving_out]
        return func.count().filter(and_(*others)) if others else func.count()

    which = func.grouping(*keys.values())
    # GROUPING sets a bit for each column that is not part of the set; the last column is the lowest bit.
    bits = {name: 15 - (8 >> place) for place, name in enumerate(_DIMENSIONS)}
    number = case(*((which == bits[name], counted(name)) for name in _DIMENSIONS), else_=counted())
    dimension = case(*((which == bits[name], literal(name)) for name in _DIMENSIONS), else_=literal("total"))
    # A search is told which of its products the list has, so that nothing else has to look at all of them.
    found = func.array_agg(Product.id).filter(and_(true(), *fits.values()))
    groups = (
        select(
            dimension.label("dimension"),
            func.coalesce(Product.category, Certificate.kind).label("key"),
            Product.county_id,
            Product.supplier_id,
            number.label("products"),
            (case((which == 15, found)) if shape.ids else null()).label("found"),
        )
        .select_from(Product)
        .join(Certificate, and_(Certificate.product_id == Product.id, certified_condition(_now)))
        .where(*conditions)
        .group_by(func.grouping_sets(*(tuple_(key) for key in keys.values()), tuple_()))
        .subquery("groups")
    )
    rank = func.row_number().over(
        partition_by=groups.c.dimension, order_by=(groups.c.products.desc(), groups.c.supplier_id)
    )
    ranked = select(groups, rank.label("rank")).subquery("ranked")
    wanted = [ranked.c.products > 0, ranked.c.dimension == "total"]
    if "county" in shape.chosen:
        wanted.append(ranked.c.county_id == asked["county"])
    few = [ranked.c.dimension != "supplier", ranked.c.rank <= MOST_SUPPLIERS]
    if "supplier" in shape.chosen:
        wanted.append(ranked.c.supplier_id == asked["supplier"])
        few.append(ranked.c.supplier_id == asked["supplier"])
    return (
        select(
            ranked.c.dimension,
            ranked.c.key,
            func.coalesce(ranked.c.county_id, ranked.c.supplier_id),
            func.coalesce(_county.code, Organisation.public_id),
            func.coalesce(_county.name_zh, Organisation.name_zh),
            func.coalesce(_county.name_en, Organisation.name_en),
            ranked.c.products,
            ranked.c.found,
        )
        .select_from(ranked)
        .outerjoin(_county, _county.id == ranked.c.county_id)
        .outerjoin(Organisation, Organisation.id == ranked.c.supplier_id)
        .where(or_(*wanted), or_(*few))
    )


def weekly_ids(session: Session, week: str, limit: int) -> list[int]:
    """Return products for the front of the shop: in stock, from all shelves by turns, others each `week`."""
    values = {"now": clock.now(), "week": week, "limit": limit}
    return list(session.scalars(_weekly_statement(), values))


@cache
def _weekly_statement() -> Select[int]:
    """Draw from the newest of each shelf by their index: the work does not grow with the catalogue."""
    lot = func.md5(func.concat(bindparam("week", type_=Text), ":", literal_column("newest.id")))
    newest = (
        select(Product.id)
        .where(Product.category == _shelf.c.key, *_Shape().conditions())
        .order_by(Product.listed_at.desc(), Product.id.desc())
        .limit(DRAWN_FROM)
        .correlate(_shelf)
        .subquery("newest")
    )
    candidates = lateral(
        select(newest.c.id, lot.label("lot")).order_by(literal_column("lot")).limit(CANDIDATES)
    ).alias("candidates")
    turn = func.row_number().over(partition_by=_shelf.c.key, order_by=candidates.c.lot)
    drawn = (
        select(candidates.c.id, candidates.c.lot, turn.label("turn"))
        .select_from(_shelf)
        .join(candidates, true())
        .where(has_stock(candidates.c.id, _now))
        .subquery()
    )
    return select(drawn.c.id).order_by(drawn.c.turn, drawn.c.lot).limit(bindparam("limit", type_=Integer))


def shelves(session: Session) -> dict[str, Shelf]:
    """Return the categories that have products, each with how many and with a picture of its newest."""
    counts = facets(session).categories
    pictures = stamps.remembered(
        session,
        "shelves",
        lambda: {row.key: row.picture for row in session.execute(_shelves_statement(), {"now": clock.now()})},
    )
    return {
        key: Shelf(key, count, storage.picture_url(pictures.get(key), 320)) for key, count in counts.items()
    }


@cache
def _shelves_statement() -> Select[*tuple[Any, ...]]:
    newest = lateral(
        select(Product.picture)
        .where(Product.category == _shelf.c.key, Product.picture.is_not(None), *_Shape().conditions())
        .order_by(Product.listed_at.desc(), Product.id.desc())
        .limit(1)
    ).alias("newest")
    return select(_shelf.c.key, newest.c.picture).select_from(_shelf).join(newest, true())


def title_matches(session: Session, text: str, limit: int) -> list[int]:
    """Return products whose name contains the text, else its characters in this order (茶油 in 油茶籽油).

    This answers when the index finds nothing or cannot be asked; signs in the text mean themselves.
    """
    plain = " ".join(text.replace("\x00", " ").split())[:50]
    if not plain:
        return []
    contains = or_(
        Product.name_zh.icontains(plain, autoescape=True), Product.name_en.icontains(plain, autoescape=True)
    )
    found = contains
    if 2 <= len(plain) <= 10 and not plain.isascii():
        spread = "%" + "%".join(_escaped(character) for character in plain if character != " ") + "%"
        found = or_(contains, Product.name_zh.ilike(spread, escape="/"))
    return list(
        session.scalars(
            select(Product.id)
            .where(on_sale(clock.now()), found)
            .order_by(case((contains, 0), else_=1), func.length(Product.name_zh), Product.id)
            .limit(limit)
        )
    )


def _escaped(character: str) -> str:
    return "/" + character if character in "%_/" else character


def suggested(
    session: Session, text: str, ids: Sequence[int], *, english: bool, limit: int
) -> list[Suggestion]:
    """Return products whose names begin with or contain what was typed, then what the index found, in one statement."""
    plain = " ".join(text.replace("\x00", " ").split())[:50]
    name = (
        case((Product.name_en != "", Product.name_en), else_=Product.name_zh) if english else Product.name_zh
    )
    begins = or_(
        Product.name_zh.istartswith(plain, autoescape=True),
        Product.name_en.istartswith(plain, autoescape=True),
    )
    contains = or_(
        Product.name_zh.icontains(plain, autoescape=True), Product.name_en.icontains(plain, autoescape=True)
    )
    rows = session.execute(
        select(name.label("title"), Product.slug)
        .where(on_sale(clock.now()), or_(Product.id == func.any(_ids), contains))
        .order_by(
            case((begins, 0), (contains, 1), else_=2),
            func.array_position(_ids, Product.id).nulls_last(),
            func.length(name),
            Product.id,
        )
        .limit(limit),
        {"ids": list(ids)},
    )
    return [Suggestion(row.title, PREFIX + row.slug) for row in rows]
