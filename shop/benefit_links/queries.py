"""Reading benefit links: each reader their own, names masked for everybody but the village's cadres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from accounts.models import Organisation
from accounts.values import Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from registry import queries as registry_queries
from registry.models import Household, Region
from registry.queries import within
from shop.benefit_links import rules
from shop.benefit_links.errors import HouseholdUnknown
from shop.benefit_links.models import (
    BenefitLink,
    BenefitPayment,
    BenefitPaymentAnswer,
    BenefitShareProduct,
)
from shop.benefit_links.values import (
    KIND_NAMES,
    SHARING,
    Answer,
    FoundLink,
    LinkFile,
    LinkKind,
    LinkRow,
    LinkSummary,
    PaymentRow,
    ShareTerms,
)
from shop.benefit_shares.models import BenefitShare
from shop.benefit_shares.queries import due_of_links, entries_of
from shop.benefit_shares.values import Due
from shop.catalogue.models import Product

#: After how many months without a payment a reader is shown it; certifiers have a setting of their own.
UNPAID_MONTHS = 6
#: How many entries of a link's account stand on a page.
ENTRIES = 25

_village, _supplier = aliased(Region), aliased(Organisation)


def counted(today: date) -> ColumnElement[bool]:
    """Return the condition on `BenefitLink` that it counts on a day (rule E1)."""
    return and_(
        BenefitLink.answer == Answer.AGREED.value,
        BenefitLink.withdrawn_at.is_(None),
        BenefitLink.valid_from <= today,
        BenefitLink.valid_until >= today,
    )


def current(today: date) -> ColumnElement[bool]:
    """Return the condition on `BenefitLink` that it was not taken back and has not ended."""
    return and_(BenefitLink.withdrawn_at.is_(None), BenefitLink.valid_until >= today)


def summarise(session: Session, product_id: int, today: date) -> LinkSummary:
    """Return how many distinct households of a product count on a day, in one statement."""
    row = session.execute(
        select(
            func.count(BenefitLink.household_id.distinct()).filter(counted(today)).label("households"),
            func.count().filter(BenefitLink.answer == Answer.NONE.value, current(today)).label("unanswered"),
            func.count()
            .filter(BenefitLink.answer == Answer.DISPUTED.value, current(today))
            .label("disputed"),
            func.array_agg(BenefitLink.kind.distinct()).filter(counted(today)).label("kinds"),
        ).where(BenefitLink.product_id == product_id)
    ).one()
    kinds = tuple(kind for kind in LinkKind if kind.value in (row.kinds or ()))
    return LinkSummary(row.households, row.unanswered, row.disputed, kinds)


def lock_link(session: Session, link_id: int) -> BenefitLink:
    """Return a link, locked for this step after its product."""
    return session.scalars(select(BenefitLink).where(BenefitLink.id == link_id).with_for_update()).one()


def find_by_key(session: Session, idem_key: str) -> BenefitLink | None:
    """Return the link that a form made before."""
    return session.scalar(select(BenefitLink).where(BenefitLink.idem_key == idem_key))


def find_payment_by_key(session: Session, idem_key: str) -> BenefitPayment | None:
    """Return the payment that a form recorded before."""
    return session.scalar(select(BenefitPayment).where(BenefitPayment.idem_key == idem_key))


def overlapping(
    session: Session, supplier_id: int, household_id: int, kind: str, first: date, last: date
) -> bool:
    """Say whether the supplier has a link of the kind with the household on a day from `first` through `last`."""
    found = session.scalar(
        select(BenefitLink.id).where(
            BenefitLink.supplier_id == supplier_id,
            BenefitLink.household_id == household_id,
            BenefitLink.kind == kind,
            BenefitLink.withdrawn_at.is_(None),
            BenefitLink.valid_from <= last,
            BenefitLink.valid_until >= first,
        )
    )
    return found is not None


def find_household(session: Session, village_id: int, householder: str, proof: str) -> int:
    """Return the household whose head has this name and whose phone number ends like this (or whose number it is).

    A supplier must know both, so that nobody can leaf through the registry; raises `HouseholdUnknown` else.
    """
    proof = proof.strip().upper()
    candidates = session.execute(
        select(Household.id, Household.phone, Household.public_id).where(
            Household.village_id == village_id,
            Household.householder == householder.strip(),
            Household.closed_on.is_(None),
        )
    ).all()
    fitting = [
        row.id
        for row in candidates
        if row.public_id == proof or (len(proof) == 4 and (row.phone or "").endswith(proof))
    ]
    if len(fitting) != 1:
        raise HouseholdUnknown
    found: int = fitting[0]
    return found


def villages_of(session: Session, product_slugs: Iterable[str]) -> list[Region]:
    """Return the villages of the counties in which products are made, in the order of their codes."""
    paths = session.scalars(
        select(Region.path).where(
            Region.id.in_(select(Product.county_id).where(Product.slug.in_(list(product_slugs))))
        )
    )
    return list(
        session.scalars(
            select(Region)
            .where(Region.level == "village", Region.valid_until.is_(None), within(tuple(paths)))
            .order_by(Region.code)
            .limit(2000)
        )
    )


def own_products(session: Session, actor: Actor) -> list[Product]:
    """Return the products of the actor's suppliers, by name."""
    return list(
        session.scalars(
            select(Product)
            .where(Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
            .order_by(Product.name_zh, Product.id)
            .limit(500)
        )
    )


# What each reader sees


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            BenefitLink,
            Product.slug,
            Product.name_zh,
            Product.name_en,
            _supplier.name_zh.label("supplier_zh"),
            _supplier.name_en.label("supplier_en"),
            _village.name_zh.label("village_zh"),
            _village.name_en.label("village_en"),
            Household.householder,
        )
        .join(Product, Product.id == BenefitLink.product_id)
        .join(_supplier, _supplier.id == BenefitLink.supplier_id)
        .join(Household, Household.id == BenefitLink.household_id)
        .join(_village, _village.id == Household.village_id)
    )


