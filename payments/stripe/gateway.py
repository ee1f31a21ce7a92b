"""Stripe Checkout in CNY: card, Alipay and WeChat Pay on Stripe's own page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from threading import BoundedSemaphore
from typing import Any, TypeVar
from urllib.parse import urlsplit

import stripe
from stripe import RequestsClient, StripeClient
from stripe.params import (
    BalanceTransactionListParams,
    DisputeListParams,
    PaymentIntentListParams,
    PayoutListParams,
    RefundCreateParams,
    RefundListParams,
)
from stripe.params.checkout import SessionCreateParams

from core import turns
from payments.errors import GatewayFailed, GatewayRefused
from payments.stripe import signatures
from payments.values import (
    Checkout,
    CheckoutRequest,
    PayoutStatus,
    ProviderDispute,
    ProviderEvent,
    ProviderMove,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderState,
    RefundRequest,
    RefundStatus,
    SessionStatus,
)

log = logging.getLogger(__name__)

NAME = "stripe"
CHECKOUT_ORIGIN = "https://checkout.stripe.com"

#: Seconds to connect and to wait for an answer; a lost answer is asked for again under the same key.
TIMEOUT = (3.0, 15.0)
RETRIES = 1

#: So many calls of a process wait for Stripe at a time, and whoever comes then waits so many seconds for his turn: half of
#: the requests that the web server lets in, so that a slow Stripe slows down paying and nothing else.
MOST_AT_ONCE, PATIENCE = 8, 1.0

_LOCALES = {"zh_Hans_CN": "zh", "en": "en"}

#: Balance transactions that are nothing but a fee.
_FEES = ("stripe_fee", "stripe_fx_fee", "tax_fee")

T = TypeVar("T")


class StripeGateway:
    """The gateway to Stripe."""

    name = NAME

    def __init__(
        self,
        secret_key: str,
        webhook_secrets: Sequence[str],
        api_base: str = "",
        *,
        timeout: tuple[float, float] = TIMEOUT,
        retries: int = RETRIES,
    ) -> None:
        self._webhook_secrets = tuple(webhook_secrets)
        self._calls = BoundedSemaphore(MOST_AT_ONCE)
        self._client = StripeClient(
            secret_key,
            base_addresses={"api": api_base.rstrip("/")} if api_base else None,
            http_client=RequestsClient(timeout=timeout),
            max_network_retries=retries,
        )
        parts = urlsplit(api_base)
        self.pay_origins: tuple[str, ...] = (
            (f"{parts.scheme}://{parts.netloc}",) if api_base else (CHECKOUT_ORIGIN,)
        )

    @turns.aside()
    def _ask(self, call: Callable[[], T]) -> T:
        if not self._calls.acquire(timeout=PATIENCE):
            raise GatewayFailed("Stripe is slow: too many calls wait for it")
        try:
            return call()
        except (stripe.InvalidRequestError, stripe.CardError) as refused:
            raise GatewayRefused(f"Stripe refused: {refused.code or refused.http_status}") from refused
        except stripe.StripeError as failed:
            raise GatewayFailed(f"Stripe failed: {type(failed).__name__}") from failed
        finally:
            self._calls.release()

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open a Checkout Session; the intent is its idempotency key, so a repeat gives the same session."""
        params: SessionCreateParams = {
            "mode": "payment",
            # Since API version 2026-09-30 this is the way to name the methods; `payment_method_types` is refused.
            "allowed_payment_method_types": ["card", "alipay", "wechat_pay"],
            "payment_method_options": {"wechat_pay": {"client": "web"}},
            "adaptive_pricing": {"enabled": False},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": request.currency.lower(),
                        "unit_amount": request.amount_fen,
                        "product_data": {"name": request.description},
                    },
                }
            ],
            "client_reference_id": request.intent_public_id,
            "metadata": {"intent": request.intent_public_id, "payee": request.payee},
            "payment_intent_data": {"metadata": {"intent": request.intent_public_id, "payee": request.payee}},
            "locale": _LOCALES.get(request.locale, "auto"),
            "success_url": request.return_url,
            "cancel_url": request.leave_url,
            "expires_at": int(request.expires_at.timestamp()),
        }
        session = self._ask(
            lambda: self._client.v1.checkout.sessions.create(
                params, {"idempotency_key": request.idempotency_key}
            )
        )
        if not session.url:
            raise GatewayFailed(f"session {session.id} has no address")
        return Checkout(session.id, session.url)

    def fetch(self, session_id: str) -> ProviderState:
        """Return how a Checkout Session stands now, with its payment."""
        return _state(
            self._ask(
                lambda: self._client.v1.checkout.sessions.retrieve(session_id, {"expand": ["payment_intent"]})
            )
        )

    def expire(self, session_id: str) -> ProviderState:
        """Close a Checkout Session unless it is complete, and return how it stands now."""
        try:
            self._ask(lambda: self._client.v1.checkout.sessions.expire(session_id))
        except GatewayRefused:
            log.info("session %s could not be expired; it may be complete", session_id)
        return self.fetch(session_id)

    def refund(self, request: RefundRequest) -> ProviderRefund:
        """Give money of a payment back; our refund is its idempotency key, so a repeat gives the same refund."""
        params: RefundCreateParams = {
            "payment_intent": request.payment_id,
            "amount": request.amount_fen,
            "metadata": {"refund": request.reference, "intent": request.intent_public_id},
        }
        return _refund(
            self._ask(
                lambda: self._client.v1.refunds.create(params, {"idempotency_key": request.idempotency_key})
            )
        )

    def refunds_of(self, payment_id: str) -> list[ProviderRefund]:
        """Return every refund of a payment, as they stand now."""
        return self._ask(
            lambda: [
                _refund(found)
                for found in self._client.v1.refunds.list(
                    {"payment_intent": payment_id, "limit": 100}
                ).auto_paging_iter()
            ]
        )

    def dispute(self, dispute_id: str) -> ProviderDispute:
        """Return how a dispute stands now, with what Stripe holds back for it."""
        return _dispute(self._ask(lambda: self._client.v1.disputes.retrieve(dispute_id)))

    def disputes_between(self, since: datetime, until: datetime) -> list[ProviderDispute]:
        """Return the disputes opened in that time."""
        params: DisputeListParams = {"created": _between(since, until), "limit": 100}
        return self._ask(
            lambda: [_dispute(found) for found in self._client.v1.disputes.list(params).auto_paging_iter()]
        )

    def payments_between(self, since: datetime, until: datetime) -> list[ProviderPayment]:
        """Return the payments that were made and succeeded in that time."""
        params: PaymentIntentListParams = {"created": _between(since, until), "limit": 100}
        return self._ask(
            lambda: [
                ProviderPayment(
                    found.id,
                    _named(found.metadata, "intent"),
                    found.amount_received,
                    found.currency.upper(),
                    _moment(found.created),
                )
                for found in self._client.v1.payment_intents.list(params).auto_paging_iter()
                if found.status == "succeeded"
            ]
        )

    def refunds_between(self, since: datetime, until: datetime) -> list[ProviderRefund]:
        """Return the refunds begun in that time."""
        params: RefundListParams = {"created": _between(since, until), "limit": 100}
        return self._ask(
            lambda: [_refund(found) for found in self._client.v1.refunds.list(params).auto_paging_iter()]
        )

    def payout(self, payout_id: str) -> ProviderPayout:
        """Return how a payout to the bank stands now."""
        return _payout(self._ask(lambda: self._client.v1.payouts.retrieve(payout_id)))

    def payouts_between(self, since: datetime, until: datetime) -> list[ProviderPayout]:
        """Return the payouts made in that time."""
        params: PayoutListParams = {"created": _between(since, until), "limit": 100}
        return self._ask(
            lambda: [_payout(found) for found in self._client.v1.payouts.list(params).auto_paging_iter()]
        )

    def moves_of(self, payout_id: str) -> list[ProviderMove]:
        """Return the balance transactions of a payout; Stripe knows them of automatic payouts only."""
        params: BalanceTransactionListParams = {
            "payout": payout_id,
            "limit": 100,
            "expand": ["data.source"],
        }
        return self._ask(
            lambda: [
                _move(found)
                for found in self._client.v1.balance_transactions.list(params).auto_paging_iter()
                # The payout stands among its own lines, with its amount below zero.
                if found.type != "payout" and _id_of(found.source) != payout_id
            ]
        )

    def verify_event(self, raw_body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check Stripe's signature with every secret that is valid now."""
        return signatures.verify(raw_body, headers, self._webhook_secrets)


def _refund(found: stripe.Refund) -> ProviderRefund:
    return ProviderRefund(
        found.id,
        _id_of(found.payment_intent) or "",
        _named(found.metadata, "refund"),
        found.amount,
        found.currency.upper(),
        RefundStatus(found.status or "pending"),
        _moment(found.created),
        getattr(found, "failure_reason", None) or "",
    )


def _dispute(found: stripe.Dispute) -> ProviderDispute:
    return ProviderDispute(
        found.id,
        _id_of(found.payment_intent) or "",
        found.amount,
        found.currency.upper(),
        found.reason,
        found.status,
        max(0, -sum(move.amount for move in found.balance_transactions)),
        _moment(found.created),
    )


def _payout(found: stripe.Payout) -> ProviderPayout:
    return ProviderPayout(
        found.id,
        found.amount,
        found.currency.upper(),
        PayoutStatus(found.status),
        _moment(found.created),
        _moment(found.arrival_date).date(),
        found.failure_code or "",
        found.automatic,
    )


def _move(found: stripe.BalanceTransaction) -> ProviderMove:
    if found.type in _FEES:
        return ProviderMove(0, -found.net)
    if found.type in ("payout_failure", "payout_cancel"):
        return ProviderMove(found.amount, found.fee, payout_id=_id_of(found.source))
    return ProviderMove(found.amount, found.fee, _id_of(getattr(found.source, "payment_intent", None)))


def _named(metadata: Any, name: str) -> str | None:
    found = metadata.to_dict().get(name) if metadata is not None else None
    return found if isinstance(found, str) else None


def _id_of(found: Any) -> str | None:
    return found if isinstance(found, str) or found is None else str(found.id)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _between(since: datetime, until: datetime) -> Any:
    return {"gte": int(since.timestamp()), "lt": int(until.timestamp())}


def _state(session: stripe.checkout.Session) -> ProviderState:
    payment = session.payment_intent
    payment_id = payment if isinstance(payment, str) or payment is None else payment.id
    complete = session.status == "complete"
    failed = (
        complete
        and session.payment_status == "unpaid"
        and payment is not None
        and not isinstance(payment, str)
        and payment.status in ("requires_payment_method", "canceled")
    )
    return ProviderState(
        session_id=session.id,
        status=SessionStatus(session.status or "open"),
        paid=complete and session.payment_status == "paid",
        payment_id=payment_id,
        amount_fen=session.amount_total or 0,
        currency=(session.currency or "").upper(),
        reference=session.client_reference_id,
        declined=failed,
    )
