"""Every reaction to an event that crosses packages; one file is one sentence."""
