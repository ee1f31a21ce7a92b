"""Pages of notices: for everybody, and for those who answer."""
