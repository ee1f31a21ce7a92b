"""The front of the house: what Yigou is, in true numbers."""
