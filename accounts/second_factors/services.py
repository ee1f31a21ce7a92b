"""Use cases of second factors: turning one on and off, using its codes, taking it off somebody who lost the phone."""

from __future__ import annotations

import logging

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from accounts import services as accounts
from accounts.models import User
from accounts.second_factors import queries, rules
from accounts.second_factors.errors import AlreadyOn, NotOn, OwnFactor, SetUpEnded, WrongCode
from accounts.second_factors.events import (
    CodesGuessed,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorTakenOff,
    SecondFactorTurnedOff,
    SecondFactorTurnedOn,
)
from accounts.second_factors.models import RecoveryCode, SecondFactor
from accounts.second_factors.values import CodeKind
from core import audit, clock, events, ids, sealing
from core.errors import NotFound
from core.permissions import SYSTEM, Actor

log = logging.getLogger(__name__)


def begin_set_up(session: Session, actor: Actor, sign_in_id: int) -> None:
    """Make a secret for an app, shown in this browser only until a code confirms it; one begun before is replaced."""
    assert actor.user_id is not None
    fresh = {
        "secret_sealed": sealing.seal(rules.new_secret(), queries.bound_to(actor.user_id)),
        "begun_in": sign_in_id,
        "begun_at": clock.now(),
    }
    begun = session.scalar(
        insert(SecondFactor)
        .values(user_id=actor.user_id, last_step=0, **fresh)
        .on_conflict_do_update(
            index_elements=[SecondFactor.user_id], set_=fresh, where=SecondFactor.stands_since.is_(None)
        )
        .returning(SecondFactor.id)
    )
    if begun is None:
        raise AlreadyOn


def confirm_set_up(
    session: Session, actor: Actor, sign_in_id: int, typed: str, *, keep_token: str
) -> tuple[str, ...]:
    """Turn the second factor on by its first code, and return the recovery codes, which are kept nowhere.

    Every other session of the person ends: it was opened with the password alone.
    """
    assert actor.user_id is not None
    accounts.lock_sign_ins(session, actor.user_id)
    begun = queries.find_begun(session, actor.user_id, sign_in_id, lock=True)
    if begun is None:
        raise SetUpEnded
    code = rules.read_code(typed)
    step = (
        rules.matching_step(queries.open_secret(begun), code.text, clock.now())
        if code is not None and code.kind is CodeKind.APP
        else None
    )
    if step is None:
        raise WrongCode
    begun.stands_since, begun.last_step = clock.now(), step
    session.flush()
    codes, _newest = _make_codes(session, begun.id)
    accounts.end_all_sign_ins(session, actor.user_id, except_token=keep_token)
    audit.record(session, actor, "second factor turned on", "user", _public_id(session, actor.user_id))
    events.publish(session, SecondFactorTurnedOn(actor.user_id, begun.id))
    return codes


def use_code(session: Session, user_id: int, typed: str) -> None:
    """Use a code of the person's app or a recovery code up, or refuse it (`WrongCode`): wrong, used before, too old."""
    code = rules.read_code(typed)
    if code is None:
        raise WrongCode
    if code.kind is CodeKind.APP:
        _use_app_code(session, user_id, code.text)
    else:
        _use_recovery_code(session, user_id, code.text)


def note_wrong_code(session: Session, user_id: int, key: str) -> None:
    """Warn the person when wrong codes after their right password are no slip any more; `key` is what tries count against."""
    if account_queries.count_attempts(session, key) >= rules.TOO_MANY_FOR_A_SLIP:
        events.publish(session, CodesGuessed(user_id, clock.today().toordinal()))


def _use_app_code(session: Session, user_id: int, code: str) -> None:
    factor = session.scalar(select(SecondFactor).where(*queries.stands(user_id)))
    if factor is None:
        raise WrongCode
    try:
        secret = queries.open_secret(factor)
    except sealing.SealBroken:
        log.error("the second factor of user %s cannot be read: was SECRET_KEY changed?", user_id)
        raise WrongCode from None
    step = rules.matching_step(secret, code, clock.now())
    if step is None:
        raise WrongCode
    # Who comes second with the same code finds the step used, also when both come at once.
    used = session.scalar(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.id)
    )
    if used is None:
        raise WrongCode


