"""Decisions about registrations: codes, phone numbers, what is missing, what may be changed."""

from __future__ import annotations

import unicodedata

import phonenumbers
from stdnum import exceptions
from stdnum.cn import uscc

from accounts.registrations.values import CodeFault, Missing, State
from accounts.values import LegalForm, OrganisationKind, Role

CODE_LENGTH = 18
LONGEST_NAME = 80
SHORTEST_REASON, LONGEST_REASON = 4, 500
#: How many registrations somebody may have begun and not brought to an end.
MOST_OPEN = 5

#: A place must be at least as small as a county, or nobody would be near.
SMALL_ENOUGH = frozenset({"county", "town", "village"})

#: What the person who registered an organisation may do for it first.
FIRST_ROLE = {OrganisationKind.SUPPLIER: Role.SUPPLIER, OrganisationKind.INSTITUTION: Role.REQUESTER}


def first_role(form: LegalForm) -> Role:
    """Return the role that the person who registered an organisation gets in it."""
    return FIRST_ROLE[form.organisation_kind]


def normalise_code(text: str) -> str:
    """Return a code in half-width capitals without spaces and hyphens."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(c for c in narrow if not c.isspace() and c not in "-–—").upper()


def code_fault(code: str) -> CodeFault | None:
    """Return what is wrong with a normalised code: its length, its characters, or its check character (GB 32100)."""
    try:
        uscc.validate(code)
    except exceptions.InvalidLength:
        return CodeFault.LENGTH
    except exceptions.InvalidChecksum:
        return CodeFault.CHECK
    except exceptions.ValidationError:
        return CodeFault.CHARACTERS
    return None


def read_phone(text: str) -> str | None:
    """Return a phone number of mainland China as people write it there, or None: mobile without spaces."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), "CN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 86 or number.extension or not phonenumbers.is_valid_number(number):
        return None
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return written if written.startswith("0") else written.replace(" ", "")


def may_change(state: State) -> bool:
    """Say whether who applies may change a registration; a refused one is mended and handed in again."""
    return state in (State.DRAFT, State.REFUSED)


def find_missing(*, place: bool, contact: bool, licence: bool) -> tuple[Missing, ...]:
    """Return what a registration lacks, in the order in which it is asked for."""
    have = {Missing.PLACE: place, Missing.CONTACT: contact, Missing.LICENCE: licence}
    return tuple(kind for kind in Missing if not have[kind])


def is_reason(text: str) -> bool:
    """Say whether somebody who is refused could do something with this reason."""
    return SHORTEST_REASON <= len(text.strip()) <= LONGEST_REASON
