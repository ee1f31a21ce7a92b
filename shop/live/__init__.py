"""Live sessions: goods shown and sold within a few hours, out of a stock of their own (rule B12)."""
