"""The short way in which products are written down."""

from dataclasses import dataclass

from demo.content.places import village_code
from demo.content.suppliers import SUPPLIERS_BY_KEY
from demo.content.values import Pack, Picture, Product
from shop.catalogue.values import ReturnTerms

Both = tuple[str, str]  # Chinese, English

COOL_DRY: Both = ("阴凉干燥处密封保存", "Keep sealed in a cool, dry place")
CHILLED: Both = ("0～4℃ 冷藏", "Keep chilled at 0-4 °C")
FROZEN: Both = ("-18℃ 冷冻，化冻后不再复冻", "Keep frozen at -18 °C; do not refreeze")
AIRY: Both = ("通风避光处存放，勿用塑料袋闷着", "Keep airy and dark, out of plastic bags")
CRISPER: Both = ("3～8℃ 冷藏，随吃随洗", "Keep at 3-8 °C and wash just before eating")
DARK: Both = ("避光、阴凉处存放，开盖后拧紧", "Keep dark and cool; close tightly after opening")
ROOM: Both = ("常温干燥处存放", "Keep dry at room temperature")
LIVING: Both = ("到货当天拆箱，先放散光处缓苗三天", "Unpack on arrival and rest in soft light for three days")


@dataclass(frozen=True, slots=True)
class Size:
    """A pack size before its shares are worked out."""

    label: Both
    grams: int | None
    pieces: int | None
    price_fen: int
    stock: int
    multiple: int


def _fen(yuan: str) -> int:
    whole, _, cents = yuan.partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def weight(zh: str, en: str, grams: int, yuan: str, stock: int, multiple: int = 1) -> Size:
    """Write a pack sold by weight; price in yuan as people write it."""
    return Size((zh, en), grams, None, _fen(yuan), stock, multiple)


def count(zh: str, en: str, pieces: int, yuan: str, stock: int, multiple: int = 1) -> Size:
    """Write a pack sold by the piece; price in yuan as people write it."""
    return Size((zh, en), None, pieces, _fen(yuan), stock, multiple)


def _pack(slug: str, size: Size, share: tuple[int, int]) -> Pack:
    producer = size.price_fen * share[0] // 100
    logistics = size.price_fen * share[1] // 100
    net = f"{size.grams}G" if size.grams is not None else f"{size.pieces}P"
    return Pack(
        sku=f"{slug.upper()}-{net}",
        label_zh=size.label[0],
        label_en=size.label[1],
        net_grams=size.grams,
        pieces=size.pieces,
        price_fen=size.price_fen,
        producer_fen=producer,
        logistics_fen=logistics,
        other_fen=size.price_fen - producer - logistics,
        pack_multiple=size.multiple,
        stock=size.stock,
    )


def product(
    category: str,
    slug: str,
    name: Both,
    summary: Both,
    story: Both,
    *,
    supplier: str,
    village: str,
    picture: Picture,
    storage: Both,
    days: int | None,
    households: int,
    share: tuple[int, int],
    sizes: tuple[Size, ...],
    terms: ReturnTerms = ReturnTerms.SEVEN_DAYS,
    said: Both = ("", ""),
) -> Product:
    """Write a product; `share` is what producer and logistics get of the price, in per cent, the rest is other.

    `said` is what is said of it where its `terms` of return need words.
    """
    if supplier not in SUPPLIERS_BY_KEY:
        raise LookupError(supplier)
    return Product(
        slug=slug,
        category=category,
        name_zh=name[0],
        name_en=name[1],
        summary_zh=summary[0],
        summary_en=summary[1],
        story_zh=story[0],
        story_en=story[1],
        supplier=supplier,
        village=village_code(village),
        picture=picture,
        storage_zh=storage[0],
        storage_en=storage[1],
        shelf_life_days=days,
        return_terms=terms,
        return_note_zh=said[0],
        return_note_en=said[1],
        households=households,
        variants=tuple(_pack(slug, size, share) for size in sizes),
    )
