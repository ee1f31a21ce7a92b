"""Use cases of payments.

Opening and finishing run inside the caller's step. What talks to a provider (`begin_checkout`, `settle_intent`,
`cancel_open_intents`, `handle_event`, `sweep`) opens its own steps around the call and must be entered with none open.
"""

from __future__ import annotations

from payments.services.bank_transfers import (
    record_bank_transfer,
    register_payment_code,
    withdraw_payment_codes,
)
from payments.services.checkouts import begin_checkout, cancel_open_intents, return_path, settle_intent, sweep
from payments.services.finishing import finish_intent
from payments.services.inbox import handle_event, hurry_events, receive_event, retry_event
from payments.services.intents import open_intent

__all__ = [
    "begin_checkout",
    "cancel_open_intents",
    "finish_intent",
    "handle_event",
    "hurry_events",
    "open_intent",
    "receive_event",
    "record_bank_transfer",
    "register_payment_code",
    "retry_event",
    "return_path",
    "settle_intent",
    "sweep",
    "withdraw_payment_codes",
]
