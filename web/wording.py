"""Words for refusals: each capability registers how its refusals are explained to people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import ngettext

from core.errors import FactorMissing, Forbidden, NotFound, Refusal, TooManyAttempts

R = TypeVar("R", bound=Refusal)
_words: dict[type[Refusal], Callable[[Any], str]] = {}


def explains(kind: type[R]) -> Callable[[Callable[[R], str]], Callable[[R], str]]:
    """Use the decorated function to put a refusal of this kind into translated words that say what to do next."""

    def register(function: Callable[[R], str]) -> Callable[[R], str]:
        _words[kind] = function
        return function

    return register


def words_for(refusal: Refusal) -> str:
    """Return the translated sentence for a refusal."""
    for kind in type(refusal).__mro__:
        if kind in _words:
            return _words[kind](refusal)
    return _("This cannot be done right now. Please go back and check.")


def explained() -> frozenset[type[Refusal]]:
    """Return the kinds of refusal that have words."""
    return frozenset(_words)


@explains(NotFound)
def _not_found(_refusal: NotFound) -> str:
    return _("There is nothing at this address, or it is not yours to see.")


@explains(Forbidden)
def _forbidden(_refusal: Forbidden) -> str:
    return _(
        "Your account may not do this. If you think it should, ask the person who manages your organisation."
    )


@explains(FactorMissing)
def _factor_missing(_refusal: FactorMissing) -> str:
    return _("Your task asks for two-step sign-in. Turn it on in your account first, then try again.")


@explains(TooManyAttempts)
def _too_many(refusal: TooManyAttempts) -> str:
    minutes = max(1, -(-refusal.retry_after // 60))
    return ngettext(
        "Too many attempts. Please wait %(num)d minute and try again.",
        "Too many attempts. Please wait %(num)d minutes and try again.",
        minutes,
    )
