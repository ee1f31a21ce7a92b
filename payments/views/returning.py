"""The page to come back to: it waits for the provider's word and confirms nothing by itself."""

from __future__ import annotations

import hmac
import time
from threading import BoundedSemaphore

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from core import turns
from core.db import reading
from core.errors import NotFound
from payments import gateways, queries, rules, services
from payments.models import PaymentIntent
from payments.values import PaymentState
from web.access import public
from web.addresses import visitor_network
from web.security import keep_private

bp = Blueprint("payments_returning", __name__)

#: The provider's word comes when the buyer does, or a little later: seconds that a first look stays for it, how often it
#: looks, and how many of a process's requests may stay at a time. More than these see the waiting page at once.
MOMENT, LOOK_EVERY, AT_ONCE = 0.8, 0.1, 4
_stays = BoundedSemaphore(AT_ONCE)
#: From this look on the page says that the buyer need not wait here.
LONG_WAIT = 8


@bp.get("/payments/<public_id>/return/<proof>")
@public
def wait(public_id: str, proof: str) -> BaseResponse:
    """Show how the payment stands, look again by itself, and go on once it is confirmed."""
    _check(public_id, proof)
    looks, left = _looks(), "left" in request.args
    intent = services.hurry_events(public_id)
    if looks == 0 and not left:
        intent = _wait_a_moment(intent)
    state = PaymentState(intent.state)
    if state is PaymentState.SUCCEEDED:
        return _private(redirect(intent.return_url, 303))
    waiting = _is_undecided(intent) and not left
    refresh = rules.seconds_until_next_look(looks) if waiting else 15
    page = make_response(
        render_template(
            "payments/return.html",
            state=state.value,
            declined=state.is_open and intent.declined_at is not None,
            waiting=waiting,
            long_wait=waiting and looks >= LONG_WAIT,
            refresh_seconds=refresh if state.is_open else None,
            refresh_url=f"{request.path}?looks={looks + 1}" if waiting else request.path,
            amount_fen=intent.amount_fen,
            pay_url=f"/payments/{public_id}/pay/{proof}",
            back_url=f"/payments/{public_id}/back/{proof}",
        )
    )
    return _private(page)


@bp.post("/payments/<public_id>/pay/<proof>")
@public
def pay_again(public_id: str, proof: str) -> BaseResponse:
    """Send the buyer to the open checkout once more."""
    _check(public_id, proof)
    if _find(public_id).state == PaymentState.SUCCEEDED:
        return _private(redirect(services.return_path(public_id), 303))
    return _private(redirect(services.begin_checkout(public_id, address=visitor_network()), 303))


@bp.get("/payments/<public_id>/back/<proof>")
@public
def back(public_id: str, proof: str) -> BaseResponse:
    """Lead back to what is being paid for, without waiting."""
    _check(public_id, proof)
    return _private(redirect(_find(public_id).return_url, 303))


def _check(public_id: str, proof: str) -> None:
    if not hmac.compare_digest(gateways.site().proof(public_id).encode(), proof.encode()):
        raise NotFound("no such payment")


def _is_undecided(intent: PaymentIntent) -> bool:
    return PaymentState(intent.state).is_open and intent.declined_at is None


def _wait_a_moment(intent: PaymentIntent) -> PaymentIntent:
    """Return the intent as soon as the provider's word has come, or after `MOMENT`: most buyers see no waiting page."""
    until = time.monotonic() + MOMENT
    if not _stays.acquire(blocking=False):
        return intent
    try:
        while _is_undecided(intent) and time.monotonic() + LOOK_EVERY <= until:
            with turns.aside():
                time.sleep(LOOK_EVERY)
            intent = _find(intent.public_id)
    finally:
        _stays.release()
    return intent


def _find(public_id: str) -> PaymentIntent:
    with reading() as session:
        return queries.get_intent(session, public_id)


def _looks() -> int:
    text = request.args.get("looks", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _private(response: BaseResponse) -> BaseResponse:
    """Let neither caches nor the next page learn an address that may hold a guest's secret."""
    keep_private()
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
