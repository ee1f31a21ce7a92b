"""Use cases of benefit links: entering, paying, answering, taking back, and keeping the count of households."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from accounts.values import Role
from core import audit, clock, events, ids
from core.errors import NotFound
from core.permissions import Actor
from registry.models import Household, Region
from search import services as search_services
from shop.benefit_links import queries, rules
from shop.benefit_links.errors import (
    AnsweredByHousehold,
    BadLink,
    BadPayment,
    FormSentBefore,
    HouseholdUnknown,
    LinkEnded,
    LinkWithdrawn,
    NotImpartial,
    PaymentAgreed,
    PeriodOverlaps,
    ReasonMissing,
    ShareTooLarge,
)
from shop.benefit_links.events import LinkAdded, LinkAnswered, LinkTakenBack, PaymentRecorded
from shop.benefit_links.models import (
    BenefitLink,
    BenefitPayment,
    BenefitPaymentAnswer,
    BenefitShareProduct,
)
from shop.benefit_links.values import Answer, LinkKind, NewLink, NewPayment, ShareTerms
from shop.benefit_shares import queries as share_queries
from shop.benefit_shares import services as share_services
from shop.benefit_shares.rules import most_at_once
from shop.catalogue.models import Product


def add_link(session: Session, actor: Actor, new: NewLink) -> BenefitLink:
    """Enter that a household of the product's county earns from it; it does not count before the household agrees.

    The actor belongs to the supplier (`NotFound` else). Refuses a second link of the kind with the household over part
    of the same time, for whichever product, and a share of sales that the price does not bear (`ShareTooLarge`). The
    same form again gives the first link.
    """
    product_id = session.scalar(
        select(Product.id).where(
            Product.slug == new.product_slug, Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER))
        )
    )
    if product_id is None:
        raise NotFound("product")
    idem_key = f"{actor.user_id}:{new.once}"
    # The household first, then the product: two forms about one household wait for each other here.
    household = session.scalar(
        select(Household).where(Household.id == new.household_id).with_for_update(key_share=True)
    )
    if household is None or household.closed_on is not None:
        raise HouseholdUnknown
    product = _lock_product(session, product_id)
    known = queries.find_by_key(session, idem_key)
    if known is not None:
        if (known.household_id, known.kind, known.promised_fen) != (household.id, new.kind, new.promised_fen):
            raise FormSentBefore
        return known
    problem = rules.problem_of(new, clock.today())
    if problem is not None:
        raise BadLink(problem)
    county = session.get_one(Region, product.county_id)
    if not session.get_one(Region, household.village_id).path.startswith(county.path):
        raise HouseholdUnknown
    if queries.overlapping(
        session, product.supplier_id, household.id, new.kind.value, new.valid_from, new.valid_until
    ):
        raise PeriodOverlaps
    link = BenefitLink(
        public_id=ids.public_id(),
        idem_key=idem_key,
        supplier_id=product.supplier_id,
        product_id=product.id,
        household_id=household.id,
        kind=new.kind.value,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        promised_fen=new.promised_fen,
        paid_fen=0,
        evidence=new.evidence,
        added_by_user_id=actor.user_id,
        added_at=clock.now(),
        answer=Answer.NONE.value,
        on_behalf=False,
        reason="",
    )
    session.add(link)
    session.flush()
    _set_share(session, link, new.share)
    audit.record(
        session,
        actor,
        "benefit link added",
        "benefit link",
        link.public_id,
        after={
            "product": product.slug,
            "kind": new.kind,
            "promised_fen": new.promised_fen,
            **({"share": _in_audit(new.share)} if new.share else {}),
        },
    )
    _recount(session, product)
    events.publish(session, LinkAdded(link.id, product.id, household.id))
    return link


def record_link_payment(session: Session, actor: Actor, public_id: str, new: NewPayment) -> BenefitLink:
    """Record that the supplier paid the household (fen); the same form again changes nothing.

    Where the link has a share of sales, the payment needs a receipt and the household is asked whether it came. A link
    that was taken back can be paid while something is due by it.
    """
    link = _lock_own(session, actor, public_id)
    idem_key = f"{actor.user_id}:{new.once}"
    known = queries.find_payment_by_key(session, idem_key)
    if known is not None:
        if (known.link_id, known.amount_fen, known.paid_on) != (link.id, new.amount_fen, new.paid_on):
            raise FormSentBefore
        return link
    due = share_queries.due_of_links(session, [link.id]).get(link.id)
    still_due = due is not None and due.due_fen > 0
    if link.withdrawn_at is not None and not still_due:
        raise LinkWithdrawn
    asked = link.share_bps is not None or still_due
    problem = rules.problem_of_payment(new, link.valid_from, clock.today(), asked=asked)
    if problem is not None:
        raise BadPayment(problem)
    payment = BenefitPayment(
        idem_key=idem_key,
        link_id=link.id,
        amount_fen=new.amount_fen,
        paid_on=new.paid_on,
        asked=asked,
        evidence=new.evidence,
        recorded_by_user_id=actor.user_id,
        recorded_at=clock.now(),
    )
    session.add(payment)
    link.paid_fen += new.amount_fen
    link.last_paid_on = max(new.paid_on, link.last_paid_on or new.paid_on)
    session.flush()
    audit.record(
        session,
        actor,
        "benefit paid",
        "benefit link",
        public_id,
        after={"amount_fen": new.amount_fen, "paid_on": new.paid_on.isoformat()},
    )
    if asked:
        events.publish(session, PaymentRecorded(payment.id, link.household_id))
    return link


def change_share(session: Session, actor: Actor, public_id: str, share: ShareTerms | None) -> BenefitLink:
    """Agree upon another share of sales, or none, for a link that runs; what was kept before stays kept.

    The household is asked anew: until it agrees nothing is kept and the link does not count. A dispute stays one.
    """
    found = queries.find_link(session, public_id)
    if found is None or found[3] not in actor.organisation_ids(Role.SUPPLIER):
        raise NotFound("benefit link")
    product = _lock_product(session, found[1])
    link = queries.lock_link(session, found[0])
    if link.withdrawn_at is not None:
        raise LinkWithdrawn
    if link.valid_until < clock.today():
        raise LinkEnded
    problem = rules.problem_of_share(share, LinkKind(link.kind))
    if problem is not None:
        raise BadLink(problem)
    before = queries.share_of(session, link)
    if before == share:
        return link
    _set_share(session, link, share)
    if link.answer == Answer.AGREED:
        link.answer = Answer.NONE.value
        link.answered_at = link.answered_by_user_id = None
        link.on_behalf = False
        link.reason = ""
    session.flush()
    audit.record(
        session,
        actor,
        "benefit share changed",
        "benefit link",
        public_id,
        before={"share": _in_audit(before)},
        after={"share": _in_audit(share)},
    )
    _recount(session, product)
    return link


def answer_payment(
    session: Session, actor: Actor, public_id: str, payment_id: int, answer: Answer, reason: str = ""
) -> BenefitPaymentAnswer:
    """Let a household say whether a payment came; or a cadre of its village on its behalf, saying how it was asked.

    When it came, what is kept of sales for the household is released to the supplier, up to the payment (fen), once.
    That is final; a dispute, which needs a reason and releases nothing, may turn into agreement. The same answer again
    changes nothing.
    """
    found = queries.find_link(session, public_id)
    if found is None or answer is Answer.NONE:
        raise NotFound("benefit link")
    own = _answers_for(actor, found.household_id, found.village_path)
    link = queries.lock_link(session, found.id)
    payment = session.get(BenefitPayment, payment_id)
    if payment is None or payment.link_id != link.id or not payment.asked:
        raise NotFound("payment")
    if found.supplier_id in actor.organisation_ids() or (
        not own and actor.user_id in (payment.recorded_by_user_id, link.added_by_user_id)
    ):
        raise NotImpartial
    known = session.get(BenefitPaymentAnswer, payment.id, populate_existing=True)
    words = reason.strip()
    if known is not None and known.answer == Answer.AGREED:
        if answer is Answer.AGREED:
            return known
        raise PaymentAgreed
    if known is not None and not own and not known.on_behalf:
        raise AnsweredByHousehold
    if (answer is Answer.DISPUTED or not own) and not rules.is_reason(words):
        raise ReasonMissing
    if len(words) > rules.LONGEST_REASON:
        raise ReasonMissing
    before = known.answer if known is not None else Answer.NONE.value
    if known is None:
        known = BenefitPaymentAnswer(payment_id=payment.id)
        session.add(known)
    known.answer = answer.value
    known.answered_at = clock.now()
    known.answered_by_user_id = actor.user_id
    known.on_behalf = not own
    known.reason = words
    known.released_fen = (
        share_services.release_share(session, actor, link, payment) if answer is Answer.AGREED else 0
    )
    session.flush()
    audit.record(
        session,
        actor,
        "benefit payment answered" if own else "benefit payment answered on behalf",
        "benefit link",
        public_id,
        before={"answer": before},
        after={
            "answer": answer.value,
            "payment": payment.id,
            "amount_fen": payment.amount_fen,
            "released_fen": known.released_fen,
        },
        reason=words if not own else "",
    )
    return known


def answer_link(
    session: Session, actor: Actor, public_id: str, answer: Answer, reason: str = ""
) -> BenefitLink:
    """Let a household agree to a link or dispute it; or a cadre of its village on its behalf, saying how it was asked.

    Nobody of the supplier answers, and nobody over the head of a household that answered by itself. The household may
    change its mind. A dispute needs a reason.
    """
    found = queries.find_link(session, public_id)
    if found is None or answer is Answer.NONE:
        raise NotFound("benefit link")
    link_id, product_id, household_id, supplier_id, village_path = found
    own = _answers_for(actor, household_id, village_path)
    product = _lock_product(session, product_id)
    link = queries.lock_link(session, link_id)
    if link.withdrawn_at is not None:
        raise LinkWithdrawn
    if supplier_id in actor.organisation_ids() or (not own and link.added_by_user_id == actor.user_id):
        raise NotImpartial
    if not own and link.answer != Answer.NONE and not link.on_behalf:
        raise AnsweredByHousehold
    words = reason.strip()
    if (answer is Answer.DISPUTED or not own) and not rules.is_reason(words):
        raise ReasonMissing
    if len(words) > rules.LONGEST_REASON:
        raise ReasonMissing
    before = link.answer
    if before == answer and link.answered_by_user_id == actor.user_id and link.reason == words:
        return link
    link.answer = answer.value
    link.answered_at = clock.now()
    link.answered_by_user_id = actor.user_id
    link.on_behalf = not own
    link.reason = words
    session.flush()
    audit.record(
        session,
        actor,
        "benefit link answered on behalf" if not own else "benefit link answered",
        "benefit link",
        public_id,
        before={"answer": before},
        after={"answer": answer.value},
        reason=words if not own else "",
    )
    _recount(session, product)
    events.publish(session, LinkAnswered(link.id, product_id, answer is Answer.AGREED))
    return link


def withdraw_link(session: Session, actor: Actor, public_id: str, reason: str) -> BenefitLink:
    """Take a link back that was entered wrongly; it stays in the record and counts no longer."""
    found = queries.find_link(session, public_id)
    if found is None or found[3] not in actor.organisation_ids(Role.SUPPLIER):
        raise NotFound("benefit link")
    product = _lock_product(session, found[1])
    link = queries.lock_link(session, found[0])
    if link.withdrawn_at is not None:
        raise LinkWithdrawn
    if not rules.is_reason(reason):
        raise ReasonMissing
    link.withdrawn_at = clock.now()
    session.flush()
    audit.record(session, actor, "benefit link withdrawn", "benefit link", public_id, reason=reason.strip())
    _recount(session, product)
    events.publish(session, LinkTakenBack(link.id, product.id))
    return link


def keep_counts(session: Session) -> int:
    """Bring the households of every product that ever had a link in line with the links of today; returns how many changed.

    Links begin and end by the calendar, so the count may change when nobody does anything. Products without links keep
    the count they were entered with.
    """
    today = clock.today()
    counts = (
        select(
            BenefitLink.product_id,
            func.count(BenefitLink.household_id.distinct())
            .filter(queries.counted(today))
            .label("households"),
        )
        .group_by(BenefitLink.product_id)
        .subquery()
    )
    changed = session.scalars(
        update(Product)
        .where(Product.id == counts.c.product_id, Product.households_count != counts.c.households)
        .values(households_count=counts.c.households)
        .returning(Product.id),
        execution_options={"synchronize_session": False},
    ).all()
    if changed:
        search_services.note_change(session, list(changed))
    return len(changed)


def _answers_for(actor: Actor, household_id: int, village_path: str) -> bool:
    """Say whether the actor is of the household itself, or else a cadre of its village; `NotFound` for anybody else."""
    if actor.household_id == household_id and actor.has_role(Role.HOUSEHOLD):
        return True
    if any(village_path.startswith(path) for path in actor.region_paths(Role.CADRE)):
        return False
    raise NotFound("benefit link")


def _set_share(session: Session, link: BenefitLink, share: ShareTerms | None) -> None:
    """Write the share of sales of a locked link down, if the growers' part of every price bears it (`ShareTooLarge`)."""
    session.execute(delete(BenefitShareProduct).where(BenefitShareProduct.link_id == link.id))
    link.share_bps, link.share_all = (share.bps, share.everything) if share else (None, False)
    session.flush()
    if share is None:
        return
    slugs = None if share.everything else share.product_slugs
    products = queries.products_of(session, link.supplier_id, slugs)
    if slugs is not None and len(products) != len(slugs):
        raise BadLink("share_products")
    share_queries.lock_terms(session, link.supplier_id)
    terms = share_queries.terms_of_products(session, link.supplier_id, products, but=link.id)
    first = max(link.valid_from, clock.today())
    for product_id, name_zh, name_en, room in share_queries.rooms(session, products):
        left = room - most_at_once(terms[product_id], first, link.valid_until)
        if share.bps > left:
            raise ShareTooLarge((name_zh, name_en), room, max(0, left))
    if slugs is not None:
        session.execute(
            insert(BenefitShareProduct),
            [{"link_id": link.id, "product_id": product_id} for product_id in products],
        )


def _in_audit(share: ShareTerms | None) -> dict[str, object] | None:
    if share is None:
        return None
    return {"bps": share.bps, "products": "all" if share.everything else sorted(share.product_slugs)}


def _recount(session: Session, product: Product) -> None:
    households = queries.summarise(session, product.id, clock.today()).households
    if product.households_count != households:
        product.households_count = households
        session.flush()
        search_services.note_change(session, [product.id])


def _lock_product(session: Session, product_id: int) -> Product:
    return session.scalars(
        select(Product).where(Product.id == product_id).with_for_update(key_share=True)
    ).one()


def _lock_own(session: Session, actor: Actor, public_id: str) -> BenefitLink:
    found = queries.find_link(session, public_id)
    if found is None or found[3] not in actor.organisation_ids(Role.SUPPLIER):
        raise NotFound("benefit link")
    return queries.lock_link(session, found[0])
