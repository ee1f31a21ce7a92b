"""Tests of charity."""
