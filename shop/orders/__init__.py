"""What was bought, and how far it has come."""