def _read(
    session: Session,
    found: Iterable[Any],
    *,
    names: bool = False,
    asking: bool = False,
) -> list[LinkRow]:
    """Read rows of `_rows` with their shares of sales; `asking` adds the payments about which a household is asked."""
    rows = list(found)
    ids = [row.BenefitLink.id for row in rows]
    dues = due_of_links(session, ids)
    products = share_products_of(session, [i.id for i in (row.BenefitLink for row in rows) if i.share_bps])
    payments = _payments(session, BenefitPayment.asked, *_of(ids), limit=200) if asking else {}
    today = clock.today()
    none = Due()
    return [
        replace(
            _row(row, today, names=names),
            share_products=products.get(row.BenefitLink.id, ()),
            kept_fen=dues.get(row.BenefitLink.id, none).kept_fen,
            released_fen=dues.get(row.BenefitLink.id, none).released_fen,
            payments=tuple(payments.get(row.BenefitLink.id, ())),
        )
        for row in rows
    ]


def payment_to_answer(
    session: Session, payment_id: int
) -> tuple[int, BenefitPayment, tuple[str, str], tuple[str, str]] | None:
    """Return a payment that nobody has answered yet: its household, itself, the names of supplier and product."""
    row = session.execute(
        select(
            BenefitLink.household_id,
            BenefitPayment,
            _supplier.name_zh,
            _supplier.name_en,
            Product.name_zh,
            Product.name_en,
        )
        .join(BenefitPayment, BenefitPayment.link_id == BenefitLink.id)
        .join(_supplier, _supplier.id == BenefitLink.supplier_id)
        .join(Product, Product.id == BenefitLink.product_id)
        .outerjoin(BenefitPaymentAnswer, BenefitPaymentAnswer.payment_id == BenefitPayment.id)
        .where(BenefitPayment.id == payment_id, BenefitPaymentAnswer.payment_id.is_(None))
    ).first()
    return (row[0], row[1], (row[2], row[3]), (row[4], row[5])) if row is not None else None


def _of(link_ids: Iterable[int]) -> tuple[ColumnElement[bool], ...]:
    return (BenefitPayment.link_id.in_(list(link_ids)),)


def _payments(
    session: Session, *conditions: ColumnElement[bool] | InstrumentedAttribute[bool], limit: int
) -> dict[int, list[PaymentRow]]:
    """Return payments with what the households say of them, the newest first, by link."""
    found: dict[int, list[PaymentRow]] = defaultdict(list)
    for payment, answer in session.execute(
        select(BenefitPayment, BenefitPaymentAnswer)
        .outerjoin(BenefitPaymentAnswer, BenefitPaymentAnswer.payment_id == BenefitPayment.id)
        .where(*conditions)
        .order_by(BenefitPayment.paid_on.desc(), BenefitPayment.id.desc())
        .limit(limit)
    ):
        found[payment.link_id].append(
            PaymentRow(
                payment.id,
                payment.amount_fen,
                payment.paid_on,
                payment.recorded_at,
                payment.evidence,
                payment.asked,
                *(
                    (
                        Answer(answer.answer),
                        answer.answered_at,
                        answer.on_behalf,
                        answer.reason,
                        answer.released_fen,
                    )
                    if answer is not None
                    else ()
                ),
            )
        )
    return found


