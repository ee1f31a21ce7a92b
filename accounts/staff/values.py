"""Values of appointments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.values import Role


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who is to do what: an e-mail address, a name, a role of staff, the office they work for and the code of its region."""

    email: str
    role: Role
    name: str = ""
    office: str = ""
    region_code: str = ""


@dataclass(frozen=True, slots=True)
class Appointed:
    """What came of it: nothing new, a new role, and whether a mail leads the person to their first password."""

    is_new: bool
    invited: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a role of staff now."""

    email: str
    name: str
    role: Role
    office: str
    region_code: str
    since: datetime
    has_second_factor: bool
