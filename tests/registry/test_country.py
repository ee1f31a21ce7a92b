"""Names of the regions of the mainland in pinyin."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry import country, services
from registry.models import Region
from registry.values import RegionLevel


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("山亭区", "Shanting District"),
        ("滕州市", "Tengzhou City"),
        ("东阿县", "Dong'e County"),
        ("六安市", "Lu'an City"),
        # A machine reads these wrong.
        ("单县", "Shanxian County"),
        ("浚县", "Xunxian County"),
        ("蔚县", "Yuxian County"),
        ("乐亭县", "Laoting County"),
        ("乐陵市", "Laoling City"),
        ("朝阳区", "Chaoyang District"),
        ("长兴县", "Changxing County"),
        ("长子县", "Zhangzi County"),
        ("成都市", "Chengdu City"),
        ("漯河市", "Luohe City"),
        ("什邡市", "Shifang City"),
        # A name of one character keeps what it is.
        ("芒市", "Mangshi City"),
        ("矿区", "Kuangqu District"),
        ("万柏林区", "Wanbolin District"),
        ("沙市区", "Shashi District"),
        ("滨海新区", "Binhai New Area"),
        ("绿春县", "Lüchun County"),
        # The peoples of autonomous regions are left out.
        ("大厂回族自治县", "Dachang Autonomous County"),
        ("围场满族蒙古族自治县", "Weichang Autonomous County"),
        ("伊犁哈萨克自治州", "Yili Autonomous Prefecture"),
        ("东乡族自治县", "Dongxiang Autonomous County"),
        ("管城回族区", "Guancheng District"),
    ],
)
def test_a_region_is_spelled_as_it_is_called_there(name: str, spelled: str) -> None:
    assert country.spelled(name) == spelled


def test_every_region_of_the_mainland_has_a_latin_name() -> None:
    rows = list(country.regions_of_the_mainland())
    assert len(rows) > 3000
    wrong = [
        row for row in rows if not row.name_en.replace("ü", "u").isascii() or not row.name_en[0].isupper()
    ]
    assert wrong == []


def test_loading_again_names_those_without_an_english_name_and_no_other(session: Session) -> None:
    rows = [row for row in country.regions_of_the_mainland() if row.code[:2] == "63"]
    services.add_regions(session, rows, date(2020, 1, 1))
    session.execute(update(Region).where(Region.code == "630102").values(name_en=""))
    session.execute(update(Region).where(Region.code == "630103").values(name_en="Written by hand"))
    session.flush()
    assert services.add_regions(session, rows, date(2020, 1, 1)) == 0
    names = {row.code: row.name_en for row in session.execute(select(Region.code, Region.name_en))}
    assert names["630102"] == "Chengdong District"
    assert names["630103"] == "Written by hand"
    assert rows[1].level is RegionLevel.PREFECTURE
