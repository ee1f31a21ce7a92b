"""Use cases of settlement: paying suppliers out, their bank accounts, disputed lines, the claim period."""

from __future__ import annotations

from shop.settlement.services.accounts import confirm_account, enter_account, refuse_account, reveal_account
from shop.settlement.services.disputes import answer_dispute, open_dispute, withdraw_dispute
from shop.settlement.services.paying import fail_payout, note_paid, take_bank_file
from shop.settlement.services.periods import set_claim_period
from shop.settlement.services.proposing import approve_batch, decline_batch, propose_batch

__all__ = [
    "answer_dispute",
    "approve_batch",
    "confirm_account",
    "decline_batch",
    "enter_account",
    "fail_payout",
    "note_paid",
    "open_dispute",
    "propose_batch",
    "refuse_account",
    "reveal_account",
    "set_claim_period",
    "take_bank_file",
    "withdraw_dispute",
]
