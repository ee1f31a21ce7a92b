"""How institutions buy on account."""
