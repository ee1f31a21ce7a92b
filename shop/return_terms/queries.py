"""Reading which product goes back on which terms."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core.errors import NotFound
from shop.catalogue.models import Product
from shop.catalogue.values import ReturnTerms


@dataclass(frozen=True, slots=True)
class TermsRow:
    """A product in the list, with what is said of its flaw or near end; names and words as (zh, en)."""

    slug: str
    name: tuple[str, str]
    supplier: tuple[str, str]
    terms: str
    note: tuple[str, str]
    on_sale: bool


def list_terms(
    session: Session, terms: ReturnTerms | None, words: str, *, limit: int, offset: int
) -> tuple[list[TermsRow], int]:
    """Return products with these terms, or with any but the seven days of the law, and how many there are; two statements."""
    wanted = (
        Product.return_terms == terms.value
        if terms is not None
        else Product.return_terms != ReturnTerms.SEVEN_DAYS.value
    )
    conditions = [wanted]
    if words:
        named = (Product.name_zh, Product.name_en, Organisation.name_zh, Organisation.name_en)
        conditions.append(or_(*(column.icontains(words, autoescape=True) for column in named)))
    chosen = select(Product).join(Organisation, Organisation.id == Product.supplier_id).where(*conditions)
    rows = session.execute(
        chosen.with_only_columns(
            Product.slug,
            Product.name_zh,
            Product.name_en,
            Organisation.name_zh,
            Organisation.name_en,
            Product.return_terms,
            Product.return_note_zh,
            Product.return_note_en,
            Product.listed_at.is_not(None),
        )
        .order_by(Product.id.desc())
        .limit(limit)
        .offset(offset)
    )
    total = session.scalar(chosen.with_only_columns(func.count())) or 0
    return [
        TermsRow(row[0], (row[1], row[2]), (row[3], row[4]), row[5], (row[6], row[7]), row[8]) for row in rows
    ], total


def get_product(session: Session, slug: str) -> tuple[Product, Organisation]:
    """Return any product with its supplier; raises `NotFound`."""
    row = session.execute(
        select(Product, Organisation)
        .join(Organisation, Organisation.id == Product.supplier_id)
        .where(Product.slug == slug.replace("\x00", ""))
    ).one_or_none()
    if row is None:
        raise NotFound("product")
    return row[0], row[1]
