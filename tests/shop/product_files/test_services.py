from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.errors import NotFound
from shop.catalogue import services as catalogue
from shop.catalogue.models import PriceChange, Product, Variant
from shop.catalogue.values import PriceStep, ReturnTerms, VariantEdit
from shop.product_files import queries, services
from shop.product_files.errors import NothingToApply, RowsAreWrong
from shop.product_files.values import Column, Format, Mode, State
from shop.stock import services as stock
from shop.stock.models import Stock, StockMovement
from tests.factories.people import make_village
from tests.factories.product_files import (
    apply,
    as_csv,
    export,
    faults_of,
    make_supplier,
    row,
    send,
    upload_now,
)
from tests.factories.products import make_product, pack


def relabelled(variant: Variant) -> VariantEdit:
    return replace(queries.edit_of_pack(variant), label_en="a sack")


def on_hand(session: Session, sku: str) -> int | None:
    return session.scalar(select(Stock.on_hand).join(Variant).where(Variant.sku == sku))


@pytest.mark.parametrize("kind", list(Format))
@pytest.mark.parametrize("english", [False, True])
def test_an_unchanged_list_changes_nothing(session: Session, kind: Format, english: bool) -> None:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    ladder = (PriceStep(10, 3500), PriceStep(50, 3120))
    make_product(
        session, village, supplier=supplier, variants=(pack(), pack(7200, label="5kg 箱", ladder=ladder))
    )
    make_product(
        session,
        village,
        supplier=supplier,
        listed=False,
        certified=False,
        variants=(pack(sku="00012", net_grams=None, pieces=12),),
        name_zh="=SUM(1)",
        name_en="'quoted'",
        summary_zh="- 一\n+ 二\r\n@三",
        story_zh=" 前后有空格 _x0041_ \n\n第二段 ",
        shelf_life_days=None,
    )
    make_product(
        session, village, supplier=supplier, variants=(), listed=False, certified=False, name_zh="草稿"
    )
    upload = send(actor, supplier, export(supplier, kind, english=english))
    assert (upload.state, upload.problem) == (State.CHECKED, None)
    assert faults_of(upload) == []
    assert (upload.adds, upload.changes, upload.wrong, upload.unchanged) == (0, 0, 0, 4)
    assert upload.shown_only == []
    with pytest.raises(NothingToApply):
        services.start_applying(session, actor, upload.public_id, Mode.GOOD_ROWS)


def test_nothing_is_changed_before_it_is_applied_and_then_only_what_differs(session: Session) -> None:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    product = make_product(
        session, village, supplier=supplier, variants=(pack(sku="X-1"), pack(sku="X-2", label="小"))
    )
    text = (
        export(supplier, Format.CSV).decode("utf-8-sig").replace("39.80", "42.00").replace("23.88", "26.08")
    )
    upload = send(actor, supplier, text.replace("慢磨的小米，熬粥起油。", "新的简介", 1).encode())
    assert (upload.adds, upload.changes, upload.wrong, upload.unchanged) == (0, 2, 0, 0)
    rows = queries.rows_shown(session, upload.id, ["change"], limit=9, offset=0)
    assert rows[0].changes == [
        ["summary_zh", "慢磨的小米，熬粥起油。", "新的简介"],
        ["price", "39.80", "42.00"],
        ["producer", "23.88", "26.08"],
    ]
    assert rows[1].changes == [["price", "39.80", "42.00"], ["producer", "23.88", "26.08"]]
    variants = select(Variant.price_fen).where(Variant.product_id == product.id)
    assert set(session.scalars(variants)) == {3980}

    done = apply(actor, upload)
    assert (done.state, done.applied, done.turned_away) == (State.APPLIED, 2, 0)
    assert set(session.scalars(variants)) == {4200}
    session.expire_all()
    assert session.get_one(Product, product.id).summary_zh == "新的简介"
    assert session.scalar(select(func.count()).where(PriceChange.price_fen == 4200)) == 2
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.actor_user_id == actor.user_id).order_by(AuditEntry.id)
    ).all()
    assert actions == [
        "product list sent",
        "product list applied",
        "product edited",
        "pack size edited",
        "pack size edited",
    ]
    again = send(actor, supplier, export(supplier))
    assert (again.adds, again.changes, again.wrong) == (0, 0, 0)


