"""Words of applications: states, stages, what is missing, the programme's dated settings, and what pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from accounts.licences.values import Fault, Need
from shop.benefit_links.values import LinkKind, LinkRow
from shop.catalogue.values import DearPack


class State(StrEnum):
    """Where an application stands (rule A5); what follows is a matter of the certificate."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    TOWNSHIP_PASSED = "township_passed"
    SECTOR_PASSED = "sector_passed"
    COUNTY_APPROVED = "county_approved"
    IN_PUBLICITY = "in_publicity"
    CERTIFIED = "certified"
    REJECTED = "rejected"


class Move(StrEnum):
    """What may happen to an application."""

    SUBMIT = "submit"
    PASS = "pass"
    REFUSE = "refuse"
    PUBLISH = "publish"
    CERTIFY = "certify"
    SEND_BACK = "send_back"


class Stage(StrEnum):
    """A stage of an application, in the order of `rules.STAGES`; the first three are decided by certifiers."""

    APPLICATION = "application"
    TOWNSHIP = "township"
    SECTOR = "sector"
    COUNTY = "county"
    PUBLICITY = "publicity"
    CERTIFICATE = "certificate"


class Missing(StrEnum):
    """What an application lacks."""

    CREDIT_CODE = "credit_code"
    SUPPLIER_CLOSED = "supplier_closed"
    PICTURE = "picture"
    STORY = "story"
    STORAGE = "storage"
    SHELF_LIFE = "shelf_life"
    PACKS = "packs"
    HOUSEHOLDS = "households"
    BUSINESS_LICENCE = "business_licence"
    BUSINESS_LICENCE_EXPIRED = "business_licence_expired"
    FOOD_LICENCE = "food_licence"
    FOOD_LICENCE_EXPIRED = "food_licence_expired"


class Conflict(StrEnum):
    """Why somebody may not decide (rule J1)."""

    OWN_SUPPLIER = "own_supplier"
    OTHER_STAGE = "other_stage"
    ANSWERED_LINKS = "answered_links"
    OWN_HOUSEHOLD = "own_household"


class SettingName(StrEnum):
    """What the programme sets from a day on."""

    VALIDITY_DAYS = "validity_days"
    RENEWAL_DAYS = "renewal_days"
    HOUSEHOLDS_NEEDED = "households_needed"
    UNPAID_MONTHS = "unpaid_months"
    TOWNSHIP_DAYS = "township_days"
    SECTOR_DAYS = "sector_days"
    COUNTY_DAYS = "county_days"
    PRICE_RISE_PERCENT = "price_rise_percent"


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds on a day; days of publicity are kept by `publicity`."""

    validity_days: int = 365
    renewal_days: int = 60
    households_needed: int = 3
    unpaid_months: int = 6
    township_days: int = 5
    sector_days: int = 5
    county_days: int = 10
    price_rise_percent: int = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a product and its supplier when an application is looked at.

    Processed food needs a food licence; what is sold as it grew does not (Food Safety Law, art. 35).
    """

    credit_code: str | None
    supplier_closed: bool
    picture: bool
    story: bool
    storage: bool
    edible: bool
    shelf_life_days: int | None
    packs: int
    households: int
    processed: bool = False
    licence_faults: frozenset[tuple[Need, Fault]] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a certifier decides on the stage that stood on their page; `issuer_id` at the county only."""

    stage: Stage
    passed: bool
    opinion: str
    issuer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a stage has waited and how many days it has; the day on which it began does not count."""

    days_waited: int
    days_allowed: int
    due_on: date
    late: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that was decided on an application: rows are only added."""

    stage: Stage
    outcome: str
    round: int
    at: datetime
    who: str
    office: tuple[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application in a list."""

    public_id: str
    state: State
    stage: Stage | None
    round: int
    renewal: bool
    product_slug: str
    product: tuple[str, str]
    image_url: str
    supplier: tuple[str, str]
    town: tuple[str, str]
    village: tuple[str, str]
    state_since: datetime
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class ApplicationFile:
    """An application with all that those who decide and those who applied may see."""

    row: ApplicationRow
    application_id: int
    statement: str
    kind: str
    created_at: datetime
    records: tuple[Record, ...]
    missing: tuple[Missing, ...]
    households: int
    households_needed: int
    unanswered: int
    disputed: int
    certificate_number: str | None
    notice_public_id: str | None
    notice_ends_at: datetime | None
    objections: int


@dataclass(frozen=True, slots=True)
class ProductStanding:
    """A supplier's product on the way to its certificate: what it has, what runs, what may be done."""

    slug: str
    product: tuple[str, str]
    image_url: str
    certificate_number: str | None
    certificate_state: str | None
    last_day: date | None
    renewal_opens_on: date | None
    application_public_id: str | None
    application_state: State | None
    missing: tuple[Missing, ...]
    households: int
    households_needed: int
    may_apply: bool


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What a notice about an application shows: texts as (Chinese, English), and a number of households, no names."""

    public_id: str
    product: tuple[str, str]
    product_slug: str
    product_listed: bool
    supplier_id: int
    supplier: tuple[str, str]
    village_id: int
    place: tuple[str, str]
    kinds: tuple[LinkKind, ...]
    households: int
    validity_days: int
    certificate_kind: str


@dataclass(frozen=True, slots=True)
class ThinProduct:
    """A product whose certificate holds although too few households count."""

    slug: str
    product: tuple[str, str]
    supplier: tuple[str, str]
    village: tuple[str, str]
    certificate_number: str
    households: int


@dataclass(frozen=True, slots=True)
class Alerts:
    """Signs of hollow linkage and of prices that rose in a certifier's regions, each list with how many there are in all."""

    unpaid: tuple[LinkRow, ...]
    unpaid_count: int
    disputed: tuple[LinkRow, ...]
    disputed_count: int
    thin: tuple[ThinProduct, ...]
    thin_count: int
    unpaid_months: int
    households_needed: int
    dear: tuple[DearPack, ...] = ()
    dear_count: int = 0
    price_rise_percent: int = 0

    @property
    def total(self) -> int:
        """Return how many alerts there are."""
        return self.unpaid_count + self.disputed_count + self.thin_count + self.dear_count


@dataclass(frozen=True, slots=True)
class StagePassed:
    """A stage that a certificate passed, as everybody may read it: when, and by which office."""

    stage: Stage
    on: date
    office: tuple[str, str]
