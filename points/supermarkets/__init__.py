"""Love supermarkets: the stores, their goods, and the batches on the shelf."""
