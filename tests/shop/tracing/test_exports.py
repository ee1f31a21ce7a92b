from __future__ import annotations

import re
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import segno

from shop.tracing import exports, rules
from shop.tracing.values import Label, LabelLanguage, SheetFormat

CODE = rules.with_check("7K3M92QF4")
LABEL = Label(
    product=("石磨小米", "Stone-milled millet"),
    heading=("帮扶产品", "Certified aid product"),
    pack=("2.5kg 袋装", "2.5 kg bag"),
    batch="QL-20261103",
    made_on=date(2026, 11, 3),
    best_before=date(2027, 5, 2),
    storage=("阴凉干燥处", "Cool and dry"),
    origin=("山亭区青莲村", "Qinglian Village, Shanting"),
    supplier=("青莲谷物专业合作社", "Qinglian Grain Co-operative"),
    certificate="370406-2026-2M5EW5",
    code=CODE,
    address=f"https://yigou.example/trace/{CODE}",
    language=LabelLanguage.ZH,
)
MOMENT = datetime(2026, 11, 22, tzinfo=UTC)


class Paper:
    """A PDF read back: its pages' strokes, its text by the font's own table, its codes module by module."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        streams = [
            zlib.decompress(found)
            for found in re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
        ]
        self.pages = [one for one in streams if b" re " in one and b" Tj" in one]
        table = pdf[pdf.index(b"beginbfchar") : pdf.rindex(b"endbfchar")]
        self.letters = {
            int(glyph, 16): bytes.fromhex(letter.decode()).decode("utf-16-be")
            for glyph, letter in re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4,8})>", table)
        }

    def texts(self, page: int = 0) -> list[str]:
        found = []
        for shown in re.findall(rb"\((.*?)(?<!\\)\) Tj", self.pages[page], re.S):
            raw = re.sub(rb"\\([()\\rn])", lambda m: {b"r": b"\r", b"n": b"\n"}.get(m[1], m[1]), shown)
            glyphs = [int.from_bytes(raw[i : i + 2]) for i in range(0, len(raw), 2)]
            found.append("".join(self.letters.get(glyph, "?") for glyph in glyphs))
        for shown in re.findall(rb"<([0-9A-Fa-f]+)> Tj", self.pages[page]):
            glyphs = [int(shown[i : i + 4], 16) for i in range(0, len(shown), 4)]
            found.append("".join(self.letters.get(glyph, "?") for glyph in glyphs))
        return found

    def codes(self, page: int = 0) -> list[list[list[int]]]:
        found = []
        for strokes in re.findall(rb"cm 0 g (.*?) f Q", self.pages[page]):
            runs = [tuple(map(int, run)) for run in re.findall(rb"(\d+) (\d+) (\d+) 1 re", strokes)]
            size = max(first + length for first, _row, length in runs)
            matrix = [[0] * size for _ in range(size)]
            for first, row, length in runs:
                matrix[row][first : first + length] = [1] * length
            found.append(matrix)
        return found


def make(
    label: Label = LABEL, count: int = 24, start: int = 1, sheet: SheetFormat = SheetFormat.A4_3X8
) -> bytes:
    return exports.make_labels(sheet, label, count, start, MOMENT, "标签")


def test_240_labels_are_ten_pages_and_small() -> None:
    pdf = make(count=240)
    paper = Paper(pdf)
    assert pdf.startswith(b"%PDF-")
    assert len(paper.pages) == 10
    assert len(pdf) < 300_000
    assert all(len(paper.codes(page)) == 24 for page in range(10))


def test_every_label_carries_the_code_of_its_page() -> None:
    wanted = [list(map(int, row)) for row in segno.make(LABEL.address, error="m", micro=False).matrix]
    assert Paper(make(count=3)).codes() == [wanted] * 3


def test_a_label_says_what_stands_on_the_pack() -> None:
    said = Paper(make(count=1)).texts()
    for words in (
        "帮扶产品",
        "石磨小米",
        "规格  2.5kg 袋装",
        "批号  QL-20261103",
        "生产日期  2026年11月3日",
        "保质期至  2027年5月2日",
        "产地  山亭区青莲村",
        "证书  370406-2026-2M5EW5",
        "7K3M9-2QF45",
    ):
        assert words in said


def test_a_label_is_written_in_the_language_that_was_chosen() -> None:
    english = Paper(make(replace(LABEL, language=LabelLanguage.EN), 1)).texts()
    assert "Made on  3 Nov 2026" in english
    assert "Stone-milled millet" in english
    both = Paper(make(replace(LABEL, language=LabelLanguage.BOTH), 1)).texts()
    assert "保质期至 Best before  2027-05-02" in both
    assert "帮扶产品 Certified aid product" in both


def test_a_plain_label_shows_no_certificate() -> None:
    plain = replace(LABEL, heading=("", ""), certificate="")
    said = "".join(Paper(make(plain, 1)).texts())
    assert "本地产品" not in said
    assert "证书" not in said
    assert "帮扶" not in said


def test_the_font_is_embedded_and_cut_to_what_is_used() -> None:
    pdf = make(count=1)
    assert b"/FontFile" in pdf
    assert b"NotoSansSC" in pdf
    assert len(pdf) < 60_000


def test_a_sheet_begun_before_goes_on_at_its_free_place() -> None:
    paper = Paper(make(count=4, start=23))
    assert [len(paper.codes(page)) for page in range(len(paper.pages))] == [2, 2]
    assert b"q 1 0 0 1 198.43 -735.59 cm" in paper.pages[0]


@pytest.mark.parametrize("sheet", list(SheetFormat))
def test_the_longest_texts_stay_on_their_label(sheet: SheetFormat) -> None:
    long = replace(
        LABEL,
        product=("山亭区店子镇青莲村石磨慢磨有机富硒老品种黄小米" * 3, ""),
        origin=("很长的地名" * 12, ""),
        storage=("阴凉干燥处，避免阳光直射，开封后冷藏并尽快食用。" * 8, ""),
        batch="批" * 30,
    )
    assert any(words.endswith("…") for words in Paper(make(long, 1, sheet=sheet)).texts())


def test_letters_that_no_font_has_do_not_stop_the_printer() -> None:
    assert make(replace(LABEL, product=("小米🌾(好)\\", "")), 1).startswith(b"%PDF-")
