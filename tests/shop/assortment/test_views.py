from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core import clock, ids, storage
from registry.models import Region
from shop.catalogue import services
from shop.catalogue.models import Picture, PriceChange, Product, Variant
from shop.catalogue.values import PriceStep, ProductEdit, VariantEdit
from shop.stock.models import Stock, StockMovement
from tests.factories.people import make_organisation, make_user, make_village
from tests.factories.products import make_product, pack
from tests.page_client import PageClient

FACTS = {
    "name_zh": "黄河滩小米",
    "name_en": "Yellow River Millet",
    "category": "grain_oil",
    "summary_zh": "慢磨的小米",
    "story_zh": "村里的石磨转了三代。",
    "storage_zh": "阴凉干燥处",
    "shelf_life": "180",
}
PACK = {
    "label_zh": "2.5kg 袋装",
    "label_en": "2.5 kg bag",
    "amount": "2.5",
    "unit": "kg",
    "price": "39.80",
    "producer": "24",
    "logistics": "4",
    "other": "11.80",
    "pack_multiple": "1",
    "sku": "",
    "stock": "60",
    "step_packs_1": "4",
    "step_price_1": "37",
    "step_packs_2": "10",
    "step_price_2": "35.50",
}


class World:
    """A supplier in a village, and somebody of it who is signed in."""

    def __init__(self, session: Session, app: Flask) -> None:
        self.session = session
        self.village: Region = make_village(session)
        self.supplier: Organisation = make_organisation(session, region=self.village)
        self.user = make_user(session, Role.SUPPLIER, organisation=self.supplier, name="李运河")
        session.flush()
        self.client = PageClient(app, session).sign_in(self.user)

    def product(self, **changes: Any) -> Product:
        """Return a product of the supplier."""
        return make_product(self.session, self.village, supplier=self.supplier, **changes)

    def variant(self, product: Product) -> Variant:
        """Return its first pack size, as the database has it now."""
        self.session.expire_all()
        return self.session.scalars(
            select(Variant).where(Variant.product_id == product.id).order_by(Variant.id)
        ).first() or pytest.fail("no pack size")


@pytest.fixture
def world(session: Session, app: Flask) -> World:
    return World(session, app)


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (800, 600), colour: str = "green", **more: Any
) -> bytes:
    kept = BytesIO()
    Image.new("RGB", size, colour).save(kept, kind, **more)
    return kept.getvalue()


def test_nothing_there_yet_says_what_to_do(world: World) -> None:
    page = world.client.get("/supplier/products")
    assert "/supplier/products/new" in page.html
    assert "添加商品" in page.text


def test_from_a_draft_to_a_product_on_sale(world: World) -> None:
    form = world.client.get("/supplier/products/new").form("/supplier/products/new")["fields"]
    typed = {**form, **FACTS, "village": str(world.village.id)}
    answer = world.client.post("/supplier/products/new", typed)
    assert answer.location == "/supplier/products/yellow-river-millet"
    again = world.client.post("/supplier/products/new", typed)
    assert again.location == answer.location
    assert len(world.session.scalars(select(Product)).all()) == 1
    page = world.client.follow(answer)
    assert "草稿" in page.text
    assert "/yellow-river-millet/list" not in page.html
    world.client.post("/supplier/products/yellow-river-millet/list", status=409)

    typed = {
        **world.client.get("/supplier/products/yellow-river-millet/packs/new").form("/packs/new")["fields"],
        **PACK,
    }
    world.client.post("/supplier/products/yellow-river-millet/packs/new", typed)
    world.client.post("/supplier/products/yellow-river-millet/packs/new", typed)
    found = world.session.scalars(select(Variant)).one()
    assert (found.net_grams, found.price_fen, found.producer_fen) == (2500, 39_80, 24_00)
    assert found.ladder == [[4, 37_00], [10, 35_50]]
    assert re.fullmatch("YG-[0-9A-Z]{8}", found.sku)
    assert world.session.get_one(Stock, found.id).on_hand == 60
    page = world.client.get("/supplier/products/yellow-river-millet")
    assert "¥15.92/kg" in page.text
    world.client.post("/supplier/products/yellow-river-millet/list")
    assert "在售" in world.client.get("/supplier/products/yellow-river-millet").text
    assert "¥35.50" in world.client.get("/shop/products/yellow-river-millet").text


