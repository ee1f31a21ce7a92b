"""The pages of payments, and what must be registered with them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from core.db import reading
from core.permissions import Actor
from core.text import N_
from payments import checks, jobs, permissions, queries, wording
from payments.views import desk, inbox, payouts_by_hand, reconciliation, refunds, returning, reviews
from web import navigation
from web.navigation import DeskItem, Part

BLUEPRINTS: tuple[Blueprint, ...] = (
    inbox.bp,
    returning.bp,
    desk.bp,
    refunds.bp,
    reviews.bp,
    reconciliation.bp,
    payouts_by_hand.bp,
)


def _transfers_to_review(_actor: Actor) -> int | None:
    with reading() as session:
        return queries.count_transfers(session, review=True) or None


def _refunds_to_do(_actor: Actor) -> int | None:
    with reading() as session:
        return queries.count_refunds(session, queries.refunds_to_do()) or None


def _money_to_decide(_actor: Actor) -> int | None:
    with reading() as session:
        return queries.count_held(session) or None


def _failed_events(_actor: Actor) -> int | None:
    with reading() as session:
        return queries.count_events(session, "failed") or None


def _payouts_to_look_at(_actor: Actor) -> int | None:
    with reading() as session:
        return queries.count_payouts(session, queries.payouts_to_look_at()) or None


navigation.register(
    DeskItem(
        label=N_("Refunds"),
        url="/operator/refunds",
        icon="refresh",
        permission=permissions.DECIDE_REFUNDS,
        order=42,
        count=_refunds_to_do,
        part=Part.MONEY,
    ),
    DeskItem(
        label=N_("Money to decide about"),
        url="/operator/reviews",
        icon="warning",
        permission=permissions.RESOLVE_MONEY,
        order=43,
        count=_money_to_decide,
        part=Part.MONEY,
    ),
    DeskItem(
        label=N_("Reconciliation"),
        url="/operator/reconciliation",
        icon="check",
        permission=permissions.RECONCILE,
        order=44,
        count=_payouts_to_look_at,
        part=Part.MONEY,
    ),
    DeskItem(
        label=N_("Bank transfers"),
        url="/operator/bank-transfers",
        icon="bank",
        permission=permissions.RECORD_BANK_TRANSFER,
        order=40,
        count=_transfers_to_review,
        part=Part.MONEY,
    ),
    DeskItem(
        label=N_("Payment events"),
        url="/operator/payment-events",
        icon="bell",
        permission=permissions.READ_PAYMENT_EVENTS,
        order=41,
        count=_failed_events,
        part=Part.MONEY,
    ),
)


def __getattr__(name: str) -> Any:
    """Load the sandbox only for those who ask for it: in production nobody does."""
    if name == "SANDBOX_BLUEPRINTS":
        from payments.sandbox import jobs as _sandbox_jobs  # noqa: F401 - registers the delivery
        from payments.sandbox.views import bp

        return (bp,)
    raise AttributeError(name)


__all__ = ["BLUEPRINTS", "checks", "jobs", "wording"]
