"""Which deeds earn points, how many, and how many a household may earn in a year."""
