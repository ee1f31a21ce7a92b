"""The edge to the providers: what every gateway can do, and which ones this process has."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from config import Config
from core.errors import NotFound
from payments.errors import PaymentsUnavailable
from payments.values import (
    Checkout,
    CheckoutRequest,
    ProviderDispute,
    ProviderEvent,
    ProviderMove,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderState,
    RefundRequest,
)


class Gateway(Protocol):
    """A provider that takes money for us. Calls may take seconds: never make one inside a transaction."""

    @property
    def name(self) -> str:
        """Return the word under which intents, events and ledger accounts know the provider."""

    @property
    def pay_origins(self) -> tuple[str, ...]:
        """Return where its payment pages are, for the Content-Security-Policy."""

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open a checkout; the same request again gives back the same checkout."""

    def fetch(self, session_id: str) -> ProviderState:
        """Return how a checkout stands now."""

    def expire(self, session_id: str) -> ProviderState:
        """Close a checkout for good if nobody has paid yet, and return how it stands now."""

    def refund(self, request: RefundRequest) -> ProviderRefund:
        """Give money of a payment back; the same request again gives back the same refund."""

    def refunds_of(self, payment_id: str) -> list[ProviderRefund]:
        """Return every refund of a payment, as they stand now."""

    def dispute(self, dispute_id: str) -> ProviderDispute:
        """Return how a dispute stands now."""

    def disputes_between(self, since: datetime, until: datetime) -> list[ProviderDispute]:
        """Return the disputes opened from `since` until before `until`."""

    def payments_between(self, since: datetime, until: datetime) -> list[ProviderPayment]:
        """Return what was paid from `since` until before `until`."""

    def refunds_between(self, since: datetime, until: datetime) -> list[ProviderRefund]:
        """Return the refunds begun from `since` until before `until`."""

    def payout(self, payout_id: str) -> ProviderPayout:
        """Return how a payout to the bank stands now."""

    def payouts_between(self, since: datetime, until: datetime) -> list[ProviderPayout]:
        """Return the payouts made from `since` until before `until`."""

    def moves_of(self, payout_id: str) -> list[ProviderMove]:
        """Return the lines of a payout: payments, refunds, disputes, fees."""

    def verify_event(self, raw_body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check the signature over the raw body before reading anything of it; raises `BadSignature`."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where buyers come back to, and the key that makes return addresses unguessable."""

    base_url: str
    key: bytes = field(repr=False)

    def return_path(self, intent_public_id: str) -> str:
        """Return the path of the page that waits for a payment; its last part is a proof of 132 bits.

        The identifier of an intent stands in the public ledger; the page may lead on to a guest's own order, so the
        identifier alone must not open that door.
        """
        return f"/payments/{intent_public_id}/return/{self.proof(intent_public_id)}"

    def return_url(self, intent_public_id: str) -> str:
        """Return the address, with its host, that a provider is given for the way back."""
        return self.base_url + self.return_path(intent_public_id)

    def proof(self, intent_public_id: str) -> str:
        """Return the proof that somebody was sent to the return page by us."""
        mac = hmac.new(self.key, f"payment return {intent_public_id}".encode(), sha256).digest()
        return base64.urlsafe_b64encode(mac)[:22].decode()


_gateways: dict[str, Gateway] = {}
_current: Gateway | None = None
_site: Site | None = None


def choose(config: Config) -> None:
    """Choose the gateway by the configuration: Stripe, else (never in production) the sandbox, else none."""
    site = Site(config.base_url, config.secret_key.encode())
    if config.stripe_secret_key:
        from payments.stripe.gateway import StripeGateway

        use(
            site,
            StripeGateway(config.stripe_secret_key, config.stripe_webhook_secrets, config.stripe_api_base),
        )
    elif config.sandbox:
        from payments.sandbox.gateway import SandboxGateway

        use(site, SandboxGateway(config.base_url, config.secret_key))
    else:
        use(site, None)


def use(site: Site, gateway: Gateway | None) -> None:
    """Send every later payment through `gateway`."""
    global _current, _site
    _site = site
    _current = gateway
    _gateways.clear()
    if gateway is not None:
        _gateways[gateway.name] = gateway


def available() -> bool:
    """Say whether people can pay online here; otherwise only by bank transfer."""
    return _current is not None


def current() -> Gateway:
    """Return the gateway for new payments; raises `PaymentsUnavailable`."""
    if _current is None:
        raise PaymentsUnavailable
    return _current


def named(name: str) -> Gateway:
    """Return the gateway of an intent or event; raises `NotFound`."""
    try:
        return _gateways[name]
    except KeyError:
        raise NotFound(f"no gateway {name}") from None


def names() -> tuple[str, ...]:
    """Return the gateways that this process can talk to."""
    return tuple(_gateways)


def site() -> Site:
    """Return where buyers come back to."""
    if _site is None:
        raise RuntimeError("payments.gateways.choose() was not called")
    return _site


def pay_hosts() -> tuple[str, ...]:
    """Return where a payment form may lead besides this site."""
    return _current.pay_origins if _current is not None else ()
