"""Where people live and how their households stand: the region tree and the registry."""
