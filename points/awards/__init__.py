"""Deeds that somebody recorded, the committee decided on, and points were issued for."""
