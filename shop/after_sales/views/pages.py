"""What the pages of a claim share: its timeline, and sending a photo to somebody who may see it."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import gettext as _

from core import money
from payments import wording as payment_wording
from payments.models import Refund
from shop.after_sales import wording
from shop.after_sales.values import OPEN, ClaimFile, Side
from web.language import in_language
from web.security import keep_private
from web.templating import moment


def shown(file: ClaimFile, side: Side, refund: Refund | None) -> dict[str, Any]:
    """Return what every page of a claim shows, as one side reads it."""
    return {
        "file": file,
        "row": file.row,
        "wording": wording,
        "next_text": wording.next_text(file, side),
        "next_tone": "bad" if wording.is_overdue(file.row) else wording.tone(file.row.state),
        "asked_text": asked_text(file),
        "steps": steps(file, side),
        "refund": refund,
        "payment_wording": payment_wording,
    }


def asked_text(file: ClaimFile) -> str:
    """Say what a buyer asks for, in a line."""
    amount = money.format_fen(file.asked_fen)
    if file.wants == "return_refund":
        return _("%(amount)s for sending it back", amount=amount)
    return amount


def steps(file: ClaimFile, side: Side) -> list[dict[str, Any]]:
    """Return what was done, and what its clock waits for; only the operator reads names of people."""
    found = [
        {
            "label": wording.step_label(step),
            "state": "done",
            "when": moment(step.at),
            "who": _who(file, step.side, step.who if side is Side.OPERATOR else ""),
            "note": step.note,
        }
        for step in file.steps
    ]
    if file.row.state in OPEN:
        found.append(
            {
                "label": wording.state_label(file.row.state),
                "state": "now",
                "when": wording.clock_text(file.row),
                "who": "",
                "note": "",
            }
        )
    return found


def _who(file: ClaimFile, side: Side, name: str) -> str:
    if side is Side.SUPPLIER:
        return " · ".join(word for word in (in_language(*file.row.supplier), name) if word)
    return " · ".join(word for word in (wording.side_label(side), name) if word)


def photo(data: bytes) -> Response:
    """Send a photo to somebody who may see it; no cache keeps it."""
    keep_private()
    return Response(data, mimetype="image/webp", headers={"Content-Disposition": "inline"})
