"""The people, places and goods of the demo world, all invented, as plain typed data."""
