"""Words for what is in the way of buying something."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from core import money
from shop.catalogue import rules as catalogue_rules
from shop.stock.errors import OutOfStock, StockFormSentBefore
from shop.stock.rules import most_sellable, next_step
from shop.stock.values import Goods, Problem
from web.language import in_language
from web.wording import explains


def name_of(goods: Goods) -> str:
    """Return what people call a pack: the product and its size, and whether a live session sells it."""
    name = f"{in_language(goods.name_zh, goods.name_en)} · {in_language(goods.label_zh, goods.label_en)}"
    return _("%(pack)s (live session)", pack=name) if goods.in_session else name


def problem_text(goods: Goods, problem: Problem) -> str:
    """Say why so many packs of something cannot be bought, and what is left of it."""
    if problem is Problem.PAID_AT_ONCE:
        return _("Packs of a live session are paid for at once, so they cannot be ordered on account.")
    if problem is Problem.TOO_MANY:
        return _(
            "%(limit)s Earlier orders of the same account or phone number count, too.",
            limit=limit_text(goods),
        )
    if goods.in_session and problem is Problem.GONE:
        return _("The live session with this price is over.")
    if goods.in_session and problem is Problem.SOLD_OUT:
        return _("This is sold out in the live session.")
    if problem is Problem.GONE:
        return _("This is no longer on sale.")
    if problem is Problem.NOT_CERTIFIED:
        return _("Its certificate does not hold at the moment, so it cannot be ordered.")
    if problem is Problem.SOLD_OUT:
        return _("This is sold out.")
    if problem is Problem.MULTIPLE:
        return _("This is sold in steps of %(multiple)s packs.", multiple=goods.pack_multiple)
    return _("Packs left: %(left)s.", left=most_sellable(goods))


def limit_text(goods: Goods) -> str:
    """Say how many packs of something a buyer gets; empty where there is no limit."""
    if goods.most_per_buyer is None:
        return ""
    return ngettext(
        "At most %(num)s pack per buyer.", "At most %(num)s packs per buyer.", goods.most_per_buyer
    )


def weight_text(grams: int) -> str:
    """Return a weight as people say it: 500 g, 2.5 kg."""
    return f"{grams} g" if grams < 1_000 else f"{grams / 1_000:.3f}".rstrip("0").rstrip(".") + " kg"


def unit_price_text(price_fen: int, goods: Goods) -> str:
    """Return what a kilogram, or a piece where a pack holds several, costs at a price of the pack."""
    price = money.format_fen(catalogue_rules.unit_price_fen(price_fen, goods.net_grams, goods.pieces))
    return _("%(price)s/kg", price=price) if goods.net_grams else _("%(price)s each", price=price)


def ladder_hint(goods: Goods, quantity: int) -> str:
    """Say how many more packs lower the price of each, and to what; empty where no more do."""
    step = next_step(goods, quantity)
    if step is None:
        return ""
    more, price_fen = step
    price, unit = money.format_fen(price_fen), unit_price_text(price_fen, goods)
    if goods.net_grams:
        return _(
            "%(weight)s more and each pack is %(price)s (%(unit)s).",
            weight=weight_text(more * goods.net_grams),
            price=price,
            unit=unit,
        )
    return ngettext(
        "%(num)s pack more and each is %(price)s (%(unit)s).",
        "%(num)s packs more and each is %(price)s (%(unit)s).",
        more,
        price=price,
        unit=unit,
    )


def ladder_text(goods: Goods) -> str:
    """Say the steps of a ladder in a line; empty where there is one price."""
    return _(", ").join(
        _("from %(packs)s %(price)s", packs=step.from_packs, price=money.format_fen(step.price_fen))
        for step in goods.ladder
    )


@explains(StockFormSentBefore)
def _sent_before(_refusal: StockFormSentBefore) -> str:
    return _("This form was sent before with other packs. Open the page anew and look what lies there now.")


@explains(OutOfStock)
def _out_of_stock(_refusal: OutOfStock) -> str:
    return _("There is not enough in stock for this. Nothing was held.")
