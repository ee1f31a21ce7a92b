"""Batches of products, the codes on their packs, and the page behind each code."""
