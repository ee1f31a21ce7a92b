"""What settlement refuses."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class NothingDue(Refusal):
    """None of the chosen suppliers has anything that can be paid out now."""


class FormSentBefore(Refusal):
    """The same form came with other contents."""


class WrongBatchState(Refusal):
    """The batch has not come as far, or has come too far, for this."""

    def __init__(self, state: str, action: str) -> None:
        super().__init__(f"cannot {action} a batch that is {state}")
        self.state = state
        self.action = action


class WrongPayoutState(Refusal):
    """The payout has not come as far, or has come too far, for this."""

    def __init__(self, state: str, action: str) -> None:
        super().__init__(f"cannot {action} a payout that is {state}")
        self.state = state
        self.action = action


class SecondPersonNeeded(Refusal):
    """Who proposed it, or entered it, cannot be the one who approves."""

    status = HTTPStatus.FORBIDDEN


class BatchOutdated(Refusal):
    """Something has changed since a batch was proposed; `numbers` are orders, `suppliers` names (Chinese, English)."""

    def __init__(self, numbers: tuple[str, ...] = (), suppliers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(f"changed since: {', '.join((*numbers, *(zh for zh, _ in suppliers)))}")
        self.numbers = numbers
        self.suppliers = suppliers


class AccountChanged(Refusal):
    """Suppliers (Chinese, English names) named another account since their payouts were approved."""

    def __init__(self, suppliers: tuple[tuple[str, str], ...]) -> None:
        super().__init__(f"another account since: {', '.join(zh for zh, _ in suppliers)}")
        self.suppliers = suppliers


class ReferenceTaken(Refusal):
    """A bank reference that another payout carries."""


class PaidOnWrongDay(Refusal):
    """A payment dated after today, or before the batch was approved."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AccountDecided(Refusal):
    """Somebody has decided about this account before, or the supplier has named another one since."""


class AccountUnreadable(Refusal):
    """The account number was sealed under another secret of this site; the supplier enters it anew."""


class NotDisputable(Refusal):
    """This line is disputed already, or its goods have not been accepted."""


class DisputeEnded(Refusal):
    """The dispute was answered or withdrawn before."""


class PeriodInThePast(Refusal):
    """A claim period begins tomorrow or later, and once a day."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
