"""Reading applications: the supplier's own, the certifier's by region and stage, evidence, settings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, lateral, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from accounts.licences import queries as licence_queries
from accounts.licences.values import Fault, Need
from accounts.models import Organisation, RoleGrant, User
from accounts.values import OrganisationKind, Role
from core import clock, storage
from core.db import one_of, table_of
from core.errors import NotFound
from core.permissions import Actor
from publicity import queries as publicity_queries
from registry import queries as registry_queries
from registry.models import Region
from shop.applications import rules
from shop.applications.models import Application, CertificationSetting, StageRecord
from shop.applications.values import (
    ApplicationFile,
    ApplicationRow,
    Evidence,
    NoticeFacts,
    ProductStanding,
    Record,
    SettingName,
    Settings,
    Stage,
    StagePassed,
    State,
)
from shop.benefit_links import queries as link_queries
from shop.benefit_links.models import BenefitLink
from shop.catalogue.models import Product, Variant
from shop.catalogue.rules import EDIBLE
from shop.catalogue.values import Category
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition, in_counties, in_regions, in_towns
from shop.certification.rules import state_at
from shop.certification.values import end_of, last_day

#: Under which name notices speak of applications.
SUBJECT = "certification application"
#: Food that is made of something; what is sold as it grew needs no food licence.
PROCESSED = frozenset({Category.GRAIN_OIL, Category.SNACKS, Category.COOKED_FOOD})

_village, _town, _county = aliased(Region), aliased(Region), aliased(Region)
_supplier = aliased(Organisation)


# Settings


def settings_on(session: Session, day: date) -> Settings:
    """Return the settings of the programme that hold on a day, the default where nothing was set."""
    rows = session.execute(
        select(CertificationSetting.name, CertificationSetting.value)
        .where(CertificationSetting.valid_from <= day)
        .ext(distinct_on(CertificationSetting.name))
        .order_by(CertificationSetting.name, CertificationSetting.valid_from.desc())
    )
    known = {name.value for name in SettingName}
    return Settings(**{row.name: row.value for row in rows if row.name in known})


def settings_story(session: Session) -> list[CertificationSetting]:
    """Return what was set, the newest first."""
    return list(
        session.scalars(
            select(CertificationSetting)
            .order_by(CertificationSetting.valid_from.desc(), CertificationSetting.id.desc())
            .limit(100)
        )
    )


# Evidence


def evidence_of(session: Session, product: Product) -> Evidence:
    """Return what is known of a product and its supplier today."""
    supplier = session.get_one(Organisation, product.supplier_id)
    packs = session.scalar(
        select(func.count()).select_from(Variant).where(Variant.product_id == product.id, Variant.on_shelf)
    )
    today = clock.today()
    faults = licence_queries.find_faults(session, {supplier.id}, today)[supplier.id]
    households = link_queries.summarise(session, product.id, today).households
    return _evidence(product, supplier, packs or 0, households, faults, today)


def _evidence(
    product: Product,
    supplier: Organisation,
    packs: int,
    households: int,
    licence_faults: dict[Need, Fault],
    today: date,
) -> Evidence:
    return Evidence(
        credit_code=supplier.credit_code,
        supplier_closed=supplier.closed_on is not None and supplier.closed_on <= today,
        picture=product.picture is not None,
        story=bool(product.story_zh.strip()),
        storage=bool(product.storage_zh.strip()),
        edible=product.category in EDIBLE,
        shelf_life_days=product.shelf_life_days,
        packs=packs,
        households=households,
        processed=product.category in PROCESSED,
        licence_faults=frozenset(licence_faults.items()),
    )


# Locks


def lock_application(session: Session, public_id: str) -> Application:
    """Return an application, locked for this step, else `NotFound`."""
    found = session.scalar(select(Application).where(Application.public_id == public_id).with_for_update())
    if found is None:
        raise NotFound("application")
    return found


def find_open(session: Session, product_id: int) -> Application | None:
    """Return the open application of a product."""
    return session.scalar(
        select(Application).where(
            Application.product_id == product_id,
            Application.state.not_in([State.CERTIFIED.value, State.REJECTED.value]),
        )
    )


def covered_until(session: Session, product_id: int) -> datetime | None:
    """Return when the last certificate of a product ends that was not revoked."""
    return session.scalar(
        select(func.max(Certificate.valid_until)).where(
            Certificate.product_id == product_id, Certificate.revoked_at.is_(None)
        )
    )


def last_certificate_id(session: Session, product_id: int) -> int | None:
    """Return the certificate that a new application would renew."""
    return session.scalar(
        select(Certificate.id)
        .where(Certificate.product_id == product_id, Certificate.revoked_at.is_(None))
        .order_by(Certificate.valid_until.desc())
        .limit(1)
    )


def deciders(session: Session, application_id: int) -> list[tuple[int | None, str]]:
    """Return who decided which stage of an application, in whichever round."""
    rows = session.execute(
        select(StageRecord.user_id, StageRecord.stage).where(
            StageRecord.application_id == application_id,
            StageRecord.stage.in_([Stage.TOWNSHIP.value, Stage.SECTOR.value, Stage.COUNTY.value]),
        )
    )
    return [(row.user_id, row.stage) for row in rows]


def vouched_for(session: Session, actor: Actor, product_id: int) -> tuple[bool, bool]:
    """Say whether the actor answered links of a product for others, and whether the own household has one."""
    row = session.execute(
        select(
            func.count().filter(BenefitLink.answered_by_user_id == actor.user_id, BenefitLink.on_behalf),
            func.count().filter(BenefitLink.household_id == actor.household_id),
        ).where(BenefitLink.product_id == product_id, BenefitLink.withdrawn_at.is_(None))
    ).one()
    return row[0] > 0, row[1] > 0


# Where somebody certifies


def town_of(session: Session, product: Product) -> Region | None:
    """Return the town above a product's village."""
    village = session.get_one(Region, product.village_id)
    return session.get(Region, village.parent_id) if village.parent_id is not None else None


