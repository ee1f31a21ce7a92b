"""Stripe: the only importer of its library."""
