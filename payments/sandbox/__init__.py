"""A stand-in for a provider while Yigou is tried out: no money moves, and it does not exist in production."""
