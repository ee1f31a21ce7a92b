"""What suppliers promise and pay to households, and whether the households say so too."""
