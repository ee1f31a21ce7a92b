"""The operator puts terms of return right: who may, what it changes and what it does not, and who is told."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import jobs
from core.audit import AuditEntry
from core.db import reading, transaction
from core.errors import NotFound
from core.mail import Mail
from core.permissions import Actor, Grant
from shop.catalogue import services
from shop.catalogue.errors import BadProduct, ChangedMeanwhile
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import ReturnTerms, Terms
from shop.orders.models import OrderLine
from tests.conftest import StatementCounter
from tests.factories.live import supplier_of
from tests.factories.orders import make_variant, place
from tests.factories.people import make_organisation, make_user
from tests.page_client import PageClient
from tests.shop.orders.test_concurrency import at_once

OPERATOR = Actor(None, "运营", (Grant(Role.ADMIN),))
FRESH = Terms(ReturnTerms.FRESH.value, "", "")


def product_of(session: Session, variant: Variant) -> Product:
    return session.get_one(Product, variant.product_id, populate_existing=True)


def correct(session: Session, product: Product, terms: Terms = FRESH, **more: Any) -> Any:
    values = {"actor": OPERATOR, "reason": "鲜桃不适用七日无理由退货", "version": product.version} | more
    return services.correct_terms(
        session, values["actor"], product.id, terms, values["reason"], version=values["version"]
    )


def test_a_correction_holds_from_now_on_and_orders_keep_their_terms(session: Session) -> None:
    variant = make_variant(session)
    placed = place(session, (variant, 1))
    product = product_of(session, variant)
    assert correct(session, product) == {"return_terms": ("seven_days", "fresh")}
    assert (product.return_terms, product.version) == ("fresh", 2)
    later = place(session, (variant, 1))
    terms = {
        line.order_id: line.return_terms for line in session.scalars(select(OrderLine).order_by(OrderLine.id))
    }
    assert terms == {placed.order_id: "seven_days", later.order_id: "fresh"}
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "terms of return corrected")).one()
    assert (entry.actor_name, entry.subject_id, entry.reason) == (
        "运营",
        product.slug,
        "鲜桃不适用七日无理由退货",
    )
    assert (entry.before, entry.after) == (
        {"return_terms": "seven_days"},
        {"return_terms": "fresh", "version": 2},
    )
    assert correct(session, product) == {}
    assert product.version == 2


def test_what_cannot_be_is_refused(session: Session) -> None:
    variant = make_variant(session)
    product = product_of(session, variant)
    with pytest.raises(NotFound):
        correct(session, product, actor=supplier_of(session, variant))
    with pytest.raises(ValueError, match="reason"):
        correct(session, product, reason=" ")
    for terms, fields in (
        (Terms("never", "", ""), ["return_terms"]),
        (Terms("flawed", "有疤", " "), ["return_note_en"]),
        (Terms("near_end", "", ""), ["return_note_zh", "return_note_en"]),
    ):
        with pytest.raises(BadProduct) as refused:
            correct(session, product, terms)
        assert [fault.field for fault in refused.value.faults] == fields
    correct(session, product)
    with pytest.raises(ChangedMeanwhile) as stale:
        correct(session, product, Terms("made_to_order", "", ""), version=1)
    assert stale.value.changes == {"return_terms": ("seven_days", "fresh")}


@pytest.mark.concurrency
@pytest.mark.usefixtures("live_database")
def test_of_many_corrections_at_once_one_counts() -> None:
    with transaction() as session:
        product = product_of(session, make_variant(session))

    def step(kind: str) -> Any:
        def go() -> Any:
            with transaction() as session:
                return correct(session, product, Terms(kind, "", ""), version=1)

        return go

    results = at_once([step(kind) for kind in ("fresh", "made_to_order", "only_unopened") * 3])
    assert sum(bool(result) for result in results if isinstance(result, dict)) == 1
    assert {type(result) for result in results} <= {dict, ChangedMeanwhile}
    with reading() as session:
        assert session.get_one(Product, product.id).version == 2


class Desk:
    """The operator's desk, and a product."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.supplier = make_organisation(session)
        self.variant = make_variant(session, supplier=self.supplier, name="山亭鲜桃")
        self.product = product_of(session, self.variant)
        self.path = f"/operator/return-terms/{self.product.slug}"
        self.client = self.sign_in(Role.ADMIN, OrganisationKind.OPERATOR)

    def sign_in(self, role: Role, kind: OrganisationKind) -> PageClient:
        organisation = make_organisation(self.session, kind)
        user = make_user(self.session, role, organisation=organisation)
        self.session.commit()
        return PageClient(self.app, self.session).sign_in(user)

    def fields(self, **changes: str) -> dict[str, str]:
        return {"version": "1", "return_terms": "fresh", "reason": "鲜果不适用"} | changes


