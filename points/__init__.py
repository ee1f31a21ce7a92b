"""Points awarded in the open, and the stores that redeem them."""