def share_products_of(
    session: Session, link_ids: Iterable[int]
) -> dict[int, tuple[tuple[str, str, str], ...]]:
    """Return slug and names of the products of whose sales links have a share, by link; of all products none is named."""
    ids = list(link_ids)
    if not ids:
        return {}
    found: dict[int, tuple[tuple[str, str, str], ...]] = {}
    for link_id, *product in session.execute(
        select(BenefitShareProduct.link_id, Product.slug, Product.name_zh, Product.name_en)
        .join(Product, Product.id == BenefitShareProduct.product_id)
        .where(BenefitShareProduct.link_id.in_(ids))
        .order_by(BenefitShareProduct.link_id, Product.id)
    ):
        found[link_id] = (*found.get(link_id, ()), (product[0], product[1], product[2]))
    return found


def share_of(session: Session, link: BenefitLink) -> ShareTerms | None:
    """Return the share of sales that a link has."""
    if link.share_bps is None:
        return None
    named = share_products_of(session, [link.id]).get(link.id, ())
    return ShareTerms(link.share_bps, link.share_all, frozenset(slug for slug, _zh, _en in named))


def products_of(session: Session, supplier_id: int, slugs: Iterable[str] | None) -> list[int]:
    """Return the products of a supplier, or those of them that are named, in the order of their ids."""
    statement = select(Product.id).where(Product.supplier_id == supplier_id).order_by(Product.id)
    if slugs is not None:
        statement = statement.where(Product.slug.in_(list(slugs)))
    return list(session.scalars(statement))


def _waits() -> ColumnElement[bool]:
    """Return the condition on `BenefitLink` that the household was not heard about one of its payments."""
    return (
        exists()
        .where(
            BenefitPayment.link_id == BenefitLink.id,
            BenefitPayment.asked,
            ~exists().where(BenefitPaymentAnswer.payment_id == BenefitPayment.id).correlate(BenefitPayment),
        )
        .correlate(BenefitLink)
    )


def _is_due() -> ColumnElement[bool]:
    """Return the condition on `BenefitLink` that something is kept for the household."""
    return (
        exists()
        .where(BenefitShare.link_id == BenefitLink.id, BenefitShare.kept_fen > BenefitShare.released_fen)
        .correlate(BenefitLink)
    )


def _row(row: Any, today: date, *, names: bool = False, months: int = UNPAID_MONTHS) -> LinkRow:
    link: BenefitLink = row.BenefitLink
    withdrawn = link.withdrawn_at is not None
    return LinkRow(
        public_id=link.public_id,
        product_slug=row.slug,
        product=(row.name_zh, row.name_en),
        supplier=(row.supplier_zh, row.supplier_en),
        village=(row.village_zh, row.village_en),
        householder=row.householder if names else registry_queries.mask(row.householder),
        kind=KIND_NAMES[LinkKind(link.kind)],
        valid_from=link.valid_from,
        valid_until=link.valid_until,
        promised_fen=link.promised_fen,
        paid_fen=link.paid_fen,
        last_paid_on=link.last_paid_on,
        evidence=link.evidence,
        answer=Answer(link.answer),
        answered_at=link.answered_at,
        on_behalf=link.on_behalf,
        reason=link.reason,
        withdrawn=withdrawn,
        counts=rules.counts(
            link.answer,
            withdrawn=withdrawn,
            valid_from=link.valid_from,
            valid_until=link.valid_until,
            today=today,
        ),
        unpaid=not withdrawn
        and link.valid_until >= today
        and rules.is_unpaid(
            promised_fen=link.promised_fen,
            paid_fen=link.paid_fen,
            last_paid_on=link.last_paid_on,
            valid_from=link.valid_from,
            today=today,
            months=months,
        ),
        may_share=LinkKind(link.kind) in SHARING,
        share_bps=link.share_bps,
        share_all=link.share_all,
    )


