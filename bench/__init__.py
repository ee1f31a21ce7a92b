"""Repeatable measurements of the whole product, printed with the hardware and as ratios to bare pages of the same run."""
