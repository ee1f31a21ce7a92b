"""What the demo world made and printed: batches of every product, and what people reported about a few."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids
from core.permissions import GUEST, Actor
from demo.timeline import Timeline
from demo.world import World
from publicity.complaints import services as complaints
from publicity.complaints.models import Complaint
from publicity.complaints.values import Answer, NewComplaint, Outcome, Reason, Subject
from registry.models import Region
from shop.catalogue.models import Product, Variant
from shop.recalls import services as recalls
from shop.stock import services as stock
from shop.tracing import services as tracing
from shop.tracing.models import Batch, BatchVersion, TraceCode
from shop.tracing.values import BatchFacts, NewBatch

#: On which days batches are recorded: every product on the first, every third on the second.
FIRST_DAY, SECOND_DAY = -5, -2
EDIBLE = frozenset({"fruit_vegetables", "grain_oil", "snacks", "cooked_food"})
WALK_PRODUCT = "shitang-dami"

#: Day of the report, reason, words; then the day and words of the answer, what was found, and whether all may read it.
_REPORTS: tuple[tuple[str, int, Reason, str, tuple[int, Outcome, str, bool] | None], ...] = (
    (
        WALK_PRODUCT,
        -4,
        Reason.DATES,
        "超市里买的一袋，包装上的生产日期被蹭掉了一半，和页面上的对不上。",
        (
            -1,
            Outcome.CONFIRMED,
            "已到仓库核查：该批次有十二袋标签受潮模糊，日期与登记一致，质量合格。合作社已重新贴标，并向顾客致歉。",
            True,
        ),
    ),
    (
        "",
        -4,
        Reason.ORIGIN,
        "听人说这个不是本村出的，想请你们核实一下。",
        (
            -2,
            Outcome.UNFOUNDED,
            "已查看收购台账和种植面积，产量与登记相符，原料均来自本村，情况不属实。感谢监督。",
            True,
        ),
    ),
    ("", -3, Reason.QUALITY, "买了两袋，其中一袋封口没压好，收到时有点受潮。", None),
    (WALK_PRODUCT, -1, Reason.OTHER, "二维码印得太小，老人扫不出来，能不能印大一点？", None),
)


class Tracing:
    """The batches' part of the past: plans everything on the timeline when it is made."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        """Plan batches, a recall, and reports with their answers."""
        self.world = world
        self.timeline = timeline
        self.chance = Random("yigou-tracing")
        day, moment = timeline.day, timeline.moment
        timeline.inside(moment(day(FIRST_DAY), 6, 7), partial(self._record, 1))
        timeline.inside(moment(day(SECOND_DAY), 6, 7), partial(self._record, 3))
        timeline.inside(moment(day(-1), 11, 12), self._recall)
        for number, (slug, asked, reason, words, answer) in enumerate(_REPORTS):
            timeline.inside(moment(day(asked), 13, 17), partial(self._report, number, slug, reason, words))
            if answer is not None:
                timeline.inside(
                    moment(day(answer[0]), 14, 17), partial(self._answer, words, Answer(*answer[1:]))
                )
        timeline.inside(moment(day(-2), 18, 19), self._report_false_label)

    def _record(self, every: int, session: Session) -> None:
        """Record a batch of each listed product, or of every so manieth."""
        found = session.scalars(
            select(Product).where(Product.listed_at.is_not(None)).order_by(Product.id)
        ).all()
        packs = {
            row.product_id: row.id
            for row in session.execute(
                select(Variant.product_id, Variant.id)
                .where(Variant.on_shelf)
                .order_by(Variant.product_id, Variant.id.desc())
            )
        }
        for product in found[::every]:
            actor = self.world.supplier_actors.get(product.supplier_id)
            if actor is not None and product.id in packs:
                self._record_one(session, actor, product, packs[product.id])

    def _record_one(self, session: Session, actor: Actor, product: Product, variant_id: int) -> None:
        today = clock.today()
        life = product.shelf_life_days or 360
        # One in twelve has lain for a while, so that there is something near its day.
        age = life * 6 // 7 if self.chance.random() < 0.08 else self.chance.randint(0, min(life // 5, 45))
        made_on = today - timedelta(days=age)
        edible = product.category in EDIBLE
        tracing.record_batch(
            session,
            actor,
            NewBatch(
                product_slug=product.slug,
                variant_id=variant_id,
                number=f"{made_on:%Y%m%d}{self.chance.choice('AB')}{self.chance.randint(1, 9)}",
                facts=BatchFacts(
                    made_on=made_on,
                    packs=self.chance.randint(4, 40) * 10,
                    inspection_number=f"JY{made_on:%y%m}-{self.chance.randint(100, 999)}" if edible else "",
                    inspected_on=min(today, made_on + timedelta(days=1)) if edible else None,
                ),
                once=ids.public_id(20),
            ),
        )
        self.timeline.counts["batches"] += 1

    def _recall(self, session: Session) -> None:
        """Let one supplier call a batch of snacks back, so that there is one to look at."""
        row = session.execute(
            select(TraceCode.code, Product.supplier_id, Batch.variant_id, BatchVersion.packs)
            .join(Batch, Batch.id == TraceCode.batch_id)
            .join(BatchVersion, BatchVersion.batch_id == Batch.id)
            .join(Product, Product.id == Batch.product_id)
            .where(Product.category == "snacks", Batch.closed_at.is_(None))
            .order_by(Batch.id.desc())
            .limit(1)
        ).one_or_none()
        if row is not None:
            # The batch had come into the stock by itself: what leaves it with the recall, nobody waits for.
            supplier = self.world.supplier_actors[row.supplier_id]
            stock.receive_stock(session, supplier, row.variant_id, row.packs, "new delivery")
            recalls.recall_batch(
                session,
                supplier,
                row.code,
                "部分包装封口不严，可能受潮变质。",
            )

    def _report(self, number: int, slug: str, reason: Reason, words: str, session: Session) -> None:
        row = session.execute(
            select(Product, Batch.number, TraceCode.code)
            .join(Batch, Batch.product_id == Product.id)
            .join(TraceCode, TraceCode.batch_id == Batch.id)
            .where(Product.slug == slug if slug else Product.slug != WALK_PRODUCT, Batch.closed_at.is_(None))
            .order_by(Product.id, Batch.id)
            .offset(0 if slug else number * 3)
            .limit(1)
        ).one_or_none()
        if row is None:
            return
        product: Product = row.Product
        complaints.file_complaint(
            session,
            GUEST,
            Subject(
                type="product",
                id=product.slug,
                title_zh=product.name_zh,
                title_en=product.name_en,
                detail=row.number,
                path=f"/trace/{row.code}",
                region_id=product.village_id,
                organisation_id=product.supplier_id,
            ),
            NewComplaint(reason, words, ids.public_id(20), contact_email="guke@demo.yigou.example"),
        )
        self.timeline.counts["reports"] += 1

    def _answer(self, words: str, answer: Answer, session: Session) -> None:
        row = session.execute(
            select(Complaint.public_id, Region.code)
            .join(Region, Region.id == Complaint.region_id)
            .where(Complaint.text == words)
        ).one_or_none()
        if row is not None:
            _office, certifier = self.world.certifiers[row.code[:6]]
            complaints.answer_complaint(session, certifier, row.public_id, answer)

    def _report_false_label(self, session: Session) -> None:
        county = self.world.places.get("370406") or next(iter(self.world.places.values()))
        complaints.file_complaint(
            session,
            GUEST,
            Subject(
                type="trace_code",
                id="8H2KQ7N4XA",
                title_zh="查无此码的标签 8H2KQ-7N4XA",
                title_en="A label whose code nothing has: 8H2KQ-7N4XA",
                detail="8H2KQ-7N4XA",
                region_id=county.id,
            ),
            NewComplaint(
                Reason.FALSE_LABEL,
                "集市上有人卖散装大枣，贴着“帮扶产品”的标签，扫码说没有这个码。",
                ids.public_id(20),
            ),
        )
