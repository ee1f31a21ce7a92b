"""Certified products: listing, ordering, delivering, paying the growers."""
