"""Posting, holding, reversing and lots, on PostgreSQL."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy.exc
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.db import reading, transaction
from core.permissions import SYSTEM
from ledger import checks, queries, services
from ledger import jobs as ledger_jobs
from ledger.errors import HoldNotPending, InsufficientBalance, KeyReused, ReversalTooLarge
from ledger.values import AccountKind, AccountSpec, Fact, Leg, Policy, Unit

BANK = AccountSpec("test:bank", Unit.CNY, AccountKind.ASSET, Policy.OPEN, "test")
FUND = AccountSpec("test:fund", Unit.CNY, AccountKind.FUND, Policy.DEFERRED, "test")
SPENT = AccountSpec("test:spent", Unit.CNY, AccountKind.EXPENSE, Policy.OPEN, "test")
POINTS = AccountSpec("test:household", Unit.POINTS, AccountKind.LIABILITY, Policy.STRICT, "test")
ISSUED = AccountSpec("test:issued", Unit.POINTS, AccountKind.ASSET, Policy.OPEN, "test")
REDEEMED = AccountSpec("test:redeemed", Unit.POINTS, AccountKind.INCOME, Policy.OPEN, "test")


def give(session: Session, name: str, amount: int) -> services.Posted:
    return services.post(session, SYSTEM, Fact("gift", "test", name), [Leg(BANK, FUND, amount)])


def issue(session: Session, name: str, amount: int, expires_on: date | None = None) -> None:
    posted = services.post(session, SYSTEM, Fact("issue", "test", name), [Leg(ISSUED, POINTS, amount)])
    services.issue_lot(session, POINTS, posted, amount, origin="earned", expires_on=expires_on)


def spend(session: Session, name: str, amount: int) -> None:
    posted = services.post(session, SYSTEM, Fact("spend", "test", name), [Leg(POINTS, REDEEMED, amount)])
    services.spend_lots(session, POINTS, posted, amount)


def test_a_posting_moves_both_balances(session: Session) -> None:
    give(session, "a", 1000)
    assert queries.balance(session, "test:bank").settled == 1000
    assert queries.balance(session, "test:fund").settled == 1000


def test_the_same_fact_is_written_once(session: Session) -> None:
    first, second = give(session, "a", 1000), give(session, "a", 1000)
    assert second.replayed
    assert second.entry_id == first.entry_id
    assert queries.balance(session, "test:fund").settled == 1000


def test_the_same_fact_with_another_amount_is_refused(session: Session) -> None:
    give(session, "a", 1000)
    with pytest.raises(KeyReused):
        give(session, "a", 999)


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_is_above_zero(session: Session, amount: int) -> None:
    with pytest.raises(sqlalchemy.exc.IntegrityError), session.begin_nested():
        give(session, "a", amount)


def test_units_do_not_mix(session: Session) -> None:
    with pytest.raises(sqlalchemy.exc.IntegrityError), session.begin_nested():
        services.post(session, SYSTEM, Fact("mix", "test", "1"), [Leg(BANK, POINTS, 5)])


def test_a_fund_cannot_be_overspent_and_says_what_is_left(session: Session) -> None:
    give(session, "a", 1000)
    with pytest.raises(InsufficientBalance) as refused, session.begin_nested():
        services.post(session, SYSTEM, Fact("spend", "test", "1"), [Leg(FUND, SPENT, 1001)])
    assert (refused.value.available, refused.value.wanted) == (1000, 1001)
    services.post(session, SYSTEM, Fact("spend", "test", "2"), [Leg(FUND, SPENT, 1000)])
    assert queries.balance(session, "test:fund").settled == 0


def test_rolling_changes_no_balance(session: Session) -> None:
    for number in range(5):
        give(session, str(number), 100)
    before = queries.balance(session, "test:fund")
    assert services.roll(session) == 2
    assert services.roll(session) == 0
    assert queries.balance(session, "test:fund") == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET memo = 'x'",
        "DELETE FROM ledger_entries",
        "UPDATE ledger_transfers SET amount = 1",
        "DELETE FROM ledger_transfers",
        "TRUNCATE ledger_transfers CASCADE",
        "DELETE FROM core_audit_entries",
    ],
)
def test_posted_rows_cannot_be_rewritten(session: Session, statement: str) -> None:
    give(session, "a", 1000)
    with pytest.raises(sqlalchemy.exc.DatabaseError), session.begin_nested():
        session.execute(text(statement))


def test_a_hold_takes_from_what_is_available_and_is_resolved_once(session: Session) -> None:
    give(session, "a", 1000)
    later = clock.now() + timedelta(hours=1)
    held = services.hold(session, "h1", SPENT, BANK, 5, later)  # open accounts may always be held
    services.void_hold(session, held)
    held = services.hold(session, "h2", FUND, SPENT, 700, later)
    assert services.hold(session, "h2", FUND, SPENT, 700, later) == held
    assert queries.balance(session, "test:fund").available == 300
    with pytest.raises(InsufficientBalance), session.begin_nested():
        services.hold(session, "h3", FUND, SPENT, 301, later)
    services.post_hold(session, SYSTEM, held, Fact("spend", "hold", "h2"), 400)
    assert queries.balance(session, "test:fund").available == 600
    for again in (
        lambda: services.void_hold(session, held),
        lambda: services.post_hold(session, SYSTEM, held, Fact("s", "hold", "x")),
    ):
        with pytest.raises(HoldNotPending):
            again()


def test_an_expired_hold_cannot_be_posted_and_is_released(session: Session) -> None:
    give(session, "a", 1000)
    held = services.hold(session, "h", FUND, SPENT, 700, clock.now() + timedelta(minutes=1))
    with clock.at(clock.now() + timedelta(minutes=2)):
        with pytest.raises(HoldNotPending), session.begin_nested():
            services.post_hold(session, SYSTEM, held, Fact("spend", "hold", "h"))
        assert services.expire_holds(session) == 1
    assert queries.balance(session, "test:fund").available == 1000


def test_reversals_never_exceed_their_entry(session: Session) -> None:
    posted = give(session, "a", 1000)
    give(session, "b", 500)
    services.reverse(session, SYSTEM, posted.entry_id, Fact("undo", "test", "1"), [Leg(FUND, BANK, 600)])
    with pytest.raises(ReversalTooLarge), session.begin_nested():
        services.reverse(session, SYSTEM, posted.entry_id, Fact("undo", "test", "2"), [Leg(FUND, BANK, 401)])
    services.reverse(session, SYSTEM, posted.entry_id, Fact("undo", "test", "3"), [Leg(FUND, BANK, 400)])
    assert queries.balance(session, "test:fund").settled == 500


def test_points_are_spent_soonest_expiry_first(session: Session) -> None:
    issue(session, "never", 10)
    issue(session, "late", 10, date(2030, 1, 1))
    issue(session, "soon", 10, date(2027, 1, 1))
    spend(session, "1", 15)
    left = dict(
        session.execute(text("SELECT coalesce(expires_on::text, 'never'), remaining FROM ledger_lots")).all()
    )
    assert left == {"2027-01-01": 0, "2030-01-01": 5, "never": 10}
    with pytest.raises(InsufficientBalance), session.begin_nested():
        spend(session, "2", 16)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ledger_balances SET credits = credits + 1",
        "UPDATE ledger_lots SET remaining = remaining - 1",
        "DELETE FROM ledger_unsealed",
        "ALTER TABLE ledger_transfers DISABLE TRIGGER ALL; UPDATE ledger_transfers SET amount = amount + 1",
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
    ],
)
def test_the_self_check_notices_damage(session: Session, damage: str) -> None:
    issue(session, "a", 10)
    give(session, "b", 10)
    assert not [f for f in checks.run(session) if f.wrong]
    nested = session.begin_nested()
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for statement in damage.split(";"):
        session.execute(text(statement))
    assert [f for f in checks.run(session) if f.wrong]
    nested.rollback()


def test_sums_by_month_are_of_this_moment_and_read_what_is_settled_once(
    live_database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = clock.now() - timedelta(days=40)
    since = (earlier - timedelta(days=40)).date()
    asked: list[int] = []
    plain = queries._sum

    def noting(session: Session, since: date, kinds: Any, above: int, up_to: int) -> Any:
        asked.append(above)
        return plain(session, since, kinds, above, up_to)

    monkeypatch.setattr(queries, "_sum", noting)
    monkeypatch.setattr(queries, "_settled", {})

    def read() -> tuple[list[queries.MonthlyMovement], list[queries.MonthlyMovement]]:
        with reading() as session:
            told = queries.monthly_movements(session, since)
        with transaction() as session:
            return told, queries.monthly_movements(session, since)

    for number in range(3):
        with transaction() as session:
            issue(session, f"a{number}", 10)
    told, anew = read()
    assert told == anew
    assert asked[0] == 0

    monkeypatch.setattr(queries, "SETTLED_AFTER", timedelta(0))
    told, anew = read()
    assert told == anew
    with transaction() as session:
        issue(session, "late", 7)
        with clock.at(earlier):
            issue(session, "of an earlier month", 5)
    asked.clear()
    told, anew = read()
    assert told == anew
    assert sum(movement.amount for movement in told) == 42
    assert sum(movement.entries for movement in told) == 5
    # What was settled before is not summed again; a step that is not committed sums all there is.
    assert asked[0] > 0
    assert asked[-1] == 0


def test_the_books_rest_after_a_long_check(session: Session) -> None:
    issue(session, "a", 10)
    ledger_jobs.check_the_books()
    first = checks.latest(session)
    assert first is not None
    assert first.balanced
    assert {finding.name for finding in first.findings} >= {
        "I01-balances-are-entries",
        "I04-nothing-rewritten",
    }
    assert sum(finding.looked_at for finding in first.findings) == first.looked_at
    session.execute(text("UPDATE ledger_self_checks SET took_ms = 60000"))
    for minutes, checked_again in ((5, False), (19, False), (21, True)):
        with clock.at(first.checked_at + timedelta(minutes=minutes)):
            ledger_jobs.check_the_books()
        latest = checks.latest(session)
        assert latest is not None
        assert (latest.checked_at != first.checked_at) is checked_again
    # What each invariant found is kept of the newest check only, for there are many.
    kept = session.scalars(
        text("SELECT jsonb_array_length(findings) FROM ledger_self_checks ORDER BY id")
    ).all()
    assert [bool(length) for length in kept] == [False, True]


@pytest.mark.concurrency
def test_twenty_redemptions_of_the_whole_balance_let_one_through(live_database: object) -> None:
    with transaction() as session:
        issue(session, "a", 100)
    outcomes: list[str] = []

    def redeem(number: int) -> None:
        try:
            with transaction() as session:
                spend(session, str(number), 100)
            outcomes.append("done")
        except InsufficientBalance:
            outcomes.append("refused")

    threads = [threading.Thread(target=redeem, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done"] + ["refused"] * 19


@pytest.mark.concurrency
def test_one_fact_posted_by_twenty_threads_is_one_entry(live_database: object) -> None:
    replayed: list[bool] = []

    def post() -> None:
        with transaction() as session:
            replayed.append(give(session, "same", 100).replayed)

    def roll() -> None:
        with transaction() as session:
            services.roll(session)

    threads = [threading.Thread(target=target) for target in [post] * 20 + [roll] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replayed) == [False] + [True] * 19
