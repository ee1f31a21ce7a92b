"""Pages of orders: for those who buy, and for the operator."""

from __future__ import annotations

from flask import Blueprint

from shop.orders.views import buyer, operator

BLUEPRINTS: tuple[Blueprint, ...] = (buyer.bp, operator.bp)

__all__ = ["BLUEPRINTS"]