def test_a_split_that_is_off_says_by_how_much(world: World) -> None:
    product = world.product()
    page = world.client.post(
        f"/supplier/products/{product.slug}/packs/new",
        {**PACK, "producer": "20", "once": ids.public_id(20)},
        422,
    )
    assert "比价格少 ¥4.00" in page.text
    assert 'value="20"' in page.html
    page = world.client.post(
        f"/supplier/products/{product.slug}/packs/new",
        {**PACK, "other": "12", "once": ids.public_id(20)},
        422,
    )
    assert "比价格多 ¥0.20" in page.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"step_price_1": "40"}, "每一级都要比上一级便宜"),
        ({"step_packs_2": "3"}, "每一级的起点"),
        ({"step_price_2": ""}, "每一级都要填"),
        ({"amount": "abc"}, "请填写数字"),
        ({"amount": "2.5", "unit": "piece"}, "整数"),
        ({"amount": "0.00001"}, "小数点后"),
        ({"amount": "٢"}, "请填写数字"),
        ({"price": "-1"}, "之间的金额"),
        ({"price": "0"}, "请填写"),
        ({"stock": "1e9"}, "整数"),
        ({"label_zh": " "}, "名称"),
        ({"label_zh": "\x00袋"}, "无法保存"),
        ({"pack_multiple": "0"}, "请填写"),
        ({"sku": "x" * 41}, "40"),
    ],
)
def test_wrong_packs_are_explained_beside_the_field(world: World, typed: dict[str, str], words: str) -> None:
    product = world.product()
    page = world.client.post(
        f"/supplier/products/{product.slug}/packs/new", {**PACK, **typed, "once": ids.public_id(20)}, 422
    )
    assert words in page.text
    assert len(world.session.scalars(select(Variant)).all()) == 1


def test_two_people_edit_one_pack_and_nothing_is_lost(world: World) -> None:
    product = world.product()
    url = f"/supplier/products/{product.slug}/packs/{world.variant(product).public_id}"
    first = world.client.get(url).form(url)["fields"]
    second = dict(first)
    mine = {**first, "unit": "kg", "price": "41", "producer": "25.08", "step_packs_1": "", "step_price_1": ""}
    world.client.post(url, mine)
    late = {**second, "unit": "kg", "label_zh": "大袋 2.5kg"}
    page = world.client.post(url, late, 409)
    assert "李运河" in page.text
    assert "¥39.80" in page.text
    assert "¥41.00" in page.text
    assert "大袋 2.5kg" in page.html
    assert world.variant(product).label_zh == "2.5kg 袋装"
    again = {**late, "version": page.form(url)["fields"]["version"]}
    world.client.post(url, again)
    changed = world.variant(product)
    assert (changed.label_zh, changed.price_fen) == ("大袋 2.5kg", 39_80)


def test_two_people_edit_the_texts(world: World) -> None:
    product = world.product(certified=False)
    url = f"/supplier/products/{product.slug}/edit"
    page = world.client.get(url)
    fields = page.form(url)["fields"]
    typed = {
        **fields,
        **FACTS,
        "village": str(world.village.id),
    }
    world.client.post(url, typed)
    page = world.client.post(url, {**typed, "name_zh": "另一个名字"}, 409)
    assert "石磨小米" in page.text
    assert "另一个名字" in page.html
    world.session.expire_all()
    assert world.session.get_one(Product, product.id).name_zh == "黄河滩小米"


def test_a_certified_name_stays(world: World) -> None:
    product = world.product()
    url = f"/supplier/products/{product.slug}/edit"
    fields = world.client.get(url).form(url)["fields"]
    page = world.client.post(
        url, {**fields, **FACTS, "village": str(world.village.id), "name_zh": "有机小米"}, 422
    )
    assert "证书有效期间" in page.text


def test_a_price_far_above_its_past_is_stored_with_a_warning(world: World) -> None:
    with clock.at(clock.now() - timedelta(days=60)):
        product = world.product()
    url = f"/supplier/products/{product.slug}/packs/{world.variant(product).public_id}"
    fields = {**world.client.get(url).form(url)["fields"], "unit": "kg"}
    dear = {**fields, "price": "49.80", "producer": "33.88"}
    page = world.client.follow(world.client.post(url, dear))
    assert "近 90 天" in page.text
    assert world.variant(product).price_fen == 49_80
    prices = world.session.scalars(select(PriceChange.price_fen).order_by(PriceChange.id)).all()
    assert prices == [39_80, 49_80]
    assert "¥49.80" in world.client.get(url).text


