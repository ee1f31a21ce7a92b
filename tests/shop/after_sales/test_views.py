"""The pages of claims: who sees them, what they offer, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock, ids, jobs
from core.audit import AuditEntry
from core.mail import Mail
from core.permissions import GUEST, SYSTEM
from payments.models import Refund
from payments.sandbox import rehearsals
from shop.after_sales import services
from shop.after_sales.models import Claim, ClaimPhoto, ClaimStep
from shop.after_sales.values import GoesBackTo, Move, Settlement, State
from shop.catalogue.values import STATED, ReturnTerms
from shop.fulfilment import services as fulfilment
from shop.fulfilment.values import Acceptance
from shop.orders import queries as order_queries
from shop.orders import services as order_services
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import Received
from tests.conftest import StatementCounter
from tests.factories.after_sales import (
    file_claim,
    line_of,
    new_return,
    officer,
    picture,
    received_order,
    seller_of,
)
from tests.factories.orders import make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user
from tests.page_client import Page, PageClient
from tests.shop.orders.test_services import MONEY

FILED = {"reason": "spoiled", "wants": "refund_full", "quantity": "1", "words": "一袋发霉了"}


@pytest.fixture
def secret() -> str:
    """Return a guest's secret."""
    return ids.secret()


@pytest.fixture
def order(session: Session, secret: str) -> Order:
    """Return a guest's received order of three packs."""
    return received_order(session, (make_variant(session, price_fen=20_00), 3), secret=secret)


def page_of(client: PageClient, session: Session, user: User) -> PageClient:
    return PageClient(client.app, session).sign_in(user)


def seller_page(client: PageClient, session: Session, claim: Claim) -> PageClient:
    supplier = session.get_one(Organisation, claim.supplier_id)
    return page_of(client, session, make_user(session, Role.SUPPLIER, organisation=supplier))


def officer_page(client: PageClient, session: Session, role: Role = Role.FINANCE) -> PageClient:
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    return page_of(client, session, make_user(session, role, organisation=operator))


def html(page: Page) -> str:
    return str(page.response.get_data(as_text=True))


def filing(client: PageClient, path: str, **changes: object) -> dict[str, object]:
    fields = client.get(path).form(path.split("?")[0])["fields"]
    return {**FILED, "once": fields["once"], **changes}


def test_a_guest_files_a_claim_with_photos_and_three_sides_see_it(
    client: PageClient, session: Session, secret: str, order: Order, app: Flask
) -> None:
    path = f"/shop/orders/guest/{secret}"
    line = line_of(session, order)
    new = f"{path}/claims/new?kind=quality&line={line.id}"
    assert new.replace("&", "&amp;") in html(client.get(path))
    photos = [(BytesIO(picture(colour)), f"{colour}.jpg") for colour in ("red", "blue")]
    sent = client.post(new, filing(client, new, photos=photos))
    claim = session.scalars(select(Claim)).one()
    assert sent.location == f"{path}/claims/{claim.public_id}"
    page = client.follow(sent)
    assert "一袋发霉了" in page.text
    assert f"{sent.location}/photos/2" in html(page)
    assert "一袋发霉了" not in client.get("/").text
    data = session.scalars(select(ClaimPhoto.data)).all()
    assert [kept[8:12] for kept in data] == [b"WEBP", b"WEBP"]
    photo = app.test_client().get(f"{sent.location}/photos/1")
    assert (photo.mimetype, photo.headers["Cache-Control"]) == ("image/webp", "no-store")
    seller = seller_page(client, session, claim)
    assert "一袋发霉了" in seller.get(f"/supplier/claims/{claim.public_id}").text
    assert order.number in seller.get("/supplier/claims").text
    finance = officer_page(client, session)
    assert order.number in finance.get("/operator/claims?show=others").text
    assert "一袋发霉了" in finance.get(f"/operator/claims/{claim.public_id}").text
    for page_client, base in ((seller, "/supplier"), (finance, "/operator")):
        answer = page_client.client.get(f"{base}/claims/{claim.public_id}/photos/1")
        assert answer.data == data[0]


