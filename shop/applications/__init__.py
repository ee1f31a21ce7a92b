"""How a product becomes certified: one application through township, sector, county and publicity (rules A1-A5)."""
