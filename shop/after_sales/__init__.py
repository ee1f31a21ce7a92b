"""After sales: quality claims, returns, and the money and goods that go back for them."""