def test_stock_comes_in_once_and_is_counted_with_a_reason(world: World) -> None:
    product = world.product()
    variant = world.variant(product)
    url = f"/supplier/products/{product.slug}/packs/{variant.public_id}"
    fields = world.client.get(url).form("/stock")["fields"]
    came = {**fields, "what": "receive", "packs": "30", "reason": "本周新收"}
    world.client.post(url + "/stock", came)
    world.client.post(url + "/stock", came)
    world.session.expire_all()
    assert world.session.get_one(Stock, variant.id).on_hand == 50
    assert "重新打开" in world.client.post(url + "/stock", {**came, "packs": "40"}, 409).text
    world.session.expire_all()
    assert world.session.get_one(Stock, variant.id).on_hand == 50
    world.client.post(url + "/stock", {**came, "what": "count", "packs": "48", "reason": "盘点"})
    world.session.expire_all()
    assert world.session.get_one(Stock, variant.id).on_hand == 48
    reasons = world.session.scalars(select(StockMovement.reason).order_by(StockMovement.id)).all()
    assert reasons == ["opening stock", "本周新收", "盘点"]
    assert "盘点" in world.client.get(url).text
    page = world.client.post(url + "/stock", {**came, "packs": "-3"}, 422)
    assert "之间的数" in page.text
    world.client.post(url + "/stock", {**came, "reason": ""}, 422)
    world.client.post(url + "/stock", {**came, "packs": "0"}, 422)


def test_closing_the_last_pack_takes_the_product_off_sale(world: World) -> None:
    product = world.product()
    url = f"/supplier/products/{product.slug}/packs/{world.variant(product).public_id}"
    version = world.client.get(url).form("/close")["fields"]["version"]
    world.client.post(url + "/close", {"version": version})
    world.session.expire_all()
    assert world.session.get_one(Product, product.id).listed_at is None
    world.client.get(f"/shop/products/{product.slug}", 404)
    page = world.client.get(url)
    world.client.post(url + "/reopen", {"version": page.form("/reopen")["fields"]["version"]})
    assert world.variant(product).closed_at is None
    world.client.post(url + "/close", {"version": "1"}, 409)


def test_pictures_in_their_order(world: World) -> None:
    product = world.product(picture=None)
    url = f"/supplier/products/{product.slug}/pictures"
    upload = [(BytesIO(picture(colour=c)), f"{c}.jpg") for c in ("green", "red")]
    world.client.post(url, {"pictures": upload, "alt_zh": "石磨"})
    found = world.session.scalars(select(Picture).order_by(Picture.position)).all()
    assert [(p.position, p.alt_zh) for p in found] == [(1, "石磨"), (2, "石磨")]
    first, second = [(p.public_id, p.key) for p in found]
    world.session.expire_all()
    assert world.session.get_one(Product, product.id).picture == first[1]
    world.client.post(f"{url}/{second[0]}", {"what": "cover"})
    world.session.expire_all()
    assert world.session.get_one(Product, product.id).picture == second[1]
    page = world.client.get(f"/shop/products/{product.slug}")
    assert page.html.count("gallery-thumbs") == 1
    assert 'alt="石磨"' in page.html
    world.client.post(f"{url}/{second[0]}", {"what": "remove"})
    world.session.expire_all()
    assert world.session.get_one(Product, product.id).picture == first[1]
    world.client.post(f"{url}/{second[0]}", {"what": "remove"}, 404)
    world.client.post(f"{url}/{first[0]}", {"what": "explode"}, 422)


def test_what_is_no_picture_is_said_beside_the_field(world: World) -> None:
    product = world.product(picture=None)
    url = f"/supplier/products/{product.slug}/pictures"
    page = world.client.post(url, {"pictures": (BytesIO(b"%PDF-1.7 no picture"), "licence.pdf")}, 422)
    assert "licence.pdf 不是可以显示的图片" in page.text
    half = picture()[:400]
    assert "不是可以显示" in world.client.post(url, {"pictures": (BytesIO(half), "half.jpg")}, 422).text
    large = picture() + b"\0" * storage.LARGEST_UPLOAD
    assert "10 MB" in world.client.post(url, {"pictures": (BytesIO(large), "large.jpg")}, 422).text
    bomb = picture("PNG", (9_000, 9_000))
    assert len(bomb) < storage.LARGEST_UPLOAD
    assert "像素" in world.client.post(url, {"pictures": (BytesIO(bomb), "bomb.png")}, 422).text
    assert "先选择" in world.client.post(url, {}, 422).text
    assert world.session.scalars(select(Picture)).all() == []


