"""What a visitor means to buy."""
