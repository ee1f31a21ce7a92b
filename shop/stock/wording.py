"""Words for what is in the way of buying something."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.stock.errors import OutOfStock
from shop.stock.rules import most_sellable
from shop.stock.values import Goods, Problem
from web.language import in_language
from web.wording import explains


def name_of(goods: Goods) -> str:
    """Return what people call a pack: the product and its size."""
    return f"{in_language(goods.name_zh, goods.name_en)} · {in_language(goods.label_zh, goods.label_en)}"


def problem_text(goods: Goods, problem: Problem) -> str:
    """Say why so many packs of something cannot be bought, and what is left of it."""
    if problem is Problem.GONE:
        return _("This is no longer on sale.")
    if problem is Problem.NOT_CERTIFIED:
        return _("Its certificate does not hold at the moment, so it cannot be ordered.")
    if problem is Problem.SOLD_OUT:
        return _("This is sold out.")
    if problem is Problem.MULTIPLE:
        return _("This is sold in steps of %(multiple)s packs.", multiple=goods.pack_multiple)
    return _("Packs left: %(left)s.", left=most_sellable(goods))


@explains(OutOfStock)
def _out_of_stock(_refusal: OutOfStock) -> str:
    return _("There is not enough in stock for this. Nothing was held.")
