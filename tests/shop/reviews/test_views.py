"""Pages of reviews: who gets in, what stands on them, and what happens with wrong input."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core.db import transaction
from shop.catalogue.models import Variant
from shop.reviews import queries
from shop.reviews.models import Review, ReviewReport
from tests.conftest import StatementCounter
from tests.factories.orders import make_variant
from tests.factories.people import actor_of, make_organisation, make_user
from tests.factories.reviews import Bought, buy, review
from tests.page_client import PageClient
from tests.web.test_kept_pages import Visitor


def photo(colour: str = "green") -> tuple[BytesIO, str]:
    file = BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "JPEG")
    file.seek(0)
    return file, f"{colour}.jpg"


def one_review(session: Session) -> Review:
    return session.scalars(select(Review).execution_options(populate_existing=True)).one()


def form_path(bought: Bought) -> str:
    return f"{bought.path}/reviews/{bought.line.id}"


def test_a_guest_reviews_through_the_secret_link_with_photos(client: PageClient, session: Session) -> None:
    bought = buy(session)
    session.commit()
    assert "评价这些商品" in client.get(bought.path).text
    assert "写评价" in client.get(f"{bought.path}/reviews").text
    fields = client.get(form_path(bought)).form(form_path(bought))["fields"]
    page = client.post(
        form_path(bought),
        {**fields, "stars": "4", "text": "香，熬粥起油", "pictures": [photo(), photo("red")]},
        content_type="multipart/form-data",
    )
    assert "您的评价已显示在商品页" in client.follow(page).text
    written = one_review(session)
    assert len(queries.pictures_of(session, written.id)) == 2
    shown = client.get(f"/shop/products/{bought.product.slug}")
    assert "香，熬粥起油" in shown.text
    assert "张*" in shown.text
    assert "4.0 分" in shown.text
    assert "/media/" in shown.html
    listed = client.get("/shop/products")
    assert "4.0" in listed.text


def test_editing_takes_photos_away_and_shows_the_day(client: PageClient, session: Session) -> None:
    bought = buy(session)
    written = review(session, bought, 5, "很好", pictures=("a" * 24, "b" * 24))
    session.commit()
    fields = client.get(form_path(bought)).form(form_path(bought))["fields"]
    assert (fields["stars"], fields["version"]) == ("5", "1")
    client.post(form_path(bought), {**fields, "stars": "2", "text": "受潮了", "away": ["1"]})
    assert queries.pictures_of(session, written.id) == ("b" * 24,)
    assert "修改" in client.get(f"/shop/products/{bought.product.slug}/reviews").text
    stale = {**fields, "text": "旧的页面"}
    assert "刚刚被修改过" in client.post(form_path(bought), stale, 409).text


def test_wrong_input_is_told_beside_the_field(client: PageClient, session: Session) -> None:
    bought = buy(session)
    session.commit()
    path = form_path(bought)
    text = client.post(path, {"text": "好"}, 422).text
    assert "商品怎么样？请选择一到五星" in text
    client.post(path, {"stars": "9", "text": "好"}, 422)
    assert "最多 1000" in client.post(path, {"stars": "5", "text": "好" * 1001}, 422).text
    page = client.post(path, {"stars": "5", "text": "找我 13812345678"}, 422)
    assert "电话" in page.text
    assert "13812345678" in page.html
    page = client.post(
        path,
        {"stars": "5", "text": "好", "pictures": [(BytesIO(b"no picture"), "x.jpg")]},
        422,
        content_type="multipart/form-data",
    )
    assert "x.jpg 不是能显示的图片" in page.text
    page = client.post(
        path,
        {"stars": "5", "text": "好", "pictures": [photo() for _ in range(4)]},
        422,
        content_type="multipart/form-data",
    )
    assert "最多展示 3 张" in page.text
    assert session.scalar(select(Review.id)) is None


def test_nobody_reviews_for_somebody_else(client: PageClient, session: Session) -> None:
    owner = make_user(session)
    bought = buy(session, actor=actor_of(owner))
    other = buy(session)
    session.commit()
    number = bought.order.number
    client.get(f"/shop/orders/{number}/reviews", None)
    client.sign_in(make_user(session))
    client.get(f"/shop/orders/{number}/reviews", 404)
    client.post(f"/shop/orders/{number}/reviews/{bought.line.id}", {"stars": "1", "text": "x"}, 404)
    client.get(f"/procurement/orders/{number}/reviews", 403)
    client.get("/shop/orders/guest/nobody/reviews", 404)
    client.get(f"{other.path}/reviews/{bought.line.id}", 404)
    client.get(f"{other.path}/reviews/{2**70}", 404)
    client.post(f"{other.path}/reviews/{bought.line.id}", {"stars": "1", "text": "x"}, 404)


def test_the_owner_reviews_and_what_is_not_received_waits(client: PageClient, session: Session) -> None:
    owner = make_user(session, name="李小满")
    bought = buy(session, actor=actor_of(owner))
    waiting = buy(session, actor=actor_of(owner), received=False)
    session.commit()
    client.sign_in(owner)
    client.post(
        f"/shop/orders/{bought.order.number}/reviews/{bought.line.id}",
        {"version": "0", "stars": "5", "text": "很新鲜"},
    )
    assert one_review(session).shown_zh == "李**"
    path = f"/shop/orders/{waiting.order.number}/reviews"
    assert "收到货后可以评价" in client.get(path).text
    client.get(f"{path}/{waiting.line.id}", 303)
    client.post(f"{path}/{waiting.line.id}", {"version": "0", "stars": "5", "text": "没收到"}, 303)
    one_review(session)


def test_an_institution_reviews_by_its_name(client: PageClient, session: Session) -> None:
    school = make_organisation(session, OrganisationKind.INSTITUTION, name="山亭区实验小学")
    user = make_user(session, Role.REQUESTER, organisation=school)
    bought = buy(session, actor=actor_of(user, Role.REQUESTER, organisation=school), institution_id=school.id)
    session.commit()
    client.sign_in(user)
    path = f"/procurement/orders/{bought.order.number}"
    assert f"{path}/reviews" in client.get(path).html
    client.get(f"{path}/reviews")
    client.get(f"{path}/reviews/{bought.line.id}")
    client.post(f"{path}/reviews/{bought.line.id}", {"version": "0", "stars": "5", "text": "孩子们爱吃"})
    assert "山亭区实验小学" in client.get(f"/shop/products/{bought.product.slug}/reviews").text
    outsider = PageClient(client.app, session)
    outsider.sign_in(make_user(session, Role.REQUESTER, organisation=make_organisation(session)))
    outsider.get(f"{path}/reviews", 404)


def test_a_supplier_answers_from_the_list(client: PageClient, session: Session) -> None:
    bought, other = buy(session), buy(session)
    written, foreign = review(session, bought, 3, "一般"), review(session, other, 3, "别家的")
    seller = make_user(session, Role.SUPPLIER, organisation=bought.supplier)
    session.commit()
    client.sign_in(seller)
    page = client.get("/supplier/reviews")
    assert "一般" in page.text
    assert "别家的" not in page.text
    client.get("/supplier/reviews?show=hidden", 404)
    client.get(f"/supplier/reviews/{foreign.public_id}", 404)
    client.post(f"/supplier/reviews/{foreign.public_id}", {"reply": "谢谢"}, 404)
    path = f"/supplier/reviews/{written.public_id}"
    client.get(path)
    client.post(path, {"reply": " "}, 422)
    assert "电话" in client.post(path, {"reply": "请打 13812345678"}, 422).text
    client.post(path, {"reply": "谢谢，已改进包装"})
    assert "评价都已回复" in client.get("/supplier/reviews?show=waiting").text
    assert "已改进包装" in client.get(f"/shop/products/{bought.product.slug}").text


def test_somebody_reports_and_the_operator_hides(client: PageClient, session: Session) -> None:
    bought = buy(session)
    written = review(session, bought, 1, "无关的广告")
    admin = make_user(session, Role.ADMIN)
    session.commit()
    path = f"/shop/reviews/{written.public_id}/report"
    fields = client.get(path).form(path)["fields"]
    client.post(path, {**fields, "reason": ""}, 422)
    for _ in range(2):
        client.post(path, {**fields, "reason": "off_topic", "text": "是广告"})
    assert len(session.scalars(select(ReviewReport)).all()) == 1
    desk = PageClient(client.app, session)
    desk.sign_in(admin)
    assert "被举报" in desk.get("/operator/product-reviews?show=reported").text
    one = f"/operator/product-reviews/{written.public_id}"
    assert "是广告" in desk.get(one).text
    desk.post(one, {"what": "burn", "reason": "x"}, 404)
    desk.post(one, {"what": "hide", "reason": ""}, 422)
    desk.post(one, {"what": "hide", "reason": "与商品无关"})
    assert "已有同事处理" in desk.post(one, {"what": "hide", "reason": "再来"}, 409).text
    client.get(path, 404)
    assert "无关的广告" not in client.get(f"/shop/products/{bought.product.slug}").text
    assert "与商品无关" in client.get(f"{bought.path}/reviews").text
    desk.get("/operator/product-reviews?show=hidden")
    desk.post(one, {"what": "show", "reason": "误会"})
    assert "无关的广告" in client.get(f"/shop/products/{bought.product.slug}").text
    PageClient(client.app, session).get("/operator/product-reviews", None)
    client.sign_in(make_user(session, Role.SUPPLIER, organisation=bought.supplier))
    client.get("/operator/product-reviews", 403)
    client.post(one, {"what": "hide", "reason": "x"}, 403)


def variants(session: Session, many: int) -> tuple[Variant, list[Bought]]:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    variant = make_variant(session, supplier=supplier, stock=200)
    return variant, [buy(session, variant=variant) for _ in range(many)]


def test_pages_of_reviews_are_bounded_and_cost_the_same(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    _variant, many = variants(session, 23)
    slug, costs = many[0].product.slug, []
    for number, bought in enumerate(many):
        review(session, bought, 1 + number % 5, f"第{number}条评价")
        if number in (3, 22):
            session.commit()
            with statements:
                client.get(f"/shop/products/{slug}")
                client.get(f"/shop/products/{slug}/reviews")
            costs.append(len(statements))
    assert costs[0] == costs[1]
    first = client.get(f"/shop/products/{slug}/reviews")
    assert first.html.count('class="review"') == 20
    assert client.get(f"/shop/products/{slug}/reviews?page=2").html.count('class="review"') == 3
    assert client.get(f"/shop/products/{slug}/reviews?stars=5").html.count('class="review"') == 4
    assert client.get(f"/shop/products/{slug}").html.count('class="review"') == 4
    for wrong in ("stars=6", "stars=x", "page=0", "page=99999999"):
        client.get(f"/shop/products/{slug}/reviews?{wrong}", 404)
    client.get("/shop/products/%00/reviews", 404)


def test_a_kept_page_shows_a_new_review_at_once(app: Flask, live_database: Any) -> None:
    visitor = Visitor(app)
    with transaction() as session:
        bought = buy(session)
    paths = ("/shop/products", f"/shop/products/{bought.product.slug}")
    reviews = f"/shop/products/{bought.product.slug}/reviews"
    for path in (*paths, reviews):
        visitor.open(path)
        assert visitor.is_kept(path)
    with transaction() as session:
        review(session, bought, 5, "刚写的评价")
    assert "5.0" in visitor.read(paths[0])
    assert "刚写的评价" in visitor.read(paths[1])
    assert "刚写的评价" in visitor.read(reviews)
    assert visitor.is_kept(reviews)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_can_be_read_in_both_languages(app: Flask, session: Session, language: str) -> None:
    bought = buy(session)
    written = review(session, bought, 2, "味道淡", pictures=("c" * 24,))
    session.commit()
    client = PageClient(app, session, language)
    for path in (
        f"/shop/products/{bought.product.slug}/reviews",
        f"{bought.path}/reviews",
        form_path(bought),
        f"/shop/reviews/{written.public_id}/report",
    ):
        client.get(path)
    client.sign_in(make_user(session, Role.SUPPLIER, organisation=bought.supplier))
    client.get(f"/supplier/reviews/{written.public_id}")
    admin = PageClient(app, session, language)
    admin.sign_in(make_user(session, Role.ADMIN))
    admin.get("/operator/product-reviews")
    admin.get(f"/operator/product-reviews/{written.public_id}")
