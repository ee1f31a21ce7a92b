"""The gateways of this process."""

from __future__ import annotations

from config import Config


def choose(config: Config) -> None:
    """Choose the gateway by the configuration."""


def pay_hosts() -> tuple[str, ...]:
    """Return where a payment form may lead besides this site."""
    return ()
