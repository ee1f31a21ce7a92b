"""Reading gifts: masked for the public, whole for the donor and the charity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from charity.campaigns.models import Campaign
from charity.charities.models import Charity
from charity.donations import rules
from charity.donations.models import ACKNOWLEDGEMENT_NUMBERS, Donation
from charity.donations.values import DonationState
from core import clock, ids
from core.errors import NotFound
from core.permissions import Actor
from registry.queries import mask

SETTLED = DonationState.SETTLED.value


@dataclass(frozen=True, slots=True)
class PublicGift:
    """A gift as everybody may see it: `shown_name` of a person is masked, and empty without a name."""

    shown_name: str
    amount_fen: int
    settled_on: date


@dataclass(frozen=True, slots=True)
class GiftFile:
    """A gift with its campaign and charity, for the donor."""

    donation: Donation
    campaign_slug: str
    title_zh: str
    title_en: str
    picture: str | None
    charity_zh: str
    charity_en: str
    credit_code: str
    record_no: str
    qualification_no: str
    contact_phone: str
    contact_email: str


@dataclass(frozen=True, slots=True)
class DeskGift:
    """A gift as its charity's officer reads it; the amount in fen."""

    public_id: str
    acknowledgement_no: str | None
    state: str
    donor_name: str
    anonymous: bool
    email: str
    message: str
    amount_fen: int
    remark: str | None
    created_at: datetime
    settled_at: datetime | None


def donor_counts(session: Session, campaign_ids: Sequence[int]) -> dict[int, int]:
    """Count the people behind the settled gifts of campaigns, by their e-mail address."""
    rows = session.execute(
        select(Donation.campaign_id, func.count(func.distinct(Donation.email)))
        .where(Donation.campaign_id.in_(campaign_ids), Donation.state == SETTLED)
        .group_by(Donation.campaign_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def latest_gifts(session: Session, campaign_id: int, limit: int = 20) -> list[PublicGift]:
    """Return the newest settled gifts of a campaign, names of people masked before they leave this function."""
    rows = session.execute(
        select(Donation.donor_name, Donation.anonymous, Donation.amount_fen, Donation.settled_at)
        .where(Donation.campaign_id == campaign_id, Donation.state == SETTLED)
        .order_by(Donation.settled_at.desc(), Donation.id.desc())
        .limit(limit)
    )
    return [
        PublicGift(
            "" if row.anonymous else _shown(row.donor_name.strip()),
            row.amount_fen,
            row.settled_at.astimezone(clock.CHINA).date(),
        )
        for row in rows
    ]


def _shown(name: str) -> str:
    return name if not name or rules.names_an_organisation(name) else mask(name)


def _files() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Donation,
            Campaign.slug,
            Campaign.title_zh,
            Campaign.title_en,
            Campaign.picture,
            Organisation.name_zh,
            Organisation.name_en,
            func.coalesce(Organisation.credit_code, ""),
            Campaign.record_no,
            Charity.qualification_no,
            Charity.contact_phone,
            Charity.email,
        )
        .join(Campaign, Campaign.id == Donation.campaign_id)
        .join(Charity, Charity.id == Campaign.charity_id)
        .join(Organisation, Organisation.id == Charity.organisation_id)
    )


def _one_file(session: Session, condition: ColumnElement[bool]) -> GiftFile:
    row = session.execute(_files().where(condition)).one_or_none()
    if row is None:
        raise NotFound("donation")
    return GiftFile(*row)


def get_guest_gift(session: Session, secret: str) -> GiftFile:
    """Return the gift that a guest's secret opens, else `NotFound`."""
    return _one_file(session, Donation.guest_token_hash == ids.digest(secret))


def get_own_gift(session: Session, actor: Actor, public_id: str) -> GiftFile:
    """Return a gift of the signed-in donor, else `NotFound`."""
    if actor.user_id is None:
        raise NotFound("donation")
    return _one_file(session, (Donation.public_id == public_id) & (Donation.donor_user_id == actor.user_id))


def get_gift(session: Session, donation_id: int) -> GiftFile:
    """Return a gift by its id, for mail."""
    return _one_file(session, Donation.id == donation_id)


def own_gifts(session: Session, actor: Actor, *, limit: int, offset: int = 0) -> list[GiftFile]:
    """Return the gifts of the signed-in donor, newest first."""
    rows = session.execute(
        _files()
        .where(Donation.donor_user_id == actor.user_id)
        .order_by(Donation.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [GiftFile(*row) for row in rows]


def own_totals(session: Session, actor: Actor) -> tuple[int, int, int]:
    """Return how many gifts a donor has started, how many are settled, and their sum (fen)."""
    settled = Donation.state == SETTLED
    row = session.execute(
        select(
            func.count(),
            func.count().filter(settled),
            func.coalesce(func.sum(Donation.amount_fen).filter(settled), 0),
        ).where(Donation.donor_user_id == actor.user_id)
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


_DESK_COLUMNS = tuple(getattr(Donation, name) for name in DeskGift.__dataclass_fields__)


def gifts_of_campaign(session: Session, campaign_id: int, *, limit: int, offset: int = 0) -> list[DeskGift]:
    """Return the gifts of a campaign with its donors, newest first; the caller has checked whose campaign it is."""
    rows = session.execute(
        select(*_DESK_COLUMNS)
        .where(Donation.campaign_id == campaign_id)
        .order_by(Donation.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [DeskGift(*row) for row in rows]


def all_gifts_of_campaign(session: Session, campaign_id: int, batch: int = 1000) -> Iterator[DeskGift]:
    """Yield every gift of a campaign, oldest first, without holding all of them in memory."""
    after = 0
    while True:
        rows = session.execute(
            select(Donation.id, *_DESK_COLUMNS)
            .where(Donation.campaign_id == campaign_id, Donation.id > after)
            .order_by(Donation.id)
            .limit(batch)
        ).all()
        for row in rows:
            yield DeskGift(*row[1:])
        if len(rows) < batch:
            return
        after = rows[-1][0]


def gift_counts(session: Session, campaign_id: int) -> dict[str, int]:
    """Count the gifts of a campaign by state, and those with a remark under `remark`."""
    rows = session.execute(
        select(Donation.state, func.count(), func.count(Donation.remark))
        .where(Donation.campaign_id == campaign_id)
        .group_by(Donation.state)
    ).all()
    counts = {state.value: 0 for state in DonationState} | {row[0]: int(row[1]) for row in rows}
    counts["remark"] = sum(int(row[2]) for row in rows)
    return counts


def find_by_key(session: Session, idem_key: str) -> Donation | None:
    """Return the gift that a form's token started."""
    return session.scalar(select(Donation).where(Donation.idem_key == idem_key))


def lock_donation(session: Session, donation_id: int) -> Donation:
    """Lock one gift; raises when there is none."""
    return session.scalars(select(Donation).where(Donation.id == donation_id).with_for_update()).one()


def abandoned(session: Session, older_than: timedelta, limit: int) -> list[int]:
    """Return the gifts whose payment has waited too long, oldest first."""
    return list(
        session.scalars(
            select(Donation.id)
            .where(
                Donation.state == DonationState.PENDING.value, Donation.created_at < clock.now() - older_than
            )
            .order_by(Donation.created_at)
            .limit(limit)
        )
    )


def next_acknowledgement_number(session: Session) -> int:
    """Draw the next number of an acknowledgement."""
    return int(session.scalar(select(ACKNOWLEDGEMENT_NUMBERS.next_value())) or 0)
