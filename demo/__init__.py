"""The world that `make demo` builds, through the services."""
