"""A supplier's range of goods: the pages on which it adds products, pack sizes, prices, pictures and stock."""
