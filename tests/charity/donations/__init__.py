"""Tests of donations."""
