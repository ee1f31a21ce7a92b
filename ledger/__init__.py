"""One double-entry ledger for money (CNY, in fen) and points (PTS); knows no orders and no donations."""
