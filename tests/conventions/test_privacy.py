"""Rule I1: no page, feed, label or export that is open to everybody shows who a household is (see security.md).

A world is built with households whose every field is marked; then a visitor without an account walks every public
address. A new public address must say here with which data it is looked at.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from flask import Flask
from fpdf import FPDF
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from accounts.models import PasswordReset
from core import clock, documents, ids, storage
from core.permissions import GUEST, SYSTEM
from payments import services as payments
from payments.models import PaymentIntent
from payments.sandbox.models import SandboxSession
from points.redemptions import services as till
from publicity import jobs as publicity_jobs
from publicity.complaints import services as complaints
from publicity.complaints.values import NewComplaint, Reason, Subject
from publicity.models import Notice
from registry import services as registry
from registry.models import Household
from registry.values import HouseholdStatus
from shop.applications.values import Stage
from shop.benefit_links import services as links
from shop.benefit_links.values import Answer
from shop.catalogue.models import Variant
from shop.certification.models import Certificate
from shop.fulfilment.models import Parcel
from shop.orders.values import Delivery
from tests.charity import making as giving
from tests.factories import after_sales, certification, people, points, reviews, tracing
from tests.factories.live import make_live
from tests.factories.orders import place
from tests.factories.products import make_product
from tests.publicity.making import object_
from web.access import ATTRIBUTE

#: What must never be seen, by what it is. People with these names do not exist.
NAME, PHONE = "慕容标记", "13912345678"
ID_NUMBER, BANK, HEALTH = "37040619600101002X", "6222021234567890128", "尿毒症透析"
EMAIL = "murong.biaoji@example.org"
TOLD = f"户主{NAME}，身份证{ID_NUMBER}，电话{PHONE}，账号{BANK}，{HEALTH}。"
MARKS = {
    "name": NAME,
    "phone": PHONE,
    "ID number": ID_NUMBER,
    "bank account": BANK,
    "health": HEALTH,
    "e-mail": EMAIL,
}

#: Public pages that only their own holder can open, by a secret in the address, and what of the own is shown there.
OWN_PAGES = {
    "shop_orders.show_guest": {"name", "phone", "e-mail"},
    "donations.guest_gift": {"name", "e-mail"},
    # The buyer's own words.
    "after_sales.show_guest": {"name", "phone", "ID number", "bank account", "health"},
}

#: Signs that a PDF writes with a backslash.
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

#: Doors that may answer that something is not ready, as it is in tests.
MAY_BE_UNREADY = ("/readyz",)

#: Answers that carry pictures or nothing to read.
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/avif")


@dataclass(frozen=True)
class World:
    """Names of what the walk looks at."""

    slug: str
    certificate: str
    trace_codes: tuple[str, ...]
    notices: tuple[str, ...]
    store: str
    campaign: str
    order_path: str
    gift_path: str
    payment: str
    payment_proof: str
    sandbox: str
    reset_token: str
    live: str
    reviewed: str
    review: str
    review_order: str
    review_line: int
    claim_path: str
    parcel_photo: str


def samples(world: World) -> Mapping[str, Iterable[str]]:
    """Return the addresses under which each public door is looked at."""
    notices = [f"/notices/{one}" for one in world.notices]
    payment = f"/payments/{world.payment}"
    return {
        "home.home": ["/"],
        "catalogue.products": [
            "/shop/products",
            "/shop/products?county=370406&category=grain_oil&kind=aid_product&in_stock=1&sort=sales",
            "/shop/products?price_from=9&price_to=1",
        ],
        "catalogue.product": [f"/shop/products/{world.slug}", f"/shop/products/{world.reviewed}"],
        "reviews.of_product": [
            f"/shop/products/{world.reviewed}/reviews",
            f"/shop/products/{world.reviewed}/reviews?stars=5",
        ],
        "reviews.report": [f"/shop/reviews/{world.review}/report"],
        "after_sales.new_guest": [
            f"{world.review_order}/claims/new?kind={kind}&line={world.review_line}"
            for kind in ("quality", "return")
        ],
        "after_sales.show_guest": [world.claim_path],
        "after_sales.photo_guest": [f"{world.claim_path}/photos/1"],
        "order_reviews.guest_lines": [f"{world.review_order}/reviews"],
        "order_reviews.guest_form": [f"{world.review_order}/reviews/{world.review_line}"],
        "catalogue.find": ["/shop/search", "/shop/search?q=xm", "/shop/search?q=qinglian&sort=sales"],
        "catalogue.suggest": ["/shop/search/suggest?q=x", f"/shop/search/suggest?q={NAME[:2]}"],
        "certification.certificate": [f"/shop/certificates/{world.certificate}"],
        "counties.index": ["/shop/counties"],
        "live.index": ["/shop/live"],
        "live.show": [f"/shop/live/{world.live}"],
        "counties.county": ["/shop/counties/370406"],
        "shop_cart.show": ["/shop/cart"],
        "shop_orders.checkout": ["/shop/checkout"],
        "shop_orders.show_guest": [world.order_path],
        "shop_parcel_photos.photo_for_guest": [world.parcel_photo],
        "tracing.type_code": ["/trace", f"/trace?code={world.trace_codes[0]}", "/trace?code=wrong"],
        "tracing.trace": [f"/trace/{code}" for code in world.trace_codes],
        "tracing.report": [f"/trace/{code}/report" for code in world.trace_codes],
        "tracing.report_false": ["/trace/report"],
        "complaints.received": ["/complaints/received"],
        "complaints.track": ["/complaints/track"],
        "publicity.notices": ["/notices", "/notices?show=ended", "/notices?county=370406"],
        "publicity.notice": notices,
        "publicity.objected": [f"{one}/objected" for one in notices],
        "publicity.objection_address": [f"{one}/objections" for one in notices],
        "publicity.paper": [f"{one}/print" for one in notices],
        "publicity.track": ["/notices/track"],
        "points_stores.stores": ["/points/stores"],
        "points_stores.store": [f"/points/stores/{world.store}"],
        "open_books.index": ["/open-books"],
        "open_books.chart": ["/open-books/charts/money.svg", "/open-books/charts/points.svg?width=narrow"],
        "open_books.entries": ["/open-books/entries"],
        "open_books.entries_csv": ["/open-books/entries.csv"],
        "open_books.months_csv": ["/open-books/months.csv"],
        "campaigns.index": ["/charity"],
        "campaigns.campaigns": ["/charity/campaigns"],
        "campaigns.story": [f"/charity/campaigns/{world.campaign}"],
        "campaigns.ledger": [f"/charity/campaigns/{world.campaign}/ledger"],
        "campaigns.plan": [f"/charity/campaigns/{world.campaign}/plan"],
        "donations.form_address": [f"/charity/campaigns/{world.campaign}/donate"],
        "donations.guest_gift": [world.gift_path],
        "payments_returning.wait": [f"{payment}/return/{world.payment_proof}"],
        "payments_returning.back": [f"{payment}/back/{world.payment_proof}"],
        "payments_sandbox.checkout": [f"/sandbox/pay/{world.sandbox}"],
        "payments_sandbox.closed": [f"/sandbox/pay/{world.sandbox}/closed"],
        "accounts.sign_in": ["/sign-in"],
        "accounts.ask_code": ["/sign-in/code"],
        "accounts.sign_up": ["/sign-up"],
        "accounts.ask_reset": ["/password-reset"],
        "accounts.choose_password": [f"/password-reset/{world.reset_token}"],
        "language.switch": ["/language/en?next=/"],
        "media": ["/static/img/mark.svg"],
        "security_txt.show": ["/.well-known/security.txt"],
        "health.healthz": ["/healthz"],
        "health.readyz": ["/readyz"],
        "styleguide.index": ["/styleguide"],
    }


def public_doors(app: Flask) -> list[Rule]:
    """Return the rules of everything that anybody may read."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None) == "public"
    ]


