"""Words for second factors."""

from __future__ import annotations

from flask_babel import gettext as _

from accounts.second_factors.errors import AlreadyOn, NotOn, OwnFactor, SetUpEnded, WrongCode
from accounts.values import Role
from web.wording import explains


def role_label(role: Role) -> str:
    """Name a role of staff."""
    return {
        Role.ADMIN: _("Administrator"),
        Role.FINANCE: _("Finance officer"),
        Role.CERTIFIER: _("Certifier"),
        Role.SUPERVISOR: _("Supervisor"),
    }[role]


@explains(WrongCode)
def _wrong_code(_refusal: WrongCode) -> str:
    return _(
        "This code is not right, or was used before. Each code works once: wait for the next one and type it. "
        "If it is refused again, let your phone set its time by itself."
    )


@explains(SetUpEnded)
def _set_up_ended(_refusal: SetUpEnded) -> str:
    return _(
        "Please begin again: the set-up was open for more than half an hour, or belongs to another browser."
    )


@explains(AlreadyOn)
def _already_on(_refusal: AlreadyOn) -> str:
    return _("Two-step sign-in is on already.")


@explains(NotOn)
def _not_on(_refusal: NotOn) -> str:
    return _("Two-step sign-in is not on.")


@explains(OwnFactor)
def _own_factor(_refusal: OwnFactor) -> str:
    return _(
        "Your own two-step sign-in is turned off in your account, with a code. If you lost the phone, ask a colleague."
    )
