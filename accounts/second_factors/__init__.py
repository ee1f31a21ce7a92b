"""The second factor: codes of an app beside the password, recovery codes for when the app is lost."""
