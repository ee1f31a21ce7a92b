"""The public looks at the books."""
