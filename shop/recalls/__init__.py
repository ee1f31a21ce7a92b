"""Batches that are called back: what leaves the stock, and who is told."""
