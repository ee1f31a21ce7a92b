"""What an organisation shows to prove that it may do business, with the days on which it holds."""
