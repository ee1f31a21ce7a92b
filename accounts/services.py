"""Use cases of accounts: organisations, people, roles, signing in and out."""

from __future__ import annotations

from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import DateTime, bindparam, delete, false, func, insert, or_, select, update
from sqlalchemy.orm import Session

from accounts import queries, rules
from accounts.errors import HalfSignInEnded, LinkUsedUp, WeakPassword, WrongCredentials
from accounts.events import PasswordResetAsked, SignUpRepeated
from accounts.models import Attempt, HalfSignIn, Organisation, PasswordReset, RoleGrant, SignIn, User
from accounts.values import LegalForm, NewSignIn, OrganisationKind, Role, SignUpRequest
from core import audit, clock, events, ids
from core.db import lock_keys, one_or_many, table_of
from core.errors import TooManyAttempts
from core.permissions import SYSTEM, Actor

# OWASP's second recommended setting for Argon2id: 19 MiB, 2 passes, 1 lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: Stands where nobody has chosen a password: no password fits it.
NO_PASSWORD = "!"
_NOBODY = _hasher.hash("nobody has this password")


def add_organisation(
    session: Session,
    actor: Actor,
    kind: OrganisationKind,
    name_zh: str,
    name_en: str,
    *,
    legal_form: LegalForm | None = None,
    credit_code: str | None = None,
    region_id: int | None = None,
    parent_id: int | None = None,
    contact: str = "",
    about_zh: str = "",
    about_en: str = "",
) -> Organisation:
    """Add an organisation to the directory."""
    organisation = Organisation(
        public_id=ids.public_id(),
        kind=kind.value,
        legal_form=legal_form.value if legal_form else None,
        name_zh=name_zh,
        name_en=name_en,
        credit_code=credit_code,
        region_id=region_id,
        parent_id=parent_id,
        contact=contact,
        about_zh=about_zh,
        about_en=about_en,
        created_at=clock.now(),
    )
    session.add(organisation)
    session.flush()
    audit.record(
        session, actor, "organisation added", "organisation", organisation.public_id, after={"kind": kind}
    )
    return organisation


def sign_up(session: Session, request: SignUpRequest) -> User | None:
    """Open an account for a buyer; None when the address is taken (the caller says the same words either way)."""
    email = request.email.strip().casefold() if request.email else None
    phone = rules.normalise_login(request.phone)[1] if request.phone else None
    if rules.is_weak(request.password, request.name, email or "", phone or ""):
        raise WeakPassword
    password_hash = _hasher.hash(request.password)
    # Compared one by one: "phone IS NULL" would find everybody who gave none.
    same = [User.email == email] if email else []
    same += [User.phone == phone] if phone else []
    taken = session.scalar(select(User.id).where(or_(false(), *same)).limit(1))
    if taken is not None:
        events.publish(session, SignUpRepeated(taken, clock.today().isoformat()))
        return None
    return add_user(
        session,
        SYSTEM,
        request.name,
        email=email,
        phone=phone,
        password_hash=password_hash,
        locale=request.locale,
    )


