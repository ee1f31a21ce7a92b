"""Words of the workbench: what a product lacks, what somebody changed, what is wrong with a picture."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from core import money
from core.storage import NotAPicture
from shop.assortment.values import OwnPack
from shop.catalogue import rules
from shop.catalogue.errors import ChangedMeanwhile
from shop.catalogue.values import PriceStep
from shop.catalogue.wording import category_labels, terms_label
from shop.live.values import LEFT_OVER, SET_ASIDE, TAKEN_BACK
from shop.stock.wording import weight_text


def lack_text(name: str) -> str:
    """Say what a product lacks and how to mend it."""
    return {
        "packs": _("A pack size with its price: without one it cannot be put on sale."),
        "picture": _("A picture: buyers pass by what they cannot see."),
        "story": _("A story: where it comes from and who makes it."),
        "english": _("A name in English."),
        "storage": _("How it is kept."),
        "shelf_life": _("How long it keeps."),
        "certificate": _("A certificate in force: until then it cannot be ordered."),
        "stock": _("Stock: no pack lies ready."),
        "sale": _("It is off sale."),
    }[name]


def lack_label(name: str) -> str:
    """Say in a word or two what a product lacks."""
    return {
        "packs": _("pack size"),
        "picture": _("picture"),
        "story": _("its story"),
        "english": _("English name"),
        "storage": _("storage"),
        "shelf_life": _("shelf life"),
        "certificate": _("certificate"),
        "stock": _("stock"),
        "sale": _("on sale"),
    }[name]


def size_text(pack: OwnPack) -> str:
    """Say what is in a pack."""
    if pack.net_grams is not None:
        return weight_text(pack.net_grams)
    return _("%(pieces)s pieces", pieces=pack.pieces)


def unit_text(price_fen: int, net_grams: int | None, pieces: int | None) -> str:
    """Say what a kilogram or a piece costs at a price (fen) of the pack."""
    price = money.format_fen(rules.unit_price_fen(price_fen, net_grams, pieces))
    return _("%(price)s/kg", price=price) if net_grams else _("%(price)s each", price=price)


def field_labels() -> dict[str, str]:
    """Return what the fields that may change are called."""
    return {
        "name_zh": _("Name in Chinese"),
        "name_en": _("Name in English"),
        "category": _("Shelf"),
        "village_id": _("Village of origin"),
        "summary_zh": _("In one sentence, in Chinese"),
        "summary_en": _("In one sentence, in English"),
        "story_zh": _("Its story, in Chinese"),
        "story_en": _("Its story, in English"),
        "storage_zh": _("How it is kept, in Chinese"),
        "storage_en": _("How it is kept, in English"),
        "shelf_life_days": _("Keeps for so many days"),
        "return_terms": _("Sending back without a reason"),
        "return_note_zh": _("Which flaw, or best before when, in Chinese"),
        "return_note_en": _("Which flaw, or best before when, in English"),
        "label_zh": _("What the pack is called, in Chinese"),
        "label_en": _("What the pack is called, in English"),
        "net_grams": _("Weight in grams"),
        "pieces": _("Pieces"),
        "price_fen": _("Price of a pack"),
        "producer_fen": _("To the growers"),
        "logistics_fen": _("Transport within the county"),
        "other_fen": _("Packing and other"),
        "pack_multiple": _("Sold by so many packs"),
        "sku": _("Article number"),
        "ladder": _("Price ladder"),
        "closed": _("Closed"),
    }


def change_rows(refusal: ChangedMeanwhile, names: dict[int, str]) -> list[tuple[str, str, str]]:
    """Return what somebody changed: field, what it was, what it is; `names` are villages by id."""
    labels = field_labels()
    return [
        (labels.get(field, field), _value(field, old, names), _value(field, new, names))
        for field, (old, new) in refusal.changes.items()
    ]


def ladder_text(steps: tuple[PriceStep, ...]) -> str:
    """Say the steps of a ladder in a line; a dash where there is one price."""
    return (
        _(", ").join(
            _("from %(packs)s %(price)s", packs=step.from_packs, price=money.format_fen(step.price_fen))
            for step in steps
        )
        or "–"
    )


def dear_text(price_fen: int, median_fen: int, percent: int) -> str:
    """Warn of a price that the certifiers will be shown (rule B11)."""
    return _(
        "%(price)s is more than %(percent)s%% above the median of the last 90 days (%(median)s). It is stored; your "
        "certifiers see it among their alerts and may ask why.",
        price=money.format_fen(price_fen),
        percent=percent,
        median=money.format_fen(median_fen),
    )


def picture_problem(name: str, problem: NotAPicture) -> str:
    """Say why an upload is no picture that can be kept."""
    if "bytes" in str(problem):
        return _("%(name)s is larger than 10 MB.", name=name)
    if "pixels" in str(problem):
        return _("%(name)s has too many pixels. Make it smaller, 4,000 by 3,000 is plenty.", name=name)
    return _("%(name)s is no picture that can be shown. Send a JPEG, PNG, WebP or GIF.", name=name)


def reason_text(reason: str) -> str:
    """Say a reason of our own in the reader's language; people's reasons stay as they wrote them."""
    return {
        "opening stock": _("first stock"),
        "sold": _("sold"),
        "returned by a buyer": _("returned by a buyer"),
        SET_ASIDE: _("set aside for a live session"),
        TAKEN_BACK: _("taken back from a live session"),
        LEFT_OVER: _("left over from a live session"),
    }.get(reason, reason)


def _value(field: str, value: Any, names: dict[int, str]) -> str:
    if value is None or value in ("", []):
        return "–"
    if field.endswith("_fen"):
        return money.format_fen(int(value))
    if field == "ladder":
        return ladder_text(rules.as_ladder(value))
    if field == "category":
        return category_labels().get(str(value), str(value))
    if field == "return_terms":
        return terms_label(str(value))
    if field == "village_id":
        return names.get(int(value), "–")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"
