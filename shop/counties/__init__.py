"""County zones: what a county certifies, which villages it comes from, and what reached them."""
