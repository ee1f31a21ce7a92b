"""What buyers of the demo world claimed of goods they received lately: answered, refused, decided, on its way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import clock, ids
from core.db import transaction
from core.permissions import GUEST, Actor
from core.storage import shrink_picture
from demo.directory import WALK_SUPPLIER
from demo.timeline import Timeline
from demo.world import World
from payments import services as payments
from shop.after_sales import services
from shop.after_sales.models import Claim
from shop.after_sales.values import ClaimKind, GoesBackTo, Move, NewClaim, Reason, Settlement, Wish
from shop.catalogue.values import ReturnTerms
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine, OrderRefund, SupplierOrder
from shop.orders.values import Kind, PartState

#: How long before today each of the claims was filed.
WAITING, ESCALATED, OFFERED, RETURNING, SETTLED = (timedelta(hours=h) for h in (9, 40, 16, 44, 30))

#: Which goods go back without a reason, as long as nobody has opened them.
GO_BACK = (ReturnTerms.SEVEN_DAYS, ReturnTerms.ONLY_UNOPENED)


def add_claims(world: World, timeline: Timeline) -> int:
    """Let a few buyers claim, each as far as told by its words; returns how many did."""
    stories = (
        (WAITING, _spoiled),
        (ESCALATED, _refused),
        (RETURNING, _sent_back),
        (SETTLED, _agreed),
        (OFFERED, _offered),
    )
    _name_return_addresses(world, timeline)
    told = 0
    taken: set[int] = set()
    for before, tell in stories:
        moment = timeline.now - before
        with clock.at(moment), transaction() as session:
            first = (
                Order.buyer_user_id.is_not_distinct_from(world.fixed["buyer"].user_id)
                if tell is _offered
                else SupplierOrder.supplier_id == world.suppliers[WALK_SUPPLIER][0]
            )
            line = next(_claimable(session, moment, first, tell is _sent_back, taken), None)
            if line is None:
                continue
            taken.add(line.order_id)
            order = order_queries.lock_order(session, line.order_id)
            supplier_id = session.get_one(SupplierOrder, line.supplier_order_id).supplier_id
            refund = tell(session, _buyer(order), world, supplier_id, order, line)
        told += 1
        if refund is not None:
            with clock.at(moment + timedelta(hours=4)):
                payments.send_refund(refund)
    return told


def _name_return_addresses(world: World, timeline: Timeline) -> None:
    """Let the suppliers say where they take goods back; the last one has not come to it yet."""
    with clock.at(timeline.now - timedelta(days=60)), transaction() as session:
        for number, (supplier_id, actor) in enumerate(list(world.suppliers.values())[:-1], 1):
            supplier = session.get_one(Organisation, supplier_id)
            place = GoesBackTo(
                f"{supplier.name_zh}售后仓",
                f"0632-88{number:05d}",
                f"山东省枣庄市山亭区冯卯镇兴农路 {number} 号",
            )
            services.set_return_address(session, actor, supplier_id, place)


def _claimable(
    session: Session, moment: datetime, first: ColumnElement[bool], returnable: bool, taken: set[int]
) -> Iterator[OrderLine]:
    """Yield lines that were received in the days before; those that visitors will look at stand first."""
    lines = session.scalars(
        select(OrderLine)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            SupplierOrder.state == PartState.RECEIVED.value,
            SupplierOrder.received_at.between(moment - timedelta(days=7), moment),
            Order.kind == Kind.PUBLIC.value,
            OrderLine.accepted_quantity > 0,
            ~exists().where(OrderRefund.order_id == Order.id),
            ~exists().where(Claim.order_id == Order.id),
        )
        .order_by(first.desc(), SupplierOrder.received_at.desc(), OrderLine.id)
        .limit(60)
    )
    for line in lines:
        if line.order_id not in taken and not (returnable and line.return_terms not in GO_BACK):
            yield line


def _buyer(order: Order) -> Actor:
    if order.buyer_user_id is None:
        return GUEST
    return Actor(order.buyer_user_id, str(order.delivery["recipient"]))


def _claim(
    line: OrderLine, reason: Reason, words: str, *photos: bytes, wants: Wish = Wish.REFUND_FULL
) -> NewClaim:
    return NewClaim(
        ids.public_id(20), line.id, ClaimKind.QUALITY, reason, wants, 1, words=words, photos=photos
    )


def _spoiled(
    session: Session, buyer: Actor, _world: World, _supplier: int, order: Order, line: OrderLine
) -> str | None:
    words = "打开一看，最下面的一层有霉点，闻着有潮味。照片已拍，其余的都好。"
    wish = _claim(line, Reason.SPOILED, words, _photo("spots"), _photo("label"))
    services.file_claim(session, buyer, order, wish)
    return None


def _refused(
    session: Session, buyer: Actor, world: World, supplier: int, order: Order, line: OrderLine
) -> str | None:
    wish = _claim(line, Reason.DAMAGED, "外箱压扁了一角，里面的袋子破了，撒了小半袋。", _photo("torn"))
    claim = services.file_claim(session, buyer, order, wish)
    now = clock.now()
    with clock.at(now + timedelta(hours=8)):
        services.answer_claim(
            session,
            world.supplier_actors[supplier],
            claim.public_id,
            Move.REFUSE,
            "发货时包装完好，有出库照片。破损应是运输造成，请找快递公司理赔。",
        )
    with clock.at(now + timedelta(hours=20)):
        services.reply_to_answer(
            session,
            buyer,
            order,
            claim.public_id,
            Move.ESCALATE,
            "我买的是送到家的货，不该让我去找快递公司，请平台裁定。",
        )
    return None


def _sent_back(
    session: Session, buyer: Actor, _world: World, _supplier: int, order: Order, line: OrderLine
) -> str | None:
    wish = NewClaim(
        ids.public_id(20),
        line.id,
        ClaimKind.RETURN,
        Reason.NO_REASON,
        Wish.RETURN_REFUND,
        1,
        words="家里买重了，没有拆封。",
        unopened=True,
    )
    claim = services.file_claim(session, buyer, order, wish)
    with clock.at(clock.now() + timedelta(hours=22)):
        services.send_back(session, buyer, order, claim.public_id, "中国邮政", "9801234567805")
    return None


def _agreed(
    session: Session, buyer: Actor, world: World, supplier: int, order: Order, line: OrderLine
) -> str | None:
    words = "称了一下，比袋子上写的少了一两多，换了两台秤都是这样。"
    claim = services.file_claim(
        session, buyer, order, _claim(line, Reason.SHORT_WEIGHT, words, _photo("scale"))
    )
    with clock.at(clock.now() + timedelta(hours=3)):
        services.answer_claim(
            session,
            world.supplier_actors[supplier],
            claim.public_id,
            Move.AGREE,
            "对不起，那天的分装机没有校准，已经停用检修。货款全部退给您。",
        )
    return claim.refund


def _offered(
    session: Session, buyer: Actor, world: World, supplier: int, order: Order, line: OrderLine
) -> str | None:
    wish = _claim(line, Reason.NOT_AS_DESCRIBED, "颜色比页面上的深不少，像是陈货。", _photo("label"))
    claim = services.file_claim(session, buyer, order, wish)
    with clock.at(clock.now() + timedelta(hours=5)):
        services.answer_claim(
            session,
            world.supplier_actors[supplier],
            claim.public_id,
            Move.OFFER,
            "是今年的新货，晒得久一些颜色会深。给您退一部分，东西您留着吃，可以吗？",
            Settlement(max(1, claim.asked_fen * 3 // 10), False),
        )
    return None


def _photo(kind: str) -> bytes:
    """Draw what a buyer photographed: a sack on a table, with spots, a tear, its label, or on a scale."""
    picture = Image.new("RGB", (960, 720), "#C9B08A")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 960, 300), fill="#E9E2D3")
    draw.ellipse((210, 560, 750, 660), fill="#A98F68")
    draw.rounded_rectangle((260, 150, 700, 620), 70, fill="#F1E6CC", outline="#8A7650", width=6)
    draw.rectangle((330, 300, 630, 470), fill="#2E6B4F")
    draw.rectangle((360, 340, 600, 356), fill="#F1E6CC")
    draw.rectangle((360, 386, 540, 400), fill="#F1E6CC")
    if kind == "spots":
        for x, y, size in ((330, 520, 34), (410, 560, 22), (520, 530, 40), (600, 570, 26), (460, 500, 16)):
            draw.ellipse((x - size, y - size, x + size, y + size), fill="#6F7A63")
    elif kind == "torn":
        draw.polygon(((560, 160), (690, 170), (650, 270), (610, 220), (580, 290)), fill="#4A3B28")
        for x in range(640, 900, 24):
            draw.ellipse((x, 610 + x % 40, x + 14, 622 + x % 40), fill="#F3DFA4")
    elif kind == "scale":
        draw.rounded_rectangle((200, 610, 760, 700), 18, fill="#4A5054")
        draw.rectangle((400, 630, 560, 682), fill="#BFD8C6")
    else:
        draw.rectangle((300, 280, 660, 490), outline="#B83A26", width=8)
    kept = BytesIO()
    picture.save(kept, "JPEG", quality=85)
    return shrink_picture(kept.getvalue())
