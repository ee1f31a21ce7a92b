"""What of sales is kept for households by their benefit links, and let go once they have been paid."""
