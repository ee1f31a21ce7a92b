"""What the way to the buyer costs: a dated table by region and weight."""