def add_user(
    session: Session,
    actor: Actor,
    name: str,
    *,
    email: str | None = None,
    phone: str | None = None,
    password_hash: str | None = None,
    locale: str = "zh_Hans_CN",
    household_id: int | None = None,
) -> User:
    """Add a person; without a password hash nobody can sign in until a reset."""
    user = User(
        public_id=ids.public_id(),
        name=name,
        email=email.casefold() if email else None,
        phone=phone,
        password_hash=password_hash or NO_PASSWORD,
        locale=locale,
        household_id=household_id,
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    audit.record(session, actor, "user added", "user", user.public_id)
    return user


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password."""
    return _hasher.hash(password)


def grant_role(
    session: Session,
    actor: Actor,
    user_id: int,
    role: Role,
    *,
    organisation_id: int | None = None,
    region_id: int | None = None,
    region_path: str | None = None,
) -> None:
    """Give a person a role in an organisation, in a region, in both or everywhere."""
    session.add(
        RoleGrant(
            user_id=user_id,
            role=role.value,
            organisation_id=organisation_id,
            region_id=region_id,
            region_path=region_path,
            valid_from=clock.now(),
            granted_by_user_id=actor.user_id,
        )
    )
    session.flush()
    audit.record(
        session,
        actor,
        "role granted",
        "user",
        user_id,
        after={"role": role, "organisation_id": organisation_id, "region_id": region_id},
    )


def end_role(
    session: Session, actor: Actor, user_id: int, role: Role, *, region_id: int | None = None
) -> int:
    """Take a role from a person, in a region or wherever they hold it; returns how many grants ended, at once."""
    held = [RoleGrant.user_id == user_id, RoleGrant.role == role.value, RoleGrant.valid_until.is_(None)]
    before: dict[str, object] = {"role": role}
    if region_id is not None:
        held += [RoleGrant.region_id == region_id, RoleGrant.organisation_id.is_(None)]
        before["region_id"] = region_id
    ended = session.scalars(
        update(RoleGrant).where(*held).values(valid_until=clock.now()).returning(RoleGrant.id)
    ).all()
    if ended:
        audit.record(session, actor, "role ended", "user", user_id, before=before)
    return len(ended)


# Sent at every door that counts tries, so built once, over the plain table.
_attempts = table_of(Attempt)
_TRIED = (
    select(_attempts.c.key, func.count(), func.max(_attempts.c.tried_at))
    .where(
        _attempts.c.key.in_(bindparam("keys", expanding=True)),
        _attempts.c.tried_at > bindparam("since", type_=DateTime(timezone=True)),
    )
    .group_by(_attempts.c.key)
)
_TRY = insert(_attempts)
_FORGET = delete(_attempts).where(_attempts.c.key.in_(bindparam("keys", expanding=True)))


def count_attempt(session: Session, *keys: str, scale: int = 1) -> None:
    """Count a try against each key and refuse (`TooManyAttempts`) when one must rest; serialised by key.

    `scale` tries count as one: what many people share, such as a network address, gets a larger one.
    Called in a step of its own, so that the count stays when the try fails.
    """
    moment = clock.now()
    hashed = sorted({ids.digest(key) for key in keys})
    lock_keys(session, *hashed)
    for _key, count, latest in session.execute(
        _TRIED, {"keys": hashed, "since": moment - rules.FORGET_ATTEMPTS}
    ):
        rest = latest + rules.wait_after(count // scale) - moment
        if rest > timedelta(0):
            raise TooManyAttempts(int(rest.total_seconds()) + 1)
    session.execute(_TRY, one_or_many([{"key": key, "tried_at": moment} for key in hashed]))


def forget_attempts(session: Session, *keys: str) -> None:
    """Forgive the tries of the rightful person."""
    session.execute(_FORGET, {"keys": [ids.digest(key) for key in keys]})


def forgive_one(session: Session, key: str) -> None:
    """Take back the latest try against a shared key: the rightful person's own, while the others' failures stay."""
    latest = (
        select(Attempt.id).where(Attempt.key == ids.digest(key)).order_by(Attempt.tried_at.desc()).limit(1)
    )
    session.execute(delete(Attempt).where(Attempt.id.in_(latest)))


def check_password(session: Session, login: str, password: str) -> User:
    """Return the person whose login and password these are; takes as long for unknown accounts as for known ones."""
    user = queries.find_user_by_login(session, login) if "\x00" not in login else None
    try:
        _hasher.verify(
            user.password_hash if user is not None else _NOBODY, password[: rules.LONGEST_PASSWORD]
        )
    except (VerificationError, InvalidHashError):
        raise WrongCredentials from None
    if user is None:
        raise WrongCredentials
    return user


def check_own_password(session: Session, actor: Actor, password: str) -> None:
    """Make sure that it is still the same person who acts, before money moves or a secret is shown (`WrongCredentials`)."""
    user = session.get_one(User, actor.user_id)
    try:
        _hasher.verify(user.password_hash, password[: rules.LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        raise WrongCredentials from None


def lock_sign_ins(session: Session, user_id: int) -> None:
    """Let nobody else sign in as this person, nor turn their second factor on, until the end of this step.

    Else a session might begin with the password alone at the moment at which that no longer suffices.
    """
    lock_keys(session, f"sign-ins of {user_id}")


def start_half_sign_in(session: Session, user: User) -> str:
    """Note that this browser gave the right password and owes the code of the second factor; returns its secret.

    Nobody is signed in by it. Those that are over are cleared away.
    """
    moment = clock.now()
    session.execute(delete(HalfSignIn).where(HalfSignIn.created_at <= moment - rules.HALF_SIGN_IN_LIFE))
    token = ids.secret()
    session.add(HalfSignIn(token_hash=ids.digest(token), user_id=user.id, created_at=moment))
    return token


def end_half_sign_in(session: Session, token: str) -> User:
    """Use up what this browser has of a sign-in and return whose it is, or refuse (`HalfSignInEnded`)."""
    user_id = session.scalar(
        delete(HalfSignIn)
        .where(
            HalfSignIn.token_hash == ids.digest(token),
            HalfSignIn.created_at > clock.now() - rules.HALF_SIGN_IN_LIFE,
        )
        .returning(HalfSignIn.user_id)
    )
    user = session.get(User, user_id) if user_id is not None else None
    if user is None or user.disabled_at is not None:
        raise HalfSignInEnded
    return user


def end_half_sign_ins(session: Session, user_id: int) -> None:
    """Let nobody go on who gave this person's password and owes the code."""
    session.execute(delete(HalfSignIn).where(HalfSignIn.user_id == user_id))


def start_sign_in(session: Session, user: User, address: str, agent: str) -> NewSignIn:
    """Open a session for a person whose password, and code if they have a second factor, was checked.

    The secret is new each time.
    """
    token = ids.secret()
    moment = clock.now()
    session.add(
        SignIn(
            token_hash=ids.digest(token),
            user_id=user.id,
            created_at=moment,
            seen_at=moment,
            address=address[:64],
            agent=agent[:200],
        )
    )
    actor = Actor(user.id, user.name)
    audit.record(session, actor, "signed in", "user", user.public_id)
    return NewSignIn(user.id, token)


def touch_sign_in(session: Session, sign_in_id: int) -> None:
    """Note that a sign-in is in use."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=clock.now()))


def end_sign_in(session: Session, token: str) -> None:
    """End one session at once."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == ids.digest(token), SignIn.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def end_all_sign_ins(session: Session, user_id: int, *, except_token: str | None = None) -> None:
    """End every session of a person, begun ones too, the present one excepted when its secret is given."""
    end_half_sign_ins(session, user_id)
    statement = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    if except_token is not None:
        statement = statement.where(SignIn.token_hash != ids.digest(except_token))
    session.execute(statement.values(ended_at=clock.now()))


def forget_old_traces(session: Session) -> int:
    """Remove tries that count no more and used-up ways in, and from where people signed in long ago; returns how many rows."""
    moment = clock.now()
    old = (
        delete(Attempt).where(Attempt.tried_at <= moment - rules.FORGET_ATTEMPTS),
        delete(HalfSignIn).where(HalfSignIn.created_at <= moment - rules.HALF_SIGN_IN_LIFE),
        delete(PasswordReset).where(PasswordReset.expires_at <= moment - rules.FORGET_WHENCE),
        update(SignIn)
        .where(SignIn.seen_at <= moment - rules.FORGET_WHENCE, (SignIn.address != "") | (SignIn.agent != ""))
        .values(address="", agent=""),
    )
    return sum(session.execute(statement).rowcount for statement in old)  # type: ignore[attr-defined]


def ask_password_reset(session: Session, login: str) -> None:
    """Send a reset link when there is such an account with an e-mail address; say nothing either way."""
    user = queries.find_user_by_login(session, login) if "\x00" not in login else None
    if user is None or user.email is None:
        return
    token = ids.secret()
    reset = PasswordReset(
        token_hash=ids.digest(token),
        user_id=user.id,
        created_at=clock.now(),
        expires_at=clock.now() + rules.RESET_LIFE,
    )
    session.add(reset)
    session.flush()
    events.publish(session, PasswordResetAsked(reset.id, user.id, token))


def find_reset(session: Session, token: str, *, lock: bool = False) -> PasswordReset:
    """Return the reset a link stands for, or refuse it (`LinkUsedUp`)."""
    statement = select(PasswordReset).where(
        PasswordReset.token_hash == ids.digest(token),
        PasswordReset.used_at.is_(None),
        PasswordReset.expires_at > clock.now(),
    )
    reset = session.scalar(statement.with_for_update() if lock else statement)
    if reset is None:
        raise LinkUsedUp
    return reset


def reset_password(session: Session, token: str, password: str) -> None:
    """Set a new password by a reset link, use the link up, and end every session of the person."""
    reset = find_reset(session, token, lock=True)
    user = session.get_one(User, reset.user_id)
    if rules.is_weak(password, user.name, user.email or "", user.phone or ""):
        raise WeakPassword
    user.password_hash = _hasher.hash(password)
    session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
        .values(used_at=clock.now())
    )
    end_all_sign_ins(session, user.id)
    audit.record(session, Actor(user.id, user.name), "password reset", "user", user.public_id)


def change_password(session: Session, actor: Actor, current: str, new: str, *, keep_token: str) -> None:
    """Set a new password after checking the present one; every other session ends."""
    user = session.get_one(User, actor.user_id)
    try:
        _hasher.verify(user.password_hash, current[: rules.LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        raise WrongCredentials from None
    if rules.is_weak(new, user.name, user.email or "", user.phone or ""):
        raise WeakPassword
    user.password_hash = _hasher.hash(new)
    end_all_sign_ins(session, user.id, except_token=keep_token)
    audit.record(session, actor, "password changed", "user", user.public_id)
