"""Campaigns: what money is asked for, under which recorded plan, and what came of it."""
