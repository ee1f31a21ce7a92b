"""Tests of charities."""
