from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core import jobs
from core.db import transaction
from shop.product_files import imports, services
from shop.product_files.values import Column, Format
from tests.factories.people import make_village
from tests.factories.product_files import as_csv, export, make_supplier, row, send
from tests.factories.products import make_product, pack
from tests.page_client import Page, PageClient

FILES = "/supplier/products/files"


def sent(client: PageClient, data: bytes, name: str = "清单.csv", form: dict[str, str] | None = None) -> Page:
    fields = form or client.get(FILES).form(FILES)["fields"]
    return client.post(FILES, {**fields, "file": (BytesIO(data), name)})


def signed_in(app: Flask, session: Session, language: str = "zh"):  # type: ignore[no-untyped-def]
    supplier, user, actor = make_supplier(session)
    client = PageClient(app, session, language)
    client.sign_in(user)
    return client, supplier, actor


def test_a_list_goes_out_and_comes_back_through_the_pages(app: Flask, session: Session) -> None:
    client, supplier, _actor = signed_in(app, session)
    make_product(session, make_village(session), supplier=supplier, variants=(pack(sku="X-1"),))
    answer = client.client.get(f"{FILES}/list.csv")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    text = answer.get_data().decode("utf-8-sig")
    page = sent(client, text.replace("39.80", "42.00").replace("23.88", "26.08").encode())
    waiting = client.follow(page)
    assert 'http-equiv="refresh"' in waiting.html
    assert "已读取 0 / 1 行" in waiting.text
    jobs.run_due()
    tried = client.follow(page)
    assert "39.80" in tried.text
    assert "42.00" in tried.text
    form = tried.form("/apply")
    done = client.post(form["action"], form["fields"])
    jobs.run_due()
    assert "已导入" in client.follow(done).text
    assert "42.00" in client.client.get(f"{FILES}/list.csv").get_data(as_text=True)
    assert "清单.csv" in client.get(FILES).text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", list(Format))
def test_rows_that_were_not_taken_come_back_with_the_reason_and_can_be_sent_again(
    app: Flask, session: Session, kind: Format, language: str
) -> None:
    client, _supplier, _actor = signed_in(app, session, language)
    page = sent(client, as_csv([row(), row(name="核桃", price="21")]))
    jobs.run_due()
    tried = client.follow(page)
    assert "¥1.00" in tried.text
    answer = client.client.get(
        f"{page.location}/not-taken.{kind.value}", headers={"Accept-Language": language}
    )
    data = answer.get_data()
    rows = list(imports.read_rows(data, kind))
    assert len(rows) == 1
    assert "¥1.00" in rows[0].cells[Column.REASON]
    assert rows[0].cells[Column.NAME_ZH] == "核桃"
    again = sent(
        client, data.replace(b"21,12", b"20,12") if kind is Format.CSV else data, f"again.{kind.value}"
    )
    jobs.run_due()
    assert client.follow(again).status == 200


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.4",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0",
        b"\xff\xff\xfd\x81\x20,",
        "货号\n=1\n".encode(),
        '货号\n"1\n'.encode(),
        "颜色,货号\n1,1\n".encode(),
        ("货号\n" + "1\n" * 20_001).encode(),
        b"x" * (10 * 1024 * 1024 + 1),
    ],
    ids=range(10),
)
def test_files_that_are_no_list_are_refused_beside_the_field(
    app: Flask, session: Session, data: bytes, language: str
) -> None:
    client, _supplier, _actor = signed_in(app, session, language)
    fields = client.get(FILES).form(FILES)["fields"]
    page = client.post(FILES, {**fields, "file": (BytesIO(data), "list.xlsx")}, 422)
    assert 'aria-invalid="true"' in page.html
    assert "field-error" in page.html


def test_a_form_without_a_file_or_token_is_refused(app: Flask, session: Session) -> None:
    client, _supplier, _actor = signed_in(app, session)
    fields = client.get(FILES).form(FILES)["fields"]
    client.post(FILES, {k: v for k, v in fields.items() if k != "file"}, 422)
    client.post(FILES, {**fields, "once": "", "file": (BytesIO(as_csv([row()])), "a.csv")}, 422)
    client.post(FILES, {**fields, "supplier": "99999", "file": (BytesIO(as_csv([row()])), "a.csv")}, 422)


def test_a_refusal_that_only_the_whole_file_shows_stands_on_its_page(app: Flask, session: Session) -> None:
    from tests.shop.product_files.test_imports import workbook

    client, _supplier, _actor = signed_in(app, session)
    page = sent(client, workbook(["货号", "颜色"], ["1", "红"]), "list.xlsx")
    jobs.run_due()
    assert "颜色" in client.follow(page).text


def test_uploads_of_others_are_not_there(app: Flask, session: Session) -> None:
    client, _supplier, _actor = signed_in(app, session)
    other, _user, actor = make_supplier(session)
    upload = send(actor, other, as_csv([row()]))
    address = f"{FILES}/{upload.public_id}"
    client.get(address, 404)
    client.get(f"{address}/not-taken.csv", 404)
    client.post(f"{address}/apply", {"mode": "good_rows"}, 404)
    client.get(f"{FILES}/list.exe", 404)
    assert upload.filename not in client.get(FILES).text
    assert len(list(imports.read_rows(export(other, Format.CSV), Format.CSV))) == 0


def test_pages_ask_for_a_constant_number_of_statements(app: Flask, session: Session, statements) -> None:  # type: ignore[no-untyped-def]
    client, supplier, actor = signed_in(app, session)
    few = send(actor, supplier, as_csv([row(name=f"产品{n}") for n in range(3)]))
    many = send(actor, supplier, as_csv([row(name=f"货{n}") for n in range(60)]))
    counts = []
    for upload in (few, many):
        with statements:
            client.get(f"{FILES}/{upload.public_id}")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_applying_with_a_wrong_choice_says_so(app: Flask, session: Session) -> None:
    client, supplier, actor = signed_in(app, session)
    upload = send(actor, supplier, as_csv([row(), row(name="核桃", price="21")]))
    address = f"{FILES}/{upload.public_id}/apply"
    client.post(address, {"mode": "some"}, 422)
    assert "1 行" in client.post(address, {"mode": "all_or_nothing"}, 409).text
    with transaction() as step:
        services.note_progress(step, upload.id, 1)
