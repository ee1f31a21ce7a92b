"""Words for what accounts refuse."""

from __future__ import annotations

from flask_babel import gettext as _

from accounts.errors import LinkUsedUp, WeakPassword, WrongCredentials
from accounts.rules import SHORTEST_PASSWORD
from web.wording import explains


@explains(WrongCredentials)
def _wrong_credentials(_refusal: WrongCredentials) -> str:
    return _("The account or the password is not right. Check both, or set a new password.")


@explains(WeakPassword)
def _weak_password(_refusal: WeakPassword) -> str:
    return _(
        "Use at least %(least)s characters, and nothing that is easy to guess. A short sentence works well.",
        least=SHORTEST_PASSWORD,
    )


@explains(LinkUsedUp)
def _link_used_up(_refusal: LinkUsedUp) -> str:
    return _("This link was used before or is more than an hour old. Please ask for a new one.")
