"""Signed events: Stripe's official check over the raw body, also for the sandbox, which signs in the same way."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import stripe

from core import clock
from payments.errors import BadSignature
from payments.rules import REPLAY_WINDOW
from payments.values import ProviderEvent

HEADER = "Stripe-Signature"
LARGEST_BODY = 512 * 1024


def verify(
    raw_body: bytes, headers: Mapping[str, str], secrets: Sequence[str], *, header: str = HEADER
) -> ProviderEvent:
    """Return the event of a raw body that one of `secrets` signed within the last five minutes.

    Nothing of the body is read before `stripe.Webhook.construct_event` has accepted the signature. Its age is judged
    by the product's clock, in both directions. During a roll of secrets, the old and the new one both hold.
    """
    signature = headers.get(header, "")
    if not signature or not signature.isascii() or len(signature) > 4000 or len(raw_body) > LARGEST_BODY:
        raise BadSignature("no signature")
    for secret in secrets:
        try:
            stripe.Webhook.construct_event(raw_body, signature, secret, tolerance=0)
        except (ValueError, TypeError, AttributeError, stripe.SignatureVerificationError):
            continue
        if not _is_fresh(signature):
            raise BadSignature("the signature is too old")
        return _read(json.loads(raw_body))
    raise BadSignature("nobody we know signed this")


def sign(raw_body: bytes, secret: str) -> str:
    """Return the header that Stripe would send for a body; the sandbox uses it."""
    timestamp = int(clock.now().timestamp())
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + raw_body, sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"


def _is_fresh(signature: str) -> bool:
    timestamp = int(next(part for part in signature.split(",") if part.startswith("t="))[2:])
    return abs(clock.now().timestamp() - timestamp) <= REPLAY_WINDOW.total_seconds()


def _read(event: dict[str, Any]) -> ProviderEvent:
    known_id, known_type = _text(event.get("id")), _text(event.get("type"))
    if known_id is None or known_type is None:
        raise BadSignature("an event needs an id and a type")
    content = _part(_part(event, "data"), "object")
    reference = _text(_part(content, "metadata").get("intent")) or _text(content.get("client_reference_id"))
    is_session = content.get("object") == "checkout.session"
    return ProviderEvent(known_id, known_type, _text(content.get("id")) if is_session else None, reference)


def _part(whole: dict[str, Any], name: str) -> dict[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: object) -> str | None:
    return value[:255].replace("\x00", "") if isinstance(value, str) and value else None