def covers(session: Session, actor: Actor, product: Product, stage: Stage) -> bool:
    """Say whether the actor certifies at this stage for a product.

    A grant for the town makes the first check; one for the county or above makes the others.
    """
    paths = actor.region_paths(Role.CERTIFIER)
    if stage in rules.TOWN_STAGES:
        town = town_of(session, product)
        return town is not None and town.path in paths
    county = session.get_one(Region, product.county_id)
    return any(county.path.startswith(path) for path in paths)


def _mine_to_decide(actor: Actor) -> ColumnElement[bool]:
    return or_(
        and_(Application.state == State.SUBMITTED.value, in_towns(actor)),
        and_(
            Application.state.in_([State.TOWNSHIP_PASSED.value, State.SECTOR_PASSED.value]),
            in_counties(actor),
        ),
    )


# Lists


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Application,
            Product.slug,
            Product.name_zh,
            Product.name_en,
            Product.picture,
            _supplier.name_zh.label("supplier_zh"),
            _supplier.name_en.label("supplier_en"),
            _village.name_zh.label("village_zh"),
            _village.name_en.label("village_en"),
            _town.name_zh.label("town_zh"),
            _town.name_en.label("town_en"),
        )
        .join(Product, Product.id == Application.product_id)
        .join(_supplier, _supplier.id == Application.supplier_id)
        .join(_village, _village.id == Product.village_id)
        .outerjoin(_town, _town.id == _village.parent_id)
    )


def _row(row: Any, settings: Settings) -> ApplicationRow:
    application: Application = row.Application
    state = State(application.state)
    stage = rules.stage_of(state)
    return ApplicationRow(
        public_id=application.public_id,
        state=state,
        stage=stage,
        round=application.round,
        renewal=application.renews_certificate_id is not None,
        product_slug=row.slug,
        product=(row.name_zh, row.name_en),
        image_url=storage.picture_url(row.picture, 320),
        supplier=(row.supplier_zh, row.supplier_en),
        town=(row.town_zh or "", row.town_en or ""),
        village=(row.village_zh, row.village_en),
        state_since=application.state_since,
        clock=rules.clock_of(stage, application.state_since, clock.today(), settings),
    )


def _scope(actor: Actor, which: str) -> ColumnElement[bool]:
    if which == "mine":
        return _mine_to_decide(actor)
    ended = Application.state.in_([State.CERTIFIED.value, State.REJECTED.value])
    running = Application.state.not_in([State.DRAFT.value, State.CERTIFIED.value, State.REJECTED.value])
    return and_(ended if which == "ended" else running, in_regions(actor))


