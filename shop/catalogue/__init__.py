"""What is on sale: products, pack sizes, prices and where they come from."""
