"""What accounts refuse."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class WrongCredentials(Refusal):
    """Unknown account, wrong password or a closed account: all three look alike."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class HalfSignInEnded(Refusal):
    """The password was given too long ago, or the sign-in was finished or ended meanwhile."""

    status = HTTPStatus.GONE


class WeakPassword(Refusal):
    """The password is too short, or one that everybody tries first."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class LinkUsedUp(Refusal):
    """The link was used or is too old."""

    status = HTTPStatus.GONE
