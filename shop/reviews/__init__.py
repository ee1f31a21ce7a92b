"""What buyers say of goods they received, and what suppliers answer."""