def test_a_kept_picture_carries_no_metadata(world: World) -> None:
    product = world.product(picture=None)
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    data = picture(exif=exif, comment=b"SECRET-PLACE")
    assert b"SECRET-CAMERA" in data
    world.client.post(f"/supplier/products/{product.slug}/pictures", {"pictures": (BytesIO(data), "a.jpg")})
    key = world.session.scalars(select(Picture.key)).one()
    for width in storage.WIDTHS:
        kept = (storage.folder() / key[:2] / f"{key}-{width}.webp").read_bytes()
        assert b"SECRET" not in kept
        assert kept[:4] == b"RIFF"


def test_other_peoples_products_are_not_there(world: World, session: Session, app: Flask) -> None:
    product = world.product(picture="a" * 24)
    variant = world.variant(product)
    shown = session.scalars(select(Picture)).one()
    stranger = make_user(session, Role.SUPPLIER, organisation=make_organisation(session))
    session.flush()
    client = PageClient(app, session).sign_in(stranger)
    base = f"/supplier/products/{product.slug}"
    for path in (base, f"{base}/edit", f"{base}/packs/new", f"{base}/packs/{variant.public_id}"):
        client.get(path, 404)
    for path in (
        f"{base}/edit",
        f"{base}/list",
        f"{base}/unlist",
        f"{base}/pictures",
        f"{base}/pictures/{shown.public_id}",
        f"{base}/packs/new",
        f"{base}/packs/{variant.public_id}",
        f"{base}/packs/{variant.public_id}/stock",
        f"{base}/packs/{variant.public_id}/close",
    ):
        client.post(path, {}, 404)
    world.client.get("/supplier/products/%00", 404)
    world.client.get(f"{base}/packs/%00", 404)
    assert "添加商品" in client.get("/supplier/products").text


def test_the_cart_knows_the_ladder(world: World, app: Flask, session: Session) -> None:
    product = world.product(variants=(pack(39_80, 50, ladder=(PriceStep(4, 37_00), PriceStep(60, 30_00))),))
    variant = world.variant(product)
    buyer = PageClient(app, session)
    buyer.get(f"/shop/products/{product.slug}")
    buyer.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "3"})
    page = buyer.get("/shop/cart")
    assert "2.5 kg" in page.text
    assert "¥37.00" in page.text
    assert "¥119.40" in page.text
    buyer.post("/shop/cart/update", {"variant": variant.public_id, "quantity": "4"})
    page = buyer.get("/shop/cart")
    assert "¥148.00" in page.text
    assert "¥30.00" not in page.text, "a step that the stock does not reach is not spoken of"


def test_a_spreadsheet_would_find_nothing_changed(world: World, session: Session) -> None:
    product = world.product()
    variant = world.variant(product)
    edit = ProductEdit(**{name: getattr(product, name) for name in ProductEdit.__dataclass_fields__})
    same = VariantEdit(
        **{name: getattr(variant, name) for name in VariantEdit.__dataclass_fields__ if name != "ladder"}
    )
    assert services.product_changes(product, edit) == {}
    assert services.variant_changes(variant, same) == {}


def test_a_flaw_is_said_in_both_languages_before_it_is_a_term(world: World) -> None:
    url = "/supplier/products/new"
    form = world.client.get(url).form(url)["fields"]
    assert form["return_terms"] == "seven_days"
    typed = {
        **form,
        **FACTS,
        "village": str(world.village.id),
        "return_terms": "flawed",
        "return_note_zh": "有缺",
    }
    page = world.client.post(url, typed, 422)
    assert 'id="return_note_en-error"' in page.html
    assert 'value="有缺"' in page.html
    assert re.search(r'<input[^>]*checked[^>]*value="flawed"', page.html)
    for wrong in ("never", "", "\x00"):
        page = world.client.post(url, {**typed, "return_terms": wrong}, 422)
        assert 'id="return_terms-error"' in page.html
    assert world.session.scalar(select(Product.id)) is None
    world.client.post(url, {**typed, "return_note_en": "A chip"})
    product = world.session.scalars(select(Product)).one()
    assert (product.return_terms, product.return_note_zh, product.return_note_en) == (
        "flawed",
        "有缺",
        "A chip",
    )
    edit = f"/supplier/products/{product.slug}/edit"
    form = world.client.get(edit).form(edit)["fields"]
    assert (form["return_terms"], form["return_note_zh"]) == ("flawed", "有缺")
    chosen = {"category": typed["category"], "village": typed["village"]}
    world.client.post(edit, {**form, **chosen, "return_terms": "made_to_order"})
    world.session.expire_all()
    assert world.session.scalars(select(Product.return_terms)).one() == "made_to_order"
