"""A supplier's product list as a file: taken out, edited in a spreadsheet, tried out, and applied."""
