"""How much is there, and what is held for whom."""
