"""What is measured: products, stores, keepers and households, all made through the services."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock, ids, storage
from core.db import engine as core_engine
from core.db import reading, transaction
from core.permissions import SYSTEM, Actor, Grant
from points.awards import services as awards
from points.awards.values import NewClaim
from points.redemptions import services as till
from points.schemes import services as schemes
from points.schemes.values import NewRule, RuleCategory
from points.supermarkets import services as stores
from points.supermarkets.values import NewGoods, NewStore, Serves
from registry import services as registry
from registry.models import Region
from registry.values import RegionLevel
from shop.catalogue import services as catalogue
from shop.catalogue.models import Product
from shop.catalogue.values import Category, NewProduct, NewVariant
from shop.certification import services as certification

SMALL, LARGE, HUGE, QUICK_LARGE = 132, 10_000, 100_000, 1_000
#: How many of the products of a larger catalogue are added through the services; the rest is volume.
THROUGH_SERVICES, QUICK_THROUGH_SERVICES = 500, 100
PASSWORD = "bench only 2026"
TILLS = 20
HOUSEHOLDS_A_STORE = 8
POINTS = 100_000
BATCH = 50
#: On a machine that is busy with other things the large catalogue stays smaller, so that the run ends in time.
GROWING_SECONDS = 60

_COUNTIES = (("370406", "山亭区"), ("370404", "峄城区"), ("370405", "台儿庄区"), ("370481", "滕州市"))
_TOWNS = 2
_VILLAGES = 5
_PLACES = [
    "青莲",
    "石门",
    "柳泉",
    "梨花",
    "云谷",
    "白河",
    "桃源",
    "松岭",
    "竹溪",
    "雁落",
    "凤凰",
    "龙潭",
    "双桥",
    "古井",
    "杏林",
    "麦香",
    "枣林",
    "沙河",
    "清风",
    "望山",
]
_MANNERS = [
    "石磨",
    "手工",
    "高山",
    "林下",
    "农家",
    "古法",
    "有机",
    "初榨",
    "晒干",
    "散养",
    "头茬",
    "富硒",
    "自留",
    "慢熬",
    "冬藏",
    "现摘",
]
_THINGS = [
    "小米",
    "核桃",
    "苹果",
    "花生油",
    "红薯粉",
    "蜂蜜",
    "木耳",
    "大米",
    "绿豆",
    "辣椒酱",
    "土鸡蛋",
    "菜籽油",
    "柿饼",
    "草编篮",
    "粗布",
    "豆腐",
    "馒头",
    "煎饼",
    "多肉",
    "兰花",
    "剪纸",
    "葫芦",
    "山楂",
    "大枣",
    "石榴",
    "芹菜",
    "白菜",
    "土豆",
    "板栗",
    "香菇",
]
_CATEGORIES = tuple(Category)


@dataclass(frozen=True, slots=True)
class Till:
    """A keeper with the cards of the households of the store."""

    email: str
    cards: tuple[str, ...]


@dataclass(slots=True)
class World:
    """What the scenarios need to know."""

    products: int = 0
    slugs: list[str] = field(default_factory=list)
    tills: list[Till] = field(default_factory=list)
    campaign: str | None = None
    grown: int = 0
    #: Whether Whoosh's index holds these products.
    indexed: bool = True
    missing: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def build(say: Callable[[str], None]) -> World:
    """Build the small world."""
    world = World()
    start = time.perf_counter()
    with transaction() as session:
        _places(session)
        _organisations(session)
    add_products(0, SMALL)
    world.seconds["products"] = time.perf_counter() - start
    start = time.perf_counter()
    _tills(world)
    world.seconds["tills"] = time.perf_counter() - start
    try:
        world.campaign = _campaign()
    except Exception as error:
        world.missing["campaign"] = f"no campaign could be made: {error!r}"
    learn_products(world)
    say(
        f"  {world.products} products in {world.seconds['products']:.0f} s, {len(world.tills)} tills in {world.seconds['tills']:.0f} s"
    )
    return world


def learn_products(world: World) -> None:
    """Look up which products there are now."""
    with reading() as session:
        world.slugs = list(session.scalars(select(Product.slug).order_by(Product.id)))
    world.products = len(world.slugs)


def grow(world: World, products: int, environment: dict[str, str], say: Callable[[str], None]) -> None:
    """Bring the shop to that many products: a share through the services, in two processes, the rest in bulk."""
    start = time.perf_counter()
    through = QUICK_THROUGH_SERVICES if products <= QUICK_LARGE else THROUGH_SERVICES
    first, after = world.products, min(products, world.products + through)
    middle = (first + after) // 2
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.world", str(begin), str(end), str(GROWING_SECONDS)],
            env=environment,
        )
        for begin, end in ((first, middle), (middle, after))
    ]
    for process in running:
        process.wait()
    if any(process.returncode for process in running):
        raise RuntimeError("the products could not be added; the reason is above")
    learn_products(world)
    world.grown, world.seconds["growing"] = world.products - first, time.perf_counter() - start
    say(f"  {world.grown} through the services in {world.seconds['growing']:.0f} s")
    if world.products < products:
        swell(world, products, say)


def swell(world: World, products: int, say: Callable[[str], None]) -> None:
    """Add products without the services, for volume only: rows like those that the services wrote, under new names."""
    start = time.perf_counter()
    first = world.products
    there = set(world.slugs)
    with transaction() as session:
        villages = list(session.scalars(select(Region).where(Region.level == "village").order_by(Region.id)))
        cursor = session.connection().connection.cursor()
        cursor.execute(
            "CREATE TEMP TABLE bulk (number bigint, model bigint, slug text, name_zh text, name_en text, "
            "summary_zh text, story_zh text, price bigint) ON COMMIT DROP"
        )
        models = dict(cursor.execute("SELECT slug, id FROM shop_products").fetchall())
        with cursor.copy("COPY bulk FROM STDIN") as copy:
            # Where the services did not come so far in time, numbers in the middle are free too.
            for number in [n for n in range(products) if f"bench-{n}" not in there]:
                like = number % SMALL
                new = _product(number, villages[like % len(villages)], [0], [""])
                copy.write_row(
                    (
                        number,
                        models[f"bench-{like}"],
                        new.slug,
                        new.name_zh,
                        new.name_en,
                        new.summary_zh,
                        new.story_zh,
                        new.variants[0].price_fen,
                    )
                )
        cursor.execute("CREATE INDEX ON bulk (model)")
        for statement in _swelling(cursor):
            cursor.execute(statement)
    with core_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    learn_products(world)
    say(
        f"  {world.products - first} in bulk, copied beside the services, in {time.perf_counter() - start:.0f} s"
    )


def _swelling(cursor: Any) -> Iterator[str]:
    """Return the statements that copy each model's rows; columns that are not named here are copied as they are."""
    size = "(old.net_grams / 1000)"
    amount = f"(bulk.price * {size})"
    producer, logistics = f"({amount} * 7 / 10)", f"({amount} / 10)"
    product_id, variant_id = "(1000000 + bulk.number)", "(10000000 + bulk.number * 10 + old.net_grams / 1000)"
    copies: dict[str, tuple[str, dict[str, str]]] = {
        "shop_products": (
            "old.id",
            {
                "id": product_id,
                "slug": "bulk.slug",
                "name_zh": "bulk.name_zh",
                "name_en": "bulk.name_en",
                "summary_zh": "bulk.summary_zh",
                "story_zh": "bulk.story_zh",
                "from_price_fen": "bulk.price",
                "listed_at": "old.listed_at - bulk.number * interval '1 second'",
            },
        ),
        "shop_variants": (
            "old.product_id",
            {
                "id": variant_id,
                "product_id": product_id,
                "public_id": "'B' || bulk.number || 'X' || old.net_grams / 1000",
                "sku": "'V' || bulk.number || '-' || old.net_grams / 1000",
                "price_fen": amount,
                "producer_fen": producer,
                "logistics_fen": logistics,
                "other_fen": f"{amount} - {producer} - {logistics}",
            },
        ),
        "shop_certificates": (
            "old.product_id",
            {
                "id": product_id,
                "product_id": product_id,
                "number": "'B-' || bulk.number",
            },
        ),
        # Else the worker gives a hundred thousand codes while pages are measured, and each step makes all of them anew.
        "shop_trace_codes": (
            "old.product_id",
            {"code": "'BENCH' || bulk.number", "product_id": product_id},
        ),
    }
    for table, (model, own) in copies.items():
        yield _copying(cursor, table, own, f"{table} AS old JOIN bulk ON bulk.model = {model}")
    # As much as the model had at first: what was sold of it is not sold of its copies.
    first = "(SELECT min(id) FROM shop_stock_movements WHERE variant_id = old.id)"
    opened = f"(SELECT change FROM shop_stock_movements WHERE id = {first})"
    copied = (
        "kept JOIN shop_variants AS old ON old.id = kept.variant_id JOIN bulk ON bulk.model = old.product_id"
    )
    stock = {"variant_id": variant_id, "on_hand": opened}
    yield _copying(cursor, "shop_stock", stock, f"shop_stock AS {copied}", "kept")
    movement = {"variant_id": variant_id, "id": variant_id}
    movements = f"shop_stock_movements AS {copied} AND kept.id = {first}"
    yield _copying(cursor, "shop_stock_movements", movement, movements, "kept")
    for table in ("shop_products", "shop_variants", "shop_certificates", "shop_stock_movements"):
        yield f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 100000000)"


