"""The page of one product: one statement, whatever it has."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, lateral, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation
from core import clock, money, storage
from core.errors import NotFound
from registry.models import Region
from registry.queries import on_the_way
from shop.catalogue import rules
from shop.catalogue.models import Picture, Product, Variant
from shop.catalogue.queries.cards import impact_text
from shop.catalogue.values import (
    CardWords,
    LadderRow,
    LiveTeaser,
    PackChoice,
    ProductCertificate,
    ProductPage,
    ReturnTerms,
    Share,
    ShownPicture,
)
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.certification.rules import state_at
from shop.certification.values import CertificateState, last_day
from shop.live import queries as live_queries
from shop.reviews.models import ProductRating
from shop.reviews.queries import RATING_COLUMNS, rating_of
from shop.stock.models import Stock
from shop.stock.queries import held_quantity
from shop.tracing.models import TraceCode

_now: Any = bindparam("now")

#: What is shown of a product itself.
_COLUMNS = (
    *(
        "id",
        "slug",
        "category",
        "village_id",
        "picture",
        "households_count",
        "shelf_life_days",
        "return_terms",
    ),
    *("name_zh", "name_en", "summary_zh", "summary_en", "story_zh", "story_en", "storage_zh", "storage_en"),
    *("return_note_zh", "return_note_en"),
)


class _Pack(NamedTuple):
    """What is shown of a pack size; read as JSON inside the one statement."""

    public_id: str
    label_zh: str
    label_en: str
    net_grams: int | None
    pieces: int | None
    price_fen: int
    producer_fen: int
    logistics_fen: int
    other_fen: int
    pack_multiple: int
    ladder: list[list[int]]
    available: int


def get_product_page(session: Session, words: CardWords, slug: str) -> ProductPage:
    """Return what the page of a listed product shows at this moment; `NotFound` for others."""
    now = clock.now()
    row = session.execute(
        _product_statement(), {"now": now, "slug": slug, "soon": live_queries.soon()}
    ).one_or_none()
    if row is None:
        raise NotFound("product")
    village = words.choose(row.village_zh, row.village_en)
    certificate = _certificate(row, words, now)
    return ProductPage(
        id=row.id,
        slug=row.slug,
        title=words.choose(row.name_zh, row.name_en),
        summary=words.choose(row.summary_zh, row.summary_en),
        story=tuple(
            part.strip() for part in words.choose(row.story_zh, row.story_en).split("\n") if part.strip()
        ),
        storage=words.choose(row.storage_zh, row.storage_en),
        shelf_life_days=row.shelf_life_days,
        return_terms=ReturnTerms(row.return_terms),
        return_note=words.choose(row.return_note_zh, row.return_note_en),
        category=row.category,
        image_url=storage.picture_url(row.picture, 1200),
        image_srcset=storage.picture_srcset(row.picture),
        supplier=words.choose(row.supplier_zh, row.supplier_en),
        supplier_key=row.supplier_key,
        supplier_about=words.choose(row.about_zh, row.about_en),
        village_id=row.village_id,
        village=village,
        county=words.choose(row.county_zh, row.county_en),
        county_code=row.county_code,
        origin=tuple((level, words.choose(zh, en)) for level, zh, en in row.places),
        households_count=row.households_count,
        certificate=certificate,
        certified=certificate is not None and certificate.state == CertificateState.IN_FORCE,
        trace_code=row.trace_code,
        packs=tuple(_pack(_Pack(*pack), words, row.households_count, village) for pack in row.packs or ()),
        rating=rating_of(row),
        pictures=tuple(
            ShownPicture(
                storage.picture_url(key, 1200),
                storage.picture_srcset(key),
                storage.picture_url(key, 320),
                words.choose(alt_zh, alt_en) or words.choose(row.name_zh, row.name_en),
            )
            for key, alt_zh, alt_en in row.pictures or ()
        ),
        sessions=tuple(
            LiveTeaser(public_id, words.choose(zh, en), state == "open", datetime.fromisoformat(starts_at))
            for public_id, zh, en, state, starts_at in row.sessions or ()
        ),
    )


@cache
def _product_statement() -> Select[*tuple[Any, ...]]:
    village, county, place, issuer = aliased(Region), aliased(Region), aliased(Region), aliased(Organisation)
    last = lateral(
        select(
            Certificate.number,
            Certificate.kind,
            Certificate.valid_from,
            Certificate.valid_until,
            Certificate.suspended_at,
            Certificate.revoked_at,
            issuer.name_zh.label("issuer_zh"),
            issuer.name_en.label("issuer_en"),
        )
        .join(issuer, issuer.id == Certificate.issuer_id)
        .where(Certificate.product_id == Product.id)
        .order_by(certified_condition(_now).desc(), Certificate.valid_until.desc())
        .limit(1)
    ).alias("last_certificate")
    places = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(place.level, place.name_zh, place.name_en), func.length(place.path)
                )
            )
        )
        .where(place.id == on_the_way(village.path))
        .correlate(village)
        .scalar_subquery()
    )
    pictures = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(Picture.key, Picture.alt_zh, Picture.alt_en),
                    Picture.position,
                    Picture.id,
                )
            )
        )
        .where(Picture.product_id == Product.id)
        .correlate(Product)
        .scalar_subquery()
    )
    free = func.coalesce(Stock.on_hand, 0) - held_quantity(Variant.id, _now)
    packs = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(*(getattr(Variant, name) for name in _Pack._fields[:-1]), free),
                    Variant.price_fen,
                    Variant.id,
                )
            )
        )
        .select_from(Variant)
        .outerjoin(Stock, Stock.variant_id == Variant.id)
        .where(Variant.product_id == Product.id, Variant.on_shelf)
        .correlate(Product)
        .scalar_subquery()
    )
    return (
        select(
            *(getattr(Product, name) for name in _COLUMNS),
            *RATING_COLUMNS,
            packs.label("packs"),
            pictures.label("pictures"),
            live_queries.sessions_of(Product.id, bindparam("soon")).label("sessions"),
            Organisation.public_id.label("supplier_key"),
            Organisation.name_zh.label("supplier_zh"),
            Organisation.name_en.label("supplier_en"),
            Organisation.about_zh,
            Organisation.about_en,
            village.name_zh.label("village_zh"),
            village.name_en.label("village_en"),
            county.name_zh.label("county_zh"),
            county.name_en.label("county_en"),
            county.code.label("county_code"),
            places.label("places"),
            select(TraceCode.code)
            .where(TraceCode.product_id == Product.id, TraceCode.batch_id.is_(None))
            .correlate(Product)
            .scalar_subquery()
            .label("trace_code"),
            last,
        )
        .join(Organisation, Organisation.id == Product.supplier_id)
        .join(village, village.id == Product.village_id)
        .join(county, county.id == Product.county_id)
        .outerjoin(ProductRating, ProductRating.product_id == Product.id)
        .outerjoin(last, true())
        .where(Product.slug == bindparam("slug"), Product.listed_at.is_not(None))
    )


def _certificate(row: Any, words: CardWords, now: datetime) -> ProductCertificate | None:
    if row.number is None:
        return None
    return ProductCertificate(
        number=row.number,
        issuer=words.choose(row.issuer_zh, row.issuer_en),
        valid_from=row.valid_from.astimezone(clock.CHINA).date(),
        last_day=last_day(row.valid_until),
        state=state_at(now, row.valid_from, row.valid_until, row.suspended_at, row.revoked_at),
        kind=row.kind,
    )


def _pack(variant: _Pack, words: CardWords, households: int, village: str) -> PackChoice:
    amounts = (variant.producer_fen, variant.logistics_fen, variant.other_fen)
    percents = rules.shares_percent(variant.price_fen, *amounts)
    unit_price = rules.unit_price_fen(variant.price_fen, variant.net_grams, variant.pieces)
    unit_words = words.per_kilogram if variant.net_grams else words.per_piece
    return PackChoice(
        public_id=variant.public_id,
        label=words.choose(variant.label_zh, variant.label_en),
        price_text=money.format_fen(variant.price_fen),
        unit_price_text=unit_words % {"price": money.format_fen(unit_price)},
        impact_text=impact_text(
            words,
            rules.container(variant.label_zh, variant.label_en),
            variant.producer_fen,
            households,
            village,
        ),
        shares=tuple(
            Share(kind, money.format_fen(amount), percent)
            for kind, amount, percent in zip(
                ("producer", "logistics", "other"), amounts, percents, strict=True
            )
        ),
        pack_multiple=variant.pack_multiple,
        available=rules.counted_packs(variant.available, variant.pack_multiple),
        ladder=tuple(
            LadderRow(
                step.from_packs,
                money.format_fen(step.price_fen),
                unit_words
                % {
                    "price": money.format_fen(
                        rules.unit_price_fen(step.price_fen, variant.net_grams, variant.pieces)
                    )
                },
            )
            for step in rules.as_ladder(variant.ladder)
        ),
    )
