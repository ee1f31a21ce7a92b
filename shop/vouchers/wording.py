"""Words for vouchers: what they take off, how far a batch has come, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _

from core import money
from shop.vouchers.errors import (
    BatchNeedsSecondPerson,
    BatchSentBefore,
    UnknownVoucher,
    VoucherMinimum,
    VoucherNeedsAccount,
    VoucherNotYet,
    VoucherOfSomebodyElse,
    VoucherOver,
    VoucherUsed,
    VoucherUsedByYou,
    VoucherWithdrawn,
    WrongBatchState,
)
from shop.vouchers.values import BatchState, Terms
from web.templating import day
from web.wording import explains


def state_label(state: str) -> str:
    """Return the name of a batch's state."""
    return {
        BatchState.DRAFT: _("Waits for a second look"),
        BatchState.OPEN: _("Can be used"),
        BatchState.WITHDRAWN: _("Taken back"),
    }[BatchState(state)]


def state_tone(state: str) -> str:
    """Return the tone in which a batch's state is shown."""
    return {BatchState.DRAFT: "warn", BatchState.OPEN: "good", BatchState.WITHDRAWN: "neutral"}[
        BatchState(state)
    ]


def terms_text(terms: Terms) -> str:
    """Say what a voucher takes off, and from which worth of goods."""
    amount, minimum = money.format_yuan(terms.amount_fen), money.format_yuan(terms.minimum_fen)
    if terms.percent is None:
        return _("%(amount)s off goods of %(minimum)s or more", amount=amount, minimum=minimum)
    return _(
        "%(percent)s%% off, %(amount)s at most, for goods of %(minimum)s or more",
        percent=terms.percent,
        amount=amount,
        minimum=minimum,
    )


@explains(UnknownVoucher)
def _unknown(_refusal: UnknownVoucher) -> str:
    return _("We know no voucher with this code. Please check it letter by letter.")


@explains(VoucherNotYet)
def _not_yet(refusal: VoucherNotYet) -> str:
    return _("This voucher can be used from %(day)s on.", day=day(refusal.valid_from))


@explains(VoucherOver)
def _over(refusal: VoucherOver) -> str:
    return _("This voucher could be used until %(day)s.", day=day(refusal.valid_until))


@explains(VoucherWithdrawn)
def _withdrawn(_refusal: VoucherWithdrawn) -> str:
    return _("This voucher was withdrawn and can no longer be used.")


@explains(VoucherUsed)
def _used(_refusal: VoucherUsed) -> str:
    return _("This voucher has been used up. If that order is cancelled or not paid, it is free again.")


@explains(VoucherUsedByYou)
def _used_by_you(_refusal: VoucherUsedByYou) -> str:
    return _("You have used this voucher for an order before; each person uses it once.")


@explains(VoucherNeedsAccount)
def _needs_account(_refusal: VoucherNeedsAccount) -> str:
    return _("This voucher is for people with an account. Please sign in; your cart comes along.")


@explains(VoucherOfSomebodyElse)
def _of_somebody_else(_refusal: VoucherOfSomebodyElse) -> str:
    return _("This voucher was given to another account, so it cannot be used with yours.")


@explains(VoucherMinimum)
def _minimum(refusal: VoucherMinimum) -> str:
    return _(
        "This voucher is for goods of %(minimum)s or more; yours come to %(goods)s. %(missing)s are missing.",
        minimum=money.format_fen(refusal.minimum_fen),
        goods=money.format_fen(refusal.goods_fen),
        missing=money.format_fen(refusal.minimum_fen - refusal.goods_fen),
    )


@explains(WrongBatchState)
def _wrong_state(refusal: WrongBatchState) -> str:
    return _("These vouchers have moved on: %(state)s.", state=state_label(refusal.state))


@explains(BatchNeedsSecondPerson)
def _second_person(_refusal: BatchNeedsSecondPerson) -> str:
    return _("These vouchers may cost so much that somebody else opens them.")


@explains(BatchSentBefore)
def _sent_before(_refusal: BatchSentBefore) -> str:
    return _("This form was sent before with other terms. Please look at the list.")
