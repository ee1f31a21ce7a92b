"""What can be found about products: the words that the search index is given, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation
from registry.models import Region
from search import Document
from shop.catalogue.models import Product, Variant

#: What people type for a whole shelf.
SHELF_WORDS = {
    "fruit_vegetables": ("水果 蔬菜 果蔬 生鲜", "fruit vegetables"),
    "grain_oil": ("粮油 米面 五谷 调料", "grain oil staples"),
    "snacks": ("零食 小吃 点心", "snacks"),
    "daily_goods": ("日用 日用品", "daily goods household"),
    "cooked_food": ("熟食 糕点", "cooked food pastry"),
    "plants": ("花卉 绿植 苗木", "plants flowers seedlings"),
    "crafts": ("手工 手工艺 手艺", "crafts handmade"),
}


def searchable_ids(session: Session) -> list[int]:
    """Return the ids of all products that can be found; what is certified is decided when a page is read."""
    return list(
        session.scalars(select(Product.id).where(Product.listed_at.is_not(None)).order_by(Product.id))
    )


def search_documents(session: Session, ids: Sequence[int]) -> list[Document]:
    """Return what can be found about these products; those that are not listed are left out."""
    village, town, county = aliased(Region), aliased(Region), aliased(Region)
    packs = (
        select(
            func.array_agg(
                aggregate_order_by(Variant.label_zh + "\n" + Variant.label_en, Variant.price_fen, Variant.id)
            )
        )
        .where(Variant.product_id == Product.id, Variant.on_shelf)
        .correlate(Product)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Product.id,
            Product.category,
            Product.name_zh,
            Product.name_en,
            Product.summary_zh,
            Product.summary_en,
            Product.story_zh,
            Product.story_en,
            Organisation.name_zh.label("supplier_zh"),
            Organisation.name_en.label("supplier_en"),
            village.name_zh.label("village_zh"),
            village.name_en.label("village_en"),
            town.name_zh.label("town_zh"),
            town.name_en.label("town_en"),
            county.name_zh.label("county_zh"),
            county.name_en.label("county_en"),
            packs.label("packs"),
        )
        .join(Organisation, Organisation.id == Product.supplier_id)
        .join(village, village.id == Product.village_id)
        .outerjoin(town, town.id == village.parent_id)
        .join(county, county.id == Product.county_id)
        .where(Product.id.in_(ids), Product.listed_at.is_not(None))
        .order_by(Product.id)
    )
    return [
        Document(
            id=row.id,
            title=(row.name_zh, row.name_en),
            keywords=(
                row.village_zh,
                row.village_en,
                row.town_zh or "",
                row.town_en or "",
                row.county_zh,
                row.county_en,
                row.supplier_zh,
                row.supplier_en,
                *SHELF_WORDS[row.category],
            ),
            text=(row.summary_zh, row.summary_en, row.story_zh, row.story_en, *(row.packs or ())),
        )
        for row in rows
    ]
