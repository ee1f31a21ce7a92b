"""What appointments refuse. Only a command makes them, so these are read at a terminal and in English; pages never show them."""

from __future__ import annotations


class CannotAppoint(Exception):
    """Something is missing or unknown; the words say what."""


class LastAdministrator(Exception):
    """Nobody would be left who can decide or help."""


class NotHeld(Exception):
    """The person does not hold the role."""
