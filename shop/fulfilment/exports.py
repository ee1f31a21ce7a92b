"""Packing slips as PDF: what lies in a parcel, to whom it goes, and a code that the nodes scan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF

from core import money
from shop.fulfilment.values import Paper, Slip, SlipLine
from shop.paper import QrCode, broken, draw_code, new_document, write, write_centred, write_right

TITLE = ("装箱单", "Packing slip")
FROM = ("发货", "From")
TO = ("收货", "To")
PICK_UP_AT = ("自提点", "Pick-up at")
ORDER = ("订单", "Order")
ORDERED_ON = ("下单日期", "Ordered on")
NOTE = ("备注", "Note")
GOODS = ("商品", "Goods")
PACKS = ("件数", "Packs")
PRICE = ("单价", "Each")
SUM = ("小计", "Sum")
TOTAL = ("合计", "Total")
FREIGHT = ("运费", "Freight")
FREE = ("免运费", "free")
WITH_FREIGHT = ("货款与运费", "Goods and freight")

SIDE = 30.0


def make_slips(
    slips: Sequence[Slip], paper: Paper, *, prices: bool, english: bool, scan_url: str, made_at: datetime
) -> bytes:
    """Return the slips as one PDF, each from a page of its own; `scan_url` + code is what their QR codes hold."""
    pdf = new_document(paper.width, paper.height, TITLE[english], "en" if english else "zh-CN", made_at)
    for slip in slips:
        _Writer(pdf, slip, paper, prices, english).write(scan_url)
    return bytes(pdf.output())


class _Writer:
    """Writes one slip from top to bottom, over as many pages as its lines need."""

    def __init__(self, pdf: FPDF, slip: Slip, paper: Paper, prices: bool, english: bool) -> None:
        self.pdf, self.slip, self.paper, self.prices, self.english = pdf, slip, paper, prices, english
        self.left = paper.margin
        self.right = paper.width - paper.margin
        self.bottom = paper.height - paper.margin - 4
        self.pages: list[int] = []
        self.y = 0.0

    def write(self, scan_url: str) -> None:
        """Write the whole slip."""
        self._new_page()
        self._head(scan_url)
        self._table_head()
        for line in self.slip.lines:
            self._line(line)
        self._sums()
        for place, page in enumerate(self.pages, 1):
            self.pdf.page = page
            foot = f"{self.slip.code}  ·  {place} / {len(self.pages)}"
            write_right(self.pdf, foot, self.right, self.paper.height - self.paper.margin, 80, 7)
        self.pdf.page = self.pages[-1]

    def _say(self, words: tuple[str, str]) -> str:
        return words[self.english] or words[0]

    def _new_page(self) -> None:
        self.pdf.add_page()
        self.pages.append(self.pdf.page)
        self.y = self.paper.margin

    def _head(self, scan_url: str) -> None:
        slip, pdf, left = self.slip, self.pdf, self.left
        side = self.right - SIDE
        room = side - left - 4
        draw_code(pdf, QrCode(scan_url + slip.code), side, self.y, SIDE, self.paper.height)
        write_centred(pdf, slip.code, side, self.y + SIDE + 3.5, SIDE, 9)
        write(pdf, self._say(TITLE), left, self.y + 6, room, 16)
        self.y += 9
        self._words(f"{self._say(FROM)}  {self._say(slip.supplier)}", room, 9)
        self._words(f"{self._say(ORDER)}  {slip.number}", room, 9)
        self._words(f"{self._say(ORDERED_ON)}  {slip.ordered_on.isoformat()}", room, 9)
        self.y += 2
        self._words(self._say(TO), room, 8)
        self._words(f"{slip.recipient}  {slip.phone}", room, 13)
        if slip.institution[0]:
            self._words(self._say(slip.institution), room, 10)
        self._words(slip.address, room, 10)
        if slip.pickup[0]:
            self._words(f"{self._say(PICK_UP_AT)}  {self._say(slip.pickup)}", room, 10)
        self.y = max(self.y, self.paper.margin + SIDE + 6)
        if slip.note:
            self._words(f"{self._say(NOTE)}  {slip.note}", self.right - left, 8.5)
        self.y += 3

    def _words(self, words: str, room: float, size: float) -> None:
        for line in broken(self.pdf, words, room, size):
            self._make_room(size * 0.5)
            self.y += size * 0.5
            write(self.pdf, line, self.left, self.y, room + 1, size)

    def _make_room(self, height: float) -> None:
        if self.y + height > self.bottom:
            self._new_page()

    @property
    def _columns(self) -> tuple[float, float, float]:
        """Return where the packs, the price and the sum end."""
        if not self.prices:
            return self.right, self.right, self.right
        return self.right - 40, self.right - 20, self.right

    def _table_head(self) -> None:
        packs, price, total = self._columns
        self.y += 4
        write(self.pdf, self._say(GOODS), self.left, self.y, 60, 8)
        write_right(self.pdf, self._say(PACKS), packs, self.y, 16, 8)
        if self.prices:
            write_right(self.pdf, self._say(PRICE), price, self.y, 18, 8)
            write_right(self.pdf, self._say(SUM), total, self.y, 18, 8)
        self.y += 1.6
        self._rule()

    def _rule(self) -> None:
        self.pdf.set_line_width(0.2)
        self.pdf.line(self.left, self.y, self.right, self.y)

    def _line(self, line: SlipLine) -> None:
        packs, price, total = self._columns
        room = packs - self.left - 18
        name = broken(self.pdf, self._say(line.name), room, 10)
        if self.y + 5 * len(name) + 6 > self.bottom:
            self._new_page()
            self._table_head()
        first = self.y + 5
        for words in name:
            self.y += 5
            write(self.pdf, words, self.left, self.y, room + 1, 10)
        self.y += 4
        write(self.pdf, self._say(line.label), self.left, self.y, room, 8)
        write_right(self.pdf, f"× {line.packs}", packs, first, 16, 12)
        if self.prices:
            write_right(self.pdf, money.format_fen(line.unit_price_fen), price, first, 18, 8.5)
            write_right(self.pdf, money.format_fen(line.line_fen), total, first, 18, 8.5)
        self.y += 2
        self._rule()

    def _sums(self) -> None:
        packs, _price, total = self._columns
        self._make_room(21)
        self.y += 5
        write(self.pdf, self._say(TOTAL), self.left, self.y, 60, 9)
        write_right(self.pdf, f"× {sum(line.packs for line in self.slip.lines)}", packs, self.y, 16, 12)
        if not self.prices:
            return
        write_right(self.pdf, money.format_fen(self.slip.goods_fen), total, self.y, 24, 9)
        self.y += 5
        freight = money.format_fen(self.slip.freight_fen) if self.slip.freight_fen else self._say(FREE)
        write(self.pdf, self._say(FREIGHT), self.left, self.y, 60, 9)
        write_right(self.pdf, freight, total, self.y, 24, 9)
        self.y += 5
        whole = money.format_fen(self.slip.goods_fen + self.slip.freight_fen)
        write(self.pdf, self._say(WITH_FREIGHT), self.left, self.y, 60, 9)
        write_right(self.pdf, whole, total, self.y, 24, 9)
