"""What people report as wrong, about whatever a package shows to the public, and what became of it."""