def visible_to_certifier(
    session: Session, actor: Actor, which: str, *, limit: int, offset: int
) -> tuple[list[ApplicationRow], int]:
    """Return one page of applications of the actor's regions and how many there are, the longest waiting first.

    `which`: "mine" (this actor's stages), "running" or "ended" (the newest first).
    """
    condition = _scope(actor, which)
    total = session.scalar(
        select(func.count())
        .select_from(Application)
        .join(Product, Product.id == Application.product_id)
        .where(condition)
    )
    order = Application.state_since.desc() if which == "ended" else Application.state_since
    settings = settings_on(session, clock.today())
    found = session.execute(
        _rows().where(condition).order_by(order, Application.id).limit(limit).offset(offset)
    )
    return [_row(row, settings) for row in found], total or 0


def count_to_decide(session: Session, actor: Actor) -> int:
    """Return how many applications wait for the actor."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Application)
            .join(Product, Product.id == Application.product_id)
            .where(_mine_to_decide(actor))
        )
        or 0
    )


def get_for_certifier(session: Session, actor: Actor, public_id: str) -> ApplicationFile:
    """Return an application of the actor's regions that was handed in, else `NotFound`."""
    return _file(session, Application.state != State.DRAFT.value, in_regions(actor), public_id=public_id)


def get_own(session: Session, actor: Actor, public_id: str) -> ApplicationFile:
    """Return an application of the actor's suppliers, else `NotFound`."""
    return _file(
        session,
        Application.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        public_id=public_id,
    )


def _file(session: Session, *conditions: ColumnElement[bool], public_id: str) -> ApplicationFile:
    row = session.execute(
        _rows()
        .add_columns(Certificate.number.label("certificate_number"))
        .outerjoin(Certificate, Certificate.id == Application.certificate_id)
        .where(Application.public_id == public_id, *conditions)
    ).one_or_none()
    if row is None:
        raise NotFound("application")
    application: Application = row.Application
    today = clock.today()
    settings = settings_on(session, today)
    product = session.get_one(Product, application.product_id)
    evidence = evidence_of(session, product)
    links = link_queries.summarise(session, product.id, today)
    notices = publicity_queries.notices_about(session, SUBJECT, public_id)
    notice = notices[0] if notices else None
    return ApplicationFile(
        row=_row(row, settings),
        application_id=application.id,
        statement=application.statement,
        kind=application.kind,
        created_at=application.created_at,
        records=tuple(records_of(session, application.id)),
        missing=rules.missing(evidence, settings.households_needed)
        if rules.is_open(State(application.state))
        else (),
        households=evidence.households,
        households_needed=settings.households_needed,
        unanswered=links.unanswered,
        disputed=links.disputed,
        certificate_number=row.certificate_number,
        notice_public_id=notice.public_id if notice else None,
        notice_ends_at=notice.ends_at if notice and notice.running else None,
        objections=notice.open_objections if notice and notice.running else 0,
    )


def records_of(session: Session, application_id: int) -> list[Record]:
    """Return what was decided on an application, in order."""
    office = aliased(Organisation)
    rows = session.execute(
        select(StageRecord, office.name_zh, office.name_en)
        .outerjoin(office, office.id == StageRecord.office_id)
        .where(StageRecord.application_id == application_id)
        .order_by(StageRecord.id)
    )
    return [
        Record(
            Stage(row.StageRecord.stage),
            row.StageRecord.outcome,
            row.StageRecord.round,
            row.StageRecord.happened_at,
            row.StageRecord.user_name,
            (row.name_zh or "", row.name_en or ""),
            row.StageRecord.note,
        )
        for row in rows
    ]


