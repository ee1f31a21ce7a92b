"""Words for what a cart refuses."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.cart.errors import LineRefused, TooManyLines, TooManyPacks
from shop.cart.values import MOST_LINES
from shop.stock.values import MOST_PACKS
from shop.stock.wording import name_of, problem_text
from web.wording import explains


@explains(LineRefused)
def _line_refused(refusal: LineRefused) -> str:
    goods = refusal.line.goods
    return _(
        "%(name)s: %(problem)s Your cart is as it was.",
        name=name_of(goods),
        problem=problem_text(goods, refusal.line.problem),
    )


@explains(TooManyLines)
def _too_many_lines(_refusal: TooManyLines) -> str:
    return _("A cart holds at most %(most)s different things. Order these first.", most=MOST_LINES)


@explains(TooManyPacks)
def _too_many_packs(_refusal: TooManyPacks) -> str:
    return _("At most %(most)s packs of one thing fit into an order.", most=MOST_PACKS)
