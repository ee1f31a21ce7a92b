"""Words of benefit links: answers, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.benefit_links import errors
from shop.benefit_links.rules import LONGEST_YEARS
from shop.benefit_links.values import Answer, LinkRow, PaymentRow
from shop.benefit_shares import services as shares
from web.language import in_language
from web.wording import explains


def answer_label(row: LinkRow) -> str:
    """Return how a link stands, in a word or two."""
    if row.withdrawn:
        return _("Taken back")
    return {
        Answer.NONE: _("Not answered yet"),
        Answer.AGREED: _("Household agrees"),
        Answer.DISPUTED: _("Household disputes it"),
    }[row.answer]


def answer_tone(row: LinkRow) -> str:
    """Return the tone in which the state of a link is shown."""
    if row.withdrawn:
        return "neutral"
    return {Answer.NONE: "info", Answer.AGREED: "good", Answer.DISPUTED: "bad"}[row.answer]


def percent(bps: int) -> str:
    """Write hundredths of a percent, `250` -> `2.5%`."""
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def share_text(row: LinkRow) -> str:
    """Say which share of which sales a link has; empty when it has none."""
    if row.share_bps is None:
        return ""
    if row.share_all:
        return _("%(percent)s of the sales of all products", percent=percent(row.share_bps))
    names = _(", ").join(in_language(zh, en) for _slug, zh, en in row.share_products)
    return _("%(percent)s of the sales of %(products)s", percent=percent(row.share_bps), products=names)


def payment_label(payment: PaymentRow) -> str:
    """Return what the household says of a payment, in a word or two."""
    if not payment.asked:
        return _("The household is not asked")
    return {
        Answer.NONE: _("Not answered yet"),
        Answer.AGREED: _("It came"),
        Answer.DISPUTED: _("It did not come"),
    }[payment.answer]


def payment_tone(payment: PaymentRow) -> str:
    """Return the tone in which the answer to a payment is shown."""
    if not payment.asked:
        return "neutral"
    return {Answer.NONE: "info", Answer.AGREED: "good", Answer.DISPUTED: "bad"}[payment.answer]


def entry_label(kind: str) -> str:
    """Return what an entry of a link's account is."""
    return {
        shares.KEPT: _("Kept of a delivery"),
        shares.RETURNED: _("Given back: a buyer got a refund"),
        shares.RELEASED: _("Released: the household was paid"),
    }.get(kind, kind)


@explains(errors.BadLink)
def _bad(refusal: errors.BadLink) -> str:
    return {
        "valid_from": _("Choose a first day within the last %(years)s years.", years=LONGEST_YEARS),
        "valid_until": _(
            "The last day comes after the first, lies not in the past and at most %(years)s years after the first.",
            years=LONGEST_YEARS,
        ),
        "share": _(
            "Only dividends, shares, land trust and purchases by order have a share of sales; wages and rent are agreed as sums."
        ),
        "share_products": _("Choose at least one of your products."),
    }.get(refusal.field) or _("Enter an amount above zero.")


@explains(errors.HouseholdUnknown)
def _unknown(_refusal: errors.HouseholdUnknown) -> str:
    return _(
        "No household of this village fits the name and the digits. Check both with the household or the village cadre."
    )


@explains(errors.PeriodOverlaps)
def _overlaps(_refusal: errors.PeriodOverlaps) -> str:
    return _(
        "You have a link of this kind with this household over part of the same time. Choose other days, or take the "
        "first link back."
    )


@explains(errors.FormSentBefore)
def _sent_before(_refusal: errors.FormSentBefore) -> str:
    return _("This form was sent before with other contents. Load the page again.")


@explains(errors.BadPayment)
def _bad_payment(refusal: errors.BadPayment) -> str:
    if refusal.field == "evidence":
        return _(
            "Add a picture of the receipt: what is kept for this household is released when it agrees that the money came."
        )
    if refusal.field == "paid_on":
        return _("Choose a day from the beginning of the link through today.")
    return _("Enter an amount above zero.")


@explains(errors.ShareTooLarge)
def _too_large(refusal: errors.ShareTooLarge) -> str:
    return _(
        "All shares of the sales of %(product)s together may take %(room)s at most, the growers' part of its price. %(left)s is still free on these days.",
        product=in_language(*refusal.product),
        room=percent(refusal.room_bps),
        left=percent(refusal.left_bps),
    )


@explains(errors.LinkEnded)
def _ended(_refusal: errors.LinkEnded) -> str:
    return _("The time of this link is over. Enter a new link for later sales.")


@explains(errors.PaymentAgreed)
def _agreed(_refusal: errors.PaymentAgreed) -> str:
    return _(
        "You said before that this payment came, and what was kept for it was released. If it was a mistake, tell the village cadre or the county."
    )


@explains(errors.LinkWithdrawn)
def _withdrawn(_refusal: errors.LinkWithdrawn) -> str:
    return _("The supplier has taken this link back; there is nothing to answer or to pay any more.")


@explains(errors.ReasonMissing)
def _reason(_refusal: errors.ReasonMissing) -> str:
    return _("Say why in a few words at least, in at most 500 characters.")


@explains(errors.AnsweredByHousehold)
def _answered(_refusal: errors.AnsweredByHousehold) -> str:
    return _("The household has answered by itself. Only the household can change its answer.")


@explains(errors.NotImpartial)
def _not_impartial(_refusal: errors.NotImpartial) -> str:
    return _("You belong to this supplier. Only the household, or somebody impartial for it, can answer.")
