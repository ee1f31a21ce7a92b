"""Use cases of gifts: starting one, settling it when its payment is confirmed, giving one up."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts import services as account_services
from charity.books import DONATION_RECEIVED, campaign_fund
from charity.campaigns import queries as campaign_queries
from charity.campaigns import rules as campaign_rules
from charity.campaigns.models import Campaign
from charity.campaigns.values import CampaignState, FundraisingMode
from charity.charities.models import Charity
from charity.donations import queries, rules
from charity.donations.errors import BadAmount, CampaignNotOpen, FormSentBefore, GivingElsewhere
from charity.donations.events import DonationSettled
from charity.donations.models import Donation
from charity.donations.values import ConfirmedPayment, DonationState, GiftRequest, StartedGift
from core import audit, clock, events, ids
from core.permissions import Actor
from ledger import services as ledger_services
from ledger.values import Fact, Leg
from payments import books as payment_books
from payments import services as payment_services
from payments.values import Purpose

#: Gifts begun from one network address count by this many as one try, because a school shares its address.
ADDRESS_SCALE = 4


def start_donation(
    session: Session, actor: Actor, request: GiftRequest, mode: FundraisingMode
) -> StartedGift:
    """Write down a gift (fen) and the payment it waits for; the same form (`once`) gives the first result again.

    Refuses where this site takes no gifts (`GivingElsewhere`), a campaign the actor may not see (`NotFound`) or that
    takes none today (`CampaignNotOpen`), a size outside the limits (`BadAmount`), a used form with other contents
    (`FormSentBefore`), and too many gifts from one address (`TooManyAttempts`). Asks no provider.
    """
    if mode is FundraisingMode.OUTBOUND:
        raise GivingElsewhere
    if not rules.is_allowed_amount(request.amount_fen):
        raise BadAmount(rules.SMALLEST_FEN, rules.LARGEST_FEN)
    file = campaign_queries.get_visible_campaign(session, actor, request.slug, mode)
    # The key of one person is never the key of another, whatever token they send.
    key = f"{actor.user_id or 'guest'}:{request.once}"
    known = queries.find_by_key(session, key)
    if known is not None:
        return _same_gift(known, file.campaign, request)
    if not file.takes_gifts:
        raise CampaignNotOpen
    secret = ids.secret()
    donation = session.scalar(
        insert(Donation)
        .values(
            public_id=ids.public_id(),
            idem_key=key,
            campaign_id=file.campaign.id,
            donor_user_id=actor.user_id,
            guest_token_hash=None if actor.user_id is not None else ids.digest(secret),
            donor_name=request.donor_name,
            anonymous=request.anonymous,
            email=request.email.strip().lower(),
            message=request.message,
            locale=request.locale,
            amount_fen=request.amount_fen,
            state=DonationState.PENDING.value,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Donation.idem_key])
        .returning(Donation)
    )
    if donation is None:
        known = queries.find_by_key(session, key)
        assert known is not None, "the row that stood in the way is there"
        return _same_gift(known, file.campaign, request)
    if request.address:
        account_services.count_attempt(session, f"gift:{request.address}", scale=ADDRESS_SCALE)
    way_in = f"guest/{secret}" if actor.user_id is None else donation.public_id
    intent = payment_services.open_intent(
        session,
        actor,
        Purpose.DONATION,
        donation.id,
        request.amount_fen,
        f"charity-{file.organisation.public_id}",
        file.campaign.title_en
        if request.locale == "en" and file.campaign.title_en
        else file.campaign.title_zh,
        request.locale,
        f"/charity/donations/{way_in}",
        clock.now() + rules.PAYMENT_LIFE,
    )
    donation.intent_public_id = intent.public_id
    session.flush()
    return StartedGift(donation.public_id, intent.public_id, created=True)


def settle_donation(session: Session, actor: Actor, donation_id: int, payment: ConfirmedPayment) -> None:
    """Put a gift whose payment went through into its campaign's restricted fund, number it, and thank the donor once.

    A gift that is settled stays as it is. Money that comes after the campaign's end is settled too, with a remark for
    the charity: it was given for that purpose. Another amount than the gift's is never settled: it needs review.
    """
    donation = queries.lock_donation(session, donation_id)
    if not rules.settles(DonationState(donation.state)):
        return
    if payment.amount_fen != donation.amount_fen:
        donation.state = DonationState.NEEDS_REVIEW.value
        session.flush()
        audit.record(
            session, actor, "gift needs review", "donation", donation.public_id, reason="another amount"
        )
        return
    campaign = session.get_one(Campaign, donation.campaign_id)
    charity = session.get_one(Charity, campaign.charity_id)
    ledger_services.post(
        session,
        actor,
        Fact(DONATION_RECEIVED, "payment", payment.intent_public_id, effective_at=payment.confirmed_at),
        [
            Leg(
                payment_books.clearing(payment.provider, payment.payee),
                campaign_fund(campaign.public_id),
                donation.amount_fen,
            )
        ],
    )
    today = clock.today()
    stage = campaign_rules.stage_of(
        CampaignState(campaign.state), campaign.starts_on, campaign.ends_on, today
    )
    qualified = campaign_rules.is_qualified(
        charity.qualification_no, charity.qualification_valid_until, today
    )
    remark = rules.remark_on(stage, qualified)
    number = rules.acknowledgement_no(today, queries.next_acknowledgement_number(session))
    donation.intent_public_id = payment.intent_public_id
    donation.state = DonationState.SETTLED.value
    donation.settled_at = payment.confirmed_at
    donation.acknowledgement_no = number
    donation.remark = remark.value if remark is not None else None
    session.flush()
    audit.record(
        session,
        actor,
        "gift settled",
        "donation",
        donation.public_id,
        after={"amount_fen": donation.amount_fen, "remark": donation.remark},
    )
    events.publish(session, DonationSettled(donation.id, donation.public_id, donation.amount_fen))


def flag_donation(session: Session, actor: Actor, donation_id: int, reason: str) -> None:
    """Note that the money of a gift does not fit it; a settled gift stays settled."""
    donation = queries.lock_donation(session, donation_id)
    if donation.state == DonationState.SETTLED.value:
        return
    donation.state = DonationState.NEEDS_REVIEW.value
    session.flush()
    audit.record(session, actor, "gift needs review", "donation", donation.public_id, reason=reason)


def give_up_donation(session: Session, actor: Actor, donation_id: int) -> None:
    """Give up a gift that was never paid; its payment must be closed at the provider before."""
    donation = queries.lock_donation(session, donation_id)
    if donation.state != DonationState.PENDING.value:
        return
    donation.state = DonationState.CANCELLED.value
    session.flush()
    audit.record(session, actor, "gift given up", "donation", donation.public_id, reason="not paid in time")


def end_reviewed_donation(session: Session, actor: Actor, donation_id: int) -> None:
    """End a gift under review once somebody has decided about its money; any other stays as it is."""
    donation = queries.lock_donation(session, donation_id)
    if donation.state != DonationState.NEEDS_REVIEW.value:
        return
    donation.state = DonationState.CANCELLED.value
    session.flush()
    audit.record(
        session, actor, "gift given up", "donation", donation.public_id, reason="its money was decided about"
    )


def _same_gift(known: Donation, campaign: Campaign, request: GiftRequest) -> StartedGift:
    same = (
        known.campaign_id == campaign.id
        and known.amount_fen == request.amount_fen
        and known.email == request.email.strip().lower()
        and known.donor_name == request.donor_name
        and known.anonymous == request.anonymous
        and known.message == request.message
    )
    if not same or known.intent_public_id is None:
        raise FormSentBefore
    return StartedGift(known.public_id, known.intent_public_id, created=False)
