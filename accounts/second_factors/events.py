"""Facts about second factors; `accounts.second_factors.emails` tells the person of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecondFactorTurnedOn:
    """A person confirmed that their app gives the right codes."""

    user_id: int
    factor_id: int


@dataclass(frozen=True, slots=True)
class SecondFactorTurnedOff:
    """A person turned their own second factor off."""

    user_id: int
    factor_id: int


@dataclass(frozen=True, slots=True)
class SecondFactorTakenOff:
    """The operator took a person's second factor off."""

    user_id: int
    factor_id: int


@dataclass(frozen=True, slots=True)
class RecoveryCodesMade:
    """A person made new recovery codes; the former ones ended."""

    user_id: int
    newest_code_id: int


@dataclass(frozen=True, slots=True)
class RecoveryCodeUsed:
    """A recovery code was used in place of a code of the app; so many are `left`."""

    user_id: int
    code_id: int
    left: int


@dataclass(frozen=True, slots=True)
class CodesGuessed:
    """Somebody gave the right password of a person and one wrong code after the other."""

    user_id: int
    day: int
