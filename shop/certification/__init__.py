"""Which products are certified, by whom and until when."""