def rows_where(
    session: Session, *conditions: ColumnElement[bool], months: int = UNPAID_MONTHS, limit: int
) -> list[LinkRow]:
    """Return the links under conditions on `BenefitLink` and `Product`, oldest first, names masked; without what is due."""
    found = session.execute(_rows().where(*conditions).order_by(BenefitLink.id).limit(limit))
    today = clock.today()
    return [_row(row, today, months=months) for row in found]


def visible_to_supplier(
    session: Session, actor: Actor, *, product_slug: str | None = None, limit: int, offset: int
) -> tuple[list[LinkRow], int]:
    """Return one page of the links of the actor's suppliers, newest first, and how many there are."""
    statement = _rows().where(BenefitLink.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
    if product_slug is not None:
        statement = statement.where(Product.slug == product_slug)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    found = session.execute(
        statement.order_by(BenefitLink.withdrawn_at.is_not(None), BenefitLink.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return _read(session, found), total


def get_own_link(session: Session, actor: Actor, public_id: str, *, before: int | None = None) -> LinkFile:
    """Return a link of the actor's suppliers with its payments and entries below `before`, else `NotFound`."""
    row = session.execute(
        _rows().where(
            BenefitLink.public_id == public_id,
            BenefitLink.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("benefit link")
    payments = _payments(session, *_of([row.BenefitLink.id]), limit=200)
    return LinkFile(
        _read(session, [row])[0],
        tuple(payments.get(row.BenefitLink.id, ())),
        tuple(entries_of(session, public_id, before=before, limit=ENTRIES)),
    )


def links_of_household(session: Session, household_id: int) -> list[LinkRow]:
    """Return what suppliers entered about a household, what waits for its answer first.

    What was taken back is shown while a payment waits for an answer or something is due.
    """
    found = session.execute(
        _rows()
        .where(
            BenefitLink.household_id == household_id,
            or_(BenefitLink.withdrawn_at.is_(None), _waits(), _is_due()),
        )
        .order_by(
            and_(BenefitLink.answer != Answer.NONE.value, ~_waits()),
            BenefitLink.withdrawn_at.is_not(None),
            BenefitLink.id.desc(),
        )
        .limit(100)
    )
    return _read(session, found, names=True, asking=True)


def count_unanswered(session: Session, household_id: int) -> int:
    """Return how many links and payments wait for a household's answer."""
    payments = (
        session.scalar(
            select(func.count())
            .select_from(BenefitPayment)
            .join(BenefitLink, BenefitLink.id == BenefitPayment.link_id)
            .outerjoin(BenefitPaymentAnswer, BenefitPaymentAnswer.payment_id == BenefitPayment.id)
            .where(
                BenefitLink.household_id == household_id,
                BenefitPayment.asked,
                BenefitPaymentAnswer.payment_id.is_(None),
            )
        )
        or 0
    )
    return payments + (
        session.scalar(
            select(func.count())
            .select_from(BenefitLink)
            .where(
                BenefitLink.household_id == household_id,
                BenefitLink.answer == Answer.NONE.value,
                current(clock.today()),
            )
        )
        or 0
    )


def visible_to_cadre(
    session: Session, actor: Actor, *, waiting: bool, limit: int, offset: int
) -> tuple[list[LinkRow], int]:
    """Return one page of the links of the actor's villages, with names, and how many there are."""
    today = clock.today()
    statement = _rows().where(
        Household.village_id.in_(select(Region.id).where(within(actor.region_paths(Role.CADRE)))),
        or_(current(today), _waits(), _is_due()),
    )
    if waiting:
        statement = statement.where(
            or_(and_(BenefitLink.answer == Answer.NONE.value, current(today)), _waits())
        )
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    found = session.execute(
        statement.order_by(BenefitLink.answer != Answer.NONE.value, BenefitLink.id)
        .limit(limit)
        .offset(offset)
    )
    return _read(session, found, names=True, asking=True), total


def find_link(session: Session, public_id: str) -> FoundLink | None:
    """Return id, product, household, supplier and the village's path of a link, without locking it."""
    row = session.execute(
        select(
            BenefitLink.id,
            BenefitLink.product_id,
            BenefitLink.household_id,
            BenefitLink.supplier_id,
            Region.path,
        )
        .join(Household, Household.id == BenefitLink.household_id)
        .join(Region, Region.id == Household.village_id)
        .where(BenefitLink.public_id == public_id)
    ).one_or_none()
    return None if row is None else FoundLink(*row)
