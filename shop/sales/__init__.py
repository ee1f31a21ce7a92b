"""What a supplier has sold: by month, product and village."""
