"""Gifts of money: given on a campaign's page, settled by the payment, acknowledged by number."""
