"""Two people at one moment, with real connections: no part is paid out twice, and nothing that went back is."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text

from accounts.values import Role
from core import clock, ids
from core.db import reading, transaction
from core.errors import Refusal
from core.permissions import Actor
from ledger import queries as ledger_queries
from payments.errors import BankTooLow
from shop import books
from shop.settlement import queries, services
from shop.settlement.errors import (
    BatchOutdated,
    NothingDue,
    ReferenceTaken,
    WrongBatchState,
    WrongPayoutState,
)
from shop.settlement.models import Payout, PayoutBatch, PayoutItem
from tests.factories.settlement import Seller, deliver, enter, make_officer, make_seller, refund

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in as many threads, started at one moment; what they refuse is returned."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def people(sellers: int = 1) -> tuple[Actor, Actor, list[Seller]]:
    with transaction() as session:
        finance, admin = make_officer(session)[1], make_officer(session, Role.ADMIN)[1]
        return finance, admin, [make_seller(session) for _ in range(sellers)]


def propose(actor: Actor, *sellers: Seller) -> Callable[[], str]:
    def call() -> str:
        with transaction() as session:
            names = [seller.organisation.public_id for seller in sellers]
            return services.propose_batch(session, actor, names, once=ids.public_id(20)).public_id

    return call


def approve(actor: Actor, batch: str) -> Callable[[], None]:
    def call() -> None:
        with transaction() as session:
            services.approve_batch(session, actor, batch)

    return call


def due() -> int:
    with reading() as session:
        return ledger_queries.balance(session, books.payouts_due().code).settled


def owed(seller: Seller) -> int:
    with reading() as session:
        return queries.payable_balance(session, seller.organisation.public_id)


def test_many_propose_the_same_and_one_batch_wins() -> None:
    finance, admin, sellers = people(3)
    for _ in range(3):
        deliver(*sellers)
    calls = [propose(finance if n % 2 else admin, *(sellers if n % 3 else sellers[::-1])) for n in range(8)]
    results = at_once(*calls)
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, NothingDue) for result in results) == 7
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PayoutBatch)) == 1
        assert session.scalar(select(func.count()).select_from(PayoutItem)) == 9


def test_many_approve_at_once_and_the_money_moves_once() -> None:
    finance, admin, (seller,) = people()
    deliver(seller, packs=2)
    with transaction() as session:
        others = [make_officer(session, Role.ADMIN)[1] for _ in range(5)]
    batch = propose(finance, seller)()
    results = at_once(*(approve(actor, batch) for actor in (admin, admin, *others)))
    assert all(result is None or isinstance(result, WrongBatchState) for result in results)
    assert (due(), owed(seller)) == (400_00, 0)


def test_one_approves_while_another_declines() -> None:
    finance, admin, (seller,) = people()
    deliver(seller)
    batch = propose(finance, seller)()

    def decline() -> None:
        with transaction() as session:
            services.decline_batch(session, finance, batch, "Not now")

    results = at_once(approve(admin, batch), decline)
    assert sum(isinstance(result, WrongBatchState) for result in results) == 1
    assert (due(), owed(seller)) in ((200_00, 0), (0, 200_00))


def test_a_refund_races_the_approval_and_is_never_paid_out_too() -> None:
    finance, admin, (seller,) = people()
    for _ in range(4):
        (part,) = deliver(seller)
        batch = propose(finance, seller)()

        def give_back(part: str = part) -> str:
            return refund(part, 30_00, finance).public_id

        approved, given = at_once(approve(admin, batch), give_back)
        # Either the money was paid out and nothing is left to give back, or it went back and the batch is outdated.
        assert (approved is None) == isinstance(given, Refusal)
        if isinstance(approved, BatchOutdated):
            with transaction() as session:
                services.decline_batch(session, admin, batch, "A refund came")
            approve(admin, propose(finance, seller)())()
        assert owed(seller) == 0


def test_a_dispute_races_the_approval() -> None:
    finance, admin, (seller,) = people()
    (part,) = deliver(seller)
    batch = propose(finance, seller)()

    def dispute() -> None:
        with transaction() as session:
            services.open_dispute(session, seller.actor, part, None, "Too little", once=ids.public_id(20))

    approved, disputed = at_once(approve(admin, batch), dispute)
    assert disputed is None
    assert approved is None or isinstance(approved, BatchOutdated)
    assert due() == (200_00 if approved is None else 0)


def test_two_files_taken_at_once_pay_no_more_than_lies_in_the_bank() -> None:
    finance, admin, sellers = people(2)
    deliver(*sellers, bank_fen=300_00)
    batches = [propose(finance, seller)() for seller in sellers]
    for batch in batches:
        approve(admin, batch)()

    def take_the_other() -> None:
        with transaction() as session:
            services.take_bank_file(session, finance, batches[1])

    with ThreadPoolExecutor(2) as pool:
        with transaction() as session:
            services.take_bank_file(session, finance, batches[0])
            other = pool.submit(take_the_other)
            pool.submit(until_somebody_waits).result()
        with pytest.raises(BankTooLow):
            other.result()


def test_two_payouts_noted_at_once_with_one_reference_are_one_payment() -> None:
    finance, admin, sellers = people(2)
    deliver(*sellers)
    for seller in sellers:
        approve(admin, propose(finance, seller)())()
    with reading() as session:
        first, second = session.scalars(select(Payout.public_id).order_by(Payout.id)).all()

    def note_the_other() -> None:
        with transaction() as session:
            services.note_paid(session, admin, second, "ICBC 1", clock.today())

    with ThreadPoolExecutor(2) as pool:
        with transaction() as session:
            services.note_paid(session, finance, first, "ICBC 1", clock.today())
            other = pool.submit(note_the_other)
            pool.submit(until_somebody_waits).result()
        with pytest.raises(ReferenceTaken):
            other.result()
    assert due() == 200_00


def until_somebody_waits() -> None:
    """Return once a step waits for another one's lock."""
    until = time.monotonic() + 20
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while time.monotonic() < until:
        with reading() as session:
            if session.scalar(waiting):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_paid_and_failed_at_once_post_one_of_both() -> None:
    finance, admin, (seller,) = people()
    deliver(seller)
    batch = propose(finance, seller)()
    approve(admin, batch)()
    with reading() as session:
        payout = session.scalars(select(Payout.public_id)).one()

    def paid() -> str:
        with transaction() as session:
            return services.note_paid(session, finance, payout, "ICBC 1", clock.today()).state

    def failed() -> str:
        with transaction() as session:
            return services.fail_payout(session, admin, payout, "Unknown account").state

    results = at_once(paid, paid, failed, paid)
    assert all(isinstance(result, (str, WrongPayoutState)) for result in results)
    with reading() as session:
        state = session.scalars(select(Payout.state)).one()
    assert (state, owed(seller), due()) in (("paid", 0, 0), ("failed", 200_00, 0))
    # Whoever came second was refused: what the bank has paid is not owed again because of a page that was open before.
    assert (state == "paid") == isinstance(results[2], WrongPayoutState)


def test_two_name_an_account_at_once_and_the_last_one_waits() -> None:
    _finance, admin, (seller,) = people()

    def name(number: str) -> Callable[[], str]:
        def call() -> str:
            with transaction() as session:
                return enter(session, seller, number).public_id

        return call

    first, second = at_once(name("1111222233334444"), name("5555666677778888"))

    def confirm(public_id: str) -> Callable[[], None]:
        def call() -> None:
            with transaction() as session:
                services.confirm_account(session, admin, public_id)

        return call

    confirmed = at_once(confirm(first), confirm(second))
    assert sum(result is None for result in confirmed) == 1
    with reading() as session:
        rows = queries.accounts_of(session, seller.organisation.id)
    assert sorted(row.state for row in rows) == ["confirmed", "replaced", "replaced"]