def test_others_see_neither_claim_nor_photo(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    claim = file_claim(session, order, photos=(b"x",))
    stranger_order = received_order(session, (make_variant(session), 1), secret=ids.secret())
    stranger = session.scalars(select(SupplierOrder).where(SupplierOrder.order_id == stranger_order.id)).one()
    supplier = session.get_one(Organisation, stranger.supplier_id)
    other_seller = page_of(client, session, make_user(session, Role.SUPPLIER, organisation=supplier))
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    cook = page_of(client, session, make_user(session, Role.REQUESTER, organisation=school))
    bursar = page_of(client, session, make_user(session, Role.FINANCE, organisation=school))
    person = page_of(client, session, make_user(session))
    for page, base, status in (
        (other_seller, "/supplier", 404),
        (person, f"/shop/orders/{order.number}", 404),
        (cook, f"/procurement/orders/{order.number}", 404),
        (bursar, "/operator", 403),
        (client, f"/shop/orders/guest/{ids.secret()}", 404),
    ):
        page.get(f"{base}/claims/{claim.public_id}", status)
        page.get(f"{base}/claims/{claim.public_id}/photos/1", status)
        page.post(f"{base}/claims/{claim.public_id}", {"move": "withdraw"}, status)
    client.get(f"/shop/orders/guest/{secret}/claims/{claim.public_id}/photos/2", 404)
    client.get(f"/shop/orders/guest/{secret}/claims/{claim.public_id}/photos/99999999999999999999", 404)
    session.refresh(claim)
    assert claim.state == State.FILED


def test_a_claim_about_another_order_is_not_opened_by_ones_own(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    other = received_order(session, (make_variant(session), 1))
    claim = file_claim(session, other)
    client.get(f"/shop/orders/guest/{secret}/claims/{claim.public_id}", 404)
    client.post(f"/shop/orders/guest/{secret}/claims/{claim.public_id}", {"move": "withdraw"}, 404)
    client.get(f"/shop/orders/guest/{secret}/claims/new?line={line_of(session, other).id}", 404)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "0"),
        ("quantity", "4"),
        ("quantity", "-1"),
        ("quantity", "1e3"),
        ("quantity", ""),
        ("reason", "no_reason"),
        ("reason", "x"),
        ("wants", "everything"),
        ("words", " "),
        ("words", "x" * 1001),
        ("words", "a\x00b"),
        ("once", "x"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    client: PageClient, session: Session, secret: str, order: Order, field: str, value: str
) -> None:
    new = f"/shop/orders/guest/{secret}/claims/new?kind=quality&line={line_of(session, order).id}"
    page = client.post(new, filing(client, new, **{field: value}), 422)
    if field != "once":
        assert f'id="{field}-error"' in html(page)
    assert session.scalar(select(Claim.id)) is None


@pytest.mark.parametrize("amount", ["", "0", "-1", "20.01", "1e3", "abc"])
def test_a_part_needs_an_amount_that_can_be(
    client: PageClient, session: Session, secret: str, order: Order, amount: str
) -> None:
    new = f"/shop/orders/guest/{secret}/claims/new?kind=quality&line={line_of(session, order).id}"
    page = client.post(new, filing(client, new, wants="refund_part", amount=amount), 422)
    assert 'id="amount-error"' in html(page)
    client.post(new, filing(client, new, wants="refund_part", amount="20.00"), 303)


def test_photos_that_are_none_or_too_many_are_refused(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    new = f"/shop/orders/guest/{secret}/claims/new?kind=quality&line={line_of(session, order).id}"
    for photos in (
        [(BytesIO(b"%PDF-1.4 %%EOF"), "a.jpg")],
        [(BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg"/>'), "a.svg")],
        [(BytesIO(b"0" * (10 * 1024 * 1024 + 1)), "large.jpg")],
        [(BytesIO(picture()), f"{n}.jpg") for n in range(6)],
    ):
        page = client.post(new, filing(client, new, photos=photos), 422)
        assert 'id="photos-error"' in html(page)
    assert session.scalar(select(Claim.id)) is None


def test_five_large_photos_come_in(client: PageClient, session: Session, secret: str, order: Order) -> None:
    new = f"/shop/orders/guest/{secret}/claims/new?kind=quality&line={line_of(session, order).id}"
    padded = picture() + b"\x00" * (4 * 1024 * 1024)
    client.post(new, filing(client, new, photos=[(BytesIO(padded), f"{n}.jpg") for n in range(5)]), 303)
    assert len(session.scalars(select(ClaimPhoto.number)).all()) == 5


def test_the_same_form_twice_is_one_claim(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    new = f"/shop/orders/guest/{secret}/claims/new?kind=quality&line={line_of(session, order).id}"
    form = filing(client, new)
    assert client.post(new, form).location == client.post(new, form).location
    assert "此前已提交过" not in client.get(new).text
    client.post(new, {**form, "quantity": "2"}, 409)
    client.post(new, {**form, "once": ids.public_id(20)}, 409)
    assert [found for found in client.get(new).forms if "claims/new" in found["action"]] == []


def test_what_was_answered_before_leads_to_the_claim(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    path = f"/shop/orders/guest/{secret}"
    new = f"{path}/claims/new?kind=quality&line={line_of(session, order).id}"
    form = filing(client, new)
    mine = client.post(new, form).location
    assert mine is not None
    client.language = "en"
    assert client.post(mine, {"move": "withdraw"}, 303).location == mine
    again = client.post(mine, {"move": "withdraw"}, 303)
    page = client.follow(again)
    assert "This had been noted already." in page.text
    assert "Claim withdrawn" in page.text
    # What another tab still offers is not done any more, and says why.
    for move in ("accept", "escalate"):
        refused = client.post(mine, {"move": move, "words": "太少了"}, 409)
        assert "the claim stands at “Claim withdrawn” now" in refused.text
    page = client.follow(client.post(new, form, 303))
    assert "You had filed this claim before." in page.text
    claim = session.scalars(select(Claim)).one()
    steps = session.scalars(select(ClaimStep.move).where(ClaimStep.claim_id == claim.id)).all()
    assert list(steps) == ["file", "withdraw"]


def test_an_offer_accepted_twice_gives_the_money_back_once(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    claim = file_claim(session, order, quantity=2)
    seller = seller_page(client, session, claim)
    seller.post(f"/supplier/claims/{claim.public_id}", {"move": "offer", "amount": "10"}, 303)
    mine = f"/shop/orders/guest/{secret}/claims/{claim.public_id}"
    client.language = "en"
    client.post(mine, {"move": "accept"}, 303)
    page = client.follow(client.post(mine, {"move": "accept"}, 303))
    assert "This had been noted already." in page.text
    assert [int(amount) for amount in session.scalars(select(Refund.amount_fen))] == [10_00]


def test_the_order_page_offers_exactly_what_is_possible(
    client: PageClient, session: Session, secret: str
) -> None:
    placed = place(
        session,
        (make_variant(session), 1),
        (make_variant(session, terms=ReturnTerms.FRESH), 1),
        guest_secret=secret,
    )
    session.commit()
    path = f"/shop/orders/guest/{secret}"

    def offered() -> tuple[list[str], int, int]:
        page = client.get(path)
        actions = [
            form["action"].removeprefix(path) for form in page.forms if form["action"].startswith(path)
        ]
        return sorted(actions), html(page).count("kind=quality"), html(page).count("kind=return")

    assert offered() == (["/cancel", "/pay"], 0, 0)
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    session.expire_all()
    assert offered() == (["/cancel", "/cancel", "/cancel"], 0, 0)
    order = order_queries.lock_order(session, placed.order_id)
    first, second = order_queries.lock_parts(session, order.id)
    fulfilment.ship_part(session, seller_of(session, first), first.public_id, "Post", "1")
    session.commit()
    assert offered() == (["/cancel", "/receive"], 0, 0)
    client.get(f"{path}/claims/new?kind=quality&line={line_of(session, order).id}")
    fulfilment.confirm_receipt(session, GUEST, order, first.public_id)
    session.commit()
    assert offered() == (["/cancel"], 1, 1)
    fulfilment.ship_part(session, seller_of(session, second), second.public_id, "Post", "1")
    fulfilment.confirm_receipt(session, GUEST, order, second.public_id)
    session.commit()
    # The second line is fresh: it may be claimed, not sent back.
    assert offered() == (["/again"], 2, 1)
    file_claim(session, order)
    session.commit()
    assert offered() == (["/again"], 1, 0)
    with clock.at(clock.now() + timedelta(days=9)):
        assert offered() == (["/again"], 0, 0)
        fresh = client.get(f"{path}/claims/new?kind=return&line={line_of(session, order).id}")
        assert [form for form in fresh.forms if "claims/new" in form["action"]] == []


def test_a_claim_goes_from_answer_to_decision_on_the_pages(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    claim = file_claim(session, order, quantity=2)
    seller, finance = seller_page(client, session, claim), officer_page(client, session)
    theirs = f"/supplier/claims/{claim.public_id}"
    seller.post(theirs, {"move": "refuse", "words": ""}, 422)
    seller.post(theirs, {"move": "offer", "amount": ""}, 422)
    assert 'id="amount-error"' in html(seller.post(theirs, {"move": "offer", "amount": "40.01"}, 422))
    seller.post(theirs, {"move": "grant"}, 422)
    seller.post(theirs, {"move": "offer", "amount": "10"}, 303)
    seller.post(theirs, {"move": "agree"}, 409)
    mine = f"/shop/orders/guest/{secret}/claims/{claim.public_id}"
    assert "¥10.00" in client.get(mine).text
    assert 'id="words-error"' in html(client.post(mine, {"move": "escalate", "words": ""}, 422))
    client.post(mine, {"move": "grant"}, 422)
    for _ in range(2):
        assert client.post(mine, {"move": "escalate", "words": "太少了"}, 303).location == mine
    client.post(mine, {"move": "escalate", "words": "真的太少了"}, 409)
    desk = f"/operator/claims/{claim.public_id}"
    assert "太少了" in html(finance.get(desk))
    finance.post(desk, {"move": "grant", "amount": "", "words": "ok"}, 422)
    finance.post(desk, {"move": "grant", "amount": "30", "words": ""}, 422)
    finance.post(desk, {"move": "grant", "amount": "30", "words": "照片清楚"}, 303)
    finance.post(desk, {"move": "dismiss", "words": "不支持"}, 409)
    session.refresh(claim)
    assert (claim.state, claim.amount_fen) == (State.REFUNDED, 30_00)
    assert "照片清楚" in client.get(mine).text
    assert f"/operator/refunds/{claim.refund}" in html(finance.get(desk))
    assert desk in html(finance.get(f"/operator/orders/{order.number}"))


def test_a_return_goes_from_the_parcel_to_the_stock_on_the_pages(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    path = f"/shop/orders/guest/{secret}"
    new = f"{path}/claims/new?kind=return&line={line_of(session, order).id}"
    fields = client.get(new).form(f"{path}/claims/new")["fields"]
    client.post(new, {"once": fields["once"], "quantity": "2", "words": ""}, 303)
    claim = session.scalars(select(Claim)).one()
    mine = f"{path}/claims/{claim.public_id}"
    client.post(mine, {"move": "send_back", "carrier": "", "tracking_number": ""}, 422)
    client.post(mine, {"move": "send_back", "carrier": "SF", "tracking_number": "SF1234567"}, 303)
    again = client.post(mine, {"move": "send_back", "carrier": "SF", "tracking_number": "SF1234567"}, 303)
    assert "此前已经记录" in client.follow(again).text
    client.post(mine, {"move": "send_back", "carrier": "SF", "tracking_number": "SF7654321"}, 409)
    seller = seller_page(client, session, claim)
    theirs = f"/supplier/claims/{claim.public_id}/arrived"
    for wrong in ({"resaleable": ""}, {"resaleable": "3"}, {"resaleable": "-1"}):
        page = seller.post(theirs, {"move": "confirm_return", **wrong}, 422)
        assert 'id="resaleable-error"' in html(page)
    seller.post(theirs, {"move": "object", "words": ""}, 422)
    seller.post(theirs, {"move": "confirm_return", "resaleable": "1"}, 303)
    seller.post(theirs, {"move": "object", "words": "少了一袋"}, 409)
    session.refresh(claim)
    assert (claim.state, claim.resaleable_quantity) == (State.REFUNDED, 1)


def test_the_desks_count_what_waits_for_them(client: PageClient, session: Session, order: Order) -> None:
    claim = file_claim(session, order)
    seller, finance = seller_page(client, session, claim), officer_page(client, session)
    assert 'href="/supplier/claims"' in html(seller.get("/supplier/orders"))
    services.answer_claim(session, seller_of(session, claim), claim.public_id, Move.REFUSE, "没有问题")
    assert order.number not in seller.get("/supplier/claims").text
    assert order.number in seller.get("/supplier/claims?show=others").text
    services.reply_to_answer(session, GUEST, order, claim.public_id, Move.ESCALATE, "请看")
    session.commit()
    assert order.number in finance.get("/operator/claims").text
    assert order.number not in finance.get("/operator/claims?show=overdue").text
    with clock.at(clock.now() + timedelta(days=8)):
        late = PageClient(client.app, session).sign_in(
            make_user(
                session, Role.FINANCE, organisation=make_organisation(session, OrganisationKind.OPERATOR)
            )
        )
        assert order.number in late.get("/operator/claims?show=overdue").text
    assert order.number in finance.get(f"/operator/claims?show=all&q={order.number[:6]}").text
    assert order.number not in finance.get("/operator/claims?kind=return").text
    for wrong in ("?show=x", "?kind=x"):
        finance.get(f"/operator/claims{wrong}", 404)
    seller.get("/supplier/claims?show=x", 404)
    officer_page(client, session, Role.ADMIN).get("/operator/claims")


def test_whoever_has_an_interest_reads_why_they_do_not_decide(client: PageClient, session: Session) -> None:
    person = make_user(session)
    order = received_order(session, (make_variant(session), 1), actor=actor_of(person))
    claim = file_claim(session, order, actor=actor_of(person))
    services.answer_claim(session, seller_of(session, claim), claim.public_id, Move.REFUSE, "没有问题")
    services.reply_to_answer(session, actor_of(person), order, claim.public_id, Move.ESCALATE, "请看")
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    accounts.grant_role(session, SYSTEM, person.id, Role.FINANCE, organisation_id=operator.id)
    mine = page_of(client, session, person)
    desk = f"/operator/claims/{claim.public_id}"
    assert [form for form in mine.get(desk).forms if form["action"] == desk] == []
    mine.post(desk, {"move": "grant", "amount": "1", "words": "好的"}, 403)
    assert claim.public_id in html(mine.get(f"/shop/orders/{order.number}"))


def test_an_institution_claims_through_who_orders_and_its_receiver_only_reads(
    client: PageClient, session: Session
) -> None:
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    cook = make_user(session, Role.REQUESTER, organisation=school)
    receiver = make_user(session, Role.RECEIVER, organisation=school)
    actor = actor_of(cook, Role.REQUESTER, organisation=school)
    placed = place(
        session, (make_variant(session), 5), actor=actor, institution_id=school.id, guest_secret=None
    )
    order = order_queries.lock_order(session, placed.order_id)
    order_services.mark_order_paid(
        session, order.id, Received(order.total_fen, "bank_transfer", "T1", clock.now()), MONEY
    )
    (part,) = order_queries.lock_parts(session, order.id)
    fulfilment.ship_part(session, seller_of(session, part), part.public_id, "Post", "1")
    line = line_of(session, order)
    fulfilment.accept_part(
        session, actor, order, part.public_id, Acceptance(((line.id, 4),), ("甲", "乙"), "少一袋")
    )
    session.commit()
    path = f"/procurement/orders/{order.number}"
    mine, theirs = page_of(client, session, cook), page_of(client, session, receiver)
    new = f"{path}/claims/new?kind=quality&line={line.id}"
    page = html(mine.get(path))
    assert "kind=quality" in page
    assert "kind=return" not in page
    assert "kind=quality" not in html(theirs.get(path))
    theirs.get(new, 403)
    mine.post(new, filing(mine, new, quantity="5"), 422)
    mine.post(new, filing(mine, new, quantity="4"), 303)
    claim = session.scalars(select(Claim)).one()
    mine_page = f"{path}/claims/{claim.public_id}"
    assert [f for f in theirs.get(mine_page).forms if f["action"] == mine_page] == []
    theirs.post(mine_page, {"move": "withdraw"}, 403)
    mine.post(mine_page, {"move": "withdraw"}, 303)


def test_pages_cost_the_same_statements_for_one_claim_and_for_many(
    client: PageClient, session: Session, statements: StatementCounter, secret: str
) -> None:
    counts = []
    for lines in (1, 6):
        own = ids.secret()
        order = received_order(session, *((make_variant(session), 1) for _ in range(lines)), secret=own)
        for line in session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)):
            services.file_claim(session, GUEST, order, new_return(line))
        session.commit()
        finance = officer_page(client, session)
        with statements:
            client.get(f"/shop/orders/guest/{own}")
            finance.get("/operator/claims?show=others")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_refund_that_is_held_up_is_said_to_the_buyer_who_accepts(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    claim = file_claim(session, order)
    services.answer_claim(
        session, seller_of(session, claim), claim.public_id, Move.OFFER, "", Settlement(10_00, False)
    )
    clerk = officer(session)
    order_services.refund_line(session, clerk, order, claim.order_line_id, 55_00, "电话里谈妥", once="x")
    session.commit()
    mine = f"/shop/orders/guest/{secret}/claims/{claim.public_id}"
    page = client.follow(client.post(mine, {"move": "accept"}))
    session.refresh(claim)
    assert claim.state == State.AGREED
    assert "余额不足" in page.text


def test_a_supplier_says_where_goods_go_back_to_and_the_buyer_reads_it(
    client: PageClient, session: Session, secret: str, order: Order
) -> None:
    claim = services.file_claim(session, GUEST, order, new_return(line_of(session, order)))
    seller = seller_page(client, session, claim)
    desk = seller.get(f"/supplier/claims/{claim.public_id}")
    assert "/supplier/return-address" in html(desk)
    assert claim.state == State.TO_RETURN
    mine = f"/shop/orders/guest/{secret}/claims/{claim.public_id}"
    assert "山亭区" not in client.get(mine).text
    way = "/supplier/return-address"
    good = {"recipient": " 李 仓库 ", "phone": "138 0013 8000", "address": "山东省枣庄市山亭区店子镇 18 号"}
    for field, wrong in (
        ("phone", "12"),
        ("phone", ""),
        ("recipient", ""),
        ("recipient", " \u3000 "),
        ("address", ""),
        ("address", " \n "),
        ("address", "x" * 201),
    ):
        seller.post(way, {**good, field: wrong}, 422)
    seller.post(way, good, 303)
    seller.post(way, good, 303)
    assert "山东省枣庄市山亭区店子镇 18 号" in html(seller.get(way))
    assert way not in html(seller.get(f"/supplier/claims/{claim.public_id}"))
    page = client.get(mine).text
    for words in ("李 仓库", "138 0013 8000", "山东省枣庄市山亭区店子镇 18 号"):
        assert words in page
    changed = select(AuditEntry).where(AuditEntry.action == "return address changed")
    assert len(session.scalars(changed).all()) == 1


def test_nobody_reads_or_changes_anothers_address(client: PageClient, session: Session, order: Order) -> None:
    claim = services.file_claim(session, GUEST, order, new_return(line_of(session, order)))
    supplier = session.get_one(Organisation, claim.supplier_id)
    other = make_user(
        session, Role.SUPPLIER, organisation=make_organisation(session, OrganisationKind.SUPPLIER)
    )
    stranger = page_of(client, session, other)
    stranger.get(f"/supplier/return-address?supplier={supplier.public_id}", 404)
    typed = {"recipient": "x", "phone": "13800138000", "address": "x"}
    stranger.post(f"/supplier/return-address?supplier={supplier.public_id}", typed, 404)
    officer_page(client, session).get("/supplier/return-address", 403)


@pytest.mark.parametrize("known", [True, False])
def test_the_mails_of_a_return_name_the_address_or_ask_for_it(
    session: Session, order: Order, known: bool
) -> None:
    part = session.scalars(select(SupplierOrder).where(SupplierOrder.order_id == order.id)).one()
    make_user(session, Role.SUPPLIER, organisation=session.get_one(Organisation, part.supplier_id))
    place = GoesBackTo("李仓库", "13800138000", "山东省枣庄市山亭区店子镇 18 号")
    if known:
        services.set_return_address(session, seller_of(session, part), part.supplier_id, place)
    services.file_claim(session, GUEST, order, new_return(line_of(session, order)))
    jobs.run_due()
    mails = session.scalars(select(Mail).where(Mail.key.startswith("claim:"))).all()
    (to_buyer,) = [mail for mail in mails if ":buyer:" in mail.key]
    asked = [mail for mail in mails if ":supplier:" in mail.key]
    assert asked
    for body in (to_buyer.text, to_buyer.html):
        assert (place.address in body and place.phone in body) is known
    for mail in asked:
        assert ("/supplier/return-address" in mail.text) is not known
        assert ("/supplier/return-address" in mail.html) is not known


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_asks_whether_the_pack_is_unopened(
    client: PageClient, session: Session, secret: str, language: str
) -> None:
    variant = make_variant(session, price_fen=20_00, terms=ReturnTerms.ONLY_UNOPENED)
    order = received_order(session, (variant, 3), secret=secret)
    path = f"/shop/orders/guest/{secret}"
    client.language = language
    new = f"{path}/claims/new?kind=return&line={line_of(session, order).id}"
    assert new.replace("&", "&amp;") in html(client.get(path))
    form = client.get(new).form(new.split("?")[0])["fields"]
    assert "unopened" not in form
    page = client.post(new, {**form, "quantity": "2", "words": "没有用上"}, 422)
    assert 'id="unopened-error"' in html(page)
    assert 'value="2"' in html(page)
    assert "没有用上" in html(page)
    page = client.post(new, {**form, "unopened": "no"}, 422)
    assert ("拆封后不适用" if language != "en" else "Opened packs cannot be sent back") in page.text
    client.post(new, {**form, "unopened": "maybe"}, 422)
    assert session.scalar(select(Claim.id)) is None
    page = client.follow(client.post(new, {**form, "unopened": "yes"}))
    assert ("未拆封" if language != "en" else "unopened, says the buyer") in page.text
    claim = session.scalars(select(Claim)).one()
    seller = seller_page(client, session, claim)
    assert "买家称未拆封" in seller.get(f"/supplier/claims/{claim.public_id}").text
    assert "买家称未拆封" in officer_page(client, session).get(f"/operator/claims/{claim.public_id}").text
    jobs.run_due()
    told = session.scalars(select(Mail).where(Mail.key.startswith("claim:"))).all()
    assert {":supplier:" in mail.key for mail in told} == {True, False}
    for mail in told:
        to_supplier = ":supplier:" in mail.key
        assert ("买家称未拆封" in mail.text) is ("买家称未拆封" in mail.html) is to_supplier


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (ReturnTerms.FRESH, "鲜活易腐商品不适用"),
        (ReturnTerms.MADE_TO_ORDER, "定作的商品不适用"),
        (ReturnTerms.NEAR_END, "已确认该商品临近保质期"),
        (ReturnTerms.FLAWED, "已确认该商品的瑕疵"),
    ],
)
def test_what_does_not_go_back_says_why_and_leads_to_a_quality_claim(
    client: PageClient, session: Session, secret: str, terms: ReturnTerms, words: str
) -> None:
    variant = make_variant(session, terms=terms, note=("瓶口有一处小缺。", "A small chip at the rim."))
    line = line_of(session, received_order(session, (variant, 1), secret=secret))
    path = f"/shop/orders/guest/{secret}"
    page = client.get(path)
    assert f"kind=return&amp;line={line.id}" not in html(page)
    assert f"kind=quality&amp;line={line.id}" in html(page)
    assert "下单时已确认" in page.text
    assert ("瓶口有一处小缺。" in page.text) is (terms in STATED)
    page = client.get(f"{path}/claims/new?kind=return&line={line.id}")
    assert words in page.text
    assert f"kind=quality&amp;line={line.id}" in html(page)
    sent = {"once": ids.public_id(20), "quantity": "1", "kind": "return", "line": str(line.id)}
    page = client.post(f"{path}/claims/new?kind=return&line={line.id}", sent, 409)
    assert words in page.text
    assert session.scalar(select(Claim.id)) is None
