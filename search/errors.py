"""What can be wrong with an index; callers answer from the database instead."""

from __future__ import annotations


class SearchUnavailable(Exception):
    """The index cannot be read now: it is missing, of another make, or damaged."""


class IndexLocked(Exception):
    """Another process writes the index; what was to be written stays in the outbox."""
