"""What is kept of sales for households, for the operator: by supplier, and the links of one supplier."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _

from core.db import reading
from payments.services import require_operator
from shop.benefit_links.wording import percent as share_percent
from shop.benefit_shares import queries as share_queries
from shop.permissions import PAY_SUPPLIERS
from shop.settlement import queries, wording
from shop.settlement.views.operator import desk_tabs
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private

bp = Blueprint("payout_shares", __name__)

PAGE_SIZE = 25


@bp.get("/operator/payouts/shares")
@requires(PAY_SUPPLIERS)
def suppliers() -> Any:
    """List the suppliers by whose links something is due to households."""
    keep_private()
    number = page_number()
    with reading() as session:
        require_operator(session, current_actor())
        rows, total = share_queries.list_suppliers_due(
            session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
        waiting = queries.count_waiting(session)
    return render_template(
        "shop/settlement/shares.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        tabs=desk_tabs("shares", waiting),
        wording=wording,
    )


@bp.get("/operator/payouts/shares/<public_id>")
@requires(PAY_SUPPLIERS)
def one_supplier(public_id: str) -> Any:
    """Show what is due by which links of a supplier, names masked; those that have ended, too."""
    keep_private()
    number = page_number()
    with reading() as session:
        require_operator(session, current_actor())
        supplier, rows, total, due = share_queries.list_links_due(
            session, public_id.replace("\x00", ""), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    return render_template(
        "shop/settlement/shares_of_supplier.html",
        supplier=supplier,
        page=paginate(rows, number, total, PAGE_SIZE),
        due=due,
        share=lambda bps: share_percent(bps) if bps else _("none"),
    )
