"""Use cases of applications: applying, deciding by stage, publicity, certifying, reminding, settings."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.values import Role
from core import audit, clock, events, ids
from core.errors import Forbidden, NotFound
from core.permissions import SYSTEM, Actor
from shop.applications import queries, rules
from shop.applications.errors import (
    BadIssuer,
    BadSetting,
    ConflictOfInterest,
    EvidenceMissing,
    MovedOn,
    NotYourStage,
    OpinionMissing,
    RenewalTooEarly,
)
from shop.applications.events import (
    ApplicationApproved,
    ApplicationCertified,
    ApplicationPublished,
    ApplicationRefused,
    ApplicationSentBack,
    ApplicationSubmitted,
    RenewalOpened,
)
from shop.applications.models import Application, CertificationSetting, StageRecord
from shop.applications.values import Conflict, Decision, Move, SettingName, Stage, State
from shop.catalogue.models import Product
from shop.certification import services as certification
from shop.certification.values import CertificateKind, last_day
from shop.permissions import SET_CERTIFICATION


def start_application(session: Session, actor: Actor, product_slug: str) -> Application:
    """Begin an application for a product of the actor's supplier, or return the one that is open.

    Refused while a certificate runs whose renewal has not opened yet (`RenewalTooEarly`).
    """
    product = session.scalar(
        select(Product)
        .where(Product.slug == product_slug, Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
        .with_for_update(key_share=True)
    )
    if product is None:
        raise NotFound("product")
    known = queries.find_open(session, product.id)
    if known is not None:
        return known
    until = queries.covered_until(session, product.id)
    renews = None
    if until is not None and until > clock.now():
        settings = queries.settings_on(session, clock.today())
        opens_on = rules.renewal_opens_on(last_day(until), settings.renewal_days)
        if clock.today() < opens_on:
            raise RenewalTooEarly(opens_on)
        renews = queries.last_certificate_id(session, product.id)
    application = Application(
        public_id=ids.public_id(),
        product_id=product.id,
        supplier_id=product.supplier_id,
        state=State.DRAFT.value,
        state_since=clock.now(),
        round=1,
        statement="",
        renews_certificate_id=renews,
        created_by_user_id=actor.user_id,
        created_at=clock.now(),
    )
    session.add(application)
    session.flush()
    audit.record(
        session,
        actor,
        "application begun",
        "application",
        application.public_id,
        after={"product": product.slug, "renewal": renews is not None},
    )
    return application


def submit_application(
    session: Session,
    actor: Actor,
    public_id: str,
    statement: str,
    kind: CertificateKind = CertificateKind.AID_PRODUCT,
) -> Application:
    """Hand an application in when nothing is missing; the township's clock begins.

    Goods collected loose from households may only become a local product (rule A2); those who decide see which it is to be.
    """
    application = queries.lock_application(session, public_id)
    if application.supplier_id not in actor.organisation_ids(Role.SUPPLIER):
        raise NotFound("application")
    if State(application.state) is not State.DRAFT:
        raise MovedOn(State(application.state))
    _require_evidence(session, application)
    application.statement = statement.strip()
    application.kind = kind.value
    _move(session, actor, application, Move.SUBMIT, Stage.APPLICATION, "submitted")
    events.publish(session, ApplicationSubmitted(application.id))
    return application


def decide_application(session: Session, actor: Actor, public_id: str, decision: Decision) -> Application:
    """Pass or refuse an application at the stage that the certifier saw.

    The township decides with a grant for the town, sector and county with one for the county or above; nobody at two
    stages, nor with an interest of their own (rule J1). Two who decide at once: one wins, the other is told (`MovedOn`).
    Passing needs complete evidence, at every stage; the county's approval names the office that issues the certificate.
    """
    application = queries.lock_application(session, public_id)
    product = session.get_one(Product, application.product_id)
    state = State(application.state)
    stages = [stage for stage in Stage if _may_see(stage) and queries.covers(session, actor, product, stage)]
    if state is State.DRAFT or not stages:
        raise NotFound("application")
    if rules.stage_of(state) is not decision.stage or rules.after(state, Move.PASS) is None:
        raise MovedOn(state)
    if decision.stage not in stages:
        raise NotYourStage(decision.stage)
    conflict = find_conflict(session, actor, application, decision.stage)
    if conflict is not None:
        raise ConflictOfInterest(conflict)
    if not rules.is_opinion(decision.opinion):
        raise OpinionMissing
    if not decision.passed:
        _move(session, actor, application, Move.REFUSE, decision.stage, "refused", decision.opinion)
        events.publish(session, ApplicationRefused(application.id, decision.stage.value))
        return application
    _require_evidence(session, application)
    if decision.stage is Stage.COUNTY:
        offices = {office.id for office in queries.issuers_for(session, actor, product.county_id)}
        if decision.issuer_id not in offices:
            raise BadIssuer
        application.issuer_id = decision.issuer_id
    _move(
        session,
        actor,
        application,
        Move.PASS,
        decision.stage,
        "passed",
        decision.opinion,
        office_id=decision.issuer_id if decision.stage is Stage.COUNTY else None,
    )
    if decision.stage is Stage.COUNTY:
        events.publish(session, ApplicationApproved(application.id))
    return application


def find_conflict(session: Session, actor: Actor, application: Application, stage: Stage) -> Conflict | None:
    """Return why the actor may not decide on an application at a stage, or None (rule J1)."""
    if application.supplier_id in actor.organisation_ids():
        return Conflict.OWN_SUPPLIER
    decided = queries.deciders(session, application.id)
    if actor.user_id is not None and any(
        user_id == actor.user_id and other != stage for user_id, other in decided
    ):
        return Conflict.OTHER_STAGE
    answered, own_household = queries.vouched_for(session, actor, application.product_id)
    if answered:
        return Conflict.ANSWERED_LINKS
    return Conflict.OWN_HOUSEHOLD if own_household else None


def enter_publicity(session: Session, application_id: int, notice_id: int) -> None:
    """Note the notice by which an approved application stands before the public."""
    application = session.get_one(Application, application_id, with_for_update=True)
    application.notice_id = notice_id
    _move(session, SYSTEM, application, Move.PUBLISH, Stage.PUBLICITY, "opened")
    events.publish(session, ApplicationPublished(application.id, notice_id))


def leave_publicity(session: Session, public_id: str, notice_id: int, *, upheld: bool) -> None:
    """Certify what stood its time without an upheld objection; send anything else back to the township.

    Does nothing when the notice is not the one of this round.
    """
    application = queries.lock_application(session, public_id)
    if application.notice_id != notice_id or State(application.state) is not State.IN_PUBLICITY:
        return
    if upheld:
        _send_back(session, application, "upheld")
        return
    settings = queries.settings_on(session, clock.today())
    # The product first, so that nobody issues another certificate in between.
    session.execute(
        select(Product.id).where(Product.id == application.product_id).with_for_update(key_share=True)
    )
    begin, end = rules.window(
        clock.now(), queries.covered_until(session, application.product_id), settings.validity_days
    )
    assert application.issuer_id is not None
    approved_by = next(
        (
            user_id
            for user_id, stage in reversed(queries.deciders(session, application.id))
            if stage == Stage.COUNTY
        ),
        None,
    )
    certificate = certification.issue_approved(
        session,
        application.product_id,
        application.issuer_id,
        begin,
        end,
        approved_by,
        CertificateKind(application.kind),
    )
    _record(session, SYSTEM, application, Stage.PUBLICITY, "clear")
    application.certificate_id = certificate.id
    _move(
        session,
        SYSTEM,
        application,
        Move.CERTIFY,
        Stage.CERTIFICATE,
        "issued",
        certificate.number,
        office_id=application.issuer_id,
    )
    events.publish(session, ApplicationCertified(application.id, certificate.id))


def return_withdrawn(session: Session, public_id: str, notice_id: int) -> None:
    """Send an application back whose notice was withdrawn: nothing was decided by it."""
    application = queries.lock_application(session, public_id)
    if application.notice_id == notice_id and State(application.state) is State.IN_PUBLICITY:
        _send_back(session, application, "withdrawn")


def remind_of_renewal(session: Session, certificate_id: int) -> bool:
    """Note, once a certificate, that its renewal may be asked for; False when there is nothing to do (any more)."""
    settings = queries.settings_on(session, clock.today())
    certificate = queries.lock_ending(session, certificate_id, settings.renewal_days)
    if certificate is None:
        return False
    certificate.reminded_at = clock.now()
    session.flush()
    events.publish(session, RenewalOpened(certificate.id))
    return True


def set_setting(session: Session, actor: Actor, name: SettingName, value: int, valid_from: date) -> None:
    """Set a value of the programme from a day that is not over; what was decided before stays as it was."""
    if not actor.may(SET_CERTIFICATION):
        raise Forbidden(SET_CERTIFICATION.name)
    if not rules.fits_bounds(name, value) or valid_from < clock.today():
        raise BadSetting(*rules.BOUNDS[name])
    values = {"value": value, "set_by_user_id": actor.user_id, "set_at": clock.now()}
    session.execute(
        insert(CertificationSetting)
        .values(name=name.value, valid_from=valid_from, **values)
        .on_conflict_do_update(
            index_elements=[CertificationSetting.name, CertificationSetting.valid_from], set_=values
        )
    )
    audit.record(
        session,
        actor,
        "certification setting",
        "setting",
        name.value,
        after={"value": value, "from": valid_from.isoformat()},
    )


def _may_see(stage: Stage) -> bool:
    return stage in rules.TOWN_STAGES or stage in rules.COUNTY_STAGES


def _require_evidence(session: Session, application: Application) -> None:
    product = session.get_one(Product, application.product_id)
    settings = queries.settings_on(session, clock.today())
    missing = rules.missing(queries.evidence_of(session, product), settings.households_needed)
    if missing:
        raise EvidenceMissing(missing)


def _send_back(session: Session, application: Application, outcome: str) -> None:
    _move(session, SYSTEM, application, Move.SEND_BACK, Stage.PUBLICITY, outcome)
    application.round += 1
    application.notice_id = None
    application.issuer_id = None
    session.flush()
    events.publish(session, ApplicationSentBack(application.id, application.round))


def _move(
    session: Session,
    actor: Actor,
    application: Application,
    move: Move,
    stage: Stage,
    outcome: str,
    note: str = "",
    *,
    office_id: int | None = None,
) -> None:
    before = State(application.state)
    reached = rules.after(before, move)
    if reached is None:
        raise MovedOn(before)
    application.state = reached.value
    application.state_since = clock.now()
    session.flush()
    _record(session, actor, application, stage, outcome, note, office_id=office_id)
    audit.record(
        session,
        actor,
        f"application {outcome}",
        "application",
        application.public_id,
        reason=note.strip(),
        before={"state": before.value},
        after={"state": reached.value, "stage": stage.value},
    )


def _record(
    session: Session,
    actor: Actor,
    application: Application,
    stage: Stage,
    outcome: str,
    note: str = "",
    *,
    office_id: int | None = None,
) -> None:
    signs_for = sorted(actor.organisation_ids(Role.CERTIFIER))
    session.add(
        StageRecord(
            application_id=application.id,
            round=application.round,
            stage=stage.value,
            outcome=outcome,
            note=note.strip(),
            user_id=actor.user_id,
            user_name="" if actor == SYSTEM else actor.name,
            office_id=office_id or (signs_for[0] if signs_for else None),
            happened_at=clock.now(),
        )
    )
    session.flush()
