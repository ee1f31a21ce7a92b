"""What a charity brings along when it joins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NewCharity:
    """The papers and addresses of a charity whose organisation is in the directory already.

    `contact_phone` and `email` are those of the office, which rule C3 puts on every campaign page.
    """

    organisation_id: int
    registration_no: str
    qualification_no: str
    qualification_valid_until: date | None
    contact_zh: str
    contact_en: str
    contact_phone: str
    email: str
    address_zh: str
    address_en: str
    query_zh: str
    query_en: str
