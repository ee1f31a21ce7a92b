"""Many tills at once, on real connections."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from accounts.values import Role
from core import clock, ids
from core.db import reading, transaction
from core.permissions import SYSTEM
from points.awards import services as awards
from points.redemptions import queries, services
from points.redemptions.models import Redemption
from points.schemes import services as schemes
from points.supermarkets.models import GoodsBatch
from tests.factories.people import actor_of, make_household, make_user
from tests.factories.points import (
    PointsWorld,
    add_rule,
    basket,
    claim_of,
    give_points,
    make_points_world,
    stock_goods,
)

pytestmark = pytest.mark.concurrency

TILLS = 20


def at_once(jobs: list[Callable[[], Any]]) -> Counter[str]:
    """Run the jobs in threads that start together; count what came of them."""
    gate, results = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results.append(str(job()))
        except Exception as problem:
            results.append(type(problem).__name__)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == len(jobs)
    return Counter(results)


def redeem(world: PointsWorld, **what: Any) -> Callable[[], str]:
    wanted = basket(world, **what)

    def run() -> str:
        with transaction() as session:
            services.redeem_goods(session, world.keeper, wanted)
        return "redeemed"

    return run


@pytest.fixture
def live_world(live_database: Any) -> PointsWorld:
    with transaction() as session:
        return make_points_world(session, points=100)


def test_the_whole_balance_is_redeemed_once(live_world: PointsWorld) -> None:
    counts = at_once([redeem(live_world, rice=10) for _ in range(TILLS)])
    assert counts["redeemed"] == 1
    assert counts["TooFewPoints"] + counts["NotOnShelf"] == TILLS - 1
    with reading() as session:
        assert queries.points_balance(session, live_world.household.ledger_ref) == 0


def test_the_last_piece_goes_once(live_world: PointsWorld) -> None:
    with transaction() as session:
        stock_goods(session, live_world, "lamp", "台灯", 1, 3000, 1)
    counts = at_once([redeem(live_world, lamp=1) for _ in range(TILLS)])
    assert counts == {"redeemed": 1, "NotOnShelf": TILLS - 1}


def test_the_last_piece_goes_to_one_of_many_households(live_world: PointsWorld) -> None:
    cards = []
    with transaction() as session:
        stock_goods(session, live_world, "lamp", "台灯", 1, 3000, 1)
        for _ in range(8):
            household = make_household(session, live_world.village)
            give_points(session, live_world, household, 5)
            cards.append(services.issue_card(session, SYSTEM, household.id)[0].id)
    counts = at_once([redeem(live_world, card_id=card, lamp=1) for card in cards])
    assert counts == {"redeemed": 1, "NotOnShelf": 7}


def test_one_token_makes_one_slip(live_world: PointsWorld) -> None:
    token = ids.public_id(20)
    wanted = basket(live_world, token, rice=1)

    def run() -> str:
        with transaction() as session:
            return services.redeem_goods(session, live_world.keeper, wanted).public_id

    counts = at_once([run] * TILLS)
    assert len(counts) == 1
    assert counts.total() == TILLS
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Redemption)) == 1


def test_one_token_makes_one_slip_even_of_the_last_piece(live_world: PointsWorld) -> None:
    with transaction() as session:
        stock_goods(session, live_world, "lamp", "台灯", 1, 3000, 1)
    wanted = basket(live_world, ids.public_id(20), lamp=1)

    def run() -> str:
        with transaction() as session:
            return services.redeem_goods(session, live_world.keeper, wanted).public_id

    assert len(at_once([run] * TILLS)) == 1


def test_baskets_in_opposite_order_do_not_lock_each_other_out(live_world: PointsWorld) -> None:
    cards = []
    with transaction() as session:
        for number in range(6):
            stock_goods(session, live_world, f"thing{number}", f"杂货{number}", 1, 100, 500)
        for _ in range(6):
            household = make_household(session, live_world.village)
            give_points(session, live_world, household, 600)
            cards.append(services.issue_card(session, SYSTEM, household.id)[0].id)
    names = [f"thing{number}" for number in range(6)]
    jobs = []
    for turn in range(24):
        order = names if turn % 2 else names[::-1]
        jobs.append(redeem(live_world, card_id=cards[turn % 6], **dict.fromkeys(order, 2)))
    assert at_once(jobs) == {"redeemed": 24}
    with reading() as session:
        goods = [live_world.goods[name].id for name in names]
        left = session.scalar(
            select(func.sum(GoodsBatch.quantity_left)).where(GoodsBatch.goods_id.in_(goods))
        )
    assert left == 6 * (500 - 48)


def test_a_claim_is_approved_once(live_world: PointsWorld) -> None:
    with transaction() as session:
        users = [make_user(session, Role.COMMITTEE, region=live_world.village) for _ in range(8)]
        actors = [actor_of(user, Role.COMMITTEE, region=live_world.village) for user in users]
        claim = claim_of(session, live_world).public_id

    def run(actor: Any) -> Callable[[], str]:
        def approve() -> str:
            with transaction() as session:
                awards.approve_claim(session, actor, claim)
            return "approved"

        return approve

    assert at_once([run(actor) for actor in actors]) == {"approved": 1, "AlreadyDecided": 7}
    with reading() as session:
        assert queries.points_balance(session, live_world.household.ledger_ref) == 110


def test_the_yearly_cap_holds_when_many_members_approve_at_once(live_world: PointsWorld) -> None:
    with clock.at(datetime(2026, 7, 1, 4, tzinfo=UTC)), transaction() as session:
        rule = add_rule(session, live_world, 10, cap=30)
        claims = [
            claim_of(session, live_world, rule=rule, day=clock.today() - timedelta(days=n)).public_id
            for n in range(6)
        ]
        users = [make_user(session, Role.COMMITTEE, region=live_world.village) for _ in claims]
        actors = [actor_of(user, Role.COMMITTEE, region=live_world.village) for user in users]

    def run(actor: Any, claim: str) -> Callable[[], str]:
        def approve() -> str:
            with transaction() as session:
                awards.approve_claim(session, actor, claim)
            return "approved"

        return approve

    counts = at_once([run(actor, claim) for actor, claim in zip(actors, claims, strict=True)])
    assert counts == {"approved": 3, "CapReached": 3}


def test_the_cover_holds_when_many_members_approve_at_once(live_world: PointsWorld) -> None:
    with transaction() as session:
        # The shelf is worth 36,500 fen; 100 points at 400 fen are out, so 50 more fit under 60,000.
        schemes.set_cover(session, SYSTEM, live_world.village.id, fund_fen=23_500, rate_fen=400)
        rule = add_rule(session, live_world, 10, cap=100)
        jobs = []
        for _ in range(8):
            household = make_household(session, live_world.village)
            user = make_user(session, Role.COMMITTEE, region=live_world.village)
            actor = actor_of(user, Role.COMMITTEE, region=live_world.village)
            jobs.append((actor, claim_of(session, live_world, household, rule).public_id))

    def run(actor: Any, claim: str) -> Callable[[], str]:
        def approve() -> str:
            with transaction() as session:
                awards.approve_claim(session, actor, claim)
            return "approved"

        return approve

    assert at_once([run(*job) for job in jobs]) == {"approved": 5, "NotCovered": 3}
