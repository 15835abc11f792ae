"""Definitions of the figures: each metric, and the sets of counts that the roll-up computes."""
