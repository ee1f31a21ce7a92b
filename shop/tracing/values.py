"""Words of tracing: batches and their states, codes, what the page behind a code shows, label sheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shop.applications.values import StagePassed
from shop.certification.values import CertificateKind, CertificateState

Text = tuple[str, str]


class Freshness(StrEnum):
    """How a batch stands to its best-before day."""

    KEEPS = "keeps"
    FRESH = "fresh"
    NEAR = "near"
    OVER = "over"


class Closing(StrEnum):
    """Why a batch was closed."""

    MISTAKE = "mistake"
    RECALLED = "recalled"
    SOLD_OUT = "sold_out"


class CodeFault(StrEnum):
    """What is wrong with a code that somebody typed."""

    SHAPE = "shape"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What is known of a batch; `best_before` None is computed from the shelf life where there is one."""

    made_on: date
    packs: int
    best_before: date | None = None
    storage_zh: str = ""
    storage_en: str = ""
    inspection_number: str = ""
    inspected_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch that a supplier records; `once` is the form's single-use token."""

    product_slug: str
    variant_id: int
    number: str
    facts: BatchFacts
    once: str
    into_stock: bool = False


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in a supplier's list."""

    code: str
    number: str
    product_slug: str
    product: Text
    image_url: str
    pack: Text
    version: int
    made_on: date
    best_before: date | None
    freshness: Freshness
    days_left: int | None
    packs: int
    stocked_packs: int
    storage: Text
    inspection_number: str
    inspected_on: date | None
    closing: Closing | None
    closed_on: date | None
    closing_reason: str


@dataclass(frozen=True, slots=True)
class BatchStep:
    """One version of a batch: what was known from then on, who said so, and why it changed."""

    version: int
    made_on: date
    best_before: date | None
    packs: int
    storage: Text
    inspection_number: str
    inspected_on: date | None
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A batch with its story, as its supplier sees it."""

    row: BatchRow
    product_id: int
    shelf_life_days: int | None
    steps: tuple[BatchStep, ...]


@dataclass(frozen=True, slots=True)
class TracedCertificate:
    """The certificate in force, else the last there was, as it stands at the moment of asking."""

    number: str
    kind: CertificateKind
    state: CertificateState
    issuer: Text
    valid_from: date
    last_day: date
    suspended_on: date | None
    revoked_on: date | None


@dataclass(frozen=True, slots=True)
class TracedBatch:
    """A batch as everybody may see it."""

    number: str
    pack: Text
    made_on: date
    best_before: date | None
    freshness: Freshness
    storage: Text
    inspection_number: str
    inspected_on: date | None
    corrected_on: date | None
    closing: Closing | None
    closed_on: date | None
    closing_reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything behind a code; of households there is a number only.

    `households` counts those that agreed to their link themselves, `declared` what the supplier said before links were
    kept one by one.
    """

    code: str
    product_id: int
    product_slug: str
    product: Text
    listed: bool
    image_url: str
    image_srcset: str
    supplier_id: int
    supplier: Text
    village_id: int
    origin: tuple[Text, ...]
    storage: Text
    certificate: TracedCertificate | None
    stages: tuple[StagePassed, ...]
    households: int
    declared: int
    batch: TracedBatch | None

    @property
    def holds(self) -> bool:
        """Say whether the certificate holds at this moment."""
        return self.certificate is not None and self.certificate.state is CertificateState.IN_FORCE


class SheetFormat(StrEnum):
    """Sheets of labels that are sold in shops."""

    A4_3X8 = "a4_3x8"
    A4_2X5 = "a4_2x5"
    ROLL = "roll"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where labels lie on a page; millimetres."""

    page_width: float
    page_height: float
    columns: int
    rows: int
    label_width: float
    label_height: float
    left: float
    top: float

    @property
    def per_page(self) -> int:
        """Return how many labels a page carries."""
        return self.columns * self.rows


class LabelKind(StrEnum):
    """Whether a label shows the certificate and what it certifies; without one it names no kind (rule A2)."""

    CERTIFIED = "certified"
    PLAIN = "plain"


class LabelLanguage(StrEnum):
    """In which language a label is written."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class LabelOrder:
    """What a supplier wants to print; `start` is the first free place of the first sheet, counted from 1."""

    code: str
    sheet: SheetFormat
    count: int
    start: int = 1
    kind: LabelKind = LabelKind.CERTIFIED
    language: LabelLanguage = LabelLanguage.ZH


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on one label."""

    product: Text
    heading: Text
    pack: Text
    batch: str
    made_on: date | None
    best_before: date | None
    storage: Text
    origin: Text
    supplier: Text
    certificate: str
    code: str
    address: str
    language: LabelLanguage


@dataclass(frozen=True, slots=True)
class PrintableCode:
    """A code that labels can be printed for: a batch, or the product itself."""

    code: str
    batch: BatchRow | None


@dataclass(frozen=True, slots=True)
class Printable:
    """A product with its open batches and how its certificate stands."""

    product_id: int
    slug: str
    product: Text
    supplier: Text
    origin: Text
    storage: Text
    shelf_life_days: int | None
    certificate: TracedCertificate | None
    codes: tuple[PrintableCode, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Say whether labels may carry the certificate now."""
        return self.certificate is not None and self.certificate.state is CertificateState.IN_FORCE
