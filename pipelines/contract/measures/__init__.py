"""What the figures mean: each metric, and the counts that the roll-up makes of their conditions."""
