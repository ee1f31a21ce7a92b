"""The charities behind the campaigns, with the papers that allow them to ask the public."""
