"""Closing: which days are over, which checks warn or block a day, and the as-of day of a publication."""
