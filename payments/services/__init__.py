"""Use cases of payments.

Opening and finishing run inside the caller's step. What talks to a provider (`begin_checkout`, `go_to_checkout`, `settle_intent`,
`cancel_open_intents`, `handle_event`, `sweep`) opens its own steps around the call and must be entered with none open.
"""

from __future__ import annotations

from payments.services.bank_transfers import (
    record_bank_transfer,
    register_payment_code,
    withdraw_payment_codes,
)
from payments.services.checkouts import (
    begin_checkout,
    cancel_open_intents,
    go_to_checkout,
    return_path,
    settle_intent,
    sweep,
)
from payments.services.desk import require_operator
from payments.services.disputes import note_dispute, settle_dispute, sweep_disputes
from payments.services.finishing import finish_intent
from payments.services.inbox import handle_event, hurry_events, receive_event, retry_event
from payments.services.intents import open_first_intent, open_intent
from payments.services.payouts import require_in_bank, settle_payout, sweep_payouts
from payments.services.payouts_by_hand import (
    ask_about_payout,
    confirm_booking,
    decline_booking,
    propose_booking,
)
from payments.services.reconciling import reconcile_day, reconcile_due
from payments.services.refunds import (
    approve_refund,
    decline_refund,
    finish_refund,
    note_paid_by_hand,
    request_refund,
    send_refund,
    set_refund_limit,
    settle_refunds_of,
    sweep_refunds,
    try_refund_again,
)
from payments.services.reviews import decide_proposal, resolve_review

__all__ = [
    "approve_refund",
    "ask_about_payout",
    "begin_checkout",
    "cancel_open_intents",
    "confirm_booking",
    "decide_proposal",
    "decline_booking",
    "decline_refund",
    "finish_intent",
    "finish_refund",
    "go_to_checkout",
    "handle_event",
    "hurry_events",
    "note_dispute",
    "note_paid_by_hand",
    "open_first_intent",
    "open_intent",
    "propose_booking",
    "receive_event",
    "reconcile_day",
    "reconcile_due",
    "record_bank_transfer",
    "register_payment_code",
    "request_refund",
    "require_in_bank",
    "require_operator",
    "resolve_review",
    "retry_event",
    "return_path",
    "send_refund",
    "set_refund_limit",
    "settle_dispute",
    "settle_intent",
    "settle_payout",
    "settle_refunds_of",
    "sweep",
    "sweep_disputes",
    "sweep_payouts",
    "sweep_refunds",
    "try_refund_again",
    "withdraw_payment_codes",
]
