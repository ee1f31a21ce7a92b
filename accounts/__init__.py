"""People, organisations, roles and signing in."""