@pytest.fixture
def desk(app: Flask, session: Session) -> Desk:
    return Desk(app, session)


def test_the_operator_finds_a_product_and_puts_its_terms_right(desk: Desk) -> None:
    page = desk.client.get("/operator/return-terms?terms=seven_days&q=鲜桃")
    assert "山亭鲜桃" in page.text
    assert "山亭鲜桃" not in desk.client.get("/operator/return-terms").text
    assert "山亭鲜桃" not in desk.client.get("/operator/return-terms?q=没有这个").text
    desk.client.post(desk.path, desk.fields(), 303)
    page = desk.client.get("/operator/return-terms")
    assert "山亭鲜桃" in page.text
    assert "已更正" in page.text
    assert (
        "不适用七日无理由退货"
        in PageClient(desk.app, desk.session).get(f"/shop/products/{desk.product.slug}").text
    )
    desk.client.post(desk.path, desk.fields(version="2"), 303)
    assert "没有改动。" in desk.client.get("/operator/return-terms").text


def test_wrong_input_comes_back_beside_its_field_with_what_was_typed(desk: Desk) -> None:
    for changes, words in (
        ({"reason": " "}, "请填写"),
        ({"return_terms": "flawed", "return_note_zh": "有疤"}, "请在此写明"),
        ({"return_terms": "never"}, ""),
        ({"return_terms": ""}, ""),
        ({"version": "x"}, "请重新打开本页。"),
        ({"return_note_zh": "长" * 201}, ""),
    ):
        page = desk.client.post(desk.path, desk.fields(**{"reason": "鲜果不适用"} | changes), 422)
        assert words in page.text
        if "reason" not in changes:
            assert "鲜果不适用" in page.text
    page = desk.client.post(desk.path, desk.fields(return_terms="flawed", reason=""), 422)
    for field in ("return_note_zh", "return_note_en", "reason"):
        assert f'id="{field}-error"' in page.html
    assert product_of(desk.session, desk.variant).version == 1
    desk.client.get("/operator/return-terms?terms=never", 404)
    desk.client.get("/operator/return-terms/nothing-here", 404)
    desk.client.get("/operator/return-terms/%00", 404)


def test_the_operator_sees_what_the_supplier_changed_meanwhile(desk: Desk) -> None:
    correct(desk.session, desk.product, Terms("made_to_order", "", ""))
    desk.session.commit()
    page = desk.client.post(desk.path, desk.fields(), 409)
    assert "别人改过这里" in page.text
    assert "按要求定作" in page.text
    assert "鲜果不适用" in page.text
    desk.client.post(desk.path, desk.fields(version="2"), 303)
    assert product_of(desk.session, desk.variant).return_terms == "fresh"


def test_nobody_else_comes_in(desk: Desk) -> None:
    for role, kind in (
        (Role.SUPPLIER, OrganisationKind.SUPPLIER),
        (Role.CERTIFIER, OrganisationKind.GOVERNMENT),
        (Role.FINANCE, OrganisationKind.OPERATOR),
    ):
        client = desk.sign_in(role, kind)
        client.get("/operator/return-terms", 403)
        client.post(desk.path, desk.fields(), 403)


def test_the_supplier_is_told_why_in_a_mail(desk: Desk) -> None:
    reader = make_user(desk.session, Role.SUPPLIER, organisation=desk.supplier)
    desk.session.commit()
    desk.client.post(desk.path, desk.fields(), 303)
    jobs.run_due()
    mail = desk.session.scalars(select(Mail).where(Mail.recipient == reader.email)).one()
    assert "山亭鲜桃" in mail.subject
    for words in ("鲜活易腐", "鲜果不适用", f"/supplier/products/{desk.product.slug}"):
        assert words in mail.text
        assert words in mail.html


def test_the_list_asks_as_often_for_many_products_as_for_one(desk: Desk) -> None:
    def asked() -> int:
        with StatementCounter() as sent:
            desk.client.get("/operator/return-terms?terms=seven_days")
        return len(sent)

    before = asked()
    for _ in range(5):
        make_variant(desk.session)
    desk.session.commit()
    assert asked() == before
