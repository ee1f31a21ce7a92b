"""Pages of campaigns: for everybody, and for the charity's officer."""
