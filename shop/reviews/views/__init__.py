"""Pages of reviews: for everybody, for who bought, for the supplier, for the operator."""

from __future__ import annotations

from flask import Blueprint

from shop.reviews.views import buyer, operator, public, supplier

BLUEPRINTS: tuple[Blueprint, ...] = (public.bp, buyer.bp, supplier.bp, operator.bp)

__all__ = ["BLUEPRINTS"]
