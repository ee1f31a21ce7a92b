"""How the demo world certified: benefit links that households answered, and one application at each stage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import product as pairs

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids
from core.permissions import GUEST, Actor
from demo.albums import Album
from demo.content import applicants
from demo.content.suppliers import SUPPLIERS_BY_KEY
from demo.content.values import Product
from demo.directory import Door
from demo.shopping import WALK_PRODUCT, as_written
from demo.timeline import Timeline
from demo.world import Home, World
from publicity import jobs as publicity_jobs
from publicity import queries as publicity_queries
from publicity import services as publicity
from publicity.values import NewObjection
from shop.applications import queries as application_queries
from shop.applications import services as applications
from shop.applications.values import Decision, Stage
from shop.benefit_links import services as links
from shop.benefit_links.values import Answer, LinkKind, NewLink, NewPayment
from shop.catalogue import models as catalogue_models
from shop.catalogue import services as catalogue

#: Who checks for the town and the sector office of the walk's county; certifier@ decides for the county.
TOWNSHIP, SECTOR = ("township", "田秋实"), ("sector", "麦穗青")
DOMAIN = "demo.yigou.example"

#: How many households agree to each product that applies, and how many there must be for all of them.
HOUSEHOLDS, FEWEST_HOMES = 4, 6
#: A certified product of the walk's supplier whose links went hollow, for the alerts; another one if it came later.
HOLLOW = "daochuan-caomi"

_STATEMENT = "社员自种自收，合作社统一收购、统一检测，分红当面签领。"
_PASSED = {
    Stage.TOWNSHIP: "已到基地和农户家中核实，情况属实，同意上报。",
    Stage.SECTOR: "检测报告齐全，产地与主体一致，同意。",
    Stage.COUNTY: "同意认定，按程序公示。",
}
_ASKED = "入户当面问过，户主说属实。"
_PROMISED = {
    LinkKind.WAGE: 860_000,
    LinkKind.RENT: 240_000,
    LinkKind.DIVIDEND: 120_000,
    LinkKind.ORDER_PURCHASE: 540_000,
    LinkKind.LAND_TRUST: 180_000,
    LinkKind.SHARE: 150_000,
}


def add_certification(world: World, timeline: Timeline, album: Album, door: Door) -> None:
    """Plan the applications; called when the shop is planned. In a world with too few households, only a draft."""
    Certifying(world, timeline, album, door)


def plays(world: World) -> bool:
    """Say whether the world is large enough for the whole story; a small one only prepares an application."""
    county = SUPPLIERS_BY_KEY[applicants.CERTIFIED.supplier].region_code[:6]
    homes = sum(len(village.homes) for code, village in world.villages.items() if code[:6] == county)
    return world.size.pictures and homes >= FEWEST_HOMES


class Certifying:
    """The certifiers' part of the past: plans everything on the timeline when it is made."""

    def __init__(self, world: World, timeline: Timeline, album: Album, door: Door) -> None:
        """Plan links, applications, an objection and what the alerts show."""
        self.world = world
        self.timeline = timeline
        self.album = album
        self.door = door
        county = SUPPLIERS_BY_KEY[applicants.CERTIFIED.supplier].region_code[:6]
        self.office_id, self.certifier = world.certifiers[county]
        self.county = county
        self.town = applicants.CERTIFIED.village[:9]
        self.officers: dict[Stage, Actor] = {Stage.COUNTY: self.certifier}
        self.homes = [
            home for code, village in world.villages.items() if code[:6] == county for home in village.homes
        ]
        # A supplier has one link of a kind with a household at a time: each pair is used once.
        # Shares are for the hollow links.
        kinds = [kind for kind in LinkKind if kind is not LinkKind.SHARE]
        self.free: Iterator[tuple[LinkKind, Home]] = iter(pairs(kinds, self.homes))
        self._plan()

    def _plan(self) -> None:
        self.timeline.inside(self._at(-150), self._appoint)
        for found in applicants.APPLICANTS:
            self.album.order(found.slug, found)
        if plays(self.world):
            self._plan_application(applicants.CERTIFIED, -96, -88, -84, -79)
            self._plan_application(applicants.REFUSED, -70, -62, refused=Stage.SECTOR)
            self._plan_application(applicants.BEFORE_THE_PUBLIC, -34, -22, -17, -3)
            self._plan_application(applicants.AT_COUNTY, -33, -18, -9)
            self._plan_application(applicants.AT_SECTOR, -31, -11)
            self._plan_application(applicants.SUBMITTED, -20)
            self.timeline.outside(self._at(-72, 10), self._end_notices)
            self.timeline.inside(self._at(-1, 15), self._object)
            self.timeline.inside(self._at(-71), partial(self._list, applicants.CERTIFIED))
            self.timeline.inside(self._at(-187), self._hollow_out)
        self.timeline.inside(self._at(-12), self._prepare_draft)

    def _plan_application(
        self, found: Product, added: int, *moves: int, refused: Stage | None = None
    ) -> None:
        """Add a product, link it, hand the application in, and decide it on each of the days that are given."""
        self.timeline.inside(self._at(added), partial(self._offer, found))
        self.timeline.inside(self._at(added + 1), partial(self._link, found))
        self.timeline.inside(self._at(min(added + 16, (*moves, -1)[0] - 2)), partial(self._submit, found))
        stages = (Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY)
        for stage, day in zip(stages, moves, strict=False):
            self.timeline.inside(self._at(day), partial(self._decide, found, stage, stage is not refused))
        if refused is not None:
            self.timeline.inside(self._at(moves[-1] + 4), partial(self._decide, found, refused, False))

    def _at(self, days: int, hour: float = 9.0) -> datetime:
        return self.timeline.moment(self.timeline.day(days), hour, hour + 1.5)

    # --- what happens ---------------------------------------------------------------------------------

    def _appoint(self, session: Session) -> None:
        for stage, (key, name), code in (
            (Stage.TOWNSHIP, TOWNSHIP, self.town),
            (Stage.SECTOR, SECTOR, self.county),
        ):
            self.officers[stage] = self.door.open_account(
                session, name, f"{key}@{DOMAIN}", Role.CERTIFIER, place=self.world.places[code]
            )

    def _offer(self, found: Product, session: Session) -> None:
        _id, supplier = self.world.suppliers[found.supplier]
        catalogue.add_product(session, supplier, as_written(found, self.world, self.album))

    def _link(self, found: Product, session: Session) -> None:
        seen: set[int] = set()
        for kind, home in self.free:
            if home.id not in seen:
                self._add(session, found.supplier, found.slug, home, kind)
                seen.add(home.id)
            if len(seen) == HOUSEHOLDS:
                break

    def _add(
        self,
        session: Session,
        supplier_key: str,
        slug: str,
        home: Home,
        kind: LinkKind,
        answer: Answer | None = Answer.AGREED,
        reason: str = _ASKED,
        paid: bool = True,
    ) -> None:
        _id, supplier = self.world.suppliers[supplier_key]
        today = clock.today()
        link = links.add_link(
            session,
            supplier,
            NewLink(
                product_slug=slug,
                household_id=home.id,
                kind=kind,
                valid_from=today,
                valid_until=today + timedelta(days=364),
                promised_fen=_PROMISED[kind],
                once=ids.public_id(20),
            ),
        )
        if paid:
            payment = NewPayment(_PROMISED[kind] // 4, today, ids.public_id(20))
            links.record_link_payment(session, supplier, link.public_id, payment)
        if answer is not None:
            links.answer_link(
                session, self.world.villages[home.village].cadre, link.public_id, answer, reason
            )
        self.timeline.counts["benefit links"] += 1

    def _submit(self, found: Product, session: Session) -> None:
        _id, supplier = self.world.suppliers[found.supplier]
        draft = applications.start_application(session, supplier, found.slug)
        applications.submit_application(session, supplier, draft.public_id, _STATEMENT)
        self.timeline.counts["applications"] += 1

    def _decide(self, found: Product, stage: Stage, passed: bool, session: Session) -> None:
        _id, supplier = self.world.suppliers[found.supplier]
        application = applications.start_application(session, supplier, found.slug)
        opinion = _PASSED[stage] if passed else "部分薯粉来自邻县，与“本地原料”的申报不符，请核实后重新申请。"
        applications.decide_application(
            session,
            self.officers[stage],
            application.public_id,
            Decision(stage, passed, opinion, self.office_id if stage is Stage.COUNTY else None),
        )

    def _end_notices(self) -> None:
        publicity_jobs.end_due_notices()

    def _list(self, found: Product, session: Session) -> None:
        product = session.scalars(
            select(catalogue_models.Product).where(catalogue_models.Product.slug == found.slug)
        ).one()
        catalogue.list_product(session, self.world.suppliers[found.supplier][1], product.id)

    def _object(self, session: Session) -> None:
        _id, supplier = self.world.suppliers[applicants.BEFORE_THE_PUBLIC.supplier]
        application = applications.start_application(session, supplier, applicants.BEFORE_THE_PUBLIC.slug)
        (notice, *_older) = publicity_queries.notices_about(
            session, application_queries.SUBJECT, application.public_id
        )
        words = "榨油的米糠有没有从外面收的？建议把收购台账也公布一下。"
        publicity.object_to_notice(
            session, GUEST, notice.public_id, NewObjection(words, ids.public_id(20), anonymous=True)
        )

    def _hollow_out(self, session: Session) -> None:
        """Let a certified product have one link that was never paid and one that is disputed."""
        supplier = applicants.CERTIFIED.supplier
        product = catalogue_models.Product
        slug = session.scalar(
            select(product.slug)
            .where(product.supplier_id == self.world.suppliers[supplier][0], product.slug != WALK_PRODUCT)
            .order_by(product.slug != HOLLOW, product.id)
            .limit(1)
        )
        if slug is None:
            return
        first, second = self.homes[-1], self.homes[-2]
        self._add(session, supplier, slug, first, LinkKind.SHARE, paid=False)
        self._add(
            session,
            supplier,
            slug,
            second,
            LinkKind.SHARE,
            Answer.DISPUTED,
            "户主说没有入过股，不知道这件事。",
            paid=False,
        )

    def _prepare_draft(self, session: Session) -> None:
        """Begin an application whose links household@ and cadre@ have still to answer."""
        found = applicants.DRAFT
        self._offer(found, session)
        village = self.world.villages.get(found.village)
        for number, home in enumerate(village.homes[:4] if village else ()):
            kind = LinkKind.ORDER_PURCHASE
            answer = Answer.AGREED if number == 1 else None
            self._add(session, found.supplier, found.slug, home, kind, answer, paid=number == 0)
        _id, supplier = self.world.suppliers[found.supplier]
        applications.start_application(session, supplier, found.slug)
