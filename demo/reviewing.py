"""What buyers of the demo world say of the goods they received, what suppliers answer, and what was reported."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from core import clock, ids
from core.db import transaction
from core.permissions import GUEST
from demo.timeline import Timeline
from demo.world import World
from shop.catalogue.models import Product
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import PartState
from shop.reviews import services as reviews
from shop.reviews.models import Review
from shop.reviews.values import NewReport, ReportReason, Written

#: Of the received lines this share is reviewed, and at most so many: the building stays quick.
SHARE, MOST = 0.3, 150
#: Which of them is an advert.
ADVERT_PLACE = 40

#: Stars and words by category; a product gets each of them once at most.
_WORDS: dict[str, tuple[tuple[int, str], ...]] = {
    "grain_oil": (
        (5, "一开袋就是粮食的香味，老人孩子都爱吃。"),
        (5, "第三次买了，每次日期都很新鲜，包装也结实。"),
        (5, "价钱里多少到农户写得清清楚楚，买得放心，味道也是小时候的味道。"),
        (4, "东西不错，就是物流绕了一天，希望再快一点。"),
        (4, "分量足，味道正。袋口的线不太好拆。"),
        (3, "味道正常，和超市的差别没有想象中大。"),
        (5, "家里常备，和小时候在村里吃到的一个味。"),
        (2, "包装在路上磕破了一点，好在联系后给退了钱。"),
    ),
    "fruit_vegetables": (
        (5, "个头匀称，没有坏的，甜度很好。"),
        (5, "早上下单第二天就到，看得出是现摘现发。"),
        (4, "大部分很新鲜，有两个压伤了，不影响吃。"),
        (5, "孩子一口气吃了三个，已经回购。"),
        (3, "有点生，放了四天才软，建议标明成熟度。"),
        (2, "到货时底下一层闷坏了几个，合作社处理得还算快。"),
        (5, "扫了溯源码，能看到是哪个村、哪一批，这点很好。"),
    ),
    "snacks": (
        (5, "酥脆不油，独立小袋，上班带着方便。"),
        (5, "给亲戚带的伴手礼，都问在哪里买的。"),
        (4, "味道地道，稍微甜了一点。"),
        (5, "颗粒饱满，没有哈喇味。"),
        (3, "碎的有点多，口味可以。"),
    ),
    "daily_goods": (
        (5, "做工实在，没有异味，用了两周没有问题。"),
        (4, "比照片颜色深一点，质量不错。"),
        (5, "手感好，支持村里的手艺人。"),
        (3, "实用，就是包装简单了些。"),
    ),
    "cooked_food": (
        (5, "开袋就是家乡味，配粥一绝。"),
        (4, "咸淡合适，真空包装很好，分量再多点就完美了。"),
        (5, "冷链到手还是冰的，热一下就能吃。"),
        (3, "偏咸，建议出一款低盐的。"),
    ),
    "plants": (
        (5, "带土球发货，栽下去一周就服盆了。"),
        (4, "苗很壮，折了一根小枝。"),
        (5, "照着里面的小卡片养，长得很好。"),
    ),
    "crafts": (
        (5, "编得密实，针脚整齐，看得出是用心做的。"),
        (5, "买来送朋友，附的卡片写了是哪户人家编的。"),
        (4, "很精致，收货时有点草味，晾两天就散了。"),
    ),
}
_ANSWERS: dict[int, tuple[str, ...]] = {
    5: (
        "谢谢您的认可，乡亲们看了都很高兴。",
        "感谢支持，欢迎再来村里的货架看看。",
        "谢谢！新一批下月上架，还是这个味道。",
    ),
    4: ("谢谢您的建议，我们已经和快递商量换早班车。", "感谢反馈，包装这块我们马上改进。"),
    3: ("谢谢您的实话，我们会在商品页写得更明白。", "感谢意见，下一批会注意挑选。"),
    2: (
        "非常抱歉给您添了麻烦，破损的部分已经退款，我们换了更厚的外箱。",
        "对不起，这批装箱时没留透气孔，已经整改，谢谢您告诉我们。",
    ),
}
_ADVERT = "想要更便宜的同款可以看我主页，量大从优，先到先得。"


def add_reviews(world: World, timeline: Timeline) -> int:
    """Let buyers review received lines some days later, suppliers answer most, one report wait; returns how many."""
    chance = Random("yigou-reviews")
    with transaction() as session:
        rows = session.execute(
            select(
                OrderLine.id,
                OrderLine.order_id,
                OrderLine.product_id,
                Product.category,
                Product.picture,
                Order.buyer_user_id,
                SupplierOrder.supplier_id,
                SupplierOrder.received_at,
            )
            .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
            .join(Order, Order.id == OrderLine.order_id)
            .join(Product, Product.id == OrderLine.product_id)
            .where(
                SupplierOrder.state == PartState.RECEIVED.value,
                SupplierOrder.received_at < timeline.now - timedelta(days=2),
                OrderLine.accepted_quantity > 0,
            )
            .order_by(SupplierOrder.received_at, OrderLine.id)
        ).all()
        written: list[Review] = []
        left: dict[int, list[tuple[int, str]]] = {}
        for row in rows:
            words = left.setdefault(
                row.product_id, chance.sample(_WORDS[row.category], len(_WORDS[row.category]))
            )
            moment = row.received_at + timedelta(hours=chance.randint(9, 140))
            if chance.random() > SHARE or not words or moment >= timeline.now:
                continue
            if len(written) == MOST:
                break
            stars, text = words.pop()
            if len(written) == ADVERT_PLACE:
                text = _ADVERT
            actor = GUEST
            if row.buyer_user_id is not None:
                actor = account_queries.acting_user(session, row.buyer_user_id) or GUEST
            photos = (row.picture,) if row.picture and chance.random() < 0.15 else ()
            with clock.at(moment):
                order = order_queries.lock_order(session, row.order_id)
                review = reviews.write_review(session, actor, order, row.id, Written(stars, text, photos))
            written.append(review)
            answered = moment + timedelta(hours=chance.randint(3, 60))
            if text != _ADVERT and answered < timeline.now and chance.random() < (0.55 if stars > 3 else 0.9):
                with clock.at(answered):
                    seller = world.supplier_actors[row.supplier_id]
                    reviews.answer_review(session, seller, review.public_id, chance.choice(_ANSWERS[stars]))
        _moderate(session, world, timeline, written)
    return len(written)


def _moderate(session: Session, world: World, timeline: Timeline, written: list[Review]) -> None:
    """Let somebody report two reviews; the advert is hidden, the other one waits."""
    adverts = [review for review in written if review.text == _ADVERT]
    others = [review for review in written if review.stars <= 3 and review.text != _ADVERT]
    for review, reason, words in (
        *((found, ReportReason.OFF_TOPIC, "这是广告，和商品没有关系。") for found in adverts),
        *((found, ReportReason.UNTRUE, "我买的同一批没有这个问题，请核实。") for found in others[-1:]),
    ):
        with clock.at(timeline.now - timedelta(hours=20)):
            reviews.report_review(
                session, GUEST, review.public_id, NewReport(reason, words, ids.public_id(20))
            )
    for review in adverts:
        with clock.at(timeline.now - timedelta(hours=5)):
            reviews.hide_review(session, world.fixed["admin"], review.public_id, "与商品无关的广告")
