"""What the rehearsed payment service sent to the bank in the demo world: every morning what came in the day before."""

from __future__ import annotations

from datetime import datetime, time
from functools import partial

from sqlalchemy.orm import Session

from core import clock, ids
from core.db import transaction
from demo.timeline import Timeline
from demo.world import World
from payments import services
from payments.sandbox import rehearsals
from payments.sandbox import services as sandbox
from payments.sandbox.gateway import NAME
from payments.values import ResolutionKind

#: Since when the service pays out; before, nothing had been sold.
FIRST_DAY = -240
#: The one payout that the bank sent back.
SENT_BACK = -40
#: What the operator put into its account at the beginning: suppliers are paid whole, the service keeps its fees.
OWN_FEN = 20_000_00


def add_payouts_to_the_bank(world: World, timeline: Timeline) -> None:
    """Plan the payout of every morning, one that comes back and is paid with the next, and the operator's own money."""
    moment = timeline.moment(timeline.day(FIRST_DAY), 9, 10)
    timeline.inside(moment, partial(_pay_in_own_money, world))
    for day in range(FIRST_DAY, 1):
        moment = timeline.moment(timeline.day(day), 5, 6)
        timeline.outside(moment, partial(_pay_out, sent_back=day == SENT_BACK))


def _pay_in_own_money(world: World, session: Session) -> None:
    """Let finance@ record what the operator put into its account for the fees, and admin@ confirm it."""
    assert world.finance is not None
    transfer = services.record_bank_transfer(
        session, world.finance, "自有资金", OWN_FEN, clock.today(), "ICBC20260000007"
    )
    paid_by = f"bank_transfer:{transfer.public_id}"
    proposal = services.resolve_review(
        session,
        world.finance,
        paid_by,
        ResolutionKind.OWN,
        "运营方存入周转金，用于支付机构手续费。",
        once=ids.public_id(20),
    )
    services.decide_proposal(session, world.fixed["admin"], paid_by, proposal.public_id, confirm=True)


def _pay_out(sent_back: bool) -> None:
    until = datetime.combine(clock.today(), time(), clock.CHINA)
    payout_id = rehearsals.pay_out(until)
    if sent_back and payout_id is not None:
        with transaction() as session:
            sandbox.fail_payout(session, payout_id, "could_not_process")
        services.settle_payout(NAME, payout_id)
