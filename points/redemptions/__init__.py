"""Cards and the till: points and goods change hands in one step."""
