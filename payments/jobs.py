"""What payments do without a browser: apply stored events, and look where no event came."""

from __future__ import annotations

from typing import Any

from core import jobs
from payments import services
from payments.services.inbox import HANDLE_EVENT


@jobs.handler(HANDLE_EVENT)
def handle_stored_event(payload: dict[str, Any]) -> None:
    """Apply one stored event; what fails stays in the inbox, which has its own retries."""
    services.handle_event(int(payload["event_id"]))


@jobs.every(seconds=20)
def sweep_payments() -> None:
    """Try waiting events again and reconcile open payments with their provider."""
    services.sweep()