def _copying(cursor: Any, table: str, own: dict[str, str], source: str, alias: str = "old") -> str:
    found = cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = ''",
        [table],
    ).fetchall()
    columns = [name for (name,) in found]
    values = ", ".join(own.get(name, f"{alias}.{name}") for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {source}"


def add_products(first: int, after: int, seconds: float = float("inf")) -> None:
    """Add, list and certify the products with these numbers, in batches of `BATCH`, until the time is over."""
    until = time.monotonic() + seconds
    pictures = [storage.keep_picture(_drawn(number)) for number in range(24)]
    with reading() as session:
        villages = list(session.scalars(select(Region).where(Region.level == "village").order_by(Region.id)))
        counties = {r.id: r for r in session.scalars(select(Region).where(Region.level == "county"))}
        suppliers = list(
            session.scalars(
                select(Organisation.id).where(Organisation.kind == "supplier").order_by(Organisation.id)
            )
        )
        offices = {
            row.region_id: row.id
            for row in session.scalars(select(Organisation).where(Organisation.kind == "government"))
        }
    for begin in range(first, after, BATCH):
        if time.monotonic() > until:
            break
        with transaction() as session:
            for number in range(begin, min(after, begin + BATCH)):
                village = villages[number % len(villages)]
                county = next(counties[int(p)] for p in village.path.split("/") if p and int(p) in counties)
                product = catalogue.add_product(
                    session, SYSTEM, _product(number, village, suppliers, pictures)
                )
                catalogue.list_product(session, SYSTEM, product.id)
                office = offices[county.id]
                certifier = Actor(None, "认定员", (Grant(Role.CERTIFIER, office, county.id, county.path),))
                certification.issue_certificate(
                    session, certifier, product.id, office, clock.now() + timedelta(days=365)
                )


def _product(number: int, village: Region, suppliers: list[int], pictures: list[str]) -> NewProduct:
    thing = _THINGS[number % len(_THINGS)]
    manner = _MANNERS[(number // len(_THINGS)) % len(_MANNERS)]
    price = 1_980 + number * 37 % 9_000

    def pack(size: int) -> NewVariant:
        amount = price * size
        producer, logistics = amount * 7 // 10, amount // 10
        return NewVariant(
            sku=f"B{number:06d}-{size}",
            label_zh=f"{size} 公斤装",
            label_en=f"{size} kg",
            net_grams=size * 1000,
            pieces=None,
            price_fen=amount,
            producer_fen=producer,
            logistics_fen=logistics,
            other_fen=amount - producer - logistics,
            stock=1_000_000,
        )

    return NewProduct(
        slug=f"bench-{number}",
        supplier_id=suppliers[number % len(suppliers)],
        village_id=village.id,
        category=_CATEGORIES[number % len(_CATEGORIES)],
        name_zh=f"{village.name_zh}{manner}{thing}",
        name_en=f"Article {number} of {village.name_en}",
        summary_zh=f"{village.name_zh}的{thing}，{manner}而成，自家吃的也是这一份。",
        summary_en="The same that the family eats.",
        story_zh=f"{village.name_zh}靠山临河，{thing}是几代人的手艺。\n合作社按约定价收购，农户先拿到钱。",
        story_en="By the hill and the river.\nThe co-operative pays the households first.",
        variants=(pack(1), pack(5)),
        shelf_life_days=180,
        picture=pictures[number % len(pictures)],
        households_count=number % 40 + 1,
    )


def _drawn(number: int) -> bytes:
    picture = Image.new("RGB", (1200, 900), (40 + number * 8, 110, 80))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((300, 150, 900, 750), fill=(220, 180 - number * 4, 90))
    draw.text((40, 40), str(number), fill="white")
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _places(session: Session) -> None:
    since = date(2020, 1, 1)
    province = registry.add_region(session, "37", RegionLevel.PROVINCE, "山东省", "Shandong", None, since)
    prefecture = registry.add_region(
        session, "3704", RegionLevel.PREFECTURE, "枣庄市", "Zaozhuang", province, since
    )
    number = 0
    for code, name in _COUNTIES:
        county = registry.add_region(
            session, code, RegionLevel.COUNTY, name, f"County {code}", prefecture, since
        )
        for t in range(_TOWNS):
            town_code = f"{code}{101 + t}"
            town = registry.add_region(
                session,
                town_code,
                RegionLevel.TOWN,
                f"{name[0]}{'东西'[t]}镇",
                f"Town {town_code}",
                county,
                since,
            )
            for v in range(_VILLAGES):
                registry.add_region(
                    session,
                    f"{town_code}{201 + v}",
                    RegionLevel.VILLAGE,
                    f"{_PLACES[number % len(_PLACES)]}{'' if number < len(_PLACES) else '新'}村",
                    f"Village {number}",
                    town,
                    since,
                )
                number += 1


def _organisations(session: Session) -> None:
    for number in range(12):
        accounts.add_organisation(
            session, SYSTEM, OrganisationKind.SUPPLIER, f"合作社{number}", f"Co-operative {number}"
        )
    for county in session.scalars(select(Region).where(Region.level == "county")):
        accounts.add_organisation(
            session,
            SYSTEM,
            OrganisationKind.GOVERNMENT,
            f"{county.name_zh}农业农村局",
            f"Office of {county.code}",
            region_id=county.id,
        )


def _tills(world: World) -> None:
    """Open the stores, each with a keeper, full shelves and households that have points."""
    password_hash = accounts.hash_password(PASSWORD)
    with transaction() as session:
        prefecture = session.scalars(select(Region).where(Region.level == "prefecture")).one()
        villages = list(
            session.scalars(select(Region).where(Region.level == "village").order_by(Region.id).limit(TILLS))
        )
        rule = schemes.add_rule(
            session,
            SYSTEM,
            NewRule(prefecture.id, RuleCategory.HYGIENE, "庭院整洁", "Tidy courtyard", POINTS, POINTS),
        ).public_id
        officers = []
        for role, name in ((Role.CADRE, "干部"), (Role.COMMITTEE, "评议")):
            user = accounts.add_user(
                session, SYSTEM, name, email=f"{role}@bench.example", password_hash=password_hash
            )
            accounts.grant_role(
                session, SYSTEM, user.id, role, region_id=prefecture.id, region_path=prefecture.path
            )
            officers.append(Actor(user.id, name, (Grant(role, None, prefecture.id, prefecture.path),)))
    cadre, committee = officers
    for number, village in enumerate(villages):
        cards = []
        with transaction() as session:
            store = stores.open_store(
                session,
                SYSTEM,
                NewStore(
                    village.id, f"{village.name_zh}爱心超市", "Store", (1, 2, 3, 4, 5), serves=Serves.VILLAGE
                ),
            )
            email = f"keeper{number}@bench.example"
            keeper = accounts.add_user(session, SYSTEM, "店长", email=email, password_hash=password_hash)
            accounts.grant_role(
                session, SYSTEM, keeper.id, Role.STOREKEEPER, organisation_id=store.organisation_id
            )
            for kind, name in enumerate(
                [
                    "大米",
                    "食盐",
                    "肥皂",
                    "毛巾",
                    "酱油",
                    "面粉",
                    "洗衣粉",
                    "牙膏",
                    "纸巾",
                    "挂面",
                    "茶杯",
                    "雨伞",
                ]
            ):
                goods = stores.add_goods(
                    session, SYSTEM, NewGoods(store.id, name, f"Goods {kind}", "袋", "bag", kind % 5 + 1, 300)
                )
                stores.receive_goods(session, SYSTEM, store.id, goods.id, 9_000, None, "县慈善总会")
            for index in range(HOUSEHOLDS_A_STORE):
                household = registry.add_household(
                    session, SYSTEM, village.id, f"李春耕{index}", members_count=3
                )
                cards.append(till.issue_card(session, SYSTEM, household.id)[1])
                claim = awards.record_claim(
                    session,
                    cadre,
                    NewClaim(household.public_id, rule, "院内整洁。", clock.today(), ids.public_id(20)),
                )
                awards.approve_claim(session, committee, claim.public_id)
        world.tills.append(Till(email, tuple(cards)))


def _campaign() -> str:
    from tests.charity import making

    with transaction() as session:
        house = making.make_house(session)
        return making.make_campaign(session, house).slug


def main() -> None:
    """Add the products of a span: `python -m bench.world FIRST AFTER SECONDS`."""
    from app import create_app

    create_app()
    add_products(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))


if __name__ == "__main__":
    main()