def test_new_products_come_with_their_packs_ladders_and_stock_and_go_on_sale(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    rows = [
        row(sku="SZ-500"),
        row(
            label="1kg 箱", sku="", price="38", producer="23", net_grams="1,000", logistics="１０", other="¥5"
        ),
        row(name="核桃", on_sale="否", stock_change="", stock_reason=""),
    ]
    upload = send(actor, supplier, as_csv(rows))
    assert faults_of(upload) == []
    assert (upload.adds, upload.changes) == (3, 0)
    done = apply(actor, upload)
    assert (done.applied, done.turned_away) == (3, 0)
    products = session.scalars(
        select(Product).where(Product.supplier_id == supplier.id).order_by(Product.id)
    ).all()
    assert [(p.name_zh, p.listed_at is not None, p.slug[:14]) for p in products] == [
        ("山楂干", True, "dried-hawthorn"),
        ("核桃", False, "dried-hawthorn"),
    ]
    packs = session.scalars(
        select(Variant).where(Variant.product_id == products[0].id).order_by(Variant.id)
    ).all()
    assert [(v.label_zh, v.price_fen, v.net_grams, v.ladder) for v in packs] == [
        ("500g 袋装", 2000, 500, [[10, 1850], [50, 1700]]),
        ("1kg 箱", 3800, 1000, [[10, 1850], [50, 1700]]),
    ]
    assert [on_hand(session, v.sku) for v in packs] == [30, 30]
    assert set(session.scalars(select(StockMovement.reason))) == {"新收入库"}
    # The same file once more: every row is found again by its number or its names, only stock would be added.
    again = send(actor, supplier, as_csv([{**r, Column.STOCK_CHANGE: ""} for r in rows]))
    assert (again.adds, again.changes, again.wrong, again.unchanged) == (0, 0, 0, 3)


def test_a_bad_row_blocks_only_itself_unless_all_or_nothing_is_chosen(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    rows = [row(), row(name="核桃", price="21"), row(name="花椒", category="古董")]
    upload = send(actor, supplier, as_csv(rows))
    assert faults_of(upload) == [(3, "producer", "split"), (4, "category", "category")]
    assert (upload.adds, upload.wrong) == (1, 2)
    with pytest.raises(RowsAreWrong):
        services.start_applying(session, actor, upload.public_id, Mode.ALL_OR_NOTHING)
    done = apply(actor, upload)
    assert (done.state, done.applied) == (State.APPLIED, 1)
    assert session.scalars(select(Product.name_zh).where(Product.supplier_id == supplier.id)).all() == [
        "山楂干"
    ]


def test_what_somebody_changed_meanwhile_is_told_and_not_overwritten(session: Session) -> None:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    product = make_product(
        session, village, supplier=supplier, variants=(pack(sku="X-1"), pack(sku="X-2", label="小"))
    )
    text = (
        export(supplier, Format.CSV).decode("utf-8-sig").replace("39.80", "42.00").replace("23.88", "26.08")
    )
    upload = send(actor, supplier, text.encode())
    first = session.scalar(select(Variant).where(Variant.sku == "X-1"))
    catalogue.edit_variant(session, actor, first.id, relabelled(first), version=first.version)
    session.flush()
    done = apply(actor, upload)
    assert (done.state, done.applied, done.turned_away) == (State.APPLIED, 1, 1)
    assert faults_of(done) == [(2, "", "changed meanwhile")]
    session.expire_all()
    assert first.price_fen == 3980
    assert session.scalar(select(Product.from_price_fen).where(Product.id == product.id)) == 3980


def test_all_or_nothing_turns_back_when_one_row_was_overtaken(session: Session) -> None:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    make_product(session, village, supplier=supplier, variants=(pack(sku="X-1"), pack(sku="X-2", label="小")))
    text = (
        export(supplier, Format.CSV).decode("utf-8-sig").replace("39.80", "42.00").replace("23.88", "26.08")
    )
    upload = send(actor, supplier, text.encode())
    second = session.scalar(select(Variant).where(Variant.sku == "X-2"))
    catalogue.edit_variant(session, actor, second.id, relabelled(second), version=second.version)
    session.flush()
    done = apply(actor, upload, Mode.ALL_OR_NOTHING)
    assert (done.state, done.applied, done.turned_away) == (State.TURNED_BACK, 0, 1)
    assert faults_of(done) == [(3, "", "changed meanwhile")]
    session.expire_all()
    assert set(session.scalars(select(Variant.price_fen))) == {3980}


def test_all_or_nothing_applies_everything_when_nothing_is_in_the_way(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    upload = send(actor, supplier, as_csv([row(name=f"产品{n}", label=str(n)) for n in range(120)]))
    done = apply(actor, upload, Mode.ALL_OR_NOTHING)
    assert (done.state, done.applied, done.rows_done) == (State.APPLIED, 120, 120)


def test_products_of_others_are_neither_changed_nor_shown(session: Session) -> None:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    other, _, _ = make_supplier(session, village)
    product = make_product(
        session, village, supplier=other, variants=(pack(sku="THEIRS-1"),), name_zh="别家的米"
    )
    rows = [
        row(sku="THEIRS-1", name="山楂干"),
        row(slug=product.slug, name="核桃"),
        row(name="别家的米", label="小袋"),
    ]
    upload = send(actor, supplier, as_csv(rows))
    assert faults_of(upload) == [(2, "sku", "sku taken"), (3, "slug", "no such product")]
    # A product of the same name is a new one of ours.
    assert upload.adds == 1
    with pytest.raises(NotFound):
        queries.get_upload(session, make_supplier(session, village)[2], upload.public_id)
    with pytest.raises(NotFound):
        send(actor, other, as_csv(rows))


@pytest.mark.parametrize(
    ("changes", "column", "problem"),
    [
        ({"village_code": "370406"}, "village_code", "village code"),
        ({"village_code": "370406101999"}, "village_code", "no such village"),
        ({"category": "古董"}, "category", "category"),
        ({"category": ""}, "category", "needed"),
        ({"price": "abc"}, "price", "yuan"),
        ({"price": "21.5"}, "producer", "split"),
        ({"net_grams": "12.5"}, "net_grams", "whole"),
        ({"pieces": "3"}, "net_grams", "grams or pieces"),
        ({"ladder": "10"}, "ladder", "ladder"),
        ({"ladder": "10:25"}, "ladder", "ladder price"),
        ({"on_sale": "也许"}, "on_sale", "yes or no"),
        ({"stock_reason": ""}, "stock_reason", "reason"),
        ({"stock_change": "-1"}, "stock_change", "below zero"),
        ({"stock_change": "many"}, "stock_change", "signed"),
        ({"name": "山" * 61}, "name_zh", "too long"),
        ({"label": ""}, "label_zh", "label"),
        ({"label_zh": "a\x01"}, "label_zh", "characters"),
        ({"name": ""}, "name_zh", "name"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column(
    session: Session, changes: dict[str, str], column: str, problem: str
) -> None:
    supplier, _user, actor = make_supplier(session)
    upload = send(actor, supplier, as_csv([row(name="核桃"), row(**changes)]))
    assert faults_of(upload) == [(3, column, problem)]


def test_what_a_certificate_speaks_of_stays(session: Session) -> None:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    make_product(session, village, supplier=supplier)
    text = export(supplier, Format.CSV).decode("utf-8-sig").replace("石磨小米", "手工小米")
    assert faults_of(send(actor, supplier, text.encode())) == [(2, "name_zh", "certified")]


def test_rows_that_contradict_one_another_are_named(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    rows = [
        row(sku="A-1"),
        row(sku="A-1", label="1kg"),
        row(name="核桃", label="一"),
        row(name="核桃", label="二", name_en="Nuts"),
        row(name="花椒"),
        row(name="花椒"),
    ]
    upload = send(actor, supplier, as_csv(rows))
    assert faults_of(upload) == [
        (2, "sku", "twice"),
        (3, "sku", "twice"),
        (4, "name_en", "differs"),
        (5, "name_en", "differs"),
        (6, "label_zh", "label twice"),
        (7, "label_zh", "label twice"),
    ]


def test_stock_goes_down_no_further_than_what_is_there(session: Session) -> None:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    make_product(session, village, supplier=supplier, variants=(pack(sku="X-1", stock=20),))
    columns = [Column.SKU, Column.STOCK_CHANGE, Column.STOCK_REASON, Column.STOCK]

    def change(amount: str) -> bytes:
        return as_csv(
            [{Column.SKU: "X-1", Column.STOCK_CHANGE: amount, Column.STOCK_REASON: "盘点"}], columns
        )

    assert faults_of(send(actor, supplier, change("-21"))) == [(2, "stock_change", "below zero")]
    assert apply(actor, send(actor, supplier, change("－5"))).applied == 1
    assert on_hand(session, "X-1") == 15
    assert apply(actor, send(actor, supplier, change("+7"))).applied == 1
    assert on_hand(session, "X-1") == 22
    upload = send(actor, supplier, change("-20"))
    variant_id = session.scalar(select(Variant.id).where(Variant.sku == "X-1"))
    stock.count_stock(session, actor, variant_id, 3, "counted")
    session.flush()
    assert faults_of(apply(actor, upload)) == [(2, "stock_change", "below zero")]
    hinted = send(actor, supplier, as_csv([{Column.SKU: "X-1", Column.STOCK: "50"}]))
    assert (hinted.changes, hinted.shown_only) == (0, [2])


def test_a_file_with_some_columns_leaves_the_others_alone(session: Session) -> None:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    make_product(session, village, supplier=supplier, variants=(pack(sku="X-1"),))
    upload = send(actor, supplier, as_csv([{Column.SKU: "X-1", Column.LABEL_EN: "A sack"}]))
    assert (upload.changes, upload.wrong) == (1, 0)
    assert apply(actor, upload).applied == 1
    variant = session.scalar(select(Variant).where(Variant.sku == "X-1"))
    assert (variant.label_en, variant.price_fen) == ("A sack", 3980)


def test_a_form_sent_twice_sends_one_file(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    first = send(actor, supplier, as_csv([row()]), once="ABCDEFGHJK")
    second = send(actor, supplier, as_csv([row(name="另一个")]), once="ABCDEFGHJK")
    assert first.id == second.id


def test_applying_twice_applies_once(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    upload = send(actor, supplier, as_csv([row(sku="A-1")]))
    assert apply(actor, upload).applied == 1
    assert apply(actor, upload).applied == 1
    assert on_hand(session, "A-1") == 30


def test_two_uploads_of_the_same_list_add_once(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    first = send(actor, supplier, as_csv([row(sku="A-1")]))
    second = send(actor, supplier, as_csv([row(sku="A-1")]))
    assert apply(actor, first).applied == 1
    done = apply(actor, second)
    assert (done.applied, done.turned_away) == (0, 1)
    assert faults_of(done) == [(2, "", "added meanwhile")]
    assert on_hand(session, "A-1") == 30


def test_who_lost_the_role_applies_nothing_more(session: Session) -> None:
    from accounts.models import RoleGrant
    from core import clock

    supplier, user, actor = make_supplier(session)
    upload = send(actor, supplier, as_csv([row()]))
    session.execute(update(RoleGrant).where(RoleGrant.user_id == user.id).values(valid_until=clock.now()))
    done = apply(actor, upload)
    assert (done.state, done.applied) == (State.TURNED_BACK, 0)
    assert upload_now(upload.id).problem == {"problem": "no longer yours", "data": {}}


def test_older_lists_say_yes_and_no_of_what_is_fresh(session: Session) -> None:
    village = make_village(session)
    supplier, _user, actor = make_supplier(session, village)
    was = {
        "FRESH": ReturnTerms.FRESH, "PLAIN": ReturnTerms.SEVEN_DAYS, "FLAW": ReturnTerms.FLAWED,
        "FRESH-2": ReturnTerms.FRESH, "PLAIN-2": ReturnTerms.SEVEN_DAYS,
    }  # fmt: skip
    for sku, terms in was.items():
        make_product(
            session, village, supplier=supplier, variants=(pack(sku=sku),), name_zh=sku,
            return_terms=terms, return_note_zh="有缺", return_note_en="A chip",
        )  # fmt: skip
    session.commit()
    words = {"FRESH": "是", "PLAIN": "否", "FLAW": "否", "FRESH-2": "否", "PLAIN-2": "是"}
    old = "货号,鲜活易腐\n" + "".join(f"{sku},{word}\n" for sku, word in words.items())
    upload = send(actor, supplier, old.encode())
    assert (upload.changes, upload.wrong) == (2, 0)
    apply(actor, upload, Mode.ALL_OR_NOTHING)
    session.expire_all()
    now = session.scalars(select(Product))
    assert {product.name_zh: product.return_terms for product in now} == {
        **was,
        "FRESH-2": "seven_days",
        "PLAIN-2": "fresh",
    }


def test_new_lists_say_the_terms_and_what_exactly(session: Session) -> None:
    supplier, _user, actor = make_supplier(session)
    said = {"return_note_zh": "瓶口有缺", "return_note_en": "A chip at the rim"}
    rows = [
        row("黑陶瓶", return_terms="有瑕疵", **said),
        row("黑陶碗", return_terms="With a flaw", return_note_zh="有缺"),
        row("黑陶盆", return_terms="也许"),
        row("黑陶罐", return_terms=""),
        row("绣囊", return_terms="按要求定作"),
    ]
    upload = send(actor, supplier, as_csv(rows, list(rows[0])))
    assert faults_of(upload) == [
        (3, "return_note_en", "return note"),
        (4, "return_terms", "terms of return"),
    ]
    apply(actor, upload, Mode.GOOD_ROWS)
    found = session.execute(select(Product.name_zh, Product.return_terms, Product.return_note_zh))
    assert sorted(map(tuple, found)) == [
        ("绣囊", "made_to_order", ""),
        ("黑陶瓶", "flawed", "瓶口有缺"),
        ("黑陶罐", "seven_days", ""),
    ]
