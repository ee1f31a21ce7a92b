"""Codes with which the operator pays a part of what somebody buys."""
