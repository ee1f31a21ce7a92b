"""A small HTTP server that speaks the documented shapes of the Stripe calls we make, with delays, errors and repeats.

It keeps its own truth: sessions, payments, refunds, disputes, idempotency keys. It refuses what Stripe refuses (a parameter that the API
version does not know, an expiry out of range, a key reused with other parameters), so that a wrong call fails here.
"""

from __future__ import annotations

import hmac
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "sk_test_yigou_fake"
KNOWN_PARAMETERS = frozenset(
    [
        "mode",
        "allowed_payment_method_types",
        "payment_method_options",
        "adaptive_pricing",
        "line_items",
        "client_reference_id",
        "metadata",
        "payment_intent_data",
        "locale",
        "success_url",
        "cancel_url",
        "expires_at",
    ]
)


@dataclass
class Trouble:
    """What goes wrong with the next call: an error instead of work, or work whose answer is late or lost.

    With `until`, the answer begins at once and comes a blank at a time until that event: it is never late enough to be
    given up, and never there.
    """

    status: int = 0
    delay: float = 0.0
    lose_answer: bool = False
    until: threading.Event | None = None


@dataclass
class FakeStripe:
    """The server and what it knows."""

    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    disputes: dict[str, dict[str, Any]] = field(default_factory=dict)
    payouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    moves: list[dict[str, Any]] = field(default_factory=list)
    refund_status: str = "succeeded"
    keys: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    base: str = ""
    counter: Iterator[int] = field(default_factory=lambda: count(1))

    def trouble(
        self,
        *,
        status: int = 0,
        delay: float = 0.0,
        lose_answer: bool = False,
        until: threading.Event | None = None,
        times: int = 1,
    ) -> None:
        """Let the next calls go wrong."""
        with self.lock:
            self.troubles += [Trouble(status, delay, lose_answer, until)] * times

    def pay(self, session_id: str, *, amount: int | None = None, currency: str | None = None) -> None:
        """Let the buyer pay on Stripe's page."""
        with self.lock:
            kept = self.sessions[session_id]
            assert kept["status"] == "open", kept["status"]
            kept["status"], kept["payment_status"] = "complete", "paid"
            kept["amount_total"] = kept["amount_total"] if amount is None else amount
            kept["currency"] = currency or kept["currency"]
            self._payment(kept, "succeeded")

    def complete_unpaid(self, session_id: str, payment_status: str) -> None:
        """Let a delayed method be chosen; `processing` may still come, `requires_payment_method` never will."""
        with self.lock:
            kept = self.sessions[session_id]
            kept["status"], kept["payment_status"] = "complete", "unpaid"
            self._payment(kept, payment_status)

    def event(self, kind: str, session_id: str, event_id: str | None = None) -> bytes:
        """Return the body of an event about a session."""
        with self.lock:
            content = dict(self.sessions[session_id])
            if kind.startswith("payment_intent."):
                content = {
                    "id": content["payment_intent"] or f"pi_{next(self.counter)}",
                    "object": "payment_intent",
                    "metadata": content["metadata"],
                }
            event = {
                "id": event_id or f"evt_{next(self.counter)}",
                "object": "event",
                "api_version": "2026-10-28.endive",
                "created": int(time.time()),
                "livemode": False,
                "type": kind,
                "data": {"object": content},
            }
        return json.dumps(event, indent=2).encode()

    def _payment(self, kept: dict[str, Any], status: str) -> None:
        payment_id = kept["payment_intent"] or f"pi_{next(self.counter)}"
        kept["payment_intent"] = payment_id
        self.payments[payment_id] = {
            "id": payment_id,
            "object": "payment_intent",
            "amount": kept["amount_total"],
            "currency": kept["currency"],
            "amount_received": kept["amount_total"] if status == "succeeded" else 0,
            "created": int(time.time()),
            "status": status,
            "metadata": kept["metadata"],
        }

    def settle_refund(self, refund_id: str, status: str) -> None:
        """Let a refund that was pending succeed, or one fail later."""
        with self.lock:
            self.refunds[refund_id]["status"] = status
            if status == "failed":
                self.refunds[refund_id]["failure_reason"] = "expired_or_canceled_card"

    def open_dispute(self, payment_id: str, status: str = "needs_response") -> str:
        """Let the payer go to their bank: the money is withdrawn at once."""
        with self.lock:
            dispute_id = f"du_{next(self.counter)}"
            payment = self.payments[payment_id]
            self.disputes[dispute_id] = {
                "id": dispute_id,
                "object": "dispute",
                "amount": payment["amount"],
                "currency": payment["currency"],
                "payment_intent": payment_id,
                "reason": "product_not_received",
                "status": status,
                "created": int(time.time()),
                "metadata": {},
                "balance_transactions": [
                    {"id": f"txn_{dispute_id}", "amount": -payment["amount"], "net": -payment["amount"]}
                ],
            }
            return dispute_id

    def decide_dispute(self, dispute_id: str, status: str) -> None:
        """Let the bank decide; what was withdrawn comes back when we win."""
        with self.lock:
            kept = self.disputes[dispute_id]
            kept["status"] = status
            if status == "won":
                kept["balance_transactions"].append(
                    {"id": f"txn_{dispute_id}_back", "amount": kept["amount"], "net": kept["amount"]}
                )

    def make_payout(self, status: str = "paid", *, automatic: bool = True, charge: int = 0) -> str:
        """Send everything that moved to the bank, less 2.9 per cent of each payment and one `charge` by itself."""
        with self.lock:
            payout_id = f"po_{next(self.counter)}"
            known = {
                move["source"]["id"] for move in self.moves if move["type"] not in ("adjustment", "payout")
            }
            for payment in self.payments.values():
                if payment["status"] == "succeeded" and f"ch_{payment['id']}" not in known:
                    source = {
                        "id": f"ch_{payment['id']}",
                        "object": "charge",
                        "payment_intent": payment["id"],
                    }
                    fee = (payment["amount"] * 29 + 500) // 1000
                    self._move("charge", payment["amount"], fee, source)
            for refund in self.refunds.values():
                if refund["status"] == "succeeded" and refund["id"] not in known:
                    self._move("refund", -refund["amount"], 0, refund)
            for dispute in self.disputes.values():
                told = sum(1 for move in self.moves if move["source"]["id"] == dispute["id"])
                for taken in dispute["balance_transactions"][told:]:
                    self._move("adjustment", taken["amount"], 0, dispute)
            if charge:
                source = {"id": f"fee_{next(self.counter)}", "object": "fee"}
                self._move("stripe_fee", -charge, 0, source)
            lines = [move for move in self.moves if move["payout"] is None]
            for move in lines:
                move["payout"] = payout_id
            amount = sum(move["net"] for move in lines)
            self.payouts[payout_id] = {
                "id": payout_id,
                "object": "payout",
                "amount": amount,
                "currency": "cny",
                "status": status,
                "automatic": automatic,
                "created": int(time.time()),
                "arrival_date": int(time.time()),
                "failure_code": None,
            }
            self._move("payout", -amount, 0, self.payouts[payout_id])["payout"] = payout_id
            return payout_id

    def settle_payout(self, payout_id: str, status: str) -> None:
        """Let a payout arrive, or come back from the bank: the next one takes its money along."""
        with self.lock:
            payout = self.payouts[payout_id]
            payout["status"] = status
            if status == "failed":
                payout["failure_code"] = "account_closed"
                self._move("payout_failure", payout["amount"], 0, payout)

    def _move(self, kind: str, amount: int, fee: int, source: dict[str, Any]) -> dict[str, Any]:
        move = {
            "id": f"txn_{next(self.counter)}",
            "object": "balance_transaction",
            "type": kind,
            "amount": amount,
            "fee": fee,
            "net": amount - fee,
            "currency": "cny",
            "source": source,
            "payout": None,
            "created": int(time.time()),
        }
        self.moves.append(move)
        return move

    def event_of(self, kind: str, content: dict[str, Any], event_id: str | None = None) -> bytes:
        """Return the body of an event about a refund, a charge or a dispute."""
        event = {
            "id": event_id or f"evt_{next(self.counter)}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(time.time()),
            "livemode": False,
            "type": kind,
            "data": {"object": content},
        }
        return json.dumps(event, indent=2).encode()

    # --- the calls ---

    def create_refund(self, raw: str, key: str) -> tuple[int, dict[str, Any]]:
        """Give money back, never more than was paid; the same key gets the same answer."""
        with self.lock:
            if key in self.keys:
                body, status, answer = self.keys[key]
                if body != raw:
                    return 400, _error("idempotency_error", "Keys can only be used with the same parameters.")
                return status, answer
            params = nested(raw)
            unknown = set(params) - {"payment_intent", "amount", "metadata", "reason"}
            if unknown:
                return 400, _error(
                    "invalid_request_error", f"Received unknown parameter: {sorted(unknown)[0]}"
                )
            payment = self.payments.get(params.get("payment_intent", ""))
            if payment is None or payment["status"] != "succeeded":
                return 404, _error("invalid_request_error", "No such payment_intent", "resource_missing")
            before = sum(
                refund["amount"]
                for refund in self.refunds.values()
                if refund["payment_intent"] == payment["id"]
                and refund["status"] not in ("failed", "canceled")
            )
            amount = int(params.get("amount", payment["amount"]))
            if before + amount > payment["amount"]:
                code = "charge_already_refunded" if before == payment["amount"] else None
                return 400, _error(
                    "invalid_request_error", "Refund amount is greater than charge amount", code
                )
            refund_id = f"re_{next(self.counter)}"
            kept = {
                "id": refund_id,
                "object": "refund",
                "amount": amount,
                "currency": payment["currency"],
                "payment_intent": payment["id"],
                "metadata": params.get("metadata", {}),
                "status": self.refund_status,
                "created": int(time.time()),
            }
            self.refunds[refund_id] = kept
            self.keys[key] = (raw, 200, dict(kept))
            return 200, dict(kept)

    def listed(self, what: str, query: str) -> tuple[int, dict[str, Any]]:
        """Return a list in pages, narrowed by payment and by time."""
        params = dict(parse_qsl(query))
        with self.lock:
            if what == "balance_transactions":
                payout = self.payouts.get(params.get("payout", ""))
                if payout is None or not payout["automatic"]:
                    return 400, _error(
                        "invalid_request_error", "Balance transactions of this payout are not known"
                    )
                rows = [
                    {name: value for name, value in move.items() if name != "payout"}
                    | {"source": move["source"] if "data.source" in params.values() else move["source"]["id"]}
                    for move in self.moves
                    if move["payout"] == payout["id"]
                ]
            else:
                kept = {"refunds": self.refunds, "payouts": self.payouts, "disputes": self.disputes}.get(
                    what, self.payments
                )
                rows = list(kept.values())
            if "payment_intent" in params:
                rows = [row for row in rows if row["payment_intent"] == params["payment_intent"]]
            rows = [row for row in rows if row["created"] >= int(params.get("created[gte]", 0))]
            rows = [row for row in rows if row["created"] < int(params.get("created[lt]", 2**40))]
            rows.reverse()
            after = params.get("starting_after")
            if after:
                rows = rows[[row["id"] for row in rows].index(after) + 1 :]
            limit = int(params.get("limit", 10))
            return 200, {
                "object": "list",
                "url": f"/v1/{what}",
                "has_more": len(rows) > limit,
                "data": [dict(row) for row in rows[:limit]],
            }

    def retrieve_payout(self, payout_id: str) -> tuple[int, dict[str, Any]]:
        """Return a payout as it stands now."""
        with self.lock:
            kept = self.payouts.get(payout_id)
            if kept is None:
                return 404, _error("invalid_request_error", "No such payout", "resource_missing")
            return 200, dict(kept)

    def retrieve_dispute(self, dispute_id: str) -> tuple[int, dict[str, Any]]:
        """Return a dispute with what was moved for it."""
        with self.lock:
            kept = self.disputes.get(dispute_id)
            if kept is None:
                return 404, _error("invalid_request_error", "No such dispute", "resource_missing")
            return 200, dict(kept)

    def create(self, raw: str, key: str) -> tuple[int, dict[str, Any]]:
        """Create a session, or repeat the answer that the key got before."""
        with self.lock:
            if key in self.keys:
                body, status, answer = self.keys[key]
                if body != raw:
                    return 400, _error("idempotency_error", "Keys can only be used with the same parameters.")
                return status, answer
            params = nested(raw)
            problem = self._problem(params)
            if problem:
                return 400, _error("invalid_request_error", problem)
            session_id = f"cs_test_{next(self.counter)}"
            line = params["line_items"]["0"]
            kept = {
                "id": session_id,
                "object": "checkout.session",
                "amount_total": int(line["price_data"]["unit_amount"]) * int(line["quantity"]),
                "currency": line["price_data"]["currency"],
                "client_reference_id": params.get("client_reference_id"),
                "metadata": params.get("metadata", {}),
                "payment_method_types": list(params["allowed_payment_method_types"].values()),
                "payment_intent": None,
                "payment_status": "unpaid",
                "status": "open",
                "expires_at": int(params["expires_at"]),
                "success_url": params["success_url"],
                "cancel_url": params["cancel_url"],
                "url": f"{self.base}/c/pay/{session_id}",
            }
            self.sessions[session_id] = kept
            self.keys[key] = (raw, 200, dict(kept))
            return 200, dict(kept)

    def retrieve(self, session_id: str, query: str) -> tuple[int, dict[str, Any]]:
        """Return a session, with its payment when asked."""
        with self.lock:
            kept = self.sessions.get(session_id)
            if kept is None:
                return 404, _error(
                    "invalid_request_error", f"No such checkout.session: {session_id}", "resource_missing"
                )
            answer = dict(kept)
            if "payment_intent" in dict(parse_qsl(query)).values() and kept["payment_intent"]:
                answer["payment_intent"] = self.payments[kept["payment_intent"]]
            return 200, answer

    def expire(self, session_id: str) -> tuple[int, dict[str, Any]]:
        """Expire an open session; others are refused, as Stripe does."""
        with self.lock:
            kept = self.sessions.get(session_id)
            if kept is None:
                return 404, _error(
                    "invalid_request_error", f"No such checkout.session: {session_id}", "resource_missing"
                )
            if kept["status"] != "open":
                message = 'Only Checkout Sessions with a status in ["open"] can be expired.'
                return 400, _error("invalid_request_error", message)
            kept["status"], kept["url"] = "expired", None
            return 200, dict(kept)

    @staticmethod
    def _problem(params: dict[str, Any]) -> str | None:
        unknown = set(params) - KNOWN_PARAMETERS
        if unknown:
            return f"Received unknown parameter: {sorted(unknown)[0]}"
        if params.get("mode") != "payment" or not params.get("success_url", "").startswith("http"):
            return "mode and success_url are needed"
        methods = set(params["allowed_payment_method_types"].values())
        wechat = params.get("payment_method_options", {}).get("wechat_pay", {})
        if "wechat_pay" in methods and wechat.get("client") != "web":
            return "wechat_pay needs payment_method_options[wechat_pay][client]"
        lead = int(params["expires_at"]) - time.time()
        if not 1800 <= lead <= 86400:
            return "The `expires_at` timestamp must be between 30 minutes and 24 hours from creation."
        price = params["line_items"]["0"]["price_data"]
        if price["currency"] != "cny" or int(price["unit_amount"]) < 1:
            return "price_data is wrong"
        return None


