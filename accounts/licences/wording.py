"""Words of licences: kinds, where one stands, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.licences import errors
from accounts.licences.values import Fault, LicenceKind, LicenceRow, Need, Standing
from web.templating import day
from web.wording import explains


def kind_label(kind: LicenceKind) -> str:
    """Return what a kind is called."""
    return {
        LicenceKind.BUSINESS: _("Business licence or certificate of legal person"),
        LicenceKind.FOOD_PRODUCTION: _("Food production licence or workshop registration"),
        LicenceKind.FOOD_TRADING: _("Food trading licence or filing"),
        LicenceKind.ORIGIN: _("Certificate of origin"),
        LicenceKind.QUALITY: _("Certificate of quality (green, organic, pollution-free)"),
        LicenceKind.INSPECTION: _("Inspection and test report"),
    }[kind]


def standing_label(row: LicenceRow) -> str:
    """Say where a licence stands."""
    if row.standing is Standing.ENDING and row.days_left is not None:
        return ngettext("ends in %(num)s day", "ends in %(num)s days", row.days_left)
    return {
        Standing.VALID: _("valid"),
        Standing.ENDING: _("ends soon"),
        Standing.EXPIRED: _("expired"),
        Standing.NOT_YET: _("not valid yet"),
        Standing.REPLACED: _("replaced by a newer one"),
    }[row.standing]


def standing_tone(standing: Standing) -> str:
    """Return the tone in which a standing is shown."""
    return {
        Standing.VALID: "good",
        Standing.ENDING: "warn",
        Standing.EXPIRED: "bad",
        Standing.NOT_YET: "info",
        Standing.REPLACED: "neutral",
    }[standing]


def period_text(row: LicenceRow) -> str:
    """Say from when until when a licence holds."""
    if row.valid_until is None:
        return _("from %(first)s, long-term", first=day(row.valid_from))
    return _("%(first)s to %(last)s", first=day(row.valid_from), last=day(row.valid_until))


def size_text(row: LicenceRow) -> str:
    """Say what the document is and how large."""
    kind = _("PDF") if row.pdf else _("picture")
    return f"{kind}, {max(1, round(row.size / 1024))} KB"


def fault_text(need: Need, fault: Fault) -> str:
    """Say which licence is missing or has ended, and what to do."""
    return {
        (Need.BUSINESS, Fault.ABSENT): _("There is no valid business licence. Hand it in under “Licences”."),
        (Need.BUSINESS, Fault.EXPIRED): _(
            "Your business licence has expired. Hand in the new one under “Licences”."
        ),
        (Need.FOOD, Fault.ABSENT): _(
            "There is no valid food production or trading licence. Hand it in under “Licences”."
        ),
        (Need.FOOD, Fault.EXPIRED): _("Your food licence has expired. Hand in the new one under “Licences”."),
    }[need, fault]


@explains(errors.BadLicence)
def _bad(refusal: errors.BadLicence) -> str:
    return {
        "number": _("Enter the number that stands on the document, at most 60 characters."),
        "valid_from": _("Choose the first day that stands on the document; it can lie at most a year ahead."),
        "valid_until": _("The last day comes after the first. Leave it empty for a long-term licence."),
        "expired": _("This licence has expired already. Hand in the one that holds today."),
        "renews": _("The licence that this one renews was replaced before. Load the page again."),
    }[refusal.field]


@explains(errors.FormSentBefore)
def _sent_before(_refusal: errors.FormSentBefore) -> str:
    return _("This form was sent before with other contents. Load the page again.")
