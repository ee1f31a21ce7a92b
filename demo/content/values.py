"""The shapes in which the demo content is written."""

from dataclasses import dataclass

from shop.catalogue.values import ReturnTerms


@dataclass(frozen=True, slots=True)
class Picture:
    """Say how a picture is composed.

    `hexcode` names a file of OpenMoji; `figure` names a drawing of `demo.content.drawings` that takes its place
    where OpenMoji has none. `setting` is the way the thing is set (`demo.pictures.SETTINGS`), `second` another
    hexcode beside it, `tint` the colour of the vessel or of what lies in it, `recolour` pairs of colours (from, to).
    """

    hexcode: str
    setting: str
    figure: str = ""
    second: str = ""
    tint: str = ""
    recolour: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Town:
    """A town or township, invented, under a real county."""

    code: str
    name_zh: str
    name_en: str
    county_code: str


@dataclass(frozen=True, slots=True)
class Village:
    """A village, invented, under an invented town."""

    code: str
    name_zh: str
    name_en: str
    town_code: str


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier; `kind` is cooperative, lead_enterprise, family_farm or aid_workshop."""

    key: str
    kind: str
    name_zh: str
    name_en: str
    credit_code: str
    region_code: str
    contact_name: str
    contact_name_en: str
    contact_phone: str
    email: str
    address_zh: str
    address_en: str
    story_zh: str
    story_en: str
    bank_name_zh: str
    bank_account: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack size; weight in grams or pieces, money in fen, and the three shares sum to the price."""

    sku: str
    label_zh: str
    label_en: str
    net_grams: int | None
    pieces: int | None
    price_fen: int
    producer_fen: int
    logistics_fen: int
    other_fen: int
    pack_multiple: int
    stock: int


@dataclass(frozen=True, slots=True)
class Product:
    """A certified product; `supplier` is a supplier key, `village` the origin's 12-digit code."""

    slug: str
    category: str
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    story_zh: str
    story_en: str
    supplier: str
    village: str
    picture: Picture
    storage_zh: str
    storage_en: str
    shelf_life_days: int | None
    return_terms: ReturnTerms
    return_note_zh: str
    return_note_en: str
    households: int
    variants: tuple[Pack, ...]


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution with a canteen; budget in fen a year."""

    key: str
    kind: str
    name_zh: str
    name_en: str
    credit_code: str
    county_code: str
    contact_name: str
    contact_name_en: str
    contact_phone: str
    email: str
    address_zh: str
    address_en: str
    diners: int
    food_budget_fen: int


@dataclass(frozen=True, slots=True)
class Charity:
    """A charity with a public-fundraising qualification."""

    key: str
    name_zh: str
    name_en: str
    credit_code: str
    qualification_no: str
    county_code: str
    contact_name: str
    contact_name_en: str
    contact_phone: str
    email: str
    address_zh: str
    address_en: str
    query_zh: str
    query_en: str
    about_zh: str
    about_en: str
    bank_name_zh: str
    bank_account: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign with its recorded plan; `state` is draft, running, ended or closed, days count from today."""

    slug: str
    charity: str
    state: str
    title_zh: str
    title_en: str
    summary_zh: str
    summary_en: str
    story_zh: str
    story_en: str
    purpose_zh: str
    purpose_en: str
    target_fen: int
    raised_fen: int
    record_no: str
    start_day: int
    end_day: int
    area_zh: str
    area_en: str
    person_in_charge: str
    person_in_charge_en: str
    office_zh: str
    office_en: str
    ways_zh: str
    ways_en: str
    bank_account: str
    beneficiary_zh: str
    beneficiary_en: str
    use_zh: str
    use_en: str
    cost_zh: str
    cost_en: str
    leftover_zh: str
    leftover_en: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class Goods:
    """A kind of goods in the love supermarkets; price in points, worth in fen."""

    key: str
    category: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    points: int
    value_fen: int
    expiry_days: int | None
    picture: Picture


@dataclass(frozen=True, slots=True)
class Stocked:
    """How many units of one kind of goods a store holds, and in how many days that batch expires."""

    goods: str
    quantity: int
    expires_in_days: int | None


@dataclass(frozen=True, slots=True)
class Store:
    """A love supermarket; `open_days` are ISO weekdays (1 Monday to 7 Sunday)."""

    key: str
    village: str
    name_zh: str
    name_en: str
    open_days: tuple[int, ...]
    hours: str
    keeper_name: str
    keeper_name_en: str
    keeper_phone: str
    stock: tuple[Stocked, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A points rule; `yearly_cap` is the points a household may earn by it in a year."""

    key: str
    category: str
    title_zh: str
    title_en: str
    points: int
    description_zh: str
    description_en: str
    yearly_cap: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a household; `relation` is head, spouse, child, parent or grandchild."""

    name: str
    name_en: str
    gender: str
    birth_year: int
    relation: str


@dataclass(frozen=True, slots=True)
class Household:
    """An invented household; `number` counts from 1, `causes` are the codes of the glossary."""

    number: int
    head: str
    head_en: str
    gender: str
    birth_year: int
    village: str
    phone: str
    members: tuple[Member, ...]
    causes: tuple[str, ...]
    labour_class: str


@dataclass(frozen=True, slots=True)
class Person:
    """An invented donor or buyer."""

    name: str
    name_en: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What a household did, as the recorder writes it down; `rule` is a rule key."""

    rule: str
    text_zh: str
    text_en: str
