"""In production the sandbox does not exist: not registered, not even imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import sys
from app import create_app
from payments import gateways
app = create_app()
print("sandbox imported:", any(name.startswith("payments.sandbox") for name in sys.modules))
print("sandbox pages:", [rule.rule for rule in app.url_map.iter_rules() if "sandbox" in rule.rule])
print("available:", gateways.available(), gateways.names())
client = app.test_client()
print("answers:", client.post("/payments/events/sandbox").status_code, client.get("/sandbox/pay/x").status_code)
print("policy:", client.get("/healthz").headers["Content-Security-Policy"].split("form-action ")[1])
"""


def look(tmp_path: Path, **more: str) -> dict[str, str]:
    """Start the application in a process of its own in production mode and say what is there."""
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "YIGOU_MODE": "production",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "SECRET_KEY": "production-0123456789-abcdefghijklmnop",
        "BASE_URL": "https://yigou.example",
        "MAIL_URL": "smtp://127.0.0.1:1",
        "VAR_DIR": str(tmp_path),
        **more,
    }
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)


@pytest.mark.parametrize(
    ("more", "available", "policy"),
    [
        ({}, "False ()", "'self'"),
        (
            {"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_a,whsec_b"},
            "True ('stripe',)",
            "'self' https://checkout.stripe.com",
        ),
    ],
)
def test_production_knows_no_sandbox(
    tmp_path: Path, more: dict[str, str], available: str, policy: str
) -> None:
    found = look(tmp_path, **more)
    assert found["sandbox imported"] == "False"
    assert found["sandbox pages"] == "[]"
    assert found["available"] == available
    assert found["answers"] == "404 404"
    assert found["policy"] == policy
