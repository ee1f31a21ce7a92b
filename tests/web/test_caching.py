"""What caches may keep: pages of visitors who only look, and nothing of anybody else."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.factories.orders import make_variant
from tests.factories.people import make_user
from tests.page_client import PageClient

LOOKED_AT = (
    "/",
    "/shop/products",
    "/shop/search?q=米",
    "/open-books",
    "/charity/campaigns",
    "/points/stores",
)


@pytest.mark.parametrize("path", LOOKED_AT)
def test_a_page_that_is_only_looked_at_may_be_kept_for_five_seconds(client: PageClient, path: str) -> None:
    answer = client.get(path).response
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert "Set-Cookie" not in answer.headers
    assert {"Cookie", "Accept-Language"} <= {
        part.strip() for part in ",".join(answer.headers.getlist("Vary")).split(",")
    }
    again = client.client.get(
        path, headers={"If-None-Match": answer.headers["ETag"], "Accept-Language": "zh-CN"}
    )
    assert again.status_code == 304
    other = client.client.get(
        path, headers={"If-None-Match": answer.headers["ETag"], "Accept-Language": "en"}
    )
    assert other.status_code == 200


@pytest.mark.parametrize("path", LOOKED_AT)
def test_pages_of_a_known_person_are_kept_by_nobody(client: PageClient, session: Session, path: str) -> None:
    client.sign_in(make_user(session))
    assert client.get(path).response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/shop/cart", "/healthz", "/no-such-page", "/language/en"])
def test_other_answers_are_not_for_shared_caches(client: PageClient, path: str) -> None:
    assert "public" not in client.get(path, None).response.headers["Cache-Control"]


def test_a_product_can_be_put_into_the_cart_from_a_kept_page(client: PageClient, session: Session) -> None:
    variant = make_variant(session)
    line = {"variant": variant.public_id, "quantity": "1"}
    client.post("/shop/cart/add", line, 403, token=False)
    client.post("/shop/cart/add", line, 403, token=False, headers={"Sec-Fetch-Site": "cross-site"})
    client.post("/shop/cart/add", line, 403, token=False, headers={"Origin": "https://evil.example"})
    client.post("/shop/cart/add", line, 403, token=False, headers={"Origin": "null"})
    client.post("/shop/cart/add", line, 303, token=False, headers={"Sec-Fetch-Site": "same-origin"})
    client.post("/shop/cart/add", line, 303, token=False, headers={"Origin": "http://localhost"})
    client.post("/shop/cart/update", line, 403, token=False, headers={"Sec-Fetch-Site": "same-origin"})
    assert "public" not in client.get("/shop/products").response.headers["Cache-Control"]