def nested(raw: str) -> dict[str, Any]:
    """Read `a[b][0]=c` as nested dictionaries."""
    whole: dict[str, Any] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        parts = re.findall(r"[^\[\]]+", name)
        place = whole
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1]] = value
    return whole


def sign(body: bytes, secret: str, timestamp: int | None = None) -> str:
    """Return the Stripe-Signature header of a body, written from Stripe's description."""
    moment = int(time.time()) if timestamp is None else timestamp
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    return f"t={moment},v1={mac}"


def _error(kind: str, message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, "code": code}}


@contextmanager
def running() -> Iterator[FakeStripe]:
    """Serve a fake Stripe on a free port."""
    fake = FakeStripe()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            last = parts.path.rsplit("/", 1)[1]
            if last in ("refunds", "payment_intents", "payouts", "balance_transactions", "disputes"):
                self.answer(lambda: fake.listed(last, parts.query))
            elif "/payouts/" in parts.path:
                self.answer(lambda: fake.retrieve_payout(last))
            elif "/disputes/" in parts.path:
                self.answer(lambda: fake.retrieve_dispute(last))
            else:
                self.answer(lambda: fake.retrieve(last, parts.query))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if self.path.endswith("/refunds"):
                self.answer(lambda: fake.create_refund(raw, self.headers.get("Idempotency-Key", "")))
            elif self.path.endswith("/expire"):
                self.answer(lambda: fake.expire(self.path.split("/")[-2]))
            else:
                self.answer(lambda: fake.create(raw, self.headers.get("Idempotency-Key", "")))

        def answer(self, work: Any) -> None:
            with fake.lock:
                fake.calls.append((self.command, urlsplit(self.path).path))
                trouble = fake.troubles.pop(0) if fake.troubles else Trouble()
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                return self.send(401, _error("invalid_request_error", "Invalid API Key provided"))
            if trouble.status:
                return self.send(trouble.status, _error("api_error", "something went wrong"))
            status, content = work()
            if trouble.lose_answer:
                self.close_connection = True
                return None
            time.sleep(trouble.delay)
            return self.send(status, content, trouble.until)

        def send(self, status: int, content: dict[str, Any], until: threading.Event | None = None) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if until is None:
                self.send_header("Content-Length", str(len(body)))
            else:
                self.send_header("Connection", "close")
            self.send_header("Request-Id", f"req_{next(fake.counter)}")
            self.end_headers()
            while until is not None and not until.wait(1.0):
                # Blanks before JSON mean nothing.
                self.wfile.write(b" ")
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
