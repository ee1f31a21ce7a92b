"""The certified products of the demo world, one module a category."""
