"""How an organisation comes to Yigou: somebody registers it, the operator looks at it and decides."""
