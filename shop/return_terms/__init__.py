"""Which product goes back on which terms, and putting wrong ones right."""
