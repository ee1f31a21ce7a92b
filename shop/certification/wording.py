"""Words of certification: what was done to a certificate, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.certification.errors import (
    AlreadyCertified,
    BadWindow,
    NotYourCounty,
    NumberTaken,
    OwnSupplier,
    ReasonMissing,
    WrongState,
)
from shop.certification.values import CertificateState
from web.wording import explains


def state_sentence(state: CertificateState) -> str:
    """Say how a certificate stands, for the public."""
    return {
        CertificateState.NOT_YET: _("This certificate begins later; it does not hold yet."),
        CertificateState.IN_FORCE: _("This certificate is in force."),
        CertificateState.SUSPENDED: _("This certificate is suspended; it does not hold at present."),
        CertificateState.EXPIRED: _("This certificate has run out; it holds no longer."),
        CertificateState.REVOKED: _("This certificate was revoked; it holds no longer."),
    }[state]


def action_label(action: str) -> str:
    """Return what was done to a certificate, in words."""
    return {
        "certificate issued": _("Certificate issued"),
        "certificate suspend": _("Suspended"),
        "certificate lift": _("Suspension lifted"),
        "certificate revoke": _("Revoked"),
    }.get(action, action)


@explains(BadWindow)
def _bad_window(_refusal: BadWindow) -> str:
    return _("Choose a last day in the future, at most three years from now.")


@explains(AlreadyCertified)
def _already(refusal: AlreadyCertified) -> str:
    return _(
        "Certificate %(number)s covers part of this time. Revoke it first, or begin when it ends.",
        number=refusal.number,
    )


@explains(NumberTaken)
def _taken(refusal: NumberTaken) -> str:
    return _("Another certificate carries the number %(number)s.", number=refusal.number)


@explains(OwnSupplier)
def _own(_refusal: OwnSupplier) -> str:
    return _("You belong to this supplier. Somebody else must certify its products.")


@explains(NotYourCounty)
def _not_your_county(_refusal: NotYourCounty) -> str:
    return _("You cannot sign for this office, or it has no say in this county.")


@explains(WrongState)
def _wrong_state(refusal: WrongState) -> str:
    return {
        "suspended": _("The certificate is suspended already."),
        "expired": _("The certificate has run out; issue a new one."),
        "revoked": _("The certificate was revoked; issue a new one."),
    }.get(refusal.state) or _("The certificate is in force; there is nothing to lift.")


@explains(ReasonMissing)
def _reason_missing(_refusal: ReasonMissing) -> str:
    return _("Give a reason that you can answer for, in a few words at least.")
