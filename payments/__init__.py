"""Intents, the inbox of signed events, bank transfers, and the gateways behind them."""