def stages_passed(session: Session, certificate_number: str) -> list[StagePassed]:
    """Return the stages that a certificate passed in the round that led to it, without anybody's name."""
    office = aliased(Organisation)
    rows = session.execute(
        select(StageRecord.stage, StageRecord.happened_at, office.name_zh, office.name_en)
        .join(Application, Application.id == StageRecord.application_id)
        .join(Certificate, Certificate.id == Application.certificate_id)
        .outerjoin(office, office.id == StageRecord.office_id)
        .where(
            Certificate.number == certificate_number,
            or_(StageRecord.round == Application.round, StageRecord.stage == Stage.APPLICATION.value),
            StageRecord.outcome.in_(["submitted", "passed", "clear", "issued"]),
        )
        .order_by(StageRecord.id)
    )
    return [
        StagePassed(
            Stage(row.stage),
            row.happened_at.astimezone(clock.CHINA).date(),
            (row.name_zh or "", row.name_en or ""),
        )
        for row in rows
    ]


def standing(session: Session, actor: Actor, *, limit: int, offset: int) -> tuple[list[ProductStanding], int]:
    """Return one page of a supplier's products with certificate, application and what is missing; constant SQL."""
    now, today = clock.now(), clock.today()
    settings = settings_on(session, today)
    own = Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER))
    total = session.scalar(select(func.count()).select_from(Product).where(own)) or 0
    certificate = lateral(
        select(
            Certificate.number,
            Certificate.valid_from,
            Certificate.valid_until,
            Certificate.suspended_at,
            Certificate.revoked_at,
        )
        .where(Certificate.product_id == Product.id)
        .order_by(certified_condition(now).desc(), Certificate.valid_until.desc())
        .limit(1)
    ).alias("last_certificate")
    covered = (
        select(func.max(Certificate.valid_until))
        .where(Certificate.product_id == Product.id, Certificate.revoked_at.is_(None))
        .correlate(Product)
        .scalar_subquery()
    )
    latest = lateral(
        select(Application.public_id, Application.state)
        .where(Application.product_id == Product.id)
        .order_by(Application.id.desc())
        .limit(1)
    ).alias("last_application")
    packs = (
        select(func.count())
        .where(Variant.product_id == Product.id, Variant.on_shelf)
        .correlate(Product)
        .scalar_subquery()
    )
    households = (
        select(func.count(BenefitLink.household_id.distinct()))
        .where(BenefitLink.product_id == Product.id, link_queries.counted(today))
        .correlate(Product)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Product,
            _supplier,
            certificate,
            latest.c.public_id.label("application_public_id"),
            latest.c.state.label("application_state"),
            covered.label("covered_until"),
            packs.label("packs"),
            households.label("households"),
        )
        .join(_supplier, _supplier.id == Product.supplier_id)
        .outerjoin(certificate, true())
        .outerjoin(latest, true())
        .where(own)
        .order_by(Product.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    licence_faults = licence_queries.find_faults(session, {row.Product.supplier_id for row in rows}, today)
    found = []
    for row in rows:
        product: Product = row.Product
        evidence = _evidence(
            product, row[1], row.packs, row.households, licence_faults[product.supplier_id], today
        )
        opens_on = (
            rules.renewal_opens_on(last_day(row.covered_until), settings.renewal_days)
            if row.covered_until is not None and row.covered_until > now
            else None
        )
        state = State(row.application_state) if row.application_state else None
        running = state is not None and rules.is_open(state)
        found.append(
            ProductStanding(
                slug=product.slug,
                product=(product.name_zh, product.name_en),
                image_url=storage.picture_url(product.picture, 320),
                certificate_number=row.number,
                certificate_state=state_at(
                    now, row.valid_from, row.valid_until, row.suspended_at, row.revoked_at
                )
                if row.number is not None
                else None,
                last_day=last_day(row.valid_until) if row.valid_until is not None else None,
                renewal_opens_on=opens_on,
                application_public_id=row.application_public_id,
                application_state=state,
                missing=rules.missing(evidence, settings.households_needed),
                households=row.households,
                households_needed=settings.households_needed,
                may_apply=not running and (opens_on is None or today >= opens_on),
            )
        )
    return found, total


# Offices, notices, mail


def issuers_for(session: Session, actor: Actor, county_id: int) -> list[Organisation]:
    """Return the offices in whose name the actor may approve for a county."""
    county = session.get_one(Region, county_id)
    above = [int(part) for part in county.path.split("/") if part]
    conditions = [
        Organisation.kind == OrganisationKind.GOVERNMENT.value,
        Organisation.closed_on.is_(None),
        or_(Organisation.region_id.is_(None), Organisation.region_id.in_(above)),
    ]
    signs_for = actor.organisation_ids(Role.CERTIFIER)
    if signs_for:
        conditions.append(Organisation.id.in_(signs_for))
    return list(session.scalars(select(Organisation).where(*conditions).order_by(Organisation.id).limit(50)))


def county_of(session: Session, public_id: str) -> int:
    """Return the county of an application's product."""
    return session.scalars(
        select(Product.county_id)
        .join(Application, Application.product_id == Product.id)
        .where(Application.public_id == public_id)
    ).one()


def notice_facts(session: Session, application_id: int) -> NoticeFacts:
    """Return what may be made public of an application (rule I1): a number of households, no names."""
    row = session.execute(
        _rows()
        .add_columns(Product.listed_at, Product.village_id, Product.supplier_id)
        .where(Application.id == application_id)
    ).one()
    today = clock.today()
    links = link_queries.summarise(session, row.Application.product_id, today)
    return NoticeFacts(
        public_id=row.Application.public_id,
        product=(row.name_zh, row.name_en),
        product_slug=row.slug,
        product_listed=row.listed_at is not None,
        supplier_id=row.supplier_id,
        supplier=(row.supplier_zh, row.supplier_en),
        village_id=row.village_id,
        place=registry_queries.place_names(session, row.village_id),
        kinds=links.kinds,
        households=links.households,
        validity_days=settings_on(session, today).validity_days,
        certificate_kind=row.Application.kind,
    )


_grants = table_of(RoleGrant)
_READERS = (
    select(_grants.c.organisation_id, User)
    .join(User, User.id == _grants.c.user_id)
    .where(
        _grants.c.organisation_id == one_of("supplier_ids"),
        _grants.c.role == Role.SUPPLIER.value,
        _grants.c.valid_until.is_(None),
        User.email.is_not(None),
        User.disabled_at.is_(None),
    )
    .distinct()
    .order_by(User.id)
)


def readers_of_supplier(session: Session, supplier_id: int) -> list[User]:
    """Return the people of a supplier who read mail."""
    return readers_of_suppliers(session, [supplier_id])[supplier_id]


def readers_of_suppliers(session: Session, supplier_ids: Collection[int]) -> dict[int, list[User]]:
    """Return the people of each of these suppliers who read mail, in one statement."""
    readers: dict[int, list[User]] = {supplier_id: [] for supplier_id in supplier_ids}
    if readers:
        for supplier_id, reader in session.execute(_READERS, {"supplier_ids": list(readers)}):
            readers[supplier_id].append(reader)
    return readers


def ending_certificate_ids(session: Session, renewal_days: int, limit: int = 500) -> list[int]:
    """Return certificates that end within so many days, of which nobody was reminded and which nothing follows."""
    now = clock.now()
    return list(
        session.scalars(
            select(Certificate.id)
            .where(_to_remind(now, renewal_days))
            .order_by(Certificate.valid_until)
            .limit(limit)
        )
    )


def lock_ending(session: Session, certificate_id: int, renewal_days: int) -> Certificate | None:
    """Return such a certificate locked, unless somebody else is at it or it is one no longer."""
    return session.scalar(
        select(Certificate)
        .where(Certificate.id == certificate_id, _to_remind(clock.now(), renewal_days))
        .with_for_update(skip_locked=True)
    )


def _to_remind(now: datetime, renewal_days: int) -> ColumnElement[bool]:
    later = aliased(Certificate)
    # The last day is at most so many days away, as `rules.renewal_opens_on` has it.
    latest_end = end_of(now.astimezone(clock.CHINA).date() + timedelta(days=renewal_days))
    return and_(
        Certificate.reminded_at.is_(None),
        Certificate.revoked_at.is_(None),
        Certificate.valid_until > now,
        Certificate.valid_until <= latest_end,
        ~select(later.id)
        .where(
            later.product_id == Certificate.product_id,
            later.revoked_at.is_(None),
            later.valid_until > Certificate.valid_until,
        )
        .exists(),
        ~select(Application.id)
        .where(
            Application.product_id == Certificate.product_id,
            Application.state.not_in([State.DRAFT.value, State.CERTIFIED.value, State.REJECTED.value]),
        )
        .exists(),
    )
