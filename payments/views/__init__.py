"""Pages of payments: the inbox for providers, the page to come back to, the desk of the finance officer."""