def _use_recovery_code(session: Session, user_id: int, code: str) -> None:
    of_person = select(SecondFactor.id).where(*queries.stands(user_id))
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.code_hash == ids.digest(code),
            RecoveryCode.second_factor_id.in_(of_person),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id, RecoveryCode.second_factor_id)
    ).one_or_none()
    if used is None:
        raise WrongCode
    left = session.scalar(
        select(func.count()).where(
            RecoveryCode.second_factor_id == used.second_factor_id, RecoveryCode.used_at.is_(None)
        )
    )
    user = session.get_one(User, user_id)
    audit.record(
        session,
        Actor(user.id, user.name),
        "recovery code used",
        "user",
        user.public_id,
        after={"codes_left": left},
    )
    events.publish(session, RecoveryCodeUsed(user_id, used.id, left or 0))


def make_recovery_codes(session: Session, actor: Actor) -> tuple[str, ...]:
    """Return new recovery codes, which are kept nowhere; the former ones end. The password and a code come first."""
    assert actor.user_id is not None
    factor = _lock_standing(session, actor.user_id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.second_factor_id == factor.id))
    codes, newest = _make_codes(session, factor.id)
    audit.record(session, actor, "recovery codes made", "user", _public_id(session, actor.user_id))
    events.publish(session, RecoveryCodesMade(actor.user_id, newest))
    return codes


def turn_off(session: Session, actor: Actor) -> None:
    """Turn one's own second factor off; its secret and its codes are forgotten. The password and a code come first."""
    assert actor.user_id is not None
    accounts.end_half_sign_ins(session, actor.user_id)
    factor_id = _remove(session, actor.user_id)
    audit.record(session, actor, "second factor turned off", "user", _public_id(session, actor.user_id))
    events.publish(session, SecondFactorTurnedOff(actor.user_id, factor_id))


def take_off(session: Session, actor: Actor, public_id: str, reason: str) -> None:
    """Take the second factor off somebody else who lost it; every session of that person ends."""
    user = session.scalar(select(User).where(User.public_id == public_id))
    if user is None:
        raise NotFound("person")
    if user.id == actor.user_id:
        raise OwnFactor
    _take_off(session, actor, user, reason)


def take_off_by_command(session: Session, login: str, reason: str) -> None:
    """Take the second factor off a person by the command line, where no other operator could."""
    user = account_queries.find_user_by_login(session, login)
    if user is None:
        raise NotFound("person")
    _take_off(session, SYSTEM, user, reason)


def _take_off(session: Session, actor: Actor, user: User, reason: str) -> None:
    accounts.end_all_sign_ins(session, user.id)
    factor_id = _remove(session, user.id)
    audit.record(session, actor, "second factor taken off", "user", user.public_id, reason=reason)
    events.publish(session, SecondFactorTakenOff(user.id, factor_id))


def _remove(session: Session, user_id: int) -> int:
    factor = _lock_standing(session, user_id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.second_factor_id == factor.id))
    session.execute(delete(SecondFactor).where(SecondFactor.id == factor.id))
    return factor.id


def _lock_standing(session: Session, user_id: int) -> SecondFactor:
    factor = session.scalar(select(SecondFactor).where(*queries.stands(user_id)).with_for_update())
    if factor is None:
        raise NotOn
    return factor


def _make_codes(session: Session, factor_id: int) -> tuple[tuple[str, ...], int]:
    """Add recovery codes; return them as they are shown, and the id of the newest."""
    codes = tuple(rules.new_recovery_code() for _ in range(rules.RECOVERY_CODES))
    moment = clock.now()
    added = session.scalars(
        insert(RecoveryCode).returning(RecoveryCode.id),
        [
            {
                "second_factor_id": factor_id,
                "code_hash": ids.digest(code.replace("-", "")),
                "made_at": moment,
            }
            for code in codes
        ],
    ).all()
    return codes, max(added)


def _public_id(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).public_id
