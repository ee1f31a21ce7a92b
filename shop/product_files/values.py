"""Words of product files: their columns, how an upload stands, what a row would change and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from shop.catalogue.values import ProductEdit, VariantEdit


class Format(StrEnum):
    """What kind of file it is."""

    XLSX = "xlsx"
    CSV = "csv"


class State(StrEnum):
    """How an upload stands."""

    WAITING = "waiting"
    CHECKING = "checking"
    REFUSED = "refused"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    TURNED_BACK = "turned_back"

    @property
    def at_work(self) -> bool:
        """Say whether a job is about it."""
        return self in (State.WAITING, State.CHECKING, State.APPLYING)


class Mode(StrEnum):
    """What is applied when some rows cannot be."""

    GOOD_ROWS = "good_rows"
    ALL_OR_NOTHING = "all_or_nothing"


class Action(StrEnum):
    """What a row would do."""

    ADD = "add"
    CHANGE = "change"
    WRONG = "wrong"


class Outcome(StrEnum):
    """What became of a row that was to be applied."""

    APPLIED = "applied"
    STALE = "stale"
    REFUSED = "refused"


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    LONG = "long"
    WHOLE = "whole"
    SIGNED = "signed"
    YUAN = "yuan"
    YES = "yes"
    CATEGORY = "category"
    TERMS = "terms"
    VILLAGE = "village"
    LADDER = "ladder"


class Part(StrEnum):
    """What a column belongs to; what is only shown is not read."""

    PRODUCT = "product"
    PACK = "pack"
    KEY = "key"
    STOCK = "stock"
    SHOWN = "shown"


class Column(StrEnum):
    """The columns of a product list, in their order; one row is one pack size."""

    SKU = "sku"
    SLUG = "slug"
    NAME_ZH = "name_zh"
    NAME_EN = "name_en"
    CATEGORY = "category"
    VILLAGE_CODE = "village_code"
    VILLAGE_NAME = "village_name"
    LABEL_ZH = "label_zh"
    LABEL_EN = "label_en"
    NET_GRAMS = "net_grams"
    PIECES = "pieces"
    PRICE = "price"
    PRODUCER = "producer"
    LOGISTICS = "logistics"
    OTHER = "other"
    PACK_MULTIPLE = "pack_multiple"
    LADDER = "ladder"
    ON_SALE = "on_sale"
    STOCK = "stock"
    STOCK_CHANGE = "stock_change"
    STOCK_REASON = "stock_reason"
    SUMMARY_ZH = "summary_zh"
    SUMMARY_EN = "summary_en"
    STORY_ZH = "story_zh"
    STORY_EN = "story_en"
    STORAGE_ZH = "storage_zh"
    STORAGE_EN = "storage_en"
    SHELF_LIFE = "shelf_life"
    RETURN_TERMS = "return_terms"
    RETURN_NOTE_ZH = "return_note_zh"
    RETURN_NOTE_EN = "return_note_en"
    CERTIFICATE = "certificate"
    REASON = "reason"

    @property
    def spec(self) -> Spec:
        """Return what the column is called and holds."""
        return SPECS[self]


@dataclass(frozen=True, slots=True)
class Spec:
    """What a column is called in both languages, what it holds, which field it fills, and what to know about it.

    The names belong to the file, not to a page: a list written in one language is read in the other, so both stand here.
    `formerly` are names that older files give it.
    """

    zh: str
    en: str
    kind: Kind
    part: Part
    note_zh: str
    note_en: str
    field: str = ""
    width: int = 14
    formerly: tuple[str, ...] = ()


C, K, P = Column, Kind, Part

SPECS: Mapping[Column, Spec] = {
    C.SKU: Spec(
        "货号",
        "Article number",
        K.TEXT,
        P.KEY,
        "认货的编号，导出后请勿改动。新增的规格可填自己的货号，也可留空，由平台编号。",
        "Tells which pack size a row is; leave it as exported. For a new pack size give your own number, or none and we give one.",
        "sku",
        18,
    ),
    C.SLUG: Spec(
        "产品地址",
        "Product address",
        K.TEXT,
        P.KEY,
        "产品页网址的末段，导出后请勿改动。新产品请留空。",
        "The end of the product page's address; leave it as exported. Leave it empty for a new product.",
        "slug",
        24,
    ),
    C.NAME_ZH: Spec(
        "产品名称（中文）",
        "Name (Chinese)",
        K.TEXT,
        P.PRODUCT,
        "必填，至多 60 字。同一新产品的各个规格，每行写同样的名称。认证有效期内不可改。",
        "Needed, at most 60 characters. Rows of a new product with several pack sizes carry the same name. Not changed while certified.",
        "name_zh",
        24,
    ),
    C.NAME_EN: Spec(
        "产品名称（英文）",
        "Name (English)",
        K.TEXT,
        P.PRODUCT,
        "至多 120 个字符，可留空。",
        "At most 120 characters; may be empty.",
        "name_en",
        24,
    ),
    C.CATEGORY: Spec(
        "品类",
        "Category",
        K.CATEGORY,
        P.PRODUCT,
        "从下拉列表中选一项。认证有效期内不可改。",
        "Choose from the list. Not changed while certified.",
        "category",
        16,
    ),
    C.VILLAGE_CODE: Spec(
        "产地村代码",
        "Village code",
        K.VILLAGE,
        P.PRODUCT,
        "十二位村级行政区划代码。认证有效期内不可改。",
        "The code of the village it comes from. Not changed while certified.",
        "village_id",
        16,
    ),
    C.VILLAGE_NAME: Spec(
        "产地村", "Village", K.TEXT, P.SHOWN, "仅供核对，导入时不读取。", "For reading only; not read back.", "", 14
    ),
    C.LABEL_ZH: Spec(
        "规格（中文）",
        "Pack size (Chinese)",
        K.TEXT,
        P.PACK,
        "必填，例如：2.5kg 袋装。至多 60 字。",
        "Needed, for example 2.5kg 袋装; at most 60 characters.",
        "label_zh",
        16,
    ),
    C.LABEL_EN: Spec(
        "规格（英文）",
        "Pack size (English)",
        K.TEXT,
        P.PACK,
        "例如：2.5 kg bag，可留空。",
        "For example 2.5 kg bag; may be empty.",
        "label_en",
        16,
    ),
    C.NET_GRAMS: Spec(
        "净重（克）",
        "Net weight (g)",
        K.WHOLE,
        P.PACK,
        "按重量卖的填克数；与“件数”二者填一。",
        "In grams, for what is sold by weight; give this or the pieces.",
        "net_grams",
    ),
    C.PIECES: Spec(
        "件数",
        "Pieces",
        K.WHOLE,
        P.PACK,
        "按件卖的填件数；与“净重”二者填一。",
        "For what is sold by the piece; give this or the net weight.",
        "pieces",
    ),
    C.PRICE: Spec(
        "售价（元）",
        "Price (yuan)",
        K.YUAN,
        P.PACK,
        "每份售价，等于后三列之和。",
        "What one pack costs: the sum of the next three columns.",
        "price_fen",
    ),
    C.PRODUCER: Spec(
        "归种植户（元）", "To the growers (yuan)", K.YUAN, P.PACK, "售价中归种植户的部分。", "The growers' part of the price.", "producer_fen"
    ),
    C.LOGISTICS: Spec(
        "县内运输（元）",
        "Transport (yuan)",
        K.YUAN,
        P.PACK,
        "售价中县内运输的部分。",
        "The part for transport within the county.",
        "logistics_fen",
    ),
    C.OTHER: Spec(
        "包装及其他（元）", "Packing and other (yuan)", K.YUAN, P.PACK, "售价中包装及其他的部分。", "The part for packing and other.", "other_fen"
    ),
    C.PACK_MULTIPLE: Spec(
        "起订倍数",
        "Sold in multiples of",
        K.WHOLE,
        P.PACK,
        "按几份的整倍数卖，不填即为 1。",
        "Sold in whole multiples of so many packs; 1 when empty.",
        "pack_multiple",
    ),
    C.LADDER: Spec(
        "阶梯价",
        "Price ladder",
        K.LADDER,
        P.PACK,
        "满几份每份多少元，例如：10:5.20; 50:4.90。份数递增、价格递减，至多 6 档。",
        "From so many packs, each costs so much: 10:5.20; 50:4.90. More packs and a lower price at each step, 6 at most.",
        "ladder",
        22,
    ),
    C.ON_SALE: Spec(
        "上架",
        "On sale",
        K.YES,
        P.KEY,
        "是或否。留空则不变。",
        "Yes or no. Empty leaves it as it is.",
        "on_sale",
        8,
    ),
    C.STOCK: Spec(
        "现有库存",
        "Stock on hand",
        K.WHOLE,
        P.SHOWN,
        "仅供核对，导入时不读取。要改库存请填“库存变动”。",
        "For reading only; not read back. To change it, fill in the stock change.",
    ),
    C.STOCK_CHANGE: Spec(
        "库存变动",
        "Stock change",
        K.SIGNED,
        P.STOCK,
        "增加写 20，减少写 -5。留空则不变。新规格的首批库存也写在这里。",
        "20 adds twenty packs, -5 takes five away; empty changes nothing. The first stock of a new pack size goes here too.",
    ),
    C.STOCK_REASON: Spec(
        "变动原因",
        "Reason for the change",
        K.TEXT,
        P.STOCK,
        "填了库存变动就要写原因，例如：新收入库、盘点。",
        "Needed with a stock change, for example: new harvest, stocktaking.",
        "",
        18,
    ),
    C.SUMMARY_ZH: Spec("简介（中文）", "Summary (Chinese)", K.TEXT, P.PRODUCT, "至多 300 字。", "At most 300 characters.", "summary_zh", 30),
    C.SUMMARY_EN: Spec("简介（英文）", "Summary (English)", K.TEXT, P.PRODUCT, "至多 600 个字符。", "At most 600 characters.", "summary_en", 30),
    C.STORY_ZH: Spec("产品故事（中文）", "Story (Chinese)", K.LONG, P.PRODUCT, "至多 6000 字，可分段。", "At most 6,000 characters; paragraphs are kept.", "story_zh", 30),
    C.STORY_EN: Spec("产品故事（英文）", "Story (English)", K.LONG, P.PRODUCT, "至多 12000 个字符，可分段。", "At most 12,000 characters; paragraphs are kept.", "story_en", 30),
    C.STORAGE_ZH: Spec("储存方法（中文）", "Storage (Chinese)", K.TEXT, P.PRODUCT, "至多 300 字。", "At most 300 characters.", "storage_zh", 18),
    C.STORAGE_EN: Spec("储存方法（英文）", "Storage (English)", K.TEXT, P.PRODUCT, "至多 600 个字符。", "At most 600 characters.", "storage_en", 18),
    C.SHELF_LIFE: Spec("保质期（天）", "Shelf life (days)", K.WHOLE, P.PRODUCT, "整天数，不适用可留空。", "In whole days; empty when it has none.", "shelf_life_days"),
    C.RETURN_TERMS: Spec(
        "退货条件",
        "Terms of return",
        K.TERMS,
        P.PRODUCT,
        "从下拉列表中选一项，留空则不变。旧表中的“是”即鲜活易腐，“否”即并非鲜活易腐。",
        "Choose from the list; empty leaves it as it is. The yes of older lists means fresh and perishable, their no that it is not.",
        "return_terms",
        16,
        ("鲜活易腐", "Perishable", "perishable"),
    ),
    C.RETURN_NOTE_ZH: Spec(
        "瑕疵或到期说明（中文）",
        "Flaw or best before (Chinese)",
        K.TEXT,
        P.PRODUCT,
        "临近保质期、有瑕疵的必填：写明何日到期或有何瑕疵，至多 200 字。",
        "Needed when near the end of the shelf life or with a flaw: say until when, or which; at most 200 characters.",
        "return_note_zh",
        20,
    ),
    C.RETURN_NOTE_EN: Spec(
        "瑕疵或到期说明（英文）",
        "Flaw or best before (English)",
        K.TEXT,
        P.PRODUCT,
        "同上，至多 400 个字符。",
        "The same in English; at most 400 characters.",
        "return_note_en",
        20,
    ),
    C.CERTIFICATE: Spec("认证编号", "Certificate", K.TEXT, P.SHOWN, "仅供核对，导入时不读取。", "For reading only; not read back.", "", 22),
    C.REASON: Spec("未导入的原因", "Why it was not taken", K.TEXT, P.SHOWN, "仅供核对，导入时不读取。", "For reading only; not read back.", "", 40),
}  # fmt: skip

#: What a product list is written with; the reason stands only in lists of rows that were not taken.
EXPORTED = tuple(column for column in Column if column is not Column.REASON)
REQUIRED = (Column.SKU,)
OF_PRODUCT = tuple(column for column in Column if column.spec.part is Part.PRODUCT)
OF_PACK = tuple(column for column in Column if column.spec.part is Part.PACK)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell (or, without a column, with the row): which problem, with the data of its wording."""

    column: str
    problem: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that would change: as it is written in a file, before and after."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file as it was typed; `number` is the one that the spreadsheet shows.

    `unreadable` names the cells that hold no text or number any more (a date, an error of the spreadsheet), and why.
    """

    number: int
    cells: Mapping[Column, str]
    unreadable: Mapping[Column, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownPack:
    """A pack size as it is now."""

    variant_id: int
    version: int
    closed: bool
    on_hand: int
    edit: VariantEdit


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A product as it is now, with its pack sizes in the order of their ids."""

    product_id: int
    version: int
    slug: str
    listed: bool
    certificate: str
    village_code: str
    village_names: tuple[str, str]
    edit: ProductEdit
    packs: tuple[KnownPack, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows of a file are held against: the supplier's products, numbers that others took, villages by code."""

    products: tuple[KnownProduct, ...]
    foreign_skus: frozenset[str]
    villages: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What a row would do: `wanted` is what is kept until it is applied (`services.applying` reads it)."""

    number: int
    unit: int
    action: Action
    cells: Mapping[str, str]
    changes: tuple[CellChange, ...] = ()
    faults: tuple[Fault, ...] = ()
    wanted: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a whole file would do; rows that change nothing are only counted."""

    rows: tuple[PlannedRow, ...]
    unchanged: int
    shown_only: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class UploadLine:
    """An upload in the list of those of a supplier."""

    public_id: str
    filename: str
    state: State
    created_at: datetime
    by: str
    rows_total: int
    adds: int
    changes: int
    wrong: int
    applied: int
    turned_away: int
