"""The pictures of a product: several, in an order, the first one is the cover."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.errors import NotFound
from core.permissions import Actor
from shop.catalogue import rules
from shop.catalogue.errors import BadProduct, TooManyPictures
from shop.catalogue.models import Picture, Product
from shop.catalogue.services.owning import own_product
from shop.catalogue.values import Fault


def add_picture(
    session: Session, actor: Actor, product_id: int, key: str, alt_zh: str = "", alt_en: str = ""
) -> Picture:
    """Add a picture (a key of `core.storage`) behind those that are there; one that is there already stays.

    Refused beyond `rules.MOST_PICTURES` (`TooManyPictures`).
    """
    product = own_product(session, actor, product_id)
    _check_alt(alt_zh, alt_en)
    known = _pictures(session, product.id)
    for picture in known:
        if picture.key == key:
            return picture
    if len(known) >= rules.MOST_PICTURES:
        raise TooManyPictures
    picture = Picture(
        public_id=ids.public_id(),
        product_id=product.id,
        position=len(known) + 1,
        key=key,
        alt_zh=alt_zh.strip(),
        alt_en=alt_en.strip(),
        added_at=clock.now(),
    )
    session.add(picture)
    _keep_order(session, actor, product, [*known, picture], "picture added")
    return picture


def describe_picture(
    session: Session, actor: Actor, product_id: int, public_id: str, alt_zh: str, alt_en: str
) -> None:
    """Say what a picture shows, for those who do not see it."""
    product = own_product(session, actor, product_id)
    _check_alt(alt_zh, alt_en)
    pictures = _pictures(session, product.id)
    picture = _one(pictures, public_id)
    if (picture.alt_zh, picture.alt_en) != (alt_zh.strip(), alt_en.strip()):
        picture.alt_zh, picture.alt_en = alt_zh.strip(), alt_en.strip()
        _keep_order(session, actor, product, pictures, "picture described")


def move_picture(session: Session, actor: Actor, product_id: int, public_id: str, *, to: int) -> None:
    """Move a picture to a place (1 makes it the cover); the others close up."""
    product = own_product(session, actor, product_id)
    pictures = _pictures(session, product.id)
    picture = _one(pictures, public_id)
    others = [other for other in pictures if other is not picture]
    place = min(max(to, 1), len(pictures))
    if place != picture.position:
        others.insert(place - 1, picture)
        _keep_order(session, actor, product, others, "picture moved")


def remove_picture(session: Session, actor: Actor, product_id: int, public_id: str) -> None:
    """Take a picture away; the next one becomes the cover when it was the first."""
    product = own_product(session, actor, product_id)
    pictures = _pictures(session, product.id)
    picture = _one(pictures, public_id)
    session.delete(picture)
    _keep_order(
        session, actor, product, [other for other in pictures if other is not picture], "picture removed"
    )


def _pictures(session: Session, product_id: int) -> list[Picture]:
    return list(
        session.scalars(
            select(Picture)
            .where(Picture.product_id == product_id)
            .order_by(Picture.position, Picture.id)
            .execution_options(populate_existing=True)
        )
    )


def _one(pictures: list[Picture], public_id: str) -> Picture:
    for picture in pictures:
        if picture.public_id == public_id:
            return picture
    raise NotFound("picture")


def _keep_order(
    session: Session, actor: Actor, product: Product, pictures: list[Picture], action: str
) -> None:
    for place, picture in enumerate(pictures, 1):
        picture.position = place
    before = product.picture
    product.picture = pictures[0].key if pictures else None
    session.flush()
    audit.record(
        session,
        actor,
        action,
        "product",
        product.slug,
        before={"cover": before},
        after={"cover": product.picture, "pictures": len(pictures)},
    )


def _check_alt(alt_zh: str, alt_en: str) -> None:
    for field, text in (("alt_zh", alt_zh), ("alt_en", alt_en)):
        if len(text) > rules.LONGEST_ALT:
            raise BadProduct(faults=[Fault(field, "too long")])
        if "\x00" in text:
            raise BadProduct(faults=[Fault(field, "characters")])
