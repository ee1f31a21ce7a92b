"""What payments do without a browser: apply stored events, and look where no event came."""

from __future__ import annotations

from typing import Any

from core import jobs
from payments import services
from payments.services.inbox import HANDLE_EVENT
from payments.services.refunds import SEND_REFUND


@jobs.handler(HANDLE_EVENT)
def handle_stored_event(payload: dict[str, Any]) -> None:
    """Apply one stored event; what fails stays in the inbox, which has its own retries."""
    services.handle_event(int(payload["event_id"]))


@jobs.every(seconds=20, aside=True)
def sweep_payments() -> None:
    """Try waiting events again and reconcile open payments with their provider."""
    services.sweep()


@jobs.handler(SEND_REFUND)
def send_refund(payload: dict[str, Any]) -> None:
    """Ask the provider for a refund; an answer that does not come is waited for by the sweeper."""
    services.send_refund(str(payload["refund"]))


@jobs.every(seconds=60, aside=True)
def sweep_refunds() -> None:
    """Ask again for refunds whose answer was lost or is still to come."""
    services.sweep_refunds()


@jobs.every(hours=1, aside=True)
def sweep_disputes() -> None:
    """Ask how disputes stand of which no event came."""
    services.sweep_disputes()


@jobs.every(hours=1, aside=True)
def sweep_payouts() -> None:
    """Look for payouts to the bank of which no event came."""
    services.sweep_payouts()


@jobs.every(hours=1, aside=True)
def reconcile_finished_days() -> None:
    """Compare every finished day that was not compared yet with what the providers list."""
    services.reconcile_due()
