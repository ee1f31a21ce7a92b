"""Households with a share of sales in the demo world: agreed, kept at each receipt, paid, and partly released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids, storage
from core.permissions import Actor
from demo.certifying import HOLLOW, plays
from demo.content import applicants
from demo.content.suppliers import SUPPLIERS_BY_KEY
from demo.directory import WALK_SUPPLIER
from demo.timeline import Timeline
from demo.world import Home, World
from shop.benefit_links import services as links
from shop.benefit_links.models import BenefitLink, BenefitPayment
from shop.benefit_links.values import Answer, LinkKind, NewLink, NewPayment, ShareTerms
from shop.benefit_shares import queries as share_queries
from shop.catalogue.models import Product

#: Since when households of the walk's county have their shares, and when they were paid.
AGREED, PAID = -160, -40
#: The same for household@, by the product of the draft; it has still to say whether the money came.
AGREED_LATELY, ASKED = -11, -2
EVERYTHING, OF_ONE = 150, 300
_ASKED = "入户当面问过，户主说属实。"


def add_shares(world: World, timeline: Timeline) -> None:
    """Plan links with a share of sales: two of the walk's supplier, one of household@, with what they were paid."""
    if not plays(world):
        return
    county = SUPPLIERS_BY_KEY[WALK_SUPPLIER].region_code[:6]
    village = next(
        found for code, found in world.villages.items() if code[:6] == county and len(found.homes) > 1
    )
    sharing = Sharing(world)
    for home, bps in ((village.homes[0], EVERYTHING), (village.homes[1], OF_ONE)):
        deal = Deal(WALK_SUPPLIER, HOLLOW, home, bps, bps == EVERYTHING, village.cadre)
        timeline.inside(_at(timeline, AGREED), partial(sharing.agree, deal))
        timeline.inside(_at(timeline, PAID), partial(sharing.pay, deal, True))
        timeline.inside(_at(timeline, ASKED), partial(sharing.pay, deal, False))
    draft = applicants.DRAFT
    asked = world.villages.get(draft.village)
    if asked and asked.homes:
        deal = Deal(draft.supplier, draft.slug, asked.homes[0], EVERYTHING, True, asked.cadre)
        timeline.inside(_at(timeline, AGREED_LATELY), partial(sharing.agree, deal))
        timeline.inside(_at(timeline, ASKED), partial(sharing.pay, deal, False))


@dataclass(frozen=True, eq=False)
class Deal:
    """Which household has which share (hundredths of a percent) of a supplier's sales."""

    supplier: str
    slug: str
    home: Home
    bps: int
    everything: bool
    cadre: Actor


def _at(timeline: Timeline, days: int) -> datetime:
    return datetime.combine(timeline.day(days), time(9, 40), clock.CHINA)


class Sharing:
    """Enters the links when their day has come, and pays by them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.codes: dict[Deal, str] = {}

    def agree(self, deal: Deal, session: Session) -> None:
        """Enter a link; the cadre answers it for the household."""
        supplier_id, supplier = self.world.suppliers[deal.supplier]
        slug = session.scalar(
            select(Product.slug)
            .where(Product.supplier_id == supplier_id)
            .order_by(Product.slug != deal.slug, Product.id)
            .limit(1)
        )
        if slug is None:
            return
        today = clock.today()
        link = links.add_link(
            session,
            supplier,
            NewLink(
                product_slug=slug,
                household_id=deal.home.id,
                kind=LinkKind.SHARE,
                valid_from=today,
                valid_until=today + timedelta(days=729),
                promised_fen=200_000,
                once=ids.public_id(20),
                share=ShareTerms(
                    deal.bps, deal.everything, frozenset() if deal.everything else frozenset({slug})
                ),
            ),
        )
        links.answer_link(session, deal.cadre, link.public_id, Answer.AGREED, _ASKED)
        self.codes[deal] = link.public_id

    def pay(self, deal: Deal, agreed: bool, session: Session) -> None:
        """Pay what is due in whole yuan, with a receipt; the cadre who asked says at once that it came, or not yet."""
        if deal not in self.codes:
            return
        _id, supplier = self.world.suppliers[deal.supplier]
        code = self.codes[deal]
        link = session.scalars(select(BenefitLink).where(BenefitLink.public_id == code)).one()
        due = share_queries.due_of_links(session, [link.id]).get(link.id)
        amount = due.due_fen // 100 * 100 if due else 0
        if not amount:
            return
        once = ids.public_id(20)
        payment = NewPayment(amount, clock.today(), once, _receipt(amount))
        links.record_link_payment(session, supplier, code, payment)
        if agreed:
            key = f"{supplier.user_id}:{once}"
            payment_id = session.scalars(
                select(BenefitPayment.id).where(BenefitPayment.idem_key == key)
            ).one()
            links.answer_payment(session, deal.cadre, code, payment_id, Answer.AGREED, _ASKED)


def _receipt(amount_fen: int) -> str:
    """Draw a plain slip with the day and the amount, and keep it."""
    slip = Image.new("RGB", (720, 420), "#FBF7EC")
    pen = ImageDraw.Draw(slip)
    pen.rectangle((24, 24, 695, 395), outline="#8C2F2B", width=4)
    for line in range(4):
        pen.line((64, 150 + 60 * line, 656, 150 + 60 * line), fill="#C9BFA8", width=2)
    pen.text((64, 60), f"{clock.today():%Y-%m-%d}", fill="#3A3A38", font=ImageFont.load_default(40))
    pen.text((64, 215), f"CNY {amount_fen / 100:,.2f}", fill="#8C2F2B", font=ImageFont.load_default(56))
    kept = BytesIO()
    slip.save(kept, "PNG")
    return storage.keep_picture(kept.getvalue())