def without_samples(doors: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return the public doors that nobody has said how to look at."""
    return sorted(set(doors) - set(known))


def leaks(data: bytes, mimetype: str, marks: Mapping[str, str] = MARKS) -> list[str]:
    """Return which marked values an answer shows: as they are, escaped, cut by tags, or grouped by spaces and hyphens."""
    if mimetype == "application/pdf":
        text = text_of_pdf(data)
    elif mimetype in PICTURES:
        text = data.decode("latin-1")
    else:
        text = data.decode("utf-8")
    if mimetype == "application/json":
        text = text.encode().decode("unicode_escape", "replace") + text
    plain = html.unescape(text)
    squeezed = re.sub(r"[\s\-–·]", "", re.sub(r"<[^>]*>", "", plain))
    return [kind for kind, mark in marks.items() if mark in plain or mark in squeezed]


def text_of_pdf(data: bytes) -> str:
    """Return the text of a PDF as fpdf2 writes it: shown glyphs are mapped back by the fonts' tables."""
    streams = []
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            streams.append(zlib.decompress(found.group(1)))
        except zlib.error:
            streams.append(found.group(1))
    letters: dict[int, str] = {}
    for stream in streams:
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
            for code, letter in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                letters[int(code, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be", "replace")
    told = []
    for stream in streams:
        for shown in re.findall(rb"<([0-9A-Fa-f]+)>", stream):
            glyphs = re.findall(rb"[0-9A-Fa-f]{4}", shown)
            told.append("".join(letters.get(int(glyph, 16), "") for glyph in glyphs))
        for shown in re.findall(rb"\(((?:\\.|[^\\()])*)\)", stream, re.DOTALL):
            raw = re.sub(rb"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), shown, flags=re.DOTALL)
            told.append(raw.decode("latin-1"))
            pairs = (int.from_bytes(raw[place : place + 2], "big") for place in range(0, len(raw) - 1, 2))
            told.append("".join(letters.get(pair, "") for pair in pairs))
    return "".join(told)


Answer_ = Callable[[str], TestResponse]


def walk(app: Flask, world: World) -> list[str]:
    """Look at every public address as a visitor in both languages; return what is shown that must not be."""
    known = samples(world)
    wrong: list[str] = []
    for door in sorted({rule.endpoint for rule in public_doors(app)}):
        for address in known.get(door, ()):
            for language in ("zh-CN", "en"):
                visitor = app.test_client()
                answer = visitor.get(address, headers={"Accept-Language": language})
                expected = "wrong" in address or "price_from=9" in address or address in MAY_BE_UNREADY
                if answer.status_code >= 400 and not expected:
                    wrong.append(f"{address} answers {answer.status_code}: give it real data")
                shown = set(leaks(answer.get_data(), answer.mimetype))
                shown |= set(leaks(str(answer.headers).encode(), "text/plain"))
                wrong += [f"{address} shows the {kind}" for kind in shown - OWN_PAGES.get(door, set())]
    return wrong


@pytest.fixture
def world(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> World:
    """Build a little of everything around households whose every field is marked."""
    village = people.make_village(session)

    def marked() -> Household:
        return registry.add_household(
            session,
            SYSTEM,
            village.id,
            NAME,
            phone=PHONE,
            status=HouseholdStatus.ORDINARY,
            cause=HEALTH,
        )

    # Certification: one who agrees, one who disputes and says too much, an application that ran through, one that runs.
    done = certification.make_world(session)
    agreed = certification.make_link(session, done, marked())
    links.answer_link(
        session,
        certification.member_of(session, session.get_one(Household, agreed.household_id)),
        agreed.public_id,
        Answer.AGREED,
    )
    disputed = certification.make_link(session, done, marked())
    links.answer_link(
        session,
        certification.member_of(session, session.get_one(Household, disputed.household_id)),
        disputed.public_id,
        Answer.DISPUTED,
        TOLD,
    )
    ended = certification.published(session, done)
    session.commit()
    with clock.at(session.get_one(Notice, ended.notice_id).ends_at):
        publicity_jobs.end_due_notices()
    session.expire_all()
    running_world = certification.make_world(session)
    running = certification.submitted(session, running_world)
    running.statement = TOLD
    for stage in (Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY):
        certification.pass_stage(session, running_world, running, stage)
    notices = [session.get_one(Notice, one.notice_id) for one in (ended, running)]
    object_(session, notices[1], text=TOLD, contact_email=EMAIL)

    # Goods on sale, traced and complained about.
    product = make_product(session, village)
    codes = (
        tracing.code_of(session, product),
        tracing.make_batch(session, product),
        tracing.code_of(session, done.product),
    )
    subject = Subject("product", product.slug, product.name_zh, product.name_en, f"/trace/{codes[0]}")
    complaints.file_complaint(
        session,
        GUEST,
        subject,
        NewComplaint(next(iter(Reason)), TOLD, ids.public_id(20), contact_email=EMAIL),
    )

    # Points: a deed told too frankly, approved, and spent.
    store_world = points.make_points_world(session)
    household = marked()
    card, _code = till.issue_card(session, SYSTEM, household.id)
    claim = points.give_points(session, store_world, household, 40)
    claim.description = TOLD
    till.redeem_goods(session, store_world.keeper, points.basket(store_world, card_id=card.id, rice=1))

    # A gift and an order by somebody of the household, each waiting for its payment.
    house = giving.make_house(session)
    campaign = giving.make_campaign(session, house, bank_account=BANK)
    gift = giving.start_gift(session, campaign, donor_name=NAME, email=EMAIL, message=HEALTH, anonymous=True)
    secret = ids.secret()
    variant_id = tracing.new_batch(session, product).variant_id
    ordered = place(
        session,
        (variant_id, 1),
        guest_secret=secret,
        email=EMAIL,
        delivery=Delivery(NAME, PHONE, "山东省", "枣庄市", "山亭区", "府前路 1 号"),
    )
    # A review by somebody of the household.
    bought = reviews.buy(
        session,
        email=EMAIL,
        delivery=Delivery(NAME, PHONE, "山东省", "枣庄市", "山亭区", "府前路 1 号"),
    )
    written = reviews.review(session, bought)
    # A claim by somebody of the household, told too frankly.
    complained = reviews.buy(
        session,
        email=EMAIL,
        delivery=Delivery(NAME, PHONE, "山东省", "枣庄市", "山亭区", "府前路 1 号"),
    )
    claim_filed = after_sales.file_claim(
        session,
        complained.order,
        words=TOLD,
        photos=(storage.shrink_picture(after_sales.picture()),),
    )
    parcel = session.scalars(select(Parcel).where(Parcel.supplier_order_id == bought.part.id)).one()
    parcel.photo = documents.keep_document(after_sales.picture()).key
    token = "t" * 43
    user = people.make_user(session, name=NAME)
    session.add(
        PasswordReset(
            user_id=user.id,
            token_hash=ids.digest(token),
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(hours=1),
        )
    )
    session.commit()
    assert ordered.payment_intent is not None
    checkout = payments.begin_checkout(ordered.payment_intent)
    session.expire_all()
    kept = session.scalars(select(SandboxSession)).first()
    assert kept is not None
    gift_intent = session.scalars(
        select(PaymentIntent).where(PaymentIntent.public_id == gift.intent_public_id)
    ).one()
    return World(
        slug=product.slug,
        certificate=session.scalars(
            select(Certificate.number).where(Certificate.product_id == done.product.id)
        ).one(),
        trace_codes=codes,
        notices=tuple(notice.public_id for notice in notices),
        store=store_world.store.public_id,
        campaign=campaign.slug,
        order_path=f"/shop/orders/guest/{secret}",
        gift_path="/charity" + gift_intent.return_url.split("/charity", 1)[1].split("?")[0],
        payment=ordered.payment_intent,
        payment_proof=kept.return_url.rstrip("/").rsplit("/", 1)[1],
        sandbox=checkout.rstrip("/").rsplit("/", 1)[1],
        reset_token=token,
        reviewed=bought.product.slug,
        live=make_live(
            session,
            session.scalars(
                select(Variant).where(Variant.product_id == product.id).order_by(Variant.id)
            ).first(),
            3,
            opened=True,
        ).public_id,
        review=written.public_id,
        review_order=bought.path,
        review_line=bought.line.id,
        claim_path=f"{complained.path}/claims/{claim_filed.public_id}",
        parcel_photo=f"{bought.path}/parcels/{bought.part.public_id}/photo",
    )


def test_no_public_address_shows_who_a_household_is(app: Flask, world: World) -> None:
    assert walk(app, world) == []


def test_every_public_address_is_looked_at(app: Flask) -> None:
    nobody = World("", "", ("",), ("",), "", "", "", "", "", "", "", "", "", "", "", "", 0, "", "")
    known = samples(nobody)
    assert without_samples({rule.endpoint for rule in public_doors(app)}, known) == []
    for rule in public_doors(app):
        assert list(known[rule.endpoint]), f"{rule.endpoint} has no address to look at"


def test_a_new_public_address_without_data_to_look_at_is_noticed() -> None:
    assert without_samples(["home.home", "feeds.needs"], ["home.home"]) == ["feeds.needs"]


def test_a_page_that_shows_a_household_is_noticed(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = app.view_functions["counties.index"]

    def talkative() -> Any:
        return f"<p>{NAME}</p><p>139-1234 5678</p>"

    setattr(talkative, ATTRIBUTE, getattr(usual, ATTRIBUTE))
    monkeypatch.setitem(app.view_functions, "counties.index", talkative)
    assert set(walk(app, world)) == {"/shop/counties shows the name", "/shop/counties shows the phone"}


@pytest.mark.parametrize(
    ("data", "mimetype", "kinds"),
    [
        ("<p>慕<mark>容</mark>标记</p>".encode(), "text/html", ["name"]),
        (b"<p>&#24917;&#23481;&#26631;&#35760;</p>", "text/html", ["name"]),
        (b"a,b\n1,139 1234 5678\n", "text/csv", ["phone"]),
        (f"<svg><title>{ID_NUMBER}</title></svg>".encode(), "image/svg+xml", ["ID number"]),
        (b'{"a": "\\u5c3f\\u6bd2\\u75c7\\u900f\\u6790"}', "application/json", ["health"]),
        (b"6222 0212 3456 7890 128", "text/plain", ["bank account"]),
        (b"\x89PNG tEXt murong.biaoji@example.org", "image/png", ["e-mail"]),
        ("慕** 139****5678".encode(), "text/html", []),
    ],
)
def test_what_is_shown_is_found_in_every_kind_of_answer(data: bytes, mimetype: str, kinds: list[str]) -> None:
    assert leaks(data, mimetype) == kinds


def test_what_is_shown_is_found_in_a_pdf() -> None:
    font = files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"
    pdf = FPDF()
    pdf.add_font("noto", fname=str(font))
    pdf.set_font("noto", size=12)
    pdf.add_page()
    pdf.cell(text=f"户主 {NAME}，电话 {PHONE}")
    assert leaks(bytes(pdf.output()), "application/pdf") == ["name", "phone"]
    plain = FPDF()
    plain.set_font("helvetica", size=12)
    plain.add_page()
    plain.cell(text=BANK)
    assert leaks(bytes(plain.output()), "application/pdf") == ["bank account"]
