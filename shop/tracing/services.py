"""Use cases of tracing: recording batches, correcting and closing them, giving codes, printing labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, events, ids
from core.permissions import Actor
from shop.catalogue import queries as catalogue_queries
from shop.catalogue.events import ProductListed, ProductsListed
from shop.catalogue.models import Product
from shop.stock import services as stock
from shop.tracing import queries, rules
from shop.tracing.errors import (
    BadBatch,
    BadLabels,
    BatchClosed,
    BatchMovedOn,
    BatchTaken,
    FormSentBefore,
    NotCertifiedNow,
    NothingChanged,
)
from shop.tracing.models import Batch, BatchVersion, TraceCode
from shop.tracing.values import (
    BatchFacts,
    Closing,
    Freshness,
    LabelKind,
    LabelOrder,
    NewBatch,
    Printable,
    PrintableCode,
)

#: What stands in place of a batch's code where labels are for packs without a batch.
PRODUCT_ITSELF = "product"


def record_batch(session: Session, actor: Actor, new: NewBatch) -> str:
    """Record a batch of an own product and return its code; its packs go into the stock if wished, in the same step.

    Refuses one made in the future, a best-before day not after the day it was made (`BadBatch`), and a number that the
    product has already (`BatchTaken`). The same form again gives the same code.
    """
    product_id = catalogue_queries.own_product_id(session, actor, new.product_slug)
    product = session.get_one(Product, product_id)
    if not queries.is_open_variant(session, product_id, new.variant_id):
        raise BadBatch("variant", "unknown")
    number = rules.batch_number(new.number)
    if not 0 < len(number) <= rules.LONGEST_NUMBER:
        raise BadBatch("number", "missing")
    facts = _complete(new.facts, product)
    idem_key = f"{actor.user_id}:{new.once}"
    known = queries.find_by_key(session, idem_key)
    if known is not None:
        return _recorded_before(session, known, product_id, number)
    batch = session.scalar(
        insert(Batch)
        .values(
            product_id=product_id,
            variant_id=new.variant_id,
            number=number,
            idem_key=idem_key,
            version=1,
            stocked_packs=facts.packs if new.into_stock else 0,
            created_at=clock.now(),
            created_by_user_id=actor.user_id,
        )
        .on_conflict_do_nothing()
        .returning(Batch)
    )
    if batch is None:
        known = queries.find_by_key(session, idem_key)
        if known is not None:
            return _recorded_before(session, known, product_id, number)
        raise BatchTaken(number)
    _add_version(session, actor, batch, facts, "")
    code = _give_code(session, product_id, batch.id)
    if new.into_stock:
        stock.receive_stock(session, actor, new.variant_id, facts.packs, f"batch {number}")
    audit.record(
        session, actor, "batch recorded", "batch", code, after={"number": number, "packs": facts.packs}
    )
    return code


def correct_batch(
    session: Session, actor: Actor, code: str, version: int, facts: BatchFacts, reason: str
) -> int:
    """Say anew what is known of an own batch, with a reason; what was said before stays in its story.

    `version` is the one that stood on the form (`BatchMovedOn` when it is no longer the newest). The stock is not
    touched: what is on hand is counted, not corrected. Returns the new version.
    """
    batch = queries.lock_own_batch(session, actor, code)
    _refuse_closed(batch)
    product = session.get_one(Product, batch.product_id)
    words = reason.strip()
    if not 0 < len(words) <= rules.LONGEST_REASON:
        raise BadBatch("reason", "missing")
    if batch.version != version:
        raise BatchMovedOn
    facts = _complete(facts, product)
    if facts == queries.facts_of(session, batch):
        raise NothingChanged
    batch.version += 1
    _add_version(session, actor, batch, facts, words)
    session.flush()
    audit.record(
        session, actor, "batch corrected", "batch", code, after={"version": batch.version}, reason=words
    )
    return batch.version


def close_batch(session: Session, actor: Actor, code: str, closing: Closing, reason: str) -> None:
    """Close an own batch for good, with a reason that everybody reads on its page; no labels are printed any more.

    Nothing of the stock changes; a batch that must not be eaten is recalled (`shop.recalls`).
    """
    if closing is Closing.RECALLED:
        raise ValueError("a batch is recalled by shop.recalls")
    words = _reason(reason)
    batch = queries.lock_own_batch(session, actor, code)
    _refuse_closed(batch)
    _close(session, actor, batch, closing, words)
    audit.record(
        session, actor, "batch closed", "batch", code, after={"closing": closing.value}, reason=words
    )


def mark_recalled(session: Session, actor: Actor, code: str, reason: str) -> Batch:
    """Return an own batch, locked and marked as recalled; one that was recalled before stays as it is.

    One that was sold out can be recalled too; one that was entered by mistake has no packs (`BatchClosed`).
    """
    words = _reason(reason)
    batch = queries.lock_own_batch(session, actor, code)
    if batch.closing == Closing.MISTAKE:
        _refuse_closed(batch)
    if batch.closing != Closing.RECALLED:
        _close(session, actor, batch, Closing.RECALLED, words)
    return batch


def _reason(reason: str) -> str:
    words = reason.strip()
    if not 0 < len(words) <= rules.LONGEST_REASON:
        raise BadBatch("reason", "missing")
    return words


def _close(session: Session, actor: Actor, batch: Batch, closing: Closing, words: str) -> None:
    batch.closed_at = clock.now()
    batch.closing = closing.value
    batch.closing_reason = words
    batch.closed_by_user_id = actor.user_id
    session.flush()


def prepare_labels(
    session: Session, actor: Actor, slug: str, order: LabelOrder
) -> tuple[Printable, PrintableCode]:
    """Check what labels of an own product are to say, note that they are printed, and return what stands on them.

    Refuses a label that shows a certificate which does not hold now (`NotCertifiedNow`, rules A2 and A4), one for a
    batch that is closed or past its day, and counts that no sheet has (`BadLabels`).
    """
    sheet = rules.SHEETS[order.sheet]
    if not 0 < order.count <= rules.MOST_LABELS:
        raise BadLabels("count")
    if not 0 < order.start <= sheet.per_page:
        raise BadLabels("start")
    printable = queries.get_printable(session, actor, slug)
    if order.code == PRODUCT_ITSELF:
        chosen = PrintableCode(_give_code(session, printable.product_id, None), None)
    else:
        found = next((found for found in printable.codes if found.code == order.code), None)
        if found is None or found.batch is None or found.batch.freshness is Freshness.OVER:
            raise BadLabels("code")
        chosen = found
    if order.kind is LabelKind.CERTIFIED and not printable.holds:
        raise NotCertifiedNow
    audit.record(
        session,
        actor,
        "labels printed",
        "batch" if chosen.batch else "product",
        chosen.code if chosen.batch else slug,
        after={"count": order.count, "kind": order.kind.value},
    )
    return printable, chosen


@events.on(ProductListed)
def give_product_code(session: Session, event: ProductListed) -> None:
    """Give a product that goes on sale the code for packs without a batch."""
    _give_code(session, event.product_id, None)


@events.on(ProductsListed)
def give_product_codes(session: Session, event: ProductsListed) -> None:
    """Give products that go on sale together their codes."""
    _give_codes(session, event.product_ids)


def give_missing_codes(session: Session, limit: int = 1000) -> int:
    """Give codes to products on sale that have none, at most so many; returns how many."""
    found = queries.products_without_code(session, limit)
    _give_codes(session, found)
    return len(found)


def _give_codes(session: Session, product_ids: Sequence[int]) -> None:
    """Give products their codes in one statement; one whose code another has drawn (1 in 10^13) gets it the next time."""
    if not product_ids:
        return
    session.execute(
        insert(TraceCode)
        .values(
            [
                {
                    "code": rules.with_check(ids.public_id(rules.BODY)),
                    "product_id": product_id,
                    "batch_id": None,
                    "made_at": clock.now(),
                }
                for product_id in product_ids
            ]
        )
        .on_conflict_do_nothing()
    )


def _give_code(session: Session, product_id: int, batch_id: int | None) -> str:
    """Return a new code; a product that has one keeps it."""
    while True:
        made: str | None = session.scalar(
            insert(TraceCode)
            .values(
                code=rules.with_check(ids.public_id(rules.BODY)),
                product_id=product_id,
                batch_id=batch_id,
                made_at=clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(TraceCode.code)
        )
        if made is not None:
            return made
        known = queries.find_code(session, product_id, batch_id)
        if known is not None:
            return known


def _complete(facts: BatchFacts, product: Product) -> BatchFacts:
    if facts.best_before is None:
        facts = replace(facts, best_before=rules.best_before(facts.made_on, product.shelf_life_days))
    fault = rules.fault_in(facts, clock.today())
    if fault is not None:
        raise BadBatch(*fault)
    return facts


def _recorded_before(session: Session, known: Batch, product_id: int, number: str) -> str:
    code = queries.find_code(session, product_id, known.id)
    if known.product_id != product_id or known.number != number or code is None:
        raise FormSentBefore
    return code


def _add_version(session: Session, actor: Actor, batch: Batch, facts: BatchFacts, reason: str) -> None:
    session.add(
        BatchVersion(
            batch_id=batch.id,
            version=batch.version,
            made_on=facts.made_on,
            best_before=facts.best_before,
            storage_zh=facts.storage_zh.strip(),
            storage_en=facts.storage_en.strip(),
            packs=facts.packs,
            inspection_number=facts.inspection_number.strip(),
            inspected_on=facts.inspected_on,
            reason=reason,
            user_id=actor.user_id,
            user_name=actor.name,
            recorded_at=clock.now(),
        )
    )
    session.flush()


def _refuse_closed(batch: Batch) -> None:
    if batch.closed_at is not None:
        raise BatchClosed(batch.closed_at.astimezone(clock.CHINA).date())
