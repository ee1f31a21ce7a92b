"""Shipping, receiving and accepting goods."""
