"""Charities, campaigns and gifts."""
